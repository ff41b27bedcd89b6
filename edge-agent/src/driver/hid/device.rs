//! The keyboard-like devices of the kernel (evdev): which one is the scanner, and its keys for us alone.

use std::io;

use evdev::raw_stream::{EventStream, RawDevice, enumerate};
use evdev::{EventType, KeyCode};

use crate::config::HidDevice;

/// The kernel's word for events that it had to throw away.
const SYN_DROPPED: u16 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Number of the key; 1 down, 0 up, 2 held.
    Pressed(u16, i32),
    /// Some were lost.
    Gap,
}

/// Where keys come from.
pub(super) trait Keyboard {
    /// An error when the device is gone.
    async fn next(&mut self) -> io::Result<Key>;
}

impl Keyboard for EventStream {
    async fn next(&mut self) -> io::Result<Key> {
        loop {
            let event = self.next_event().await?;
            match event.event_type() {
                EventType::KEY => return Ok(Key::Pressed(event.code(), event.value())),
                EventType::SYNCHRONIZATION if event.code() == SYN_DROPPED => return Ok(Key::Gap),
                _ => {}
            }
        }
    }
}

/// What a device says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Identity {
    vendor: u16,
    product: u16,
    serial: Option<String>,
    name: Option<String>,
    phys: Option<String>,
    /// It has an Enter key and digits; scanners have further devices for volume keys and the like.
    is_keyboard: bool,
}

impl Identity {
    fn of(device: &RawDevice) -> Self {
        let id = device.input_id();
        let keys = device.supported_keys();
        Self {
            vendor: id.vendor(),
            product: id.product(),
            serial: device.unique_name().filter(|name| !name.is_empty()).map(str::to_owned),
            name: device.name().map(str::to_owned),
            phys: device.physical_path().map(str::to_owned),
            is_keyboard: keys.is_some_and(|keys| keys.contains(KeyCode::KEY_ENTER) && keys.contains(KeyCode::KEY_1)),
        }
    }

    fn is(&self, wanted: &HidDevice) -> bool {
        self.is_keyboard
            && match wanted {
                HidDevice::Path(_) => false,
                HidDevice::Usb(usb) => {
                    (self.vendor, self.product) == (usb.vendor, usb.product)
                        && (usb.serial.is_none() || usb.serial == self.serial)
                }
                HidDevice::Name(name) => self.name.as_deref() == Some(name),
                HidDevice::Phys(phys) => self.phys.as_deref() == Some(phys),
            }
    }
}

/// Finds the device and takes it for us alone, so that what it types goes nowhere else on this box.
pub(super) async fn open(wanted: HidDevice) -> Result<EventStream, String> {
    // Opens each device of the box for a moment.
    let found = tokio::task::spawn_blocking(move || find(&wanted)).await;
    let mut device = found.map_err(|error| format!("devices cannot be listed: {error}"))??;
    device.grab().map_err(|error| format!("cannot be had alone: {error}; does another program hold it?"))?;
    device.into_event_stream().map_err(|error| format!("cannot be read: {error}"))
}

fn find(wanted: &HidDevice) -> Result<RawDevice, String> {
    if let HidDevice::Path(path) = wanted {
        return RawDevice::open(path).map_err(|error| {
            format!("cannot be opened: {error}; is the scanner plugged in, and this program in the group input?")
        });
    }
    let all = enumerate().map(|(_, device)| (Identity::of(&device), device));
    choose(all, wanted)
}

/// One device; two of a kind need more to tell them apart.
fn choose<D>(devices: impl Iterator<Item = (Identity, D)>, wanted: &HidDevice) -> Result<D, String> {
    let mut fitting = devices.filter(|(identity, _)| identity.is(wanted)).map(|(_, device)| device);
    match (fitting.next(), fitting.next()) {
        (Some(device), None) => Ok(device),
        (Some(_), Some(_)) => Err("there are two of them; write usb_serial, phys or path".into()),
        (None, _) => Err("not there; is the scanner plugged in, and this program in the group input?".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::UsbId;

    #[test]
    fn edge_05_a_device_is_found_by_what_it_says_of_itself() {
        let device = |product: u16, serial: &str, phys: &str, is_keyboard: bool| Identity {
            vendor: 0x0c2e,
            product,
            serial: Some(serial.into()),
            name: Some(format!("Scanner {product}")),
            phys: Some(phys.into()),
            is_keyboard,
        };
        let devices = || {
            let all = [
                device(1, "A", "usb-1/input0", true),
                device(1, "A", "usb-1/input1", false),
                device(2, "B", "usb-2/input0", true),
                device(2, "C", "usb-3/input0", true),
            ];
            all.into_iter().zip(0..)
        };
        let find = |wanted: HidDevice| choose(devices(), &wanted);
        let usb = |product, serial: Option<&str>| {
            HidDevice::Usb(UsbId { vendor: 0x0c2e, product, serial: serial.map(str::to_owned) })
        };
        assert_eq!(find(usb(1, None)), Ok(0), "not its volume keys");
        assert_eq!(find(usb(2, Some("C"))), Ok(3));
        assert!(find(usb(2, None)).unwrap_err().contains("two of them"));
        assert_eq!(find(HidDevice::Phys("usb-2/input0".into())), Ok(2));
        assert_eq!(find(HidDevice::Name("Scanner 1".into())), Ok(0));
        assert!(find(usb(3, None)).unwrap_err().contains("plugged in"));
    }
}
