//! A Modbus TCP server that only answers: any unit, function 3, register = address. Prints its port.
//! Its own process, so that its CPU is not the client's.

use std::io::Write;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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
        let (address, count) =
            (u16::from_be_bytes([request[8], request[9]]), u16::from_be_bytes([request[10], request[11]]));
        let bytes = 2 * count;
        let mut answer = Vec::with_capacity(9 + usize::from(bytes));
        answer.extend_from_slice(&request[..4]);
        answer.extend_from_slice(&(3 + bytes).to_be_bytes());
        answer.extend_from_slice(&[request[6], request[7], u8::try_from(bytes).unwrap_or(250)]);
        (0..count).for_each(|i| answer.extend_from_slice(&address.wrapping_add(i).to_be_bytes()));
        stream.write_all(&answer).await?;
    }
}
