//! One durable run while it is in this process: listed, counted, its answer handed to those who wait for it.

use std::{future::poll_fn, pin::Pin, sync::Arc, task::Poll};

use super::Told;
use crate::{
    engine::Inside,
    recent::Watched,
    run::{Carried, Durable, seal, unseal},
    state::RunId,
};

impl Inside {
    /// Drives a run until it ends, waits as a row, or is lost.
    pub(super) async fn attend(self: &Arc<Self>, run: RunId, durable: Durable, watched: Watched) {
        let Durable { mut future, handle, mut early } = durable;
        let seat = self.desk.seat(run, handle.clone());
        let listed = watched.list(handle.clone());
        let mut is_told = false;
        let carried = poll_fn(|cx| {
            let carried = future.as_mut().poll(cx);
            // An answer that comes with the end was given before it.
            if !is_told && let Poll::Ready(answer) = Pin::new(&mut early).poll(cx) {
                is_told = true;
                if let Ok(answer) = answer {
                    self.desk.tell(run, &Told::Answered(Ok(answer)));
                }
            }
            carried
        })
        .await;
        drop(future);
        drop(seat);
        handle.close();
        match carried {
            Carried::Finished(finished) => {
                // As the store gives it back, so that the same key gets the same bytes.
                if let Some(answer) = unseal(&seal(&finished.answer)) {
                    self.desk.tell(run, &Told::Answered(answer));
                }
                listed.ended(&finished);
            }
            Carried::Waiting => {}
            Carried::Parked => self.desk.tell(run, &Told::Parked),
            Carried::Same(other, reply) => self.desk.tell(run, &Told::Same(other, reply)),
            Carried::OtherBody(other) => self.desk.tell(run, &Told::OtherBody(other)),
            Carried::Lost(error, lease) => {
                tracing::warn!(%run, %error, "a durable run is not driven here any more");
                self.desk.tell(run, &Told::Lost(error.clone()));
                if let Some(lease) = lease {
                    self.give_up(*lease, error).await;
                }
            }
        }
    }
}
