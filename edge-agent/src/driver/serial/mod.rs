//! Barcode scanners on serial ports (EDGE-04). A code ends with CR or LF; what does not end is no code.
//! An unplugged scanner reads as end of file or an I/O error; the port is then opened again by its path,
//! with growing pauses.

mod frame;

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio_serial::{SerialPortBuilderExt as _, SerialStream};

use crate::config::SerialScannerConfig;
use crate::driver::backoff::Backoff;
use crate::driver::supervise::DriverEnd;
use crate::driver::{ConnectionState, Context, Scan};
use frame::{Framer, Noise};

const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MOST: Duration = Duration::from_secs(30);

pub(super) async fn run(config: SerialScannerConfig, context: Context) -> DriverEnd {
    let mut backoff = Backoff::new(PAUSE_FIRST, PAUSE_MOST);
    loop {
        let reason = tokio::select! {
            reason = listen(&config, &context, &mut backoff) => reason,
            () = context.shutdown.cancelled() => return Ok(()),
        };
        context.status.failed(format!("{}: {reason}", config.path.display()));
        context.lost();
        tokio::select! {
            () = tokio::time::sleep(backoff.pause()) => {}
            () = context.shutdown.cancelled() => return Ok(()),
        }
    }
}

/// Opens the port and reads codes until it is gone; returns why.
async fn listen(config: &SerialScannerConfig, context: &Context, backoff: &mut Backoff) -> String {
    let mut port: SerialStream = match tokio_serial::new(config.path.to_string_lossy(), config.baud).open_native_async()
    {
        Ok(port) => port,
        Err(error) => return format!("cannot be opened: {error}; is the scanner plugged in?"),
    };
    // A scanner has no sign of life but its codes: an open port is all that can be known.
    context.status.clear_error();
    context.status.set_state(ConnectionState::Connected);
    backoff.reset();
    let mut framer = Framer::new(config.prefix.as_deref(), config.suffix.as_deref());
    let mut bytes = [0u8; 256];
    loop {
        match port.read(&mut bytes).await {
            Ok(0) => return "unplugged".into(),
            Ok(read) => {
                let bytes = bytes.get(..read).unwrap_or_default();
                framer.take(bytes, |code| found(config, context, code));
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return format!("unplugged or failing: {error}"),
        }
    }
}

fn found(config: &SerialScannerConfig, context: &Context, code: Result<String, Noise>) {
    let at = context.clock.now_us();
    match code {
        Ok(code) => {
            let scan = Scan { connection: context.status.name.clone(), machine: config.machine.clone(), code, at };
            if context.sink.scan(scan) {
                context.status.good(at);
                context.status.clear_error();
            } else {
                context.status.add_dropped(1);
                context.status.set_error("scans come faster than they are taken; the newest was dropped".into());
            }
        }
        Err(noise) => {
            context.status.add_dropped(1);
            context.status.failed(format!("noise on the line: {noise}; check the cable and baud = {}", config.baud));
        }
    }
}
