//! Work on many items at once. Stages 2 and 4 use it: each text and each flow stands by itself.

use std::{num::NonZero, thread};

/// Fewer items than this are done on the calling thread.
const SEVERAL: usize = 64;

/// Maps all items in order, shared among the processors when there are many.
pub fn spread<T: Sync, U: Send>(items: &[T], work: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    if items.len() < SEVERAL || threads == 1 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let chunks: Vec<_> = items
            .chunks(items.len().div_ceil(threads))
            .map(|chunk| (chunk, scope.spawn(move || chunk.iter().map(work).collect::<Vec<U>>())))
            .collect();
        chunks
            .into_iter()
            // A chunk whose thread died is done again here, where its panic is seen.
            .flat_map(|(chunk, handle)| handle.join().unwrap_or_else(|_| chunk.iter().map(work).collect()))
            .collect()
    })
}
