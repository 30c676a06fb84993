//! A clock that leaps to the next sleeper as soon as nothing else can go on, so that a case of a flow that
//! waits thirty minutes takes no time.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_util::future::BoxFuture;
use sdk::{Clock, Timestamp};

use crate::run::one::locked;

/// The clock of one case.
#[derive(Default)]
pub(super) struct Leaping {
    started_at: Timestamp,
    time: Mutex<Time>,
}

#[derive(Default)]
struct Time {
    passed: Duration,
    /// By when they want to be woken, then by number.
    sleepers: BTreeMap<(Duration, u64), Waker>,
    next: u64,
}

impl Leaping {
    /// A clock that starts at the present time of another.
    pub(super) fn from(clock: &dyn Clock) -> Self {
        Self { started_at: clock.now(), time: Mutex::default() }
    }

    /// Drives a future, leaping whenever it can do nothing but sleep.
    pub(super) async fn drive<T>(&self, mut future: BoxFuture<'static, T>) -> T {
        poll_fn(|cx| {
            loop {
                let woken = Arc::new(Woken { is_woken: AtomicBool::new(false), outer: cx.waker().clone() });
                let waker = Waker::from(Arc::clone(&woken));
                match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Ready(output) => return Poll::Ready(output),
                    // It asked to be looked at again: it is not asleep.
                    Poll::Pending if woken.is_woken.load(Ordering::Acquire) => {}
                    Poll::Pending if self.leap() => {}
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }

    /// Moves on to the first sleeper; false when nobody sleeps.
    fn leap(&self) -> bool {
        let mut time = locked(&self.time);
        let Some(((until, _), waker)) = time.sleepers.pop_first() else { return false };
        time.passed = time.passed.max(until);
        drop(time);
        waker.wake();
        true
    }
}

impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        let passed = locked(&self.time).passed.as_millis();
        self.started_at.saturating_add(Timestamp::try_from(passed).unwrap_or(Timestamp::MAX))
    }

    fn monotonic_nanos(&self) -> u64 {
        u64::try_from(locked(&self.time).passed.as_nanos()).unwrap_or(u64::MAX)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut time = locked(&self.time);
        time.next += 1;
        Box::pin(Sleep { clock: self, key: (time.passed.saturating_add(duration), time.next) })
    }
}

struct Sleep<'c> {
    clock: &'c Leaping,
    key: (Duration, u64),
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut time = locked(&self.clock.time);
        if time.passed >= self.key.0 {
            return Poll::Ready(());
        }
        time.sleepers.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        locked(&self.clock.time).sleepers.remove(&self.key);
    }
}

struct Woken {
    is_woken: AtomicBool,
    outer: Waker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.outer.wake_by_ref();
    }
}
