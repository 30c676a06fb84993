//! The shipped durable flows on the real binary over the sandbox's services: callbacks in every mix, events, one
//! key for many callers, and `kill -9` in between.
#![cfg(test)]

mod bank;
mod flows;
mod key;
mod outbox;
mod promises;
mod stuck;
mod world;
