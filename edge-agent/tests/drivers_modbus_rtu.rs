//! The Modbus driver on serial lines (pseudo terminals) and on one behind a TCP server: frames without
//! numbers, noise, late answers, pulled plugs.

mod drivers_common;

use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use drivers_common::{Answer, Call, Edge, modbus, serve_rtu, sleep_ms, until};
use edge_agent::driver::{ConnectionState, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_serial::SerialStream;

/// An adapter in a folder of its own, plugged in by a link as udev makes them.
struct Adapter {
    _folder: tempfile::TempDir,
    link: PathBuf,
    plugged: Option<(JoinHandle<Option<()>>, SerialStream)>,
}

impl Adapter {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { link: folder.path().join("usb-rs485"), _folder: folder, plugged: None }
    }

    /// Plugs a line in on which this answers.
    fn plug(&mut self, answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) {
        let (device, port) = SerialStream::pair().unwrap();
        let path = std::fs::read_link(format!("/proc/self/fd/{}", port.as_raw_fd())).unwrap();
        std::os::unix::fs::symlink(path, &self.link).unwrap();
        self.plugged = Some((tokio::spawn(serve_rtu(device, answer)), port));
    }

    async fn pull(&mut self) {
        std::fs::remove_file(&self.link).unwrap();
        let (device, port) = self.plugged.take().unwrap();
        device.abort();
        assert!(device.await.unwrap_err().is_cancelled());
        drop(port);
    }

    /// A pseudo terminal has no parity.
    fn config(&self, timeout_ms: u32, tags: &[(&str, &str)]) -> String {
        let text = modbus("line", "127.0.0.1:1".parse().unwrap(), timeout_ms, 50, tags);
        let line = format!("path = \"{}\"\nbaud = 115200\nparity = \"none\"", self.link.display());
        text.replace("modbus_tcp", "modbus_rtu").replace("address = \"127.0.0.1:1\"", &line)
    }
}

fn answer(call: &Call) -> Vec<u8> {
    Call::rtu(&call.answer(|n| n))
}

#[tokio::test]
async fn edge_02_units_on_a_serial_line_are_read() {
    let mut adapter = Adapter::new();
    adapter.plug(|call| Answer::Send(Call::rtu(&call.answer(|n| n + 100 * u16::from(call.unit)))));
    let tags = [("1/holding:7", "u16"), ("2/input:9", "i16"), ("2/coil:3", "bool"), ("1/discrete:18", "bool")];
    let edge = Edge::start(&adapter.config(500, &tags));
    edge.until_value(0, Value::Uint(107)).await;
    edge.until_value(1, Value::Int(209)).await;
    edge.until_value(2, Value::Bool(true)).await;
    edge.until_value(3, Value::Bool(false)).await;
    let status = edge.status(0);
    assert_eq!((status.state, status.last_error, status.requests_failed), (ConnectionState::Connected, None, 0));
    assert_eq!((status.driver, status.dropped), ("modbus_rtu", 0));
}

#[tokio::test]
async fn edge_14_an_unplugged_adapter_is_found_again_by_its_path() {
    let mut adapter = Adapter::new();
    let edge = Edge::start(&adapter.config(200, &[("holding:7", "u16")]));
    edge.until_state(0, ConnectionState::Disconnected).await;
    let error = edge.status(0).last_error.unwrap();
    assert!(error.contains("cannot be opened") && error.contains("is the adapter plugged in?"), "{error}");
    adapter.plug(|call| Answer::Send(answer(call)));
    edge.until_value(0, Value::Uint(7)).await;
    adapter.pull().await;
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!(edge.good(0), None);
    adapter.plug(|call| Answer::Send(Call::rtu(&call.answer(|n| n + 1))));
    edge.until_value(0, Value::Uint(8)).await;
    assert_eq!(edge.status(0).restarts, 0);
}

/// Spoils the first answer in every way of a list; nothing spoilt may ever be good.
async fn spoilt_first(spoil: impl Fn(usize, Vec<u8>) -> Option<Vec<u8>> + Send + Sync + 'static, ways: usize) {
    let spoil = Arc::new(spoil);
    let mut running = Vec::new();
    for way in 0..ways {
        let mut adapter = Adapter::new();
        let spoil = spoil.clone();
        adapter.plug(move |call| match call.number {
            0 => spoil(way, Call::rtu(&call.answer(|_| 0xdead))).map_or(Answer::Silent, Answer::Send),
            _ => Answer::Send(answer(call)),
        });
        let edge = Edge::start(&adapter.config(200, &[("holding:4", "u16"), ("holding:5", "u16")]));
        running.push((edge, adapter));
    }
    for (way, (edge, _)) in running.iter().enumerate() {
        until(&format!("way {way} recovers"), || {
            assert!(matches!(edge.good(0), None | Some(Value::Uint(4))), "way {way}: {:?}", edge.good(0));
            edge.good(0).is_some() && edge.good(1) == Some(Value::Uint(5))
        })
        .await;
        let status = edge.status(0);
        assert_eq!((status.requests_failed, status.restarts, status.last_error), (1, 0, None), "way {way}");
    }
}

#[tokio::test]
async fn edge_12_a_unit_that_stops_at_any_byte_of_its_answer_is_asked_again() {
    // Unit, function, length, two registers, check sum: nine bytes.
    spoilt_first(|cut, frame| Some(frame[..cut].to_vec()), 9).await;
}

#[tokio::test]
async fn edge_14_a_damaged_answer_is_never_taken_for_a_value() {
    // Every bit of every byte.
    spoilt_first(
        |bit, mut frame| {
            frame[bit / 8] ^= 1 << (bit % 8);
            Some(frame)
        },
        72,
    )
    .await;
}

#[tokio::test]
async fn edge_14_a_late_answer_is_not_taken_for_the_next_one() {
    let mut adapter = Adapter::new();
    // The fourth answer takes longer than anybody waits, and says what nobody may believe.
    adapter.plug(|call| match call.number {
        3 => Answer::SendAfter(150, Call::rtu(&call.answer(|_| 0xdead))),
        _ => Answer::Send(answer(call)),
    });
    let edge = Edge::start(&adapter.config(100, &[("holding:4", "u16")]));
    edge.until_value(0, Value::Uint(4)).await;
    until("the late answer was thrown away", || {
        assert!(matches!(edge.good(0), None | Some(Value::Uint(4))), "{:?}", edge.reading(0));
        edge.status(0).dropped >= 7
    })
    .await;
    edge.until_value(0, Value::Uint(4)).await;
}

#[tokio::test]
async fn edge_12_a_silent_unit_on_a_serial_line_backs_off_alone() {
    let asked = Arc::new([const { AtomicU64::new(0) }; 3]);
    let counted = asked.clone();
    let mut adapter = Adapter::new();
    adapter.plug(move |call| {
        counted[usize::from(call.unit)].fetch_add(1, Relaxed);
        if call.unit == 2 { Answer::Silent } else { Answer::Send(answer(call)) }
    });
    let edge = Edge::start(&adapter.config(100, &[("1/holding:1", "u16"), ("2/holding:2", "u16")]));
    until("unit 1 was asked often", || asked[1].load(Relaxed) >= 60).await;
    // However long that took: its pauses grow, and looks take 2 % of the time.
    assert!(asked[2].load(Relaxed) <= 12, "unit 2 was asked {} times", asked[2].load(Relaxed));
    assert_eq!((edge.good(0), edge.good(1)), (Some(Value::Uint(1)), None));
    assert_eq!(edge.status(0).last_error.as_deref(), Some("unit 2, holding:2..2: no answer in 100 ms"));
}

#[tokio::test]
async fn edge_02_a_serial_line_behind_a_tcp_server_is_read_and_recovers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicU64::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Relaxed);
            tokio::spawn(serve_rtu(stream, |call| match call.number {
                // A damaged answer, an answer of somebody else, one that never comes.
                2 => Answer::Send(vec![0x55; 9]),
                4 => Answer::Send(Call::rtu(&Call { unit: 9, ..call.clone() }.answer(|_| 0xdead))),
                6 => Answer::Silent,
                _ => Answer::Send(answer(call)),
            }));
        }
    });
    let text = modbus("line", address, 200, 50, &[("holding:4", "u16"), ("holding:5", "u16")]);
    let edge = Edge::start(&text.replace("modbus_tcp", "modbus_rtu_over_tcp"));
    until("three answers failed and more came", || {
        assert!(matches!(edge.good(0), None | Some(Value::Uint(4))));
        let status = edge.status(0);
        status.requests_failed == 3 && status.requests_ok >= 10
    })
    .await;
    assert_eq!(edge.good(1), Some(Value::Uint(5)));
    // None of that is the connection's fault.
    assert_eq!(connections.load(Relaxed), 1);
}

/// What a server with a serial line behind it does with a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mishap {
    /// A frame of somebody else comes at once, the answer when the line is through.
    Stray,
    /// The connection is closed at once; the answer goes to the next one.
    Close,
}

/// Serves a line on which a unit takes 100 ms, and 300 ms where a mishap is planned: one request after the
/// other, whichever connection they came from, and answers to the one that is open then.
async fn serve_queue(listener: TcpListener, mishap: Mishap, asked: Arc<AtomicU64>) {
    let open: Arc<Mutex<Option<OwnedWriteHalf>>> = Arc::default();
    let (queue, mut queued) = tokio::sync::mpsc::unbounded_channel::<(u64, Call)>();
    let answers = open.clone();
    tokio::spawn(async move {
        while let Some((ms, call)) = queued.recv().await {
            sleep_ms(ms).await;
            if let Some(stream) = &mut *answers.lock().await {
                let frame = Call::rtu(&call.answer(|n| n + 1_000 * u16::from(call.unit)));
                let _ = stream.write_all(&frame).await;
            }
        }
    });
    while let Ok((mut stream, writer)) = listener.accept().await.map(|(stream, _)| stream.into_split()) {
        *open.lock().await = Some(writer);
        let mut frame = [0u8; 8];
        while stream.read_exact(&mut frame).await.is_ok() {
            let word = |i: usize| u16::from_be_bytes([frame[i], frame[i + 1]]);
            let (unit, function, number) = (frame[0], frame[1], asked.fetch_add(1, Relaxed));
            let call = Call { transaction: 0, unit, function, address: word(2), count: word(4), number, connection: 0 };
            let is_spoilt = number >= 6 && number % 6 == 0;
            let stray = Call::rtu(&Call { unit: 9, ..call.clone() }.answer(|_| 0xdead));
            queue.send((if is_spoilt { 300 } else { 100 }, call)).unwrap();
            match mishap {
                Mishap::Stray if is_spoilt => {
                    if let Some(stream) = &mut *open.lock().await {
                        stream.write_all(&stray).await.unwrap();
                    }
                }
                Mishap::Close if is_spoilt => {
                    open.lock().await.take();
                    break;
                }
                _ => {}
            }
        }
    }
}

/// Requests of one shape, to one unit and to another: none may get what was meant for another one.
async fn no_answer_is_taken_for_another(mishap: Mishap) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicU64::new(0));
    tokio::spawn(serve_queue(listener, mishap, asked.clone()));
    let registers = [(1, 4), (1, 100), (2, 4), (2, 200)];
    let tags = registers.map(|(unit, address)| format!("{unit}/holding:{address}"));
    let tags = tags.each_ref().map(|register| (register.as_str(), "u16"));
    let text = modbus("line", address, 500, 50, &tags);
    let edge = Edge::start(&text.replace("modbus_tcp", "modbus_rtu_over_tcp"));
    until("three mishaps are over", || {
        for (tag, (unit, address)) in (0..).zip(registers) {
            let right = Value::Uint(1_000 * unit + address);
            assert!(edge.good(tag).is_none_or(|value| value == right), "{unit}/{address}: {:?}", edge.reading(tag));
        }
        edge.status(0).requests_failed >= 3 && asked.load(Relaxed) >= 22
    })
    .await;
    until("all are read again", || (0..4).all(|tag| edge.good(tag).is_some())).await;
}

#[tokio::test]
async fn edge_14_after_a_stray_frame_the_answer_under_way_is_not_taken_for_the_next_one() {
    no_answer_is_taken_for_another(Mishap::Stray).await;
}

#[tokio::test]
async fn edge_14_after_a_closed_line_the_answer_under_way_is_not_taken_for_the_next_one() {
    no_answer_is_taken_for_another(Mishap::Close).await;
}
