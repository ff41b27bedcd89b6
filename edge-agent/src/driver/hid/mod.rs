//! Barcode scanners that type like a keyboard and are plugged into the box itself. The device is taken for us
//! alone: a code must not be typed into whatever has the focus. An unplugged one is looked for again, with growing
//! pauses.

mod device;
mod keys;

use std::time::Duration;

use tokio::time::timeout;

use crate::config::HidScannerConfig;
use crate::driver::backoff::Backoff;
use crate::driver::scanner::{Absence, Affixes, Outlet};
use crate::driver::supervise::DriverEnd;
use crate::driver::{Context, Reader};
use device::{Key, Keyboard};
use keys::Keys;

pub(super) async fn run(config: HidScannerConfig, context: Context) -> DriverEnd {
    let mut absence = Absence::new(&context, config.device.to_string());
    loop {
        let listening = async {
            match device::open(config.device.clone()).await {
                Ok(keyboard) => listen(keyboard, &config, &context, &mut absence.backoff).await,
                Err(reason) => reason,
            }
        };
        let Some(reason) = context.shutdown.run_until_cancelled(listening).await else { return Ok(()) };
        if !absence.wait(&reason).await {
            return Ok(());
        }
    }
}

/// Reads codes until the device is gone; returns why.
async fn listen(
    mut keyboard: impl Keyboard,
    config: &HidScannerConfig,
    context: &Context,
    backoff: &mut Backoff,
) -> String {
    let hint = "layout, and whether the scanner types more slowly".to_owned();
    let outlet = Outlet { context, config: &config.scanner, reader: Reader::Hid, hint };
    outlet.opened(backoff);
    let mut keys = Keys::new(config.layout, Affixes::new(&config.scanner));
    loop {
        let key = match config.idle_ms {
            Some(idle_ms) if keys.is_within() => {
                match timeout(Duration::from_millis(u64::from(idle_ms)), keyboard.next()).await {
                    Ok(key) => key,
                    Err(_) => {
                        keys.end().into_iter().for_each(|code| outlet.hand_on(code));
                        continue;
                    }
                }
            }
            _ => keyboard.next().await,
        };
        match key {
            Ok(Key::Pressed(key, value)) => keys.take(key, value).into_iter().for_each(|code| outlet.hand_on(code)),
            Ok(Key::Gap) => outlet.hand_on(Err(keys.lost())),
            Err(error) => return format!("unplugged or failing: {error}"),
        }
    }
}

#[cfg(test)]
mod tests;
