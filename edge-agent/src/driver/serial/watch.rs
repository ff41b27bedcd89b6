//! What comes at a serial port, for people who look at a scanner before it is configured: bytes up to a pause, what our
//! framing makes of them, and which framing fits.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;
use tokio_serial::{SerialPortBuilderExt as _, SerialPortType, SerialStream};

use super::frame::Framer;
use crate::config::{Charset, Ending, ScannerConfig};
use crate::driver::scanner::Affixes;

/// More bytes without a pause are shown in pieces.
const BYTES_MAX: usize = 4_096;
const CHARS_MAX: usize = 128;
const ETX: u8 = 3;

/// A serial port of the box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    pub path: String,
    /// Vendor and product as `usb = "…"` takes them, the serial number, and what it says of itself.
    pub usb: Option<(String, Option<String>, Option<String>)>,
}

/// The ports that there are.
///
/// # Errors
/// For people.
pub fn ports() -> Result<Vec<Port>, String> {
    let found = tokio_serial::available_ports().map_err(|error| format!("ports cannot be listed: {error}"))?;
    let port = |port: tokio_serial::SerialPortInfo| {
        let usb = match port.port_type {
            SerialPortType::UsbPort(usb) => {
                Some((format!("{:04x}:{:04x}", usb.vid, usb.pid), usb.serial_number, usb.product.or(usb.manufacturer)))
            }
            _ => None,
        };
        Port { path: port.port_name, usb }
    };
    let mut ports: Vec<Port> = found.into_iter().map(port).collect();
    ports.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(ports)
}

/// An open port.
pub struct Watch {
    port: SerialStream,
    pause: Duration,
}

impl Watch {
    /// # Errors
    /// For people.
    pub fn open(path: &str, baud: u32, pause: Duration) -> Result<Self, String> {
        let port = tokio_serial::new(path, baud).open_native_async();
        let port = port.map_err(|error| format!("{path}: cannot be opened: {error}"))?;
        Ok(Self { port, pause })
    }

    /// The bytes up to the next pause.
    ///
    /// # Errors
    /// When the port is gone.
    pub async fn next(&mut self) -> Result<Vec<u8>, String> {
        let mut found = Vec::new();
        let mut bytes = [0u8; 256];
        while found.len() < BYTES_MAX {
            let read = if found.is_empty() {
                self.port.read(&mut bytes).await
            } else {
                match timeout(self.pause, self.port.read(&mut bytes)).await {
                    Ok(read) => read,
                    Err(_) => break,
                }
            };
            match read {
                Ok(0) => return Err("unplugged".into()),
                Ok(read) => found.extend(bytes.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("unplugged or failing: {error}")),
            }
        }
        Ok(found)
    }
}

/// How codes are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing {
    pub ending: Ending,
    pub charset: Charset,
}

impl Framing {
    /// The keys of a `[[connection]]`.
    #[must_use]
    pub fn keys(self) -> String {
        let ending = match self.ending {
            Ending::Line => "ends_with = \"line\"".to_owned(),
            Ending::Cr => "ends_with = \"cr\"".to_owned(),
            Ending::Lf => "ends_with = \"lf\"".to_owned(),
            Ending::CrLf => "ends_with = \"crlf\"".to_owned(),
            Ending::Etx => "ends_with = \"etx\"".to_owned(),
            Ending::Silence { idle_ms } => format!("ends_with = \"silence\"\nidle_ms = {idle_ms}"),
        };
        let charset = match self.charset {
            Charset::Utf8 => "utf-8",
            Charset::Latin1 => "latin-1",
        };
        format!("{ending}\ncharset = \"{charset}\"")
    }

    /// The framing under which each of these frames is one code; a pause where no character ends them all.
    #[must_use]
    pub fn fitting(frames: &[Vec<u8>], idle_ms: u32) -> Self {
        let is_text = frames.iter().all(|frame| std::str::from_utf8(frame).is_ok());
        let charset = if is_text { Charset::Utf8 } else { Charset::Latin1 };
        let all_end = |with: &[u8]| frames.iter().all(|frame| frame.ends_with(with));
        let found = [
            (Ending::Line, all_end(b"\r") || all_end(b"\n")),
            (Ending::CrLf, all_end(b"\r\n")),
            (Ending::Cr, all_end(b"\r")),
            (Ending::Lf, all_end(b"\n")),
            (Ending::Etx, all_end(&[ETX])),
        ];
        let is_one = |ending: Ending| frames.iter().all(|frame| Self { ending, charset }.codes(frame).len() == 1);
        let ending = found.into_iter().find(|(ending, ends)| *ends && is_one(*ending)).map(|(ending, _)| ending);
        Self { ending: ending.unwrap_or(Ending::Silence { idle_ms }), charset }
    }

    /// What the scanner driver would hand on for a frame, or why it would throw it away.
    #[must_use]
    pub fn codes(self, frame: &[u8]) -> Vec<Result<String, String>> {
        let scanner = ScannerConfig { machine: None, prefix: None, suffix: None, chars_max: CHARS_MAX };
        let mut framer = Framer::new(self.ending, self.charset, Affixes::new(&scanner));
        let mut found = Vec::new();
        framer.take(frame, |code| found.push(code));
        if matches!(self.ending, Ending::Silence { .. }) {
            framer.end(|code| found.push(code));
        }
        found.into_iter().map(|code| code.map_err(|noise| noise.to_string())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_04_the_framing_that_fits_what_came() {
        let check = |frames: &[&[u8]], ending: Ending, charset: Charset| {
            let frames: Vec<Vec<u8>> = frames.iter().map(|frame| frame.to_vec()).collect();
            assert_eq!(Framing::fitting(&frames, 60), Framing { ending, charset }, "{frames:?}");
        };
        check(&[b"A\r\n", b"B\r\n"], Ending::Line, Charset::Utf8);
        check(&[b"A\r", b"B\n"], Ending::Silence { idle_ms: 60 }, Charset::Utf8);
        check(&[b"\x02A\x03"], Ending::Etx, Charset::Utf8);
        check(&[b"A\rB\r\n"], Ending::CrLf, Charset::Utf8);
        check(&[b"A\nB\r"], Ending::Cr, Charset::Utf8);
        check(&[b"A\rB\n"], Ending::Lf, Charset::Utf8);
        check(&[b"AB"], Ending::Silence { idle_ms: 60 }, Charset::Utf8);
        check(&[b"Gr\xf6\xdfe\r"], Ending::Line, Charset::Latin1);
    }

    #[test]
    fn edge_04_what_the_driver_would_hand_on() {
        let framing = Framing { ending: Ending::Line, charset: Charset::Utf8 };
        assert_eq!(framing.codes(b"]C110AB\x1d21S\r\n"), [Ok("]C110AB\u{1d}21S".to_owned())]);
        assert_eq!(framing.codes(b"\xff\n"), [Err("bytes that are no text".to_owned())]);
        assert!(framing.codes(b"no end").is_empty());
        let silence = Framing { ending: Ending::Silence { idle_ms: 60 }, ..framing };
        assert_eq!(silence.codes(b"no end"), [Ok("no end".to_owned())]);
        assert_eq!(silence.keys(), "ends_with = \"silence\"\nidle_ms = 60\ncharset = \"utf-8\"");
    }
}
