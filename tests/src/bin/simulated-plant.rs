//! The simulated plant as a program, for the demo and for tests with real processes.
//! Only the command line; the plant itself is `unison_tests::plant`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use unison_tests::plant::{Options, Plant, StartError};

/// A plant without hardware: a CNC and a packing lane over Modbus TCP, a press over OPC UA and a barcode
/// scanner on a pseudo terminal, all on 127.0.0.1.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port of the Modbus TCP server (unit 1 CNC-001, unit 2 PACK-001); 0 is any free port.
    #[arg(long, default_value_t = 0)]
    modbus_port: u16,
    /// Port of the OPC UA server (PRESS-001); 0 is any free port.
    #[arg(long, default_value_t = 0)]
    opcua_port: u16,
    /// Where to put the link to the scanner's terminal; without it there is no scanner.
    #[arg(long, value_name = "PATH")]
    scanner: Option<PathBuf>,
    /// The same seed gives the same history of machines.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seconds of the machines pass in one real second.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Badge to scan once, as soon as somebody has the scanner's port open.
    #[arg(long, value_name = "CODE")]
    badge: Option<String>,
    /// Work order to scan now and then; may be given several times.
    #[arg(long = "work-order", value_name = "NUMBER")]
    work_orders: Vec<String>,
    /// Port for commands, one a line (`help` lists them); 0 is any free port, without it there is none.
    #[arg(long)]
    control_port: Option<u16>,
}

#[tokio::main]
async fn main() -> ExitCode {
    // The OPC UA library complains that it has no certificates; without security it needs none.
    let quiet = "info,opcua_server=warn,opcua_core=warn,opcua_crypto=off,opcua_server::server=error";
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(quiet));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(std::io::stderr(), "simulated-plant: {e}");
            match e.downcast_ref() {
                Some(StartError::PortBusy { .. } | StartError::Option { .. }) => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Before anything starts: a signal that comes early must end it cleanly, too.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let plant = Plant::start(Options {
        modbus_port: arguments.modbus_port,
        opcua_port: arguments.opcua_port,
        control_port: arguments.control_port,
        scanner: arguments.scanner,
        seed: arguments.seed,
        speed: arguments.speed,
        badge: arguments.badge,
        work_orders: arguments.work_orders,
    })
    .await?;
    let mut out = std::io::stdout();
    writeln!(out, "simulated plant ready: {}", plant.describe())?;
    out.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    plant.shutdown().await;
    Ok(())
}
