//! The control port: one command per line over TCP on loopback, one line of answer each (`ok`, JSON, or
//! `error: …`). For tests that run the plant as a process of its own. `help` lists the commands.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::fault::{Fault, Scope};
use super::modbus::Modbus;
use super::opcua::{Opcua, OpcuaFault};
use super::scanner::Scanner;
use super::scenario::Activity;
use super::world::{Truth, World};

const LINE_BYTES_MAX: u64 = 4_096;
const CONNECTIONS_MAX: usize = 16;
const HELP: &str = "truth | fault UNIT|server FAULT | opcua none|stopped|hung|bad-quality|frozen | \
                    opcua-mode 1|2|3|auto | hold MACHINE ACTIVITY [FAULT-CODE] | release MACHINE | \
                    reset-counters MACHINE | scan CODE | scan-slowly MS CODE | noise BYTES | unplug | replug";

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Help,
    Truth,
    Fault(Scope, Fault),
    Opcua(OpcuaFault),
    OpcuaMode(Option<i32>),
    Hold(String, Activity, u16),
    Release(String),
    ResetCounters(String),
    Scan(String),
    ScanSlowly(Duration, String),
    Noise(usize),
    Unplug,
    Replug,
}

impl Command {
    pub fn parse(line: &str) -> Result<Self, String> {
        let line = line.trim();
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
        let second = second.trim();
        let needs = |form: &str| format!("write: {name} {form}");
        match (name, first, second) {
            ("help", "", _) => Ok(Self::Help),
            ("truth", "", _) => Ok(Self::Truth),
            ("unplug", "", _) => Ok(Self::Unplug),
            ("replug", "", _) => Ok(Self::Replug),
            ("fault", scope, fault) => Ok(Self::Fault(scope.parse()?, fault.parse()?)),
            ("opcua", word, "") => {
                OpcuaFault::parse(word).map(Self::Opcua).ok_or_else(|| needs("none|stopped|hung|bad-quality|frozen"))
            }
            ("opcua-mode", "auto", "") => Ok(Self::OpcuaMode(None)),
            ("opcua-mode", mode @ ("1" | "2" | "3"), "") => Ok(Self::OpcuaMode(mode.parse().ok())),
            ("opcua-mode", ..) => Err(needs("1|2|3|auto")),
            ("hold", machine, what) => hold(machine, what)
                .ok_or_else(|| needs("MACHINE running|idle|setup|down|blocked|starved [FAULT-CODE 0-65535]")),
            ("release", machine, "") if !machine.is_empty() => Ok(Self::Release(machine.into())),
            ("release", ..) => Err(needs("MACHINE")),
            ("reset-counters", machine, "") if !machine.is_empty() => Ok(Self::ResetCounters(machine.into())),
            ("reset-counters", ..) => Err(needs("MACHINE")),
            ("scan", ..) => Ok(Self::Scan(rest.into())),
            ("scan-slowly", ms, code) => match ms.parse() {
                Ok(ms) if ms <= 10_000 => Ok(Self::ScanSlowly(Duration::from_millis(ms), code.into())),
                _ => Err(needs("MS CODE, at most 10000 ms per byte")),
            },
            ("noise", bytes, "") => bytes.parse().map(Self::Noise).map_err(|_| needs("BYTES")),
            _ => Err(format!("'{line}' is no command; write one of: {HELP}")),
        }
    }
}

fn hold(machine: &str, what: &str) -> Option<Command> {
    let (activity, code) = what.split_once(' ').unwrap_or((what, "0"));
    let activity = Activity::parse(activity)?;
    Some(Command::Hold(machine.into(), activity, code.trim().parse().ok()?))
}

/// Everything a command can reach.
#[derive(Debug, Clone)]
pub struct Commands {
    pub modbus: Modbus,
    pub opcua: Opcua,
    pub scanner: Option<Scanner>,
    pub world: Arc<World>,
}

/// The answer to `truth`.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    truth: Truth,
    /// Requests per Modbus unit so far.
    modbus_requests: BTreeMap<u8, u64>,
    modbus_connections: u64,
    /// Codes scanned and delivered so far.
    scanned: Vec<String>,
}

impl Commands {
    /// Does it; gives the line to answer.
    pub async fn run(&self, command: Command) -> Result<String, String> {
        let scanner = || self.scanner.as_ref().ok_or("this plant has no scanner; start it with --scanner PATH");
        match command {
            Command::Help => return Ok(HELP.into()),
            Command::Truth => return serde_json::to_string(&self.report()).map_err(|e| e.to_string()),
            Command::Fault(scope, fault) => self.modbus.fault_set(scope, fault),
            Command::Opcua(fault) => self.opcua.fault_set(fault).await?,
            Command::OpcuaMode(mode) => self.opcua.mode_force(mode),
            Command::Hold(machine, activity, code) => known(&machine, self.world.hold(&machine, activity, code))?,
            Command::Release(machine) => known(&machine, self.world.release(&machine))?,
            Command::ResetCounters(machine) => known(&machine, self.world.counters_reset(&machine))?,
            Command::Scan(code) => scanner()?.scan(&code).map_err(|e| e.to_string())?,
            Command::ScanSlowly(pause, code) => {
                scanner()?.scan_slowly(&code, pause).await.map_err(|e| e.to_string())?;
            }
            Command::Noise(bytes) => scanner()?.noise(bytes).map_err(|e| e.to_string())?,
            Command::Unplug => scanner()?.unplug(),
            Command::Replug => scanner()?.replug().map_err(|e| e.to_string())?,
        }
        Ok("ok".into())
    }

    fn report(&self) -> Report {
        Report {
            truth: self.world.truth(),
            modbus_requests: self.modbus.requests(),
            modbus_connections: self.modbus.connections(),
            scanned: self.scanner.as_ref().map(Scanner::sent).unwrap_or_default(),
        }
    }
}

fn known(machine: &str, found: bool) -> Result<(), String> {
    if found { Ok(()) } else { Err(format!("there is no machine '{machine}': CNC-001, PACK-001 or PRESS-001")) }
}

/// Serves until `stop`.
pub async fn serve(listener: TcpListener, commands: Commands, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => { connections.spawn(talk(stream, commands.clone())); }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
    connections.shutdown().await;
}

async fn talk(stream: TcpStream, commands: Commands) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = String::new();
        if (&mut read).take(LINE_BYTES_MAX).read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if !line.ends_with('\n') && line.len() as u64 == LINE_BYTES_MAX {
            return write.write_all(b"error: the line is too long\n").await;
        }
        let answer = match Command::parse(&line) {
            Ok(command) => commands.run(command).await,
            Err(reason) => Err(reason),
        };
        let answer = answer.unwrap_or_else(|reason| format!("error: {reason}"));
        write.write_all(format!("{answer}\n").as_bytes()).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::{Activity, Command, Duration, Fault, OpcuaFault, Scope};

    #[test]
    fn edge_22_commands_are_read_from_lines() {
        let check = |line: &str, expect: Command| assert_eq!(Command::parse(line), Ok(expect), "{line}");
        check("truth\r\n", Command::Truth);
        check("fault 1 silent", Command::Fault(Scope::Unit(1), Fault::Silent));
        check("fault server exception 4", Command::Fault(Scope::Server, Fault::Exception(4)));
        check("opcua hung", Command::Opcua(OpcuaFault::Hung));
        check("opcua-mode 2", Command::OpcuaMode(Some(2)));
        check("opcua-mode auto", Command::OpcuaMode(None));
        check("hold CNC-001 down 12", Command::Hold("CNC-001".into(), Activity::Down, 12));
        check("hold CNC-001 idle", Command::Hold("CNC-001".into(), Activity::Idle, 0));
        check("release CNC-001", Command::Release("CNC-001".into()));
        check("reset-counters PACK-001", Command::ResetCounters("PACK-001".into()));
        check("scan WO 17 A", Command::Scan("WO 17 A".into()));
        check("scan-slowly 20 WO-1", Command::ScanSlowly(Duration::from_millis(20), "WO-1".into()));
        check("noise 30", Command::Noise(30));
        check("unplug", Command::Unplug);
        check("replug", Command::Replug);
    }

    #[test]
    fn edge_22_what_is_no_command_is_refused_with_what_to_write() {
        let check = |line: &str, reason: &str| {
            let error = Command::parse(line).unwrap_err();
            assert!(error.contains(reason), "{line}: {error}");
        };
        check("", "is no command");
        check("dance", "is no command");
        check("fault", "neither 'server' nor");
        check("fault 1", "is no fault");
        check("opcua sleepy", "write: opcua none|stopped");
        check("hold CNC-001 tired", "write: hold MACHINE");
        check("hold CNC-001 down 70000", "write: hold MACHINE");
        check("release", "write: release MACHINE");
        check("noise loud", "write: noise BYTES");
    }
}
