//! Several requests on one TCP connection. The library frames each message; in between stands this, which
//! gives every request a transaction id of the connection and every answer to the one who asked for it. An
//! answer that nobody waits for any more is thrown away and counted, so that a unit that answers late costs
//! neither the connection nor a wrong value. What was never asked for breaks the connection.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use tokio_modbus::bytes::{Buf as _, BytesMut};

use super::rtu::Wire;

/// Transaction, protocol, length, unit.
const HEADER: usize = 7;
/// Unit and message behind the length field: what the protocol allows.
const LENGTH: std::ops::RangeInclusive<usize> = 2..=254;
/// A time-out is remembered for so many requests; an answer that comes even later breaks the connection.
const LATE_MAX: usize = 256;

#[derive(Clone, Debug)]
pub(super) struct Mux(Arc<Mutex<Shared>>);

#[derive(Debug)]
struct Shared {
    stream: Box<dyn Wire>,
    input: BytesMut,
    output: BytesMut,
    lanes: Vec<LaneState>,
    next_id: u16,
    /// Requests that were given up.
    given_up: VecDeque<Asked>,
    /// Late answers, until somebody asks.
    late: Vec<Late>,
}

/// A request by its id.
#[derive(Clone, Copy, Debug)]
struct Asked {
    id: u16,
    at: Instant,
}

/// An answer that nobody waited for any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Late {
    pub(super) unit: u8,
    /// Since it was asked for.
    pub(super) took: Duration,
}

#[derive(Debug, Default)]
struct LaneState {
    /// The request under way, and the library's own id of it.
    waiting: Option<(Asked, [u8; 2])>,
    answer: BytesMut,
    waker: Option<Waker>,
}

/// One request after the other, as the library wants it.
#[derive(Debug)]
pub(super) struct Lane {
    mux: Mux,
    place: usize,
}

impl Mux {
    pub(super) fn new(stream: Box<dyn Wire>) -> Self {
        Self(Arc::new(Mutex::new(Shared {
            stream,
            input: BytesMut::with_capacity(4_096),
            output: BytesMut::with_capacity(256),
            lanes: Vec::new(),
            next_id: 0,
            given_up: VecDeque::new(),
            late: Vec::new(),
        })))
    }

    pub(super) fn lane(&self) -> Lane {
        let mut shared = self.lock();
        shared.lanes.push(LaneState::default());
        Lane { mux: self.clone(), place: shared.lanes.len() - 1 }
    }

    /// The request on this lane is not waited for any longer. False when the connection stopped in the
    /// middle of an answer: then nobody knows where the next one begins.
    pub(super) fn give_up(&self, lane: usize) -> bool {
        let mut shared = self.lock();
        let Some(state) = shared.lanes.get_mut(lane) else { return false };
        state.answer.clear();
        state.waker = None;
        if let Some((asked, _)) = state.waiting.take() {
            if shared.given_up.len() == LATE_MAX {
                shared.given_up.pop_front();
            }
            shared.given_up.push_back(asked);
        }
        // The socket may wake this lane only, which reads no more: another one has to take its place.
        shared.wake();
        shared.input.is_empty() && shared.output.is_empty()
    }

    /// The late answers that came since the last call.
    pub(super) fn late(&self) -> Vec<Late> {
        std::mem::take(&mut self.lock().late)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn wake(&mut self) {
        self.lanes.iter_mut().filter_map(|lane| lane.waker.take()).for_each(Waker::wake);
    }

    fn flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.output) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => self.output.advance(written),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Reads what there is. `Ready` at the end of the stream.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; 4_096];
        let mut buffer = ReadBuf::new(&mut bytes);
        match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            Poll::Ready(Ok(())) => {
                self.input.extend_from_slice(buffer.filled());
                Poll::Ready(self.deliver())
            }
            other => other,
        }
    }

    /// Gives whole answers to those who wait for them.
    fn deliver(&mut self) -> io::Result<()> {
        while let Some(&[high, low, p0, p1, l0, l1, unit]) = self.input.first_chunk::<HEADER>() {
            let length = usize::from(u16::from_be_bytes([l0, l1]));
            if (p0, p1) != (0, 0) || !LENGTH.contains(&length) {
                return Err(invalid("its header is none"));
            }
            if self.input.len() < HEADER - 1 + length {
                return Ok(());
            }
            let mut frame = self.input.split_to(HEADER - 1 + length);
            let id = u16::from_be_bytes([high, low]);
            let of = self.lanes.iter_mut().find(|lane| lane.waiting.is_some_and(|(asked, _)| asked.id == id));
            if let Some(lane) = of {
                if let Some((_, own)) = lane.waiting.take()
                    && let Some(start) = frame.first_chunk_mut()
                {
                    *start = own;
                }
                lane.answer = frame;
                if let Some(waker) = lane.waker.take() {
                    waker.wake();
                }
            } else if let Some(place) = self.given_up.iter().position(|asked| asked.id == id) {
                let asked = self.given_up.remove(place);
                self.late.extend(asked.map(|asked| Late { unit, took: asked.at.elapsed() }));
            } else {
                return Err(invalid("it belongs to no request"));
            }
        }
        Ok(())
    }
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

impl AsyncRead for Lane {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut shared = self.mux.lock();
        loop {
            let Some(lane) = shared.lanes.get_mut(self.place) else { return Poll::Ready(Ok(())) };
            if !lane.answer.is_empty() {
                let len = lane.answer.len().min(into.remaining());
                into.put_slice(&lane.answer.split_to(len));
                // Only one lane is woken by the socket; when that one leaves, another has to take its place.
                shared.wake();
                return Poll::Ready(Ok(()));
            }
            match shared.fill(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    if let Some(lane) = shared.lanes.get_mut(self.place) {
                        lane.waker = Some(cx.waker().clone());
                    }
                    return Poll::Pending;
                }
            }
        }
    }
}

impl AsyncWrite for Lane {
    /// The library hands over one whole request at a time.
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, request: &[u8]) -> Poll<io::Result<usize>> {
        let mut shared = self.mux.lock();
        let Some((own, rest)) = request.split_first_chunk::<2>() else { return Poll::Ready(Ok(request.len())) };
        let id = shared.next_id;
        shared.next_id = id.wrapping_add(1);
        // After 65,536 requests the number comes again, and then it is not late.
        shared.given_up.retain(|asked| asked.id != id);
        if let Some(lane) = shared.lanes.get_mut(self.place) {
            lane.answer.clear();
            lane.waiting = Some((Asked { id, at: Instant::now() }, *own));
        }
        shared.output.extend_from_slice(&id.to_be_bytes());
        shared.output.extend_from_slice(rest);
        match shared.flush(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(request.len())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.mux.lock().flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The connection is not this lane's to close.
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn edge_12_a_lane_hears_its_answer_after_the_one_that_listened_gave_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut device, _) = listener.accept().await.unwrap();
        let mux = Mux::new(Box::new(stream));
        let (mut first, mut second) = (mux.lane(), mux.lane());
        let request = [0, 9, 0, 0, 0, 6, 1, 3, 0, 4, 0, 1];
        first.write_all(&request).await.unwrap();
        second.write_all(&request).await.unwrap();
        let mut asked = [0; 24];
        device.read_exact(&mut asked).await.unwrap();
        let mut answer = [0; 11];
        let waits = tokio::spawn(async move { first.read_exact(&mut answer).await.map(|_| answer) });
        tokio::task::yield_now().await;
        // It asks the socket last, so it is the one that the socket wakes.
        timeout(Duration::from_millis(20), second.read_u8()).await.unwrap_err();
        assert!(mux.give_up(1));
        device.write_all(&[0, 0, 0, 0, 0, 5, 1, 3, 2, 0, 7]).await.unwrap();
        let answer = timeout(Duration::from_secs(10), waits).await.unwrap().unwrap().unwrap();
        assert_eq!(answer, [0, 9, 0, 0, 0, 5, 1, 3, 2, 0, 7]);
    }
}
