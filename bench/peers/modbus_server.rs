//! A Modbus TCP server that only answers: function 3, register = address, and every tenth register counts
//! on. Unit 99 never answers. Prints its port. Its own process, so that its CPU is not the client's.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Answers so far.
static ANSWERS: AtomicU64 = AtomicU64::new(0);
/// The counting registers move once in so many answers.
const ANSWERS_A_PART: u64 = 64;
const SILENT: u8 = 99;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", listener.local_addr()?.port())?;
    out.flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream));
    }
}

async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = [0u8; 12];
    loop {
        stream.read_exact(&mut request).await?;
        if request[6] == SILENT {
            continue;
        }
        let parts = (ANSWERS.fetch_add(1, Relaxed) / ANSWERS_A_PART) as u16;
        let (address, count) =
            (u16::from_be_bytes([request[8], request[9]]), u16::from_be_bytes([request[10], request[11]]));
        let bytes = 2 * count;
        let mut answer = Vec::with_capacity(9 + usize::from(bytes));
        answer.extend_from_slice(&request[..4]);
        answer.extend_from_slice(&(3 + bytes).to_be_bytes());
        answer.extend_from_slice(&[request[6], request[7], u8::try_from(bytes).unwrap_or(250)]);
        for register in (0..count).map(|i| address.wrapping_add(i)) {
            let value = if register % 10 == 0 { register.wrapping_add(parts) } else { register };
            answer.extend_from_slice(&value.to_be_bytes());
        }
        stream.write_all(&answer).await?;
    }
}
