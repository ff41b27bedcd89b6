//! `edge-agent probe serial`: which serial ports there are, and what comes at one of them.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{anyhow, bail};
use serde_json::json;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use unison_core::gs1;

use crate::agent::WallClock;
use crate::commission::table::{Align, table};
use crate::commission::time_of_day;
use crate::driver::Clock as _;
use crate::driver::serial::watch::{Framing, Watch, ports};

const BY_ID: &str = "/dev/serial/by-id";
/// Frames that a suggestion is made of.
const FRAMES_MAX: usize = 200;

#[derive(clap::Args)]
#[command(
    after_help = "Without a path: the serial ports of this box. With one: what comes there, as it comes; scan a few codes.\n\
    Ends on Ctrl-C or after --seconds with a suggestion for the [[connection]].\n\n\
    Examples:\n  \
    edge-agent probe serial\n  \
    edge-agent probe serial /dev/serial/by-id/usb-scanner-1 --baud 9600"
)]
pub struct Args {
    /// The port, best by its id: /dev/serial/by-id/…
    path: Option<PathBuf>,
    #[arg(long, default_value_t = 9_600, value_parser = clap::value_parser!(u32).range(300..=921_600))]
    baud: u32,
    /// A pause of this length ends a frame.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..=2_000))]
    idle_ms: u32,
    /// Ends after so many seconds.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: Option<u32>,
    /// JSON: one document for the ports, one line for each frame.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, out: &mut impl Write, shutdown: CancellationToken) -> anyhow::Result<()> {
    match &args.path {
        None => list(&args, out),
        Some(path) => watch(&args, path, out, shutdown).await,
    }
}

fn list(args: &Args, out: &mut impl Write) -> anyhow::Result<()> {
    let ports = ports().map_err(|reason| anyhow!(reason))?;
    let by_id = by_id(Path::new(BY_ID));
    let id = |path: &str| by_id.get(Path::new(path)).map_or_else(String::new, |id| id.display().to_string());
    if args.json {
        let list = ports.iter().map(|port| {
            let (usb, serial, name) = port.usb.clone().map_or((None, None, None), |(usb, s, n)| (Some(usb), s, n));
            json!({ "path": port.path, "by_id": by_id.get(Path::new(&port.path)), "usb": usb, "usb_serial": serial, "name": name })
        });
        writeln!(out, "{:#}", json!({ "ports": list.collect::<Vec<_>>() }))?;
        return Ok(());
    }
    if ports.is_empty() {
        writeln!(
            out,
            "There is no serial port. An adapter that is plugged in shows in `lsusb`; a scanner that types like a"
        )?;
        writeln!(out, "keyboard is none (driver = \"hid_scanner\").")?;
        return Ok(());
    }
    let heads = ["port", "path =", "usb =", "usb_serial =", "name"].map(|head| (head, Align::Left));
    let rows: Vec<Vec<String>> = ports
        .iter()
        .map(|port| {
            let (usb, serial, name) = port.usb.clone().unwrap_or_default();
            vec![port.path.clone(), id(&port.path), usb, serial.unwrap_or_default(), name.unwrap_or_default()]
        })
        .collect();
    write!(out, "{}", table(&heads, &rows))?;
    Ok(())
}

/// The names by id, by the port that they lead to.
fn by_id(folder: &Path) -> HashMap<PathBuf, PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.path().canonicalize().ok()?, entry.path()))).collect()
}

async fn watch(args: &Args, path: &Path, out: &mut impl Write, shutdown: CancellationToken) -> anyhow::Result<()> {
    let place = path.display().to_string();
    let pause = Duration::from_millis(u64::from(args.idle_ms));
    let mut port = Watch::open(&place, args.baud, pause).map_err(|reason| {
        anyhow!(
            "{reason}\nCheck the path (`edge-agent probe serial` lists the ports), this user's right to it (group dialout), \
             and that no other program has it open: stop the agent first."
        )
    })?;
    writeln!(std::io::stderr(), "listening at {place}, {} baud; scan a few codes", args.baud)?;
    let end = args.seconds.map(|seconds| Instant::now() + Duration::from_secs(u64::from(seconds)));
    let mut frames: Vec<Vec<u8>> = Vec::new();
    let mut before: Option<i64> = None;
    loop {
        let next = async {
            match end {
                Some(end) => timeout_at(end, port.next()).await.ok(),
                None => Some(port.next().await),
            }
        };
        let Some(Some(frame)) = shutdown.run_until_cancelled(next).await else { break };
        let frame = frame.map_err(|reason| anyhow!("{place}: {reason}"))?;
        let at = WallClock.now_us();
        if frames.len() < FRAMES_MAX {
            frames.push(frame.clone());
        }
        let framing = Framing::fitting(&frames, args.idle_ms);
        show(args, &frame, framing, at, before, out)?;
        before = Some(at);
    }
    if frames.is_empty() {
        bail!(
            "{place}: nothing came\nCheck that the scanner is set to a serial port (USB COM or RS-232) and not to a keyboard, \
             and the cable."
        );
    }
    suggest(args, &place, &frames, out)
}

fn show(
    args: &Args,
    frame: &[u8],
    framing: Framing,
    at: i64,
    before: Option<i64>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let gap_ms = before.map(|before| (at - before) / 1_000);
    let codes = framing.codes(frame);
    if args.json {
        let codes: Vec<_> = codes
            .iter()
            .map(|code| match code {
                Ok(code) => json!({ "code": code, "gs1": label(code) }),
                Err(noise) => json!({ "noise": noise }),
            })
            .collect();
        let at = unison_core::time::Timestamp(at).rfc3339();
        let (hex, text) = (hex(frame), text(frame));
        writeln!(out, "{}", json!({ "at": at, "gap_ms": gap_ms, "hex": hex, "text": text, "codes": codes }))?;
    } else {
        let gap = gap_ms.map_or_else(String::new, |ms| format!(", {ms} ms after the one before"));
        writeln!(out, "{}  {} bytes{gap}", time_of_day(at), frame.len())?;
        writeln!(out, "  hex   {}", hex(frame))?;
        writeln!(out, "  text  {}", text(frame))?;
        for code in codes {
            match code {
                Ok(code) => {
                    let label = label(&code).map_or_else(String::new, |label| format!("  GS1 {label}"));
                    writeln!(out, "  code  {}{label}", text(code.as_bytes()))?;
                }
                Err(noise) => writeln!(out, "  noise {noise}")?,
            }
        }
    }
    out.flush()?;
    Ok(())
}

fn suggest(args: &Args, place: &str, frames: &[Vec<u8>], out: &mut impl Write) -> anyhow::Result<()> {
    let framing = Framing::fitting(frames, args.idle_ms);
    let all: usize = frames.iter().map(Vec::len).sum();
    let strange =
        frames.iter().flatten().filter(|byte| byte.is_ascii_control() && !b"\r\n\t\x02\x03\x1d".contains(byte));
    let is_doubtful = 4 * (strange.count() + frames.iter().flatten().filter(|byte| !byte.is_ascii()).count()) > all;
    let doubt = is_doubtful.then_some("most of it is no text: baud, parity or stop bits may be wrong");
    if args.json {
        writeln!(out, "{}", json!({ "suggestion": framing.keys(), "doubt": doubt }))?;
        return Ok(());
    }
    writeln!(out, "\nFits {} frames:", frames.len())?;
    writeln!(out, "driver = \"serial_scanner\"\npath = \"{place}\"\nbaud = {}\n{}", args.baud, framing.keys())?;
    if let Some(doubt) = doubt {
        writeln!(out, "But {doubt}.")?;
    }
    Ok(())
}

/// What the label says, or what is wrong with it; `None` for a code that is none.
fn label(code: &str) -> Option<String> {
    match gs1::parse(code) {
        Ok(elements) => elements.map(|elements| gs1::to_human(&elements)),
        Err(error) => Some(error.to_string()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// As text, with names for what cannot be seen.
fn text(bytes: &[u8]) -> String {
    const NAMES: [&str; 32] = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI", "DLE",
        "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
    ];
    let text = String::from_utf8_lossy(bytes);
    let shown = text.chars().map(|c| match NAMES.get(c as usize) {
        Some(name) => format!("<{name}>"),
        None if c.is_control() => format!("<{:02x}>", u32::from(c)),
        None => c.to_string(),
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_04_what_cannot_be_seen_has_a_name_and_labels_are_read() {
        assert_eq!(text(b"\x02A\x1dB\r\n\x7f\xff"), "<STX>A<GS>B<CR><LF><7f>\u{fffd}");
        assert_eq!(hex(&[0, 255]), "00 ff");
        assert_eq!(label("]C10109506000134352"), Some("(01)09506000134352".to_owned()));
        assert_eq!(label("WO-1"), None);
        assert!(label("]C10109506000134353").unwrap().contains("check digit"));
    }

    #[test]
    fn edge_04_ports_have_their_names_by_id() {
        let dir = tempfile::tempdir().unwrap();
        let (port, id) = (dir.path().join("ttyUSB0"), dir.path().join("by-id"));
        std::fs::write(&port, "").unwrap();
        std::fs::create_dir(&id).unwrap();
        std::os::unix::fs::symlink(&port, id.join("usb-scanner-1")).unwrap();
        assert_eq!(by_id(&id).get(&port.canonicalize().unwrap()), Some(&id.join("usb-scanner-1")));
        assert!(by_id(&dir.path().join("none")).is_empty());
    }
}
