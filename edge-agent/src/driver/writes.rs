//! Values on their way to a device. People write, through the API; a driver takes what waits for its connection and
//! says what became of it. Bounded, and nothing waits long: what a person wanted half a minute ago may not move a
//! machine now.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout_at};

use super::reading::{TagIndex, Value};

/// Writes that may wait for one connection.
pub const WRITES_MAX: usize = 16;
/// What was not sent within this time is never sent.
pub const WAIT_MOST: Duration = Duration::from_secs(5);
/// Why nothing is sent while there is no connection.
pub(crate) const NOT_CONNECTED: &str = "the device is not connected";

/// A value for a device.
#[derive(Debug)]
pub struct WriteRequest {
    pub tag: TagIndex,
    pub value: Value,
    /// Afterwards it is not sent.
    pub until: Instant,
    answer: oneshot::Sender<Written>,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The device says that it took the value.
    Done,
    /// The device says that it did not, and why.
    Refused(String),
    /// Nothing was sent, and why.
    NotSent(String),
    /// It was sent, and nobody knows whether it happened.
    Unknown(String),
}

/// Writes that wait for one connection.
#[derive(Debug, Default)]
pub struct Writes {
    waiting: Mutex<VecDeque<(u64, WriteRequest)>>,
    came: Notify,
    next: std::sync::atomic::AtomicU64,
}

impl WriteRequest {
    pub(crate) fn answer(self, written: Written) {
        // Whoever asked may be gone; the record of it is theirs to keep.
        let _ = self.answer.send(written);
    }
}

/// Why something was not sent that waited too long.
pub(crate) fn late() -> String {
    format!("it could not be sent within {} s", WAIT_MOST.as_secs())
}

impl Writes {
    /// Writes, if that can begin before `until`, and waits for what becomes of it.
    pub async fn write(&self, tag: TagIndex, value: Value, until: Instant) -> Written {
        let (answer, answered) = oneshot::channel();
        let id = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        {
            let mut waiting = self.lock();
            if waiting.len() >= WRITES_MAX {
                return Written::NotSent(format!("{WRITES_MAX} writes wait for this connection already"));
            }
            waiting.push_back((id, WriteRequest { tag, value, until, answer }));
        }
        self.came.notify_one();
        let mut answered = answered;
        let taken = match timeout_at(until, &mut answered).await {
            Ok(done) => done,
            Err(_) if self.withdraw(id) => {
                return Written::NotSent(late());
            }
            // It is with the driver, whose time-outs end it.
            Err(_) => answered.await,
        };
        taken.unwrap_or_else(|_| Written::Unknown("the connection ended while it was under way".into()))
    }

    /// What waits longest, and not too long: whoever asked may not have been woken since.
    pub(crate) fn take(&self) -> Option<WriteRequest> {
        loop {
            let (_, request) = self.lock().pop_front()?;
            if Instant::now() < request.until {
                return Some(request);
            }
            request.answer(Written::NotSent(late()));
        }
    }

    /// Waits until a write came. For one driver.
    pub(crate) async fn came(&self) {
        self.came.notified().await;
    }

    /// Answers all that waits.
    fn refuse(&self, why: &str) {
        for (_, request) in self.lock().drain(..) {
            request.answer(Written::NotSent(why.to_owned()));
        }
    }

    /// Answers all that waits and comes, until it is no longer polled: while there is no connection.
    pub(crate) async fn refuse_all(&self, why: &str) -> Infallible {
        loop {
            self.refuse(why);
            self.came().await;
        }
    }

    fn withdraw(&self, id: u64) -> bool {
        let mut waiting = self.lock();
        let before = waiting.len();
        waiting.retain(|(of, _)| *of != id);
        waiting.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(u64, WriteRequest)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const TAG: TagIndex = TagIndex(3);

    fn write(writes: &Arc<Writes>, value: u64) -> tokio::task::JoinHandle<Written> {
        let writes = writes.clone();
        tokio::spawn(async move { writes.write(TAG, Value::Uint(value), Instant::now() + WAIT_MOST).await })
    }

    #[tokio::test(start_paused = true)]
    async fn edge_12_what_waits_too_long_is_never_sent() {
        let writes = Arc::new(Writes::default());
        assert!(matches!(write(&writes, 1).await.unwrap(), Written::NotSent(why) if why.contains("5 s")));
        assert!(writes.take().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn edge_12_what_waits_too_long_is_not_sent_although_nobody_withdrew_it() {
        let writes = Writes::default();
        let asked = writes.write(TAG, Value::Uint(1), Instant::now() + WAIT_MOST);
        tokio::pin!(asked);
        assert!(futures::poll!(&mut asked).is_pending());
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(writes.take().is_none());
        assert!(matches!(asked.await, Written::NotSent(why) if why.contains("5 s")));
    }

    #[tokio::test(start_paused = true)]
    async fn edge_12_a_full_queue_refuses_and_the_oldest_goes_first() {
        let writes = Arc::new(Writes::default());
        let waiting: Vec<_> = (0..WRITES_MAX as u64).map(|value| write(&writes, value)).collect();
        tokio::task::yield_now().await;
        assert!(matches!(write(&writes, 99).await.unwrap(), Written::NotSent(why) if why.contains("16 writes")));
        let first = writes.take().unwrap();
        assert_eq!((first.tag, first.value), (TAG, Value::Uint(0)));
        first.answer(Written::Done);
        // The driver that had this one died.
        drop(writes.take().unwrap());
        writes.refuse("gone");
        let mut ends = Vec::new();
        for waiting in waiting {
            ends.push(waiting.await.unwrap());
        }
        assert_eq!(ends[0], Written::Done);
        assert!(matches!(&ends[1], Written::Unknown(_)));
        assert!(ends[2..].iter().all(|end| *end == Written::NotSent("gone".into())));
    }
}
