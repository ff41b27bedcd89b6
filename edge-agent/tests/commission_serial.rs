//! `edge-agent probe serial` at a pseudo terminal: frames, codes, labels, and the framing that fits.

mod commission_common;

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::fd::AsRawFd as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use commission_common::edge_agent;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio_serial::SerialStream;

/// What the program says of these frames, each sent when the one before was shown; at last it is told to end.
async fn probe(frames: &[&[u8]], args: &[&str]) -> (i32, String, String) {
    let (mut scanner, port) = SerialStream::pair().unwrap();
    let device = std::fs::read_link(format!("/proc/self/fd/{}", port.as_raw_fd())).unwrap();
    // A port belongs to one; kept open, so that it does not look unplugged.
    let _open = std::fs::File::open(&device).unwrap();
    drop(port);
    let mut command = Command::new(env!("CARGO_BIN_EXE_edge-agent"));
    command.args(["probe", "serial"]).arg(&device).args(args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let (mut out, mut err) = (String::new(), String::new());
    said.read_line(&mut err).unwrap();
    assert!(err.starts_with("listening at"), "{err}");
    for frame in frames {
        scanner.write_all(frame).await.unwrap();
        let from = out.len();
        // The code is the last that is shown of a frame.
        while !out[from..].contains("code") {
            assert_ne!(shown.read_line(&mut out).unwrap(), 0, "{out}");
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    if !frames.is_empty() {
        let id = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    }
    shown.read_to_string(&mut out).unwrap();
    said.read_to_string(&mut err).unwrap();
    (child.wait().unwrap().code().unwrap(), out, err)
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_04_probe_serial_shows_frames_and_what_becomes_of_them() {
    let frames: [&[u8]; 3] = [b"WO-1\r\n", b"]C10109506000134352\r\n", b"]C10109506000134353\r\n"];
    let (code, out, err) = probe(&frames, &["--json"]).await;
    assert_eq!(code, 0, "{err}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [order, label, wrong, suggestion] = lines.as_slice() else { panic!("{out}") };
    assert_eq!((&order["hex"], &order["text"]), (&"57 4f 2d 31 0d 0a".into(), &"WO-1<CR><LF>".into()));
    assert_eq!((&order["codes"][0]["code"], &order["codes"][0]["gs1"]), (&"WO-1".into(), &Value::Null));
    assert_eq!(label["codes"][0]["gs1"], "(01)09506000134352");
    assert!(label["gap_ms"].as_u64().unwrap() >= 300, "{label}");
    assert!(wrong["codes"][0]["gs1"].as_str().unwrap().contains("check digit 3, 2 is right"), "{wrong}");
    assert_eq!(suggestion["suggestion"], "ends_with = \"line\"\ncharset = \"utf-8\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_04_probe_serial_suggests_a_connection_that_the_file_takes() {
    let (code, out, err) = probe(&[b"\x02A1\x03", b"\x02B2\x03"], &[]).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("  text  <STX>A1<ETX>\n  code  A1\n"), "{out}");
    let (_, keys) = out.split_once("Fits 2 frames:\n").unwrap();
    let file = commission_common::File::new(&format!("[[connection]]\nname = \"scanner\"\n{keys}"));
    let checked = edge_agent(&["check", &file.path]).good();
    assert!(checked.contains("scanner (serial_scanner): /dev/pts/"), "{checked}");
    assert!(keys.contains("ends_with = \"etx\""), "{keys}");
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_04_probe_serial_says_what_to_check() {
    let (code, out, err) = probe(&[], &["--seconds", "1"]).await;
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("nothing came") && err.contains("not to a keyboard"), "{err}");
    let gone = edge_agent(&["probe", "serial", "/dev/nowhere"]);
    assert!(
        gone.code == 1 && gone.err.contains("/dev/nowhere: cannot be opened") && gone.err.contains("Check the path")
    );
    // Whatever ports this box has.
    assert!(edge_agent(&["probe", "serial", "--json"]).json()["ports"].is_array());
}
