//! A serial line, or one behind a TCP server. Frames there carry no number, so what comes late looks like
//! what comes next: before each request the line is emptied, and after a mishap it has to be quiet for a
//! while before anything is asked again.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Unit, function, address, count, check sum.
const REQUEST: usize = 8;
/// Unit, function, length, check sum around the data of an answer.
const AROUND: usize = 5;

/// What those who ask and the line tell each other.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Something went wrong: what comes now may belong to that.
    pub(super) is_suspect: AtomicBool,
    /// Bytes that came unasked.
    pub(super) stray: AtomicU64,
}

/// A line as the library sees it.
#[derive(Debug)]
pub(super) struct Line<S> {
    stream: S,
    notes: Arc<Notes>,
    /// Silence before each request, and after a mishap.
    gap: Duration,
    quiet: Duration,
    heard: Instant,
    waits: Option<Pin<Box<Sleep>>>,
    /// Bytes of the answer under way, and how many a whole one has.
    got: usize,
    whole: usize,
}

impl<S> Line<S> {
    pub(super) fn new(stream: S, notes: Arc<Notes>, gap: Duration, quiet: Duration) -> Self {
        Self { stream, notes, gap, quiet, heard: Instant::now(), waits: None, got: 0, whole: 0 }
    }
}

impl<S: AsyncRead + Unpin> Line<S> {
    /// Throws away what is on the line.
    fn empty(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut bytes = [0; 256];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                Poll::Ready(Ok(())) => {
                    self.heard = Instant::now();
                    self.notes.stray.fetch_add(buffer.filled().len() as u64, Relaxed);
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(()),
            }
        }
    }

    /// Waits until the line has been silent for long enough.
    fn poll_quiet(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let silence = if self.notes.is_suspect.load(Relaxed) { self.quiet } else { self.gap };
        loop {
            self.empty(cx)?;
            let until = self.heard + silence;
            if Instant::now() >= until {
                self.waits = None;
                self.notes.is_suspect.store(false, Relaxed);
                return Poll::Ready(Ok(()));
            }
            let waits = self.waits.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
            waits.as_mut().reset(until);
            ready!(waits.as_mut().poll(cx));
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, request: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_quiet(cx))?;
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, request))?;
        (self.got, self.whole) = (0, answer_len(request));
        self.heard = Instant::now();
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.got >= self.whole {
            // The library has a whole answer and wants more: it did not believe that one.
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "it is damaged")));
        }
        let before = into.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, into))?;
        let read = into.filled().len() - before;
        if read == 0 {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        self.got += read;
        self.heard = Instant::now();
        Poll::Ready(Ok(()))
    }
}

/// How long the answer to a read is.
fn answer_len(request: &[u8]) -> usize {
    let Some(&[_, function, _, _, high, low, _, _]) = request.first_chunk::<REQUEST>() else { return usize::MAX };
    let count = usize::from(u16::from_be_bytes([high, low]));
    AROUND + if function <= 2 { count.div_ceil(8) } else { 2 * count }
}
