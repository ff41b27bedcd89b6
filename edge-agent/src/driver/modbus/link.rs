//! What messages travel on. tokio-modbus frames them; opening a line, how many requests are under way on it,
//! and what a mishap means for it are said here.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_modbus::client::{Client as _, Context, rtu, tcp};
use tokio_modbus::prelude::{ExceptionCode, Request as Call, Response, Slave, SlaveContext as _};
use tokio_modbus::{Error, ProtocolError};
use tokio_serial::{SerialPortBuilderExt as _, SerialStream};

use super::rtu::{self as frames, Line, Wire};
use super::tcp::{Late, Mux};
use crate::config::{ModbusConfig, ModbusLine, Parity};
use crate::driver::socket::give_up_soon;

/// Silence on a line before something is asked after a mishap. Adapters hold bytes back for up to 16 ms.
const QUIET_SERIAL: Duration = Duration::from_millis(25);
/// A server with a serial line behind it takes what the network takes, too.
const QUIET_TCP: Duration = Duration::from_millis(100);
/// Above this speed the standard fixes the silence between frames.
const BAUD_FIXED: u32 = 19_200;
const GAP_FIXED: Duration = Duration::from_micros(1_750);

/// An open connection.
pub(super) struct Link {
    kind: Kind,
    free: Vec<Lane>,
}

enum Kind {
    Tcp(Mux),
    /// How long a byte takes, where the edge knows it.
    Rtu {
        line: Line,
        byte: Option<Duration>,
    },
}

/// Carries one request at a time.
pub(super) struct Lane {
    context: Context,
    place: usize,
}

/// What became of one request.
pub(super) enum Outcome {
    /// It has as many registers or whole bytes of bits as were asked for.
    Answer(Response),
    Exception(ExceptionCode),
    /// Nothing in time.
    Silent,
    /// An answer that cannot be believed.
    Nonsense(String),
    /// The line itself is gone.
    Gone(String),
}

/// What to do after a mishap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The line is as good as before.
    Stay,
    /// Nobody knows any more where an answer begins or whose it is.
    Reopen,
}

impl Link {
    /// The error is for people.
    pub(super) async fn open(config: &ModbusConfig) -> Result<Self, String> {
        let limit = Duration::from_millis(u64::from(config.timeout_ms));
        match &config.line {
            ModbusLine::Tcp { address } | ModbusLine::RtuOverTcp { address } => {
                let stream = connect(address, limit).await?;
                Ok(Self::over(config, Box::new(stream)))
            }
            ModbusLine::Rtu { path, baud, parity, stop_bits } => {
                let stream = serial(&path.to_string_lossy(), *baud, *parity, *stop_bits)?;
                Ok(Self::over(config, Box::new(stream)))
            }
        }
    }

    /// The same over something that is open.
    pub(super) fn over(config: &ModbusConfig, wire: Box<dyn Wire>) -> Self {
        match config.line {
            ModbusLine::Tcp { .. } => {
                let mux = Mux::new(wire);
                let lanes = 0..usize::try_from(config.pipeline).unwrap_or(1);
                let lane = |place| Lane { context: tcp::attach(mux.lane()), place };
                let free = lanes.map(lane).collect();
                Self { kind: Kind::Tcp(mux), free }
            }
            ModbusLine::RtuOverTcp { .. } => Self::rtu(Line::new(wire, Duration::ZERO, QUIET_TCP), None),
            ModbusLine::Rtu { baud, parity, stop_bits, .. } => {
                let gap = gap(baud);
                let line = Line::new(wire, gap, gap.max(QUIET_SERIAL));
                Self::rtu(line, Some(byte_time(baud, parity, stop_bits)))
            }
        }
    }

    fn rtu(line: Line, byte: Option<Duration>) -> Self {
        let free = vec![Lane { context: rtu::attach(line.clone()), place: 0 }];
        Self { kind: Kind::Rtu { line, byte }, free }
    }

    /// A lane for the next request; `None` while all are under way.
    pub(super) fn lane(&mut self) -> Option<Lane> {
        self.free.pop()
    }

    /// Takes a lane back after its request.
    pub(super) fn after(&mut self, mut lane: Lane, outcome: &Outcome) -> After {
        let after = match (&self.kind, outcome) {
            (_, Outcome::Answer(_) | Outcome::Exception(_)) => After::Stay,
            (_, Outcome::Gone(_)) | (Kind::Tcp(_), Outcome::Nonsense(_)) => After::Reopen,
            (Kind::Tcp(mux), Outcome::Silent) => {
                if mux.give_up(lane.place) {
                    After::Stay
                } else {
                    After::Reopen
                }
            }
            (Kind::Rtu { line, .. }, Outcome::Silent | Outcome::Nonsense(_)) => {
                line.suspect();
                lane.context = rtu::attach(line.clone());
                After::Stay
            }
        };
        self.free.push(lane);
        after
    }

    /// Answers that came too late, and how much else came that nobody had asked for.
    pub(super) fn late(&self) -> (Vec<Late>, u64) {
        match &self.kind {
            Kind::Tcp(mux) => (mux.late(), 0),
            Kind::Rtu { line, .. } => (Vec::new(), line.stray()),
        }
    }

    /// How long the next request may have to wait for silence before it is sent.
    pub(super) fn patience(&self) -> Duration {
        match &self.kind {
            Kind::Rtu { line, .. } => line.patience(),
            Kind::Tcp(_) => Duration::ZERO,
        }
    }

    /// How long request and answer are on their way when nobody takes any time to think. What a line behind a
    /// TCP server needs is not known here.
    pub(super) fn wire_time(&self, call: &Call<'_>) -> Duration {
        match self.kind {
            Kind::Rtu { byte: Some(byte), .. } => byte * frames::bytes_of(call),
            _ => Duration::ZERO,
        }
    }

    /// Whether a line on which nothing answers may work again when it is opened anew. A serial line does
    /// not; when it is unplugged it says so.
    pub(super) const fn may_be_dead(&self) -> bool {
        !matches!(self.kind, Kind::Rtu { byte: Some(_), .. })
    }
}

async fn connect(address: &str, limit: Duration) -> Result<TcpStream, String> {
    match timeout(limit, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => {
            // Requests are small and waited for; failing to say so only costs time.
            let _ = stream.set_nodelay(true);
            give_up_soon(&stream);
            Ok(stream)
        }
        Ok(Err(error)) => Err(format!("cannot connect to {address}: {error}")),
        Err(_) => Err(format!("cannot connect to {address}: no answer in {} ms", limit.as_millis())),
    }
}

fn serial(path: &str, baud: u32, parity: Parity, stop_bits: u8) -> Result<SerialStream, String> {
    let parity = match parity {
        Parity::Even => tokio_serial::Parity::Even,
        Parity::Odd => tokio_serial::Parity::Odd,
        Parity::None => tokio_serial::Parity::None,
    };
    let stop_bits = if stop_bits == 2 { tokio_serial::StopBits::Two } else { tokio_serial::StopBits::One };
    let port = tokio_serial::new(path, baud).parity(parity).stop_bits(stop_bits).open_native_async();
    port.map_err(|error| format!("{path}: cannot be opened: {error}; is the adapter plugged in?"))
}

/// A start bit, eight data bits, a parity bit where there is one, and the stop bits.
fn byte_time(baud: u32, parity: Parity, stop_bits: u8) -> Duration {
    let bits = 9 + u64::from(parity != Parity::None) + u64::from(stop_bits);
    Duration::from_nanos(bits * 1_000_000_000 / u64::from(baud.max(1)))
}

/// Three and a half characters of eleven bits.
fn gap(baud: u32) -> Duration {
    if baud > BAUD_FIXED { GAP_FIXED } else { Duration::from_micros(38_500_000 / u64::from(baud.max(1))) }
}

impl Lane {
    /// Asks and waits; gives the lane back with what became of it and how long that took.
    pub(super) async fn ask(mut self, unit: u8, call: Call<'static>, limit: Duration) -> (Self, Outcome, Duration) {
        self.context.set_slave(Slave(unit));
        let asked = Instant::now();
        let outcome = match timeout(limit, self.context.call(call.clone())).await {
            Ok(Ok(Ok(response))) => fits(&call, response),
            Ok(Ok(Err(exception))) => Outcome::Exception(exception),
            Ok(Err(error)) => broken(&error),
            Err(_) => Outcome::Silent,
        };
        (self, outcome, asked.elapsed())
    }
}

/// Whether an answer has what was asked for; the library only compares the function.
fn fits(call: &Call<'_>, response: Response) -> Outcome {
    if let Some(is_same) = confirms(call, &response) {
        let strange = || Outcome::Nonsense("the device confirms another write than the one it was sent".into());
        return if is_same { Outcome::Answer(response) } else { strange() };
    }
    let (got, wanted, what) = match (call, &response) {
        (Call::ReadHoldingRegisters(_, count), Response::ReadHoldingRegisters(words))
        | (Call::ReadInputRegisters(_, count), Response::ReadInputRegisters(words)) => {
            (words.len(), usize::from(*count), "registers")
        }
        // Bits come in whole bytes.
        (Call::ReadCoils(_, count), Response::ReadCoils(bits))
        | (Call::ReadDiscreteInputs(_, count), Response::ReadDiscreteInputs(bits)) => {
            (bits.len(), usize::from(*count).next_multiple_of(8), "bits")
        }
        _ => return Outcome::Nonsense("the answer is of another kind than the request".into()),
    };
    if got == wanted {
        Outcome::Answer(response)
    } else {
        Outcome::Nonsense(format!("asked for {wanted} {what}, got {got}"))
    }
}

/// Whether an answer to a write is about just this write; `None` when it is none.
fn confirms(call: &Call<'_>, response: &Response) -> Option<bool> {
    Some(match (call, response) {
        (Call::WriteSingleCoil(at, on), Response::WriteSingleCoil(of, is_on)) => (at, on) == (of, is_on),
        (Call::WriteSingleRegister(at, word), Response::WriteSingleRegister(of, is)) => (at, word) == (of, is),
        (Call::WriteMultipleCoils(at, bits), Response::WriteMultipleCoils(of, count)) => {
            (*at, bits.len()) == (*of, usize::from(*count))
        }
        (Call::WriteMultipleRegisters(at, words), Response::WriteMultipleRegisters(of, count)) => {
            (*at, words.len()) == (*of, usize::from(*count))
        }
        (Call::MaskWriteRegister(at, and, or), Response::MaskWriteRegister(of, was_and, was_or)) => {
            (at, and, or) == (of, was_and, was_or)
        }
        _ => return None,
    })
}

/// The library's texts print whole answers; these do not.
fn broken(error: &Error) -> Outcome {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, InvalidData, InvalidInput, UnexpectedEof};
    match error {
        Error::Protocol(ProtocolError::HeaderMismatch { .. }) => {
            Outcome::Nonsense("the answer belongs to another request".into())
        }
        Error::Protocol(ProtocolError::FunctionCodeMismatch { .. }) => {
            Outcome::Nonsense("the answer is of another kind than the request".into())
        }
        Error::Transport(error) => match error.kind() {
            InvalidData | InvalidInput => Outcome::Nonsense(format!("the answer is not Modbus: {error}")),
            UnexpectedEof => Outcome::Gone("the device closed the connection".into()),
            ConnectionReset | ConnectionAborted => Outcome::Gone("the device cut the connection".into()),
            _ => Outcome::Gone(format!("the connection failed: {error}")),
        },
    }
}
