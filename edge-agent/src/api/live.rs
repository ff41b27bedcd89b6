//! Live events: a snapshot, then what changed. Every frame is made once, whoever listens; a listener that
//! falls behind loses its stream and comes back to a fresh snapshot. Nothing here waits for a listener.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures::stream;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use unison_api::machine::MachineView;

use super::queue::QueueView;

/// Streams at once.
pub const STREAMS_MAX: usize = 64;
/// Frames that a listener may be behind.
const BEHIND_MAX: usize = 128;

/// The first event of a stream.
#[derive(Serialize, JsonSchema)]
pub struct Snapshot<'a> {
    pub machines: &'a [MachineView],
    pub queue: &'a Option<QueueView>,
}

/// What was last said, and to whom.
pub struct Hub {
    said: Mutex<Said>,
    frames: broadcast::Sender<Bytes>,
    slots: Arc<Semaphore>,
}

#[derive(Default)]
struct Said {
    /// Number of the last event.
    id: u64,
    machines: Vec<MachineView>,
    queue: Option<QueueView>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            said: Mutex::default(),
            frames: broadcast::channel(BEHIND_MAX).0,
            slots: Arc::new(Semaphore::new(STREAMS_MAX)),
        }
    }
}

impl Hub {
    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Open streams.
    #[must_use]
    pub fn streams(&self) -> usize {
        STREAMS_MAX.saturating_sub(self.slots.available_permits())
    }

    /// Sends an event to everybody.
    pub fn send(&self, event: &str, data: &impl Serialize) {
        self.send_as(&mut self.said(), event, data);
    }

    // Numbers and order of frames agree because both happen under the lock of `said`.
    fn send_as(&self, said: &mut Said, event: &str, data: &impl Serialize) {
        said.id += 1;
        if let Some(frame) = frame(said.id, event, data) {
            // Nobody listening is fine.
            let _ = self.frames.send(frame);
        }
    }

    /// Takes all machines as they are now and sends those that changed.
    pub fn machines(&self, now: Vec<MachineView>) {
        let mut said = self.said();
        let is_said = |m: &MachineView| said.machines.iter().any(|before| says_the_same(before, m));
        let changed: Vec<&MachineView> = now.iter().filter(|m| !is_said(m)).collect();
        if !changed.is_empty() {
            self.send_as(&mut said, "machines", &changed);
        }
        said.machines = now;
    }

    /// Takes the queue as it is now and sends it when it changed.
    pub fn queue(&self, now: QueueView) {
        let mut said = self.said();
        if said.queue.as_ref() != Some(&now) {
            self.send_as(&mut said, "queue", &now);
            said.queue = Some(now);
        }
    }

    /// Opens a stream, if one is free. It ends with `shutdown`, or when its listener falls behind.
    pub fn open(&self, shutdown: CancellationToken) -> Option<Response> {
        let slot = self.slots.clone().try_acquire_owned().ok()?;
        let (first, frames) = {
            let said = self.said();
            let snapshot = Snapshot { machines: &said.machines, queue: &said.queue };
            (frame(said.id, "snapshot", &snapshot), self.frames.subscribe())
        };
        let listener = Listener { first, frames, shutdown, _slot: slot };
        let body =
            stream::unfold(listener, async |mut l| l.next().await.map(|f| (Ok::<_, std::convert::Infallible>(f), l)));
        let mut answer = Response::new(Body::from_stream(body));
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        Some(answer)
    }
}

/// That a machine is still seen is no news; the heartbeat says it for all.
fn says_the_same(before: &MachineView, now: &MachineView) -> bool {
    before.id == now.id && *before == MachineView { seen_at: before.seen_at, ..now.clone() }
}

struct Listener {
    first: Option<Bytes>,
    frames: broadcast::Receiver<Bytes>,
    shutdown: CancellationToken,
    _slot: OwnedSemaphorePermit,
}

impl Listener {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        tokio::select! {
            // An error is a listener that fell behind: its stream ends.
            frame = self.frames.recv() => frame.ok(),
            () = self.shutdown.cancelled() => None,
        }
    }
}

fn frame(id: u64, event: &str, data: &impl Serialize) -> Option<Bytes> {
    // JSON of serde_json has no line breaks, which would end a frame.
    let json = serde_json::to_string(data).ok()?;
    Some(Bytes::from(format!("id: {id}\nevent: {event}\ndata: {json}\n\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt as _;

    #[tokio::test]
    async fn edge_10_a_page_that_falls_behind_loses_its_stream_and_holds_up_nobody() {
        let hub = Hub::default();
        let slow = hub.open(CancellationToken::new()).unwrap();
        assert_eq!(hub.streams(), 1);
        for n in 0..BEHIND_MAX * 2 {
            hub.send("scan", &n);
        }
        let mut slow = slow.into_body().into_data_stream();
        let first = slow.next().await.unwrap().unwrap();
        assert!(first.starts_with(b"id: 0\nevent: snapshot\ndata: {"), "{first:?}");
        assert!(slow.next().await.is_none(), "it comes back to a fresh snapshot");
        drop(slow);
        assert_eq!(hub.streams(), 0);
    }

    #[tokio::test]
    async fn edge_10_streams_end_with_the_program() {
        let (hub, shutdown) = (Hub::default(), CancellationToken::new());
        let mut stream = hub.open(shutdown.clone()).unwrap().into_body().into_data_stream();
        stream.next().await.unwrap().unwrap();
        shutdown.cancel();
        assert!(stream.next().await.is_none());
    }
}
