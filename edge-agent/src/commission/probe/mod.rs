//! `edge-agent probe`: what a device says before anything is configured. Reads only, and bounded.

pub mod modbus;
pub mod opcua;
mod registers;
pub mod serial;

use std::io::Write;

use clap::Subcommand;
use tokio_util::sync::CancellationToken;

#[derive(Subcommand)]
pub enum Probe {
    /// Reads registers of a Modbus device and shows them in every type, or says which units answer.
    Modbus(modbus::Args),
    /// Says how an OPC UA server can be reached, and shows its nodes. Trusts nothing and pins nothing.
    Opcua(opcua::Args),
    /// Lists the serial ports, or shows what comes at one of them and how a scanner there is to be framed.
    Serial(serial::Args),
}

/// Runs until it has said all, or until `shutdown`.
///
/// # Errors
/// A wrong configuration as [`crate::config::ConfigErrors`]; else what was tried and what to check.
pub async fn run(probe: Probe, out: &mut (impl Write + Send), shutdown: CancellationToken) -> anyhow::Result<()> {
    match probe {
        Probe::Modbus(args) => modbus::run(args, out, shutdown).await,
        Probe::Opcua(args) => opcua::run(args, out, shutdown).await,
        Probe::Serial(args) => serial::run(args, out, shutdown).await,
    }
}
