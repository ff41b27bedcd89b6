//! A serial line, or one behind a TCP server. Frames there carry no number, so what comes late looks like
//! what comes next: before each request the line is emptied, and after a mishap it has to be quiet for a
//! while before anything is asked again.

use std::fmt::Debug;
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};
use tokio_modbus::prelude::Request as Call;

/// Unit, function, address, count, check sum.
const REQUEST: usize = 8;
/// Unit, function, length, check sum around the data of an answer.
const AROUND: usize = 5;
/// The answer to a write: unit, function, address, value or count, check sum.
const WRITTEN: usize = 8;
/// Request and answer of a masked write, with two masks.
const MASKED: usize = 10;
const MASK_WRITE: u8 = 0x16;

/// A serial port or a TCP stream.
pub(super) trait Wire: AsyncRead + AsyncWrite + Debug + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Debug + Send + Unpin> Wire for S {}

/// A line as the library sees it. Clones are the same line: the library's end is made anew after an error,
/// because it takes one for the end of the line.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Mutex<Shared>>);

#[derive(Debug)]
struct Shared {
    wire: Box<dyn Wire>,
    /// Silence before each request, and after a mishap.
    gap: Duration,
    quiet: Duration,
    heard: Instant,
    waits: Option<Pin<Box<Sleep>>>,
    /// Something went wrong: what comes now may belong to that.
    is_suspect: bool,
    /// Bytes that came unasked.
    stray: u64,
    /// Bytes of the answer under way, and how many a whole one has.
    got: usize,
    whole: usize,
}

impl Line {
    pub(super) fn new(wire: Box<dyn Wire>, gap: Duration, quiet: Duration) -> Self {
        Self(Arc::new(Mutex::new(Shared {
            wire,
            gap,
            quiet,
            heard: Instant::now(),
            waits: None,
            // The line may have been used until now, by us or by another master.
            is_suspect: true,
            stray: 0,
            got: 0,
            whole: 0,
        })))
    }

    /// The line has to be silent for a while before the next request.
    pub(super) fn suspect(&self) {
        self.lock().is_suspect = true;
    }

    /// How long the next request may wait for silence before it is sent.
    pub(super) fn patience(&self) -> Duration {
        let shared = self.lock();
        if shared.is_suspect { shared.quiet * 2 } else { Duration::ZERO }
    }

    /// Bytes that came unasked since the last call.
    pub(super) fn stray(&self) -> u64 {
        std::mem::take(&mut self.lock().stray)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Throws away what is on the line.
    fn empty(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut bytes = [0; 256];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.wire).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                Poll::Ready(Ok(())) => {
                    self.heard = Instant::now();
                    self.stray += buffer.filled().len() as u64;
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(()),
            }
        }
    }

    /// Waits until the line has been silent for long enough.
    fn poll_quiet(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let silence = if self.is_suspect { self.quiet } else { self.gap };
        loop {
            self.empty(cx)?;
            let until = self.heard + silence;
            if Instant::now() >= until {
                self.waits = None;
                self.is_suspect = false;
                return Poll::Ready(Ok(()));
            }
            let waits = self.waits.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
            waits.as_mut().reset(until);
            ready!(waits.as_mut().poll(cx));
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, request: &[u8]) -> Poll<io::Result<usize>> {
        let mut shared = self.lock();
        ready!(shared.poll_quiet(cx))?;
        let written = ready!(Pin::new(&mut shared.wire).poll_write(cx, request))?;
        (shared.got, shared.whole) = (0, answer_len(request));
        shared.heard = Instant::now();
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().wire).poll_shutdown(cx)
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut shared = self.lock();
        if shared.got >= shared.whole {
            // The library has a whole answer and wants more: it did not believe that one.
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "it is damaged")));
        }
        let before = into.filled().len();
        ready!(Pin::new(&mut shared.wire).poll_read(cx, into))?;
        let read = into.filled().len() - before;
        if read == 0 {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        shared.got += read;
        shared.heard = Instant::now();
        if shared.got >= shared.whole.saturating_add(AROUND) {
            // Not a byte of noise where the line turns around: what came is long enough for two answers, and
            // nobody can say which of them is ours.
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than one answer")));
        }
        Poll::Ready(Ok(()))
    }
}

/// Bytes of a request and of its whole answer.
pub(super) fn bytes_of(call: &Call<'_>) -> u32 {
    let most = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let more = match call {
        Call::ReadCoils(_, count) | Call::ReadDiscreteInputs(_, count) => AROUND + usize::from(*count).div_ceil(8),
        Call::ReadHoldingRegisters(_, count) | Call::ReadInputRegisters(_, count) => AROUND + 2 * usize::from(*count),
        // A length and the values in the request, and an answer as long as a request for values.
        Call::WriteMultipleCoils(_, bits) => 1 + bits.len().div_ceil(8) + WRITTEN,
        Call::WriteMultipleRegisters(_, words) => 1 + 2 * words.len() + WRITTEN,
        // Both are the same.
        Call::MaskWriteRegister(..) => MASKED - REQUEST + MASKED,
        _ => WRITTEN,
    };
    most(REQUEST + more)
}

/// How long the answer to a request is.
fn answer_len(request: &[u8]) -> usize {
    let Some(&[_, function, _, _, high, low, _, _]) = request.first_chunk::<REQUEST>() else { return usize::MAX };
    let count = usize::from(u16::from_be_bytes([high, low]));
    match function {
        1 | 2 => AROUND + count.div_ceil(8),
        3 | 4 => AROUND + 2 * count,
        MASK_WRITE => MASKED,
        _ => WRITTEN,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn edge_14_what_comes_on_a_line_that_was_just_opened_is_thrown_away() {
        let (wire, mut device) = tokio::io::duplex(64);
        let mut line = Line::new(Box::new(wire), Duration::ZERO, Duration::from_millis(200));
        let late = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            device.write_all(&[1, 3, 2, 0, 7, 0xf9, 0x86]).await.unwrap();
        };
        let request = [1, 3, 0, 4, 0, 1, 0xc5, 0xcb];
        let (asked, ()) = tokio::join!(line.write_all(&request), late);
        asked.unwrap();
        assert_eq!(line.stray(), 7);
        assert_eq!(line.patience(), Duration::ZERO);
    }
}
