//! Barcode scanners on serial ports (EDGE-04). What does not end is no code. An unplugged scanner reads as end of
//! file or an I/O error; the port is then opened again by its path, or looked for by what it says of itself on USB,
//! with growing pauses.

mod frame;
pub mod watch;

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;
use tokio_serial::{SerialPortBuilderExt as _, SerialPortInfo, SerialPortType, SerialStream};

use crate::config::{Ending, SerialPlace, SerialScannerConfig, UsbId};
use crate::driver::backoff::Backoff;
use crate::driver::scanner::{Absence, Affixes, Outlet};
use crate::driver::supervise::DriverEnd;
use crate::driver::{Context, Reader};
use frame::Framer;

pub(super) async fn run(config: SerialScannerConfig, context: Context) -> DriverEnd {
    let mut absence = Absence::new(&context, config.place.to_string());
    loop {
        let listening = listen(&config, &context, &mut absence.backoff);
        let Some(reason) = context.shutdown.run_until_cancelled(listening).await else { return Ok(()) };
        if !absence.wait(&reason).await {
            return Ok(());
        }
    }
}

/// Opens the port and reads codes until it is gone; returns why.
async fn listen(config: &SerialScannerConfig, context: &Context, backoff: &mut Backoff) -> String {
    let path = match &config.place {
        SerialPlace::Path(path) => path.to_string_lossy().into_owned(),
        SerialPlace::Usb(usb) => match find(usb.clone()).await {
            Ok(path) => path,
            Err(reason) => return reason,
        },
    };
    let mut port: SerialStream = match tokio_serial::new(path, config.baud).open_native_async() {
        Ok(port) => port,
        Err(error) => return format!("cannot be opened: {error}; is the scanner plugged in?"),
    };
    let outlet = Outlet {
        context,
        config: &config.scanner,
        reader: Reader::Serial,
        hint: format!("the cable and baud = {}", config.baud),
    };
    outlet.opened(backoff);
    let mut framer = Framer::new(config.ending, config.charset, Affixes::new(&config.scanner));
    let mut bytes = [0u8; 256];
    loop {
        let read = match config.ending {
            Ending::Silence { idle_ms } if framer.is_within() => {
                match timeout(Duration::from_millis(u64::from(idle_ms)), port.read(&mut bytes)).await {
                    Ok(read) => read,
                    Err(_) => {
                        framer.end(|code| outlet.hand_on(code));
                        continue;
                    }
                }
            }
            _ => port.read(&mut bytes).await,
        };
        match read {
            Ok(0) => return "unplugged".into(),
            Ok(read) => framer.take(bytes.get(..read).unwrap_or_default(), |code| outlet.hand_on(code)),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return format!("unplugged or failing: {error}"),
        }
    }
}

/// The path of the port that is on USB by this id now.
async fn find(usb: UsbId) -> Result<String, String> {
    // Reads many small files of the kernel.
    let listed = tokio::task::spawn_blocking(tokio_serial::available_ports).await;
    match listed {
        Ok(Ok(ports)) => choose(&ports, &usb),
        Ok(Err(error)) => Err(format!("ports cannot be listed: {error}")),
        Err(_) => Err("ports cannot be listed: this system has no /sys/class/tty".into()),
    }
}

/// One port; two of a kind need the serial number.
fn choose(ports: &[SerialPortInfo], usb: &UsbId) -> Result<String, String> {
    let mut fitting = ports.iter().filter(|port| match &port.port_type {
        SerialPortType::UsbPort(found) => {
            (found.vid, found.pid) == (usb.vendor, usb.product)
                && (usb.serial.is_none() || usb.serial == found.serial_number)
        }
        _ => false,
    });
    match (fitting.next(), fitting.next()) {
        (Some(port), None) => Ok(port.port_name.clone()),
        (Some(_), Some(_)) => Err("there are two of them; add usb_serial".into()),
        (None, _) => Err("not there; is the scanner plugged in?".into()),
    }
}

#[cfg(test)]
mod tests {
    use tokio_serial::UsbPortInfo;

    use super::*;

    #[test]
    fn edge_04_a_port_is_found_by_what_it_says_on_usb() {
        let port = |name: &str, pid: u16, serial: &str| SerialPortInfo {
            port_name: name.into(),
            port_type: SerialPortType::UsbPort(UsbPortInfo {
                vid: 0x0c2e,
                pid,
                serial_number: Some(serial.into()),
                manufacturer: None,
                product: None,
            }),
        };
        let onboard = SerialPortInfo { port_name: "/dev/ttyS0".into(), port_type: SerialPortType::Unknown };
        let ports =
            [onboard, port("/dev/ttyACM0", 0x0b61, "A"), port("/dev/ttyACM1", 0x0b61, "B"), port("/dev/x", 1, "C")];
        let usb = |product, serial: Option<&str>| UsbId { vendor: 0x0c2e, product, serial: serial.map(str::to_owned) };
        assert_eq!(choose(&ports, &usb(1, None)).unwrap(), "/dev/x");
        assert_eq!(choose(&ports, &usb(0x0b61, Some("B"))).unwrap(), "/dev/ttyACM1");
        assert!(choose(&ports, &usb(0x0b61, None)).unwrap_err().contains("add usb_serial"));
        assert!(choose(&ports, &usb(0x0b61, Some("D"))).unwrap_err().contains("plugged in?"));
    }
}
