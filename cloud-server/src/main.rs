//! The cloud-server program: reads the command line and reports in words.

use clap::Parser;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// The broker calls every ordinary disconnect an error; what matters of it the intake says itself.
const LOG: &str = "info,rumqttd=off";

/// Requests make many small texts; the allocator of glibc takes a fifth of their time, and gives little back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One more than processors: brief reads run on the threads that serve requests (see `db::session::brief`).
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(processors + 1).enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(run()),
        Err(e) => {
            eprintln!("cloud-server cannot start: {e}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> ExitCode {
    // One TLS stack; an error only says that it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let filter = EnvFilter::try_from_env("UNISON_LOG").unwrap_or_else(|_| EnvFilter::new(LOG));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match cloud_server::cli::run(cloud_server::cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            // The whole chain: what was tried, and what stood in the way.
            tracing::error!("{e:#}");
            ExitCode::FAILURE
        }
    }
}
