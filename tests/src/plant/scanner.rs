//! A barcode scanner on a pseudo terminal: a link with a fixed name leads to what a serial port library
//! opens like a real port. Codes end with a carriage return.
//!
//! As with a real scanner, what is scanned while nobody has the port open is lost (`send` says so).
//! Unplugged, the link is gone and whoever had the port open reads its end.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use tokio_util::sync::CancellationToken;

use super::scenario::{Draw, ScanPlan};
use super::world::World;

/// Longer than any label; what is longer is a mistake of the test.
const CODE_BYTES_MAX: usize = 512;
const RETRY_EVERY: Duration = Duration::from_millis(100);

/// The handle to the scanner.
#[derive(Debug, Clone)]
pub struct Scanner {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    link: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// `None` while unplugged.
    port: Option<Port>,
    sent: Vec<String>,
    noise: Draw,
}

#[derive(Debug)]
struct Port {
    master: PtyMaster,
    /// Somebody has had it open; once they leave it is replaced.
    opened: bool,
}

/// Why nothing was scanned.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("the scanner is unplugged: 'replug' first")]
    Unplugged,
    #[error("nobody has the scanner's port {0} open, the scan is lost")]
    NobodyListens(PathBuf),
    #[error("the code must have 1 to {CODE_BYTES_MAX} printable characters")]
    Code,
    #[error("the scanner's port fails: {0}")]
    Port(#[from] io::Error),
}

impl Scanner {
    /// Opens a terminal and sets the link. A link that is already there is replaced, anything else is not.
    pub fn plug_in(link: &Path, seed: u64) -> io::Result<Self> {
        let state = State { port: None, sent: Vec::new(), noise: Draw::new(seed) };
        let scanner = Self { shared: Arc::new(Shared { link: link.to_owned(), state: Mutex::new(state) }) };
        scanner.replug()?;
        Ok(scanner)
    }

    /// The path to give to the one who reads.
    pub fn path(&self) -> &Path {
        &self.shared.link
    }

    /// Scans a code.
    pub fn scan(&self, code: &str) -> Result<(), ScanError> {
        let bytes = code_bytes(code)?;
        self.send(&bytes)?;
        self.lock().sent.push(code.to_owned());
        Ok(())
    }

    /// Scans as soon as somebody has the port open, or gives up after `patience`.
    pub async fn scan_when_open(&self, code: &str, patience: Duration) -> Result<(), ScanError> {
        let retry = async {
            loop {
                match self.scan(code) {
                    Err(ScanError::NobodyListens(_) | ScanError::Unplugged) => tokio::time::sleep(RETRY_EVERY).await,
                    done => return done,
                }
            }
        };
        match tokio::time::timeout(patience, retry).await {
            Ok(done) => done,
            Err(_) => self.scan(code),
        }
    }

    /// Scans a code byte by byte with a pause after each.
    pub async fn scan_slowly(&self, code: &str, pause: Duration) -> Result<(), ScanError> {
        for byte in code_bytes(code)? {
            self.send(&[byte])?;
            tokio::time::sleep(pause).await;
        }
        self.lock().sent.push(code.to_owned());
        Ok(())
    }

    /// Sends so many random bytes, among them no carriage return: what follows is glued to them.
    pub fn noise(&self, bytes: usize) -> Result<(), ScanError> {
        let noise: Vec<u8> = {
            let mut state = self.lock();
            (0..bytes.min(CODE_BYTES_MAX)).map(|_| state.noise.number() as u8).collect()
        };
        self.send(&noise.iter().map(|byte| if *byte == b'\r' { 0xff } else { *byte }).collect::<Vec<_>>())
    }

    /// Sends exactly these bytes, with no end of code.
    pub fn send(&self, bytes: &[u8]) -> Result<(), ScanError> {
        let mut state = self.lock();
        let port = state.port.as_mut().ok_or(ScanError::Unplugged)?;
        if !port.is_open()? {
            return Err(ScanError::NobodyListens(self.shared.link.clone()));
        }
        match port.master.write(bytes)? {
            written if written == bytes.len() => Ok(()),
            written => Err(io::Error::other(format!("only {written} of {} bytes", bytes.len())).into()),
        }
    }

    /// Everything scanned whole and delivered so far.
    pub fn sent(&self) -> Vec<String> {
        self.lock().sent.clone()
    }

    /// Pulls the plug. Safe to call twice.
    pub fn unplug(&self) {
        let mut state = self.lock();
        if state.port.take().is_some() {
            let _ = fs::remove_file(&self.shared.link);
        }
    }

    /// Plugs it in (again): another terminal behind the same link.
    pub fn replug(&self) -> io::Result<()> {
        let mut state = self.lock();
        let (port, terminal) = open()?;
        link_set(&self.shared.link, &terminal)?;
        state.port = Some(port);
        Ok(())
    }

    /// A reader that died without closing leaves its terminal locked for others (`TIOCEXCL`), with what
    /// it has not read inside. Real ports are freed with the last reader, a pseudo terminal is not: give
    /// the next reader a fresh one.
    fn renew_when_left(&self) {
        let left = match self.lock().port.as_mut() {
            Some(port) => port.opened && !port.is_open().unwrap_or(true),
            None => false,
        };
        if left && let Err(e) = self.replug() {
            tracing::warn!(%e, link = %self.shared.link.display(), "the scanner's port could not be renewed");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Lives with the plant: scans what the plan says, when it says so (the badge waits for a reader), and
/// keeps the port usable.
pub async fn play(scanner: Scanner, plan: ScanPlan, world: Arc<World>, stop: CancellationToken) {
    let work = async {
        for (at_us, code) in plan {
            tokio::time::sleep(world.wait_until(at_us)).await;
            while let Err(e) = scanner.scan(&code) {
                tracing::debug!(%e, code, "scan waits");
                tokio::time::sleep(RETRY_EVERY).await;
            }
        }
        std::future::pending::<()>().await;
    };
    let care = async {
        loop {
            tokio::time::sleep(RETRY_EVERY).await;
            scanner.renew_when_left();
        }
    };
    tokio::select! {
        () = work => {}
        () = care => {}
        () = stop.cancelled() => {}
    }
    scanner.unplug();
}

impl Port {
    /// Whether somebody has the terminal open: if not, reading our end fails with `EIO`. Writing does not
    /// tell; it fills a buffer for whoever comes.
    fn is_open(&mut self) -> io::Result<bool> {
        let open = match self.master.read(&mut [0; 64]) {
            // Nothing to read, or something the scanner does not understand.
            Ok(_) => true,
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => true,
            Err(e) if e.raw_os_error() == Some(Errno::EIO as i32) => false,
            Err(e) => return Err(e),
        };
        self.opened |= open;
        Ok(open)
    }
}

pub(super) fn code_bytes(code: &str) -> Result<Vec<u8>, ScanError> {
    if code.is_empty() || code.len() > CODE_BYTES_MAX || code.chars().any(char::is_control) {
        return Err(ScanError::Code);
    }
    Ok([code.as_bytes(), b"\r"].concat())
}

/// A terminal that passes bytes as they are. Close-on-exec: a child that inherited it would keep an
/// unplugged scanner alive.
fn open() -> io::Result<(Port, PathBuf)> {
    let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let terminal = ptsname_r(&master)?;
    // Before its first opening a terminal does not report that nobody has it open.
    drop(OpenOptions::new().read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits()).open(&terminal)?);
    let mut settings = tcgetattr(&master)?;
    cfmakeraw(&mut settings);
    tcsetattr(&master, SetArg::TCSANOW, &settings)?;
    Ok((Port { master, opened: false }, terminal.into()))
}

/// Replaces the link in one step: a reader that tries just now finds the old one or the new one.
fn link_set(link: &Path, terminal: &Path) -> io::Result<()> {
    if fs::symlink_metadata(link).is_ok_and(|there| !there.is_symlink()) {
        let reason = format!("{} exists and is not a link; give another path for the scanner", link.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
    }
    let mut beside = link.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let _ = fs::remove_file(&beside);
    symlink(terminal, &beside)?;
    fs::rename(&beside, link)
}

#[cfg(test)]
mod tests;
