//! The scanner driver on pseudo terminals: codes, noise, pulling the plug.

mod drivers_common;

use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use drivers_common::{Edge, sleep_ms, until};
use edge_agent::driver::{ConnectionState, Scan};
use tokio::io::AsyncWriteExt as _;
use tokio_serial::SerialStream;

/// A port in a folder of its own, plugged in by a link as udev makes them.
struct Port {
    folder: PathBuf,
    link: PathBuf,
}

impl Port {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("unison-serial-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { link: folder.join("usb-scanner"), folder }
    }

    /// Returns the scanner's end.
    fn plug(&self) -> (SerialStream, SerialStream) {
        let (scanner, port) = SerialStream::pair().unwrap();
        let device = std::fs::read_link(format!("/proc/self/fd/{}", port.as_raw_fd())).unwrap();
        let _ = std::fs::remove_file(&self.link);
        std::os::unix::fs::symlink(device, &self.link).unwrap();
        (scanner, port)
    }

    fn unplug(&self, ends: (SerialStream, SerialStream)) {
        std::fs::remove_file(&self.link).unwrap();
        drop(ends);
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn config(path: &Path, more: &str) -> String {
    format!(
        "[[connection]]\nname = \"scanner-1\"\ndriver = \"serial_scanner\"\npath = \"{}\"\nmachine = \"PACK-001\"\n{more}",
        path.display()
    )
}

async fn scans(edge: &Edge, count: usize) -> Vec<Scan> {
    let mut found = Vec::new();
    while found.len() < count {
        let waited = tokio::time::timeout(std::time::Duration::from_secs(10), edge.sink.scans_ready()).await;
        assert!(waited.is_ok(), "only {found:?}");
        edge.sink.drain_scans(&mut found);
    }
    found
}

fn codes(scans: &[Scan]) -> Vec<&str> {
    scans.iter().map(|scan| scan.code.as_str()).collect()
}

#[tokio::test]
async fn edge_04_each_code_becomes_a_scan_of_its_machine() {
    let port = Port::new("codes");
    let mut ends = port.plug();
    let edge = Edge::start(&config(&port.link, ""));
    edge.until_state(0, ConnectionState::Connected).await;
    ends.0.write_all(b"WO-2026-001\r\n").await.unwrap();
    let found = scans(&edge, 1).await;
    assert_eq!(codes(&found), ["WO-2026-001"]);
    assert_eq!((&*found[0].connection, found[0].machine.as_deref()), ("scanner-1", Some("PACK-001")));
    assert!(found[0].at > 0);
    // A code in pieces; only the end of the line makes it one.
    ends.0.write_all(b"WO-").await.unwrap();
    sleep_ms(300).await;
    ends.0.write_all(b"2\rWO-3\n").await.unwrap();
    assert_eq!(codes(&scans(&edge, 2).await), ["WO-2", "WO-3"]);
    let status = edge.status(0);
    assert_eq!((status.requests_ok, status.dropped, status.last_error), (3, 0, None));
}

#[tokio::test]
async fn edge_04_noise_is_dropped_counted_and_told() {
    let port = Port::new("noise");
    let mut ends = port.plug();
    let edge = Edge::start(&config(&port.link, "baud = 115200\n"));
    edge.until_state(0, ConnectionState::Connected).await;
    ends.0.write_all(b"\xff\xfe\x81\n").await.unwrap();
    until("noise is counted", || edge.status(0).dropped == 1).await;
    let error = edge.status(0).last_error.unwrap();
    assert!(error.contains("noise on the line: bytes that are no text; check the cable and baud = 115200"), "{error}");
    ends.0.write_all(&[b'x'; 1_000]).await.unwrap();
    ends.0.write_all(b"\nWO-1\n").await.unwrap();
    assert_eq!(codes(&scans(&edge, 1).await), ["WO-1"]);
    assert_eq!((edge.status(0).dropped, edge.status(0).last_error), (2, None));
}

#[tokio::test]
async fn edge_04_an_unplugged_scanner_is_found_again_by_its_path() {
    let port = Port::new("plug");
    let edge = Edge::start(&config(&port.link, ""));
    edge.until_state(0, ConnectionState::Disconnected).await;
    let error = edge.status(0).last_error.unwrap();
    assert!(error.contains("cannot be opened") && error.contains("is the scanner plugged in?"), "{error}");

    let mut ends = port.plug();
    edge.until_state(0, ConnectionState::Connected).await;
    ends.0.write_all(b"WO-1\n").await.unwrap();
    assert_eq!(codes(&scans(&edge, 1).await), ["WO-1"]);

    // Pulled in the middle of a code: the half is not joined to what comes later.
    ends.0.write_all(b"HALF").await.unwrap();
    sleep_ms(50).await;
    port.unplug(ends);
    edge.until_state(0, ConnectionState::Disconnected).await;
    let error = edge.status(0).last_error.unwrap();
    assert!(error.contains("unplugged since 20"), "{error}");
    // While it is away that stays its first moment.
    until("it was looked for", || edge.status(0).last_error.is_some_and(|error| error.contains("cannot be opened")))
        .await;
    let since = |error: &str| error.split("since ").nth(1).unwrap()[..20].to_owned();
    assert_eq!(since(&edge.status(0).last_error.unwrap()), since(&error));
    let mut ends = port.plug();
    edge.until_state(0, ConnectionState::Connected).await;
    ends.0.write_all(b"WO-2\n").await.unwrap();
    assert_eq!(codes(&scans(&edge, 1).await), ["WO-2"]);
    assert_eq!(edge.status(0).restarts, 0);
}

#[tokio::test]
async fn edge_04_a_code_that_a_pause_ends_and_the_separators_of_gs1() {
    let port = Port::new("silence");
    let mut ends = port.plug();
    let edge = Edge::start(&config(&port.link, "ends_with = \"silence\"\nidle_ms = 100\n"));
    edge.until_state(0, ConnectionState::Connected).await;
    ends.0.write_all(b"]C110AB").await.unwrap();
    sleep_ms(20).await;
    ends.0.write_all(b"\x1d21S7").await.unwrap();
    assert_eq!(codes(&scans(&edge, 1).await), ["]C110AB\u{1d}21S7"]);
    ends.0.write_all(b"WO-1").await.unwrap();
    assert_eq!(codes(&scans(&edge, 1).await), ["WO-1"]);
    assert_eq!((edge.status(0).requests_ok, edge.status(0).dropped), (2, 0));
}

#[tokio::test]
async fn edge_04_a_usb_scanner_that_is_not_there() {
    let text = "[[connection]]\nname = \"s\"\ndriver = \"serial_scanner\"\nusb = \"fffe:fffe\"\n";
    let edge = Edge::start(text);
    edge.until_state(0, ConnectionState::Disconnected).await;
    let error = edge.status(0).last_error.unwrap();
    assert!(error.starts_with("USB fffe:fffe: not there; is the scanner plugged in?"), "{error}");
}
