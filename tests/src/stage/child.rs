//! A program of this workspace as a process with its log in a file.

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A running program; killed when dropped.
pub struct Child {
    name: &'static str,
    process: std::process::Child,
    log: PathBuf,
}

/// The built program `name`, beside the one that runs now.
///
/// # Errors
/// When it was not built.
pub fn binary(name: &str) -> Result<PathBuf> {
    let me = std::env::current_exe()?;
    // target/debug/demo or target/debug/deps/stories-…
    let found = me.ancestors().skip(1).take(2).map(|dir| dir.join(name)).find(|p| p.is_file());
    found.with_context(|| {
        format!("{name} is not built beside {}; run `cargo build --workspace --bins` first", me.display())
    })
}

impl Child {
    /// Runs a command to its end and returns what it printed.
    ///
    /// # Errors
    /// With its messages when it fails.
    pub fn run(name: &str, args: &[&str]) -> Result<String> {
        let out = Command::new(binary(name)?).args(args).stdin(Stdio::null()).output()?;
        let (said, errors) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        if !out.status.success() {
            bail!("{name} {} failed with {}:\n{said}{errors}", args.join(" "), out.status);
        }
        Ok(said.into_owned())
    }

    /// Starts a program that goes on running; its log is appended to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(name: &'static str, args: &[&str], log: &Path) -> Result<Self> {
        let out = File::options().create(true).append(true).open(log)?;
        let process = Command::new(binary(name)?)
            .args(args)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name, process, log: log.to_path_buf() })
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Fails when the program has ended.
    ///
    /// # Errors
    /// With the end of its log.
    pub fn still_running(&mut self) -> Result<()> {
        match self.process.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended with {status}\n{}", self.name, self.tail()),
        }
    }

    /// The last lines of its log.
    #[must_use]
    pub fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(15);
        format!("--- end of {} ---\n{}", self.log.display(), lines.get(from..).unwrap_or_default().join("\n"))
    }

    /// SIGTERM, then up to ten seconds.
    ///
    /// # Errors
    /// When it had to be killed or ended with an error.
    pub fn stop(&mut self) -> Result<()> {
        if self.process.try_wait()?.is_some() {
            return Ok(());
        }
        self.signal(Signal::SIGTERM)?;
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if let Some(status) = self.process.try_wait()? {
                if !status.success() {
                    bail!("{} stopped with {status}\n{}", self.name, self.tail());
                }
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill9()?;
        bail!("{} did not stop within 10 s and was killed\n{}", self.name, self.tail())
    }

    /// SIGKILL, as a power cut would.
    ///
    /// # Errors
    /// When the process cannot be signalled.
    pub fn kill9(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Sends any signal.
    ///
    /// # Errors
    /// When the process cannot be signalled.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.process.id()).context("a pid fits")?;
        kill(Pid::from_raw(pid), signal).with_context(|| format!("cannot signal {}", self.name))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}
