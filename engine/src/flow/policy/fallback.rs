//! The catch of one node: some classes of failure become a value.

use sdk::{Class, Outcome};

use super::{
    Event, Request,
    stack::{Inner, layered},
};
use crate::flow::document::Fallback;

#[derive(Clone)]
pub(super) struct FallbackLayer {
    on: std::sync::Arc<[Class]>,
}

layered!(FallbackLayer, Caught);

impl FallbackLayer {
    pub(super) fn new(fallback: &Fallback) -> Self {
        Self { on: fallback.on.as_slice().into() }
    }

    async fn handle(self, request: Request, mut inner: impl Inner) -> Outcome {
        let call = std::sync::Arc::clone(&request.call);
        let fell_back = request.fell_back.clone();
        let error = match inner.call(request).await {
            Ok(output) => return Ok(output),
            Err(error) => error,
        };
        let is_caught =
            if self.on.is_empty() { error.class != Class::Cancelled } else { self.on.contains(&error.class) };
        if !is_caught {
            return Err(error);
        }
        call.note(Event::FellBack(error.clone()));
        if let Some(fell_back) = fell_back {
            fell_back.store(true, std::sync::atomic::Ordering::Release);
        }
        call.recover(error).await
    }
}

#[cfg(test)]
mod tests {
    use crate::flow::policy::{Event, trial::Trial};

    #[tokio::test(start_paused = true)]
    async fn only_the_named_classes_are_caught_and_the_cause_is_noted() {
        let trial = Trial::policies("fallback: {on: [timeout], value: 0}").answers(["fail TIMEOUT"]);
        assert_eq!(*trial.call().await.unwrap(), "recovered from TIMEOUT");
        assert!(matches!(&trial.events()[..], [Event::FellBack(error)] if error.code.as_ref() == "TIMEOUT"));
        let trial = Trial::policies("fallback: {on: [timeout], value: 0}").answers(["fail NO_STOCK"]);
        assert_eq!(trial.call().await.unwrap_err().code.as_ref(), "NO_STOCK");
    }

    #[tokio::test(start_paused = true)]
    async fn it_stands_outside_the_retries() {
        let trial =
            Trial::policies("retry: {attempts: 2}\nfallback: {value: 0}").answers(["fail TIMEOUT"; 2]);
        assert!(trial.call().await.is_ok());
        assert_eq!(trial.attempts(), 2);
    }
}
