//! A simulated plant on real sockets: a CNC and a packing lane over Modbus TCP, a press over OPC UA and a
//! barcode scanner on a pseudo terminal. Tests and the demo run the edge against it; it may misbehave.
//!
//! It knows nothing of the product, and the product nothing of it: what the edge should have seen is
//! compared with `Plant::snapshot`.

pub mod control;
pub mod fault;
pub mod modbus;
pub mod opcua;
mod registers;
pub mod scanner;
pub mod scenario;
pub mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use modbus::Modbus;
use opcua::Opcua;
use scanner::Scanner;
use scenario::ScanPlan;
use world::{Truth, World};

/// What the plant is started with. Port 0 is any free port; everything listens on 127.0.0.1 only.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub modbus_port: u16,
    pub opcua_port: u16,
    /// Where tests with real processes command the plant; `None`: nowhere.
    pub control_port: Option<u16>,
    /// The link that leads to the scanner's terminal; `None`: no scanner.
    pub scanner: Option<PathBuf>,
    /// The same seed gives the same history of machines.
    pub seed: u64,
    /// How many seconds of the machines pass in one real second, 0.1 to 100,000.
    pub speed: f64,
    /// Scanned once, as soon as somebody listens.
    pub badge: Option<String>,
    /// Scanned in turn, now and then.
    pub work_orders: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            modbus_port: 0,
            opcua_port: 0,
            control_port: None,
            scanner: None,
            seed: 1,
            speed: 1.0,
            badge: None,
            work_orders: Vec::new(),
        }
    }
}

/// Why the plant did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{option}: {reason}")]
    Option { option: &'static str, reason: String },
    #[error("{option} {port}: the port is in use; stop what listens there or give another port")]
    PortBusy { option: &'static str, port: u16 },
    #[error("{option} {port}: cannot listen there: {source}")]
    Listen { option: &'static str, port: u16, source: io::Error },
    #[error("--scanner {path}: {source}")]
    Scanner { path: PathBuf, source: io::Error },
    #[error("the OPC UA server does not start: {0}")]
    Opcua(String),
}

/// The running plant. Dropped, it ends by itself; `shutdown` also waits until it has.
#[derive(Debug)]
pub struct Plant {
    pub modbus: Modbus,
    pub opcua: Opcua,
    pub scanner: Option<Scanner>,
    pub world: Arc<World>,
    control: Option<SocketAddr>,
    tasks: Vec<JoinHandle<()>>,
    _stop: DropGuard,
}

impl Plant {
    /// Returns when every socket listens.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        check(&options)?;
        let world = Arc::new(World::new(options.seed, options.speed));
        let stop = CancellationToken::new();
        let stop_if_it_fails = stop.clone().drop_guard();

        let modbus = Modbus::start(local(options.modbus_port), world.clone(), stop.clone())
            .await
            .map_err(|e| listen_error("--modbus-port", options.modbus_port, e))?;
        let control = match options.control_port {
            Some(port) => {
                let listen = tokio::net::TcpListener::bind(local(port)).await;
                Some(listen.map_err(|e| listen_error("--control-port", port, e))?)
            }
            None => None,
        };
        let opcua_listener = TcpListener::bind(local(options.opcua_port))
            .map_err(|e| listen_error("--opcua-port", options.opcua_port, e))?;
        let mut tasks = Vec::new();
        let scanner = match &options.scanner {
            Some(path) => {
                let scanner = Scanner::plug_in(path, options.seed)
                    .map_err(|source| StartError::Scanner { path: path.clone(), source })?;
                let plan = ScanPlan::new(options.seed, options.badge, options.work_orders);
                tasks.push(tokio::spawn(scanner::play(scanner.clone(), plan, world.clone(), stop.clone())));
                Some(scanner)
            }
            None => None,
        };
        let opcua = Opcua::start(opcua_listener, world.clone()).await.map_err(StartError::Opcua)?;

        let commands = control::Commands {
            modbus: modbus.clone(),
            opcua: opcua.clone(),
            scanner: scanner.clone(),
            world: world.clone(),
        };
        let control_addr = control.as_ref().and_then(|listener| listener.local_addr().ok());
        if let Some(listener) = control {
            tasks.push(tokio::spawn(control::serve(listener, commands, stop.clone())));
        }
        Ok(Self { modbus, opcua, scanner, world, control: control_addr, tasks, _stop: stop_if_it_fails })
    }

    /// The true values of this moment.
    pub fn snapshot(&self) -> Truth {
        self.world.truth()
    }

    pub fn control_addr(&self) -> Option<SocketAddr> {
        self.control
    }

    /// Where everything listens, on one line.
    pub fn describe(&self) -> String {
        let mut line = format!("modbus {}, opcua {}", self.modbus.addr(), self.opcua.endpoint_url());
        if let Some(scanner) = &self.scanner {
            line += &format!(", scanner {}", scanner.path().display());
        }
        if let Some(control) = self.control {
            line += &format!(", control {control}");
        }
        line
    }

    /// Ends everything and frees the ports and the scanner's link.
    pub async fn shutdown(mut self) {
        let tasks = std::mem::take(&mut self.tasks);
        let (modbus, opcua) = (self.modbus.clone(), self.opcua.clone());
        // Dropping the plant would switch the OPC UA server off, too, but not wait for it.
        let _ = tokio::task::spawn_blocking(move || opcua.switch_off()).await;
        drop(self);
        for task in tasks {
            let _ = task.await;
        }
        modbus.ended().await;
    }
}

impl Drop for Plant {
    fn drop(&mut self) {
        // The guard stops the tasks; the OPC UA server has a thread of its own.
        self.opcua.switch_off_soon();
        if let Some(scanner) = &self.scanner {
            scanner.unplug();
        }
    }
}

fn check(options: &Options) -> Result<(), StartError> {
    let refuse = |option, reason: String| Err(StartError::Option { option, reason });
    if !(0.1..=100_000.0).contains(&options.speed) {
        return refuse("--speed", format!("{} is not between 0.1 and 100000", options.speed));
    }
    let badge = options.badge.iter().map(|code| ("--badge", code));
    for (option, code) in badge.chain(options.work_orders.iter().map(|code| ("--work-order", code))) {
        if let Err(e) = scanner::code_bytes(code) {
            return refuse(option, e.to_string());
        }
    }
    Ok(())
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn listen_error(option: &'static str, port: u16, source: io::Error) -> StartError {
    match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortBusy { option, port },
        _ => StartError::Listen { option, port, source },
    }
}

#[cfg(test)]
mod tests;
