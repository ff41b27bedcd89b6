//! The driver on what a scanner's device file gave: `struct input_event` as the kernel writes it, in pieces, and its
//! end when it is pulled.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::config::{HidDevice, Layout, ScannerConfig};
use crate::driver::tests::FixedClock;
use crate::driver::{ConnectionState, ConnectionStatus, Scan, Sink};

/// Bytes of a device file: two words of time, type, code and value.
struct Recorded(DuplexStream);

impl Keyboard for Recorded {
    async fn next(&mut self) -> io::Result<Key> {
        loop {
            let mut event = [0u8; 24];
            self.0.read_exact(&mut event).await?;
            let kind = u16::from_ne_bytes([event[16], event[17]]);
            let code = u16::from_ne_bytes([event[18], event[19]]);
            let value = i32::from_ne_bytes([event[20], event[21], event[22], event[23]]);
            match (kind, code) {
                (1, code) => return Ok(Key::Pressed(code, value)),
                (0, 3) => return Ok(Key::Gap),
                _ => {}
            }
        }
    }
}

fn event(kind: u16, code: u16, value: i32) -> Vec<u8> {
    let mut event = vec![0u8; 16];
    event.extend(kind.to_ne_bytes());
    event.extend(code.to_ne_bytes());
    event.extend(value.to_ne_bytes());
    event
}

/// A key with its scan code in front and a report behind, down and up, as scanners send it.
fn press(code: u16) -> Vec<u8> {
    [1, 0]
        .into_iter()
        .flat_map(|value| [event(4, 4, 458_782), event(1, code, value), event(0, 0, 0)].concat())
        .collect()
}

fn config(idle_ms: Option<u32>) -> HidScannerConfig {
    let scanner = ScannerConfig { machine: Some("CNC-1".into()), prefix: None, suffix: None, chars_max: 128 };
    HidScannerConfig { device: HidDevice::Path("/dev/input/none".into()), layout: Layout::De, idle_ms, scanner }
}

fn context() -> Context {
    Context {
        sink: Sink::new(0),
        clock: Arc::new(FixedClock(5)),
        status: Arc::new(ConnectionStatus::new("hid".into(), "hid_scanner", 0, Arc::new(FixedClock(5)))),
        tags: 0..0,
        data_dir: Path::new("").into(),
        shutdown: CancellationToken::new(),
    }
}

/// What came of these bytes until the device was pulled, and why it ended.
async fn read(bytes: &[u8], config: &HidScannerConfig) -> (Vec<Scan>, Context, String) {
    let (context, (mut scanner, device)) = (context(), duplex(64));
    let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(1));
    let write = async {
        for piece in bytes.chunks(7) {
            scanner.write_all(piece).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(scanner);
    };
    let (reason, ()) = tokio::join!(listen(Recorded(device), config, &context, &mut backoff), write);
    let mut scans = Vec::new();
    context.sink.drain_scans(&mut scans);
    (scans, context, reason)
}

#[tokio::test]
async fn edge_05_recorded_keys_become_scans_until_the_scanner_is_pulled() {
    // y and z are swapped on the German layout that the scanner was told. The last code is not whole.
    let codes = [44, 2, 28, 21, 3, 28, 30];
    let bytes: Vec<u8> = codes.into_iter().flat_map(press).collect();
    let (scans, context, reason) = read(&bytes, &config(None)).await;
    let found: Vec<_> = scans.iter().map(|s| (s.code.as_str(), s.reader, s.machine.as_deref())).collect();
    assert_eq!(found, [("y1", Reader::Hid, Some("CNC-1")), ("z2", Reader::Hid, Some("CNC-1"))]);
    assert!(reason.starts_with("unplugged or failing"), "{reason}");
    let status = context.status.snapshot();
    assert_eq!((status.state, status.requests_ok, status.dropped), (ConnectionState::Connected, 2, 0));
}

#[tokio::test]
async fn edge_05_a_pause_ends_a_code_where_it_is_told_to_and_lost_keys_are_noise() {
    let (scans, ..) = read(&[press(30), press(48)].concat(), &config(Some(50))).await;
    assert_eq!(scans.iter().map(|s| s.code.as_str()).collect::<Vec<_>>(), ["ab"]);
    let bytes = [press(30), event(0, 3, 0), press(48), press(28)].concat();
    let (scans, context, _) = read(&bytes, &config(None)).await;
    assert_eq!(scans.iter().map(|s| s.code.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(context.status.snapshot().dropped, 1);
}

#[tokio::test]
async fn edge_05_a_scanner_that_is_not_there_is_told_with_what_to_do() {
    let context = context();
    let running = tokio::spawn(run(config(None), context.clone()));
    let gone = async {
        while context.status.state() != ConnectionState::Disconnected {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), gone).await.unwrap();
    let error = context.status.snapshot().last_error.unwrap();
    assert!(error.starts_with("/dev/input/none: cannot be opened") && error.contains("group input"), "{error}");
    context.shutdown.cancel();
    running.await.unwrap().unwrap();
}

/// The kernel's own way: a virtual keyboard, grabbed, pulled and plugged again under another number.
#[tokio::test]
#[ignore = "needs /dev/uinput and the right to write it; cargo nextest run --run-ignored only -E 'test(uinput)'"]
async fn edge_05_uinput_grab_unplug_and_replug() {
    use evdev::uinput::VirtualDevice;
    use evdev::{AttributeSet, InputEvent, KeyCode};

    let plug = || {
        let keys: AttributeSet<KeyCode> = (1..128).map(KeyCode::new).collect();
        VirtualDevice::builder().unwrap().name("unison-test-scanner").with_keys(&keys).unwrap().build().unwrap()
    };
    let context = context();
    let config = HidScannerConfig { device: HidDevice::Name("unison-test-scanner".into()), ..config(None) };
    let running = tokio::spawn(run(config, context.clone()));
    for round in 0..2 {
        let mut scanner = plug();
        let until = async |state: ConnectionState| {
            let reached = async {
                while context.status.state() != state {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            timeout(Duration::from_secs(10), reached).await.unwrap();
        };
        until(ConnectionState::Connected).await;
        for key in [30, 2, 28] {
            scanner.emit(&[InputEvent::new(1, key, 1), InputEvent::new(1, key, 0)]).unwrap();
        }
        timeout(Duration::from_secs(10), context.sink.scans_ready()).await.unwrap();
        let mut scans = Vec::new();
        context.sink.drain_scans(&mut scans);
        assert_eq!(scans.iter().map(|s| s.code.as_str()).collect::<Vec<_>>(), ["a1"], "round {round}");
        drop(scanner);
        until(ConnectionState::Disconnected).await;
    }
    context.shutdown.cancel();
    running.await.unwrap().unwrap();
}
