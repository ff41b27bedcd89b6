//! Keeps one driver alive. A driver that panics or ends is started again alone, with growing pauses;
//! its tags are Bad meanwhile and no other connection notices (EDGE-12, EDGE-14).

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use super::Context;
use super::backoff::Backoff;
use super::status::ConnectionState;

/// How a driver ended. Drivers reconnect by themselves; an `Err` is something they cannot mend.
pub(crate) type DriverEnd = Result<(), String>;
pub(crate) type DriverFuture = Pin<Box<dyn Future<Output = DriverEnd> + Send>>;

const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_MOST: Duration = Duration::from_secs(30);
/// A driver that lived this long is not in a crash loop.
const HEALTHY_AFTER: Duration = Duration::from_secs(60);
/// Time a driver gets to close its session when the agent stops.
const CLOSING: Duration = Duration::from_secs(2);

/// Runs `start` again and again until the shutdown token is cancelled.
pub(crate) async fn supervise(context: Context, start: impl Fn(Context) -> DriverFuture) {
    supervise_with(Backoff::new(PAUSE_FIRST, PAUSE_MOST), context, start).await;
}

async fn supervise_with(mut backoff: Backoff, context: Context, start: impl Fn(Context) -> DriverFuture) {
    loop {
        let started = Instant::now();
        // A task of its own: a panic ends that task and becomes a value here.
        let mut task = tokio::spawn(start(context.clone()));
        let ended = tokio::select! {
            ended = &mut task => ended,
            () = context.shutdown.cancelled() => {
                if tokio::time::timeout(CLOSING, &mut task).await.is_err() {
                    task.abort();
                }
                return;
            }
        };
        let reason = match ended {
            Ok(Ok(())) if context.shutdown.is_cancelled() => return,
            Ok(Ok(())) => "the driver ended by itself".to_owned(),
            Ok(Err(error)) => error,
            Err(error) => format!("the driver failed: {}", panic_text(error)),
        };
        tracing::error!(connection = %context.status.name, %reason, "driver restarts");
        context.status.failed(reason);
        context.status.add_restart();
        context.lost();
        if started.elapsed() >= HEALTHY_AFTER {
            backoff.reset();
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.pause()) => {}
            () = context.shutdown.cancelled() => return,
        }
        context.status.set_state(ConnectionState::Connecting);
    }
}

fn panic_text(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => payload.downcast::<&str>().map_or_else(|_| "panic".to_owned(), |text| (*text).to_owned()),
        },
        Err(cancelled) => cancelled.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use tokio_util::sync::CancellationToken;

    use super::super::{ConnectionStatus, Quality, Reading, Sink, TagIndex, Value, tests::FixedClock};
    use super::*;

    fn context(sink: &Sink, name: &str, tags: std::ops::Range<u32>, shutdown: &CancellationToken) -> Context {
        Context {
            sink: sink.clone(),
            clock: Arc::new(FixedClock(77)),
            status: Arc::new(ConnectionStatus::new(
                name.into(),
                "test",
                tags.end - tags.start,
                Arc::new(FixedClock(77)),
            )),
            tags,
            data_dir: std::path::Path::new("").into(),
            shutdown: shutdown.clone(),
        }
    }

    #[tokio::test]
    async fn edge_12_a_driver_that_panics_is_restarted_alone_and_its_tags_are_bad() {
        let (sink, shutdown) = (Sink::new(2), CancellationToken::new());
        let (bad, good) = (context(&sink, "bad", 0..1, &shutdown), context(&sink, "good", 1..2, &shutdown));
        let quick = Backoff::new(Duration::from_millis(200), Duration::from_millis(400));
        let starts = Arc::new(AtomicU32::new(0));
        let counted = starts.clone();
        let bad_task = tokio::spawn(supervise_with(quick, bad.clone(), move |context| {
            let start = counted.fetch_add(1, Relaxed);
            Box::pin(async move {
                let reading =
                    Reading { tag: TagIndex(0), value: Value::Int(1), quality: Quality::Good, at: i64::from(start) };
                context.sink.publish(&[reading]);
                assert!(start >= 3, "planned failure {start}");
                context.shutdown.cancelled().await;
                Ok(())
            })
        }));
        let good_task = tokio::spawn(supervise(good.clone(), |context| {
            Box::pin(async move {
                let reading = Reading { tag: TagIndex(1), value: Value::Int(5), quality: Quality::Good, at: 1 };
                context.sink.publish(&[reading]);
                context.shutdown.cancelled().await;
                Ok(())
            })
        }));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let (lost, _) = sink.latest(TagIndex(0)).unwrap();
        assert_eq!((lost.quality, lost.at), (Quality::Bad, 77));
        assert_eq!(sink.latest(TagIndex(1)).unwrap().0.quality, Quality::Good);
        let snapshot = bad.status.snapshot();
        assert_eq!(snapshot.state, ConnectionState::Disconnected);
        assert_eq!(snapshot.last_error.as_deref(), Some("the driver failed: planned failure 0"));

        // Three failures: pauses of at most 200, 400 and 400 ms.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(starts.load(Relaxed), 4);
        assert_eq!(bad.status.snapshot().restarts, 3);
        assert_eq!(sink.latest(TagIndex(0)).unwrap().0.quality, Quality::Good);
        assert_eq!(good.status.snapshot().restarts, 0);

        shutdown.cancel();
        bad_task.await.unwrap();
        good_task.await.unwrap();
    }
}
