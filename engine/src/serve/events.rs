//! Streams of events (HTML Living Standard §9.2): one way, text, ended by us when the engine closes.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, future::Either as First, stream};
use http_body_util::{BodyExt as _, Either, StreamBody};
use hyper::{
    Response, StatusCode,
    body::Frame,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue},
};
use sdk::Class;
use tokio::sync::Semaphore;

use super::{Answer, Body, Problem, listen::Fault};
use crate::Engine;

/// Silence after which a comment is sent, so that nobody between takes the connection for dead.
const QUIET: Duration = Duration::from_secs(15);

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name.
    pub name: &'static str,
    /// What it says: JSON in one line.
    pub data: Arc<str>,
}

impl Event {
    fn bytes(&self) -> Bytes {
        let mut text = String::with_capacity(self.data.len() + 32);
        // Writing to a text cannot fail.
        write!(text, "event: {}\ndata: {}\n\n", self.name, self.data).unwrap_or_default();
        text.into()
    }
}

/// The answer that streams these events to their end.
pub(super) fn answer(
    engine: &Engine,
    streams: &Arc<Semaphore>,
    events: impl Stream<Item = Event> + Send + 'static,
) -> Answer {
    let full = |_| {
        let detail = "too many streams of events are open";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, Class::Unavailable, "OVERLOADED", detail).after(5)
    };
    let place = Arc::clone(streams).try_acquire_owned().map_err(full)?;
    let (closing, clock) = (engine.0.closing.clone(), Arc::clone(&engine.settings().clock));
    let events = Box::pin(events.map(|event| event.bytes()));
    let frames = stream::unfold((events, place), move |(mut events, place)| {
        let (closing, clock) = (closing.clone(), Arc::clone(&clock));
        async move {
            let quiet = clock.sleep(QUIET);
            let next = tokio::select! {
                next = events.next() => First::Left(next),
                () = closing.cancelled() => First::Left(None),
                () = quiet => First::Right(()),
            };
            let bytes = match next {
                First::Left(next) => next?,
                First::Right(()) => Bytes::from_static(b": quiet\n\n"),
            };
            Some((Ok::<_, Fault>(Frame::data(bytes)), (events, place)))
        }
    });
    let mut response: Response<Body> = Response::new(Either::Right(StreamBody::new(frames).boxed_unsync()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
