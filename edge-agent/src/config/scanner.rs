//! Reads scanners that are plugged into the box: at a serial port, or typing like a keyboard.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use toml::Spanned;

use super::DriverConfig;
use super::connection::Tags;
use super::fields::Fields;

const AFFIX_BYTES_MAX: usize = 16;
/// A pause that ends a code, where nothing else does.
const IDLE_MS: u32 = 60;
const IDLE_MS_LIMITS: std::ops::RangeInclusive<u32> = 10..=2_000;
/// As long as a code may be for whoever looks it up.
const CHARS_MAX: u32 = 128;

/// What both kinds of scanners have.
#[derive(Clone, Debug)]
pub struct ScannerConfig {
    /// The machine at which the scanner stands.
    pub machine: Option<Arc<str>>,
    /// Put before every code by the scanner; taken off, and a code without it is noise.
    pub prefix: Option<String>,
    pub suffix: Option<String>,
    /// Longest code, in characters.
    pub chars_max: usize,
}

#[derive(Clone, Debug)]
pub struct SerialScannerConfig {
    pub place: SerialPlace,
    pub baud: u32,
    pub ending: Ending,
    pub charset: Charset,
    pub scanner: ScannerConfig,
}

/// Where the port is, so that it is found again in another socket.
#[derive(Clone, Debug)]
pub enum SerialPlace {
    Path(PathBuf),
    Usb(UsbId),
}

/// A device on USB by what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbId {
    pub vendor: u16,
    pub product: u16,
    /// Needed where there are two of a kind.
    pub serial: Option<String>,
}

/// What ends a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// CR, LF or both.
    Line,
    Cr,
    Lf,
    CrLf,
    Etx,
    /// A pause.
    Silence {
        idle_ms: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    Latin1,
}

#[derive(Clone, Debug)]
pub struct HidScannerConfig {
    pub device: HidDevice,
    pub layout: Layout,
    /// A code ends with Enter or Tab, and with a pause of this length where it is set.
    pub idle_ms: Option<u32>,
    pub scanner: ScannerConfig,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HidDevice {
    /// Like /dev/input/by-id/usb-…-event-kbd.
    Path(PathBuf),
    Usb(UsbId),
    /// The name of the device, as in /proc/bus/input/devices.
    Name(String),
    /// Where it is plugged in, as in /proc/bus/input/devices.
    Phys(String),
}

/// The keyboard that the scanner believes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    Us,
    De,
}

impl fmt::Display for UsbId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "USB {:04x}:{:04x}", self.vendor, self.product)?;
        self.serial.as_ref().map_or(Ok(()), |serial| write!(f, " with serial number {serial}"))
    }
}

impl fmt::Display for SerialPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Usb(usb) => usb.fmt(f),
        }
    }
}

impl fmt::Display for HidDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Usb(usb) => usb.fmt(f),
            Self::Name(name) => write!(f, "device \"{name}\""),
            Self::Phys(phys) => write!(f, "device at {phys}"),
        }
    }
}

pub(super) fn serial(table: &mut Fields<'_, '_>, _: &mut Tags, _: usize) -> Option<DriverConfig> {
    const ENDINGS: [(&str, Ending); 6] = [
        ("line", Ending::Line),
        ("cr", Ending::Cr),
        ("lf", Ending::Lf),
        ("crlf", Ending::CrLf),
        ("etx", Ending::Etx),
        ("silence", Ending::Silence { idle_ms: IDLE_MS }),
    ];
    const CHARSETS: [(&str, Charset); 2] = [("utf-8", Charset::Utf8), ("latin-1", Charset::Latin1)];
    let place = match (table.has("path"), table.has("usb")) {
        (false, true) => usb(table).map(SerialPlace::Usb),
        (true, true) => {
            table.say_here("path and usb; write only one of them".into());
            None
        }
        _ => table
            .need_text("path", "the device, best by its id: \"/dev/serial/by-id/…\" (or usb = \"vendor:product\")")
            .map(|path| SerialPlace::Path(path.into_inner().into())),
    };
    let baud = table.whole_or("baud", 9_600, 300..=921_600, " baud");
    let ending = if table.has("ends_with") {
        table.word("ends_with", &ENDINGS).map(Spanned::into_inner)
    } else {
        Some(Ending::Line)
    };
    let ending = match ending {
        Some(Ending::Silence { .. }) => {
            table.whole_or("idle_ms", IDLE_MS, IDLE_MS_LIMITS, " ms").map(|idle_ms| Ending::Silence { idle_ms })
        }
        other => other,
    };
    let charset = if table.has("charset") {
        table.word("charset", &CHARSETS).map(Spanned::into_inner)
    } else {
        Some(Charset::Utf8)
    };
    let scanner = scanner(table);
    Some(DriverConfig::SerialScanner(SerialScannerConfig {
        place: place?,
        baud: baud?,
        ending: ending?,
        charset: charset?,
        scanner: scanner?,
    }))
}

pub(super) fn hid(table: &mut Fields<'_, '_>, _: &mut Tags, _: usize) -> Option<DriverConfig> {
    const LAYOUTS: [(&str, Layout); 2] = [("us", Layout::Us), ("de", Layout::De)];
    let ways = ["path", "usb", "name_of_device", "phys"].into_iter().filter(|key| table.has(key)).count();
    let device = if ways == 1 {
        let path = table.text("path").map(|path| HidDevice::Path(path.into_inner().into()));
        let name = table.text("name_of_device").map(|name| HidDevice::Name(name.into_inner()));
        let phys = table.text("phys").map(|phys| HidDevice::Phys(phys.into_inner()));
        path.or(name).or(phys).or_else(|| usb(table).map(HidDevice::Usb))
    } else {
        table.say_here(
            "which device: write one of path (\"/dev/input/by-id/…-event-kbd\"), usb (\"vendor:product\"), name_of_device \
             or phys"
                .into(),
        );
        None
    };
    let layout =
        if table.has("layout") { table.word("layout", &LAYOUTS).map(Spanned::into_inner) } else { Some(Layout::Us) };
    let idle_ms = if table.has("idle_ms") {
        table.whole_or("idle_ms", IDLE_MS, IDLE_MS_LIMITS, " ms").map(Some)
    } else {
        Some(None)
    };
    let scanner = scanner(table);
    Some(DriverConfig::HidScanner(HidScannerConfig {
        device: device?,
        layout: layout?,
        idle_ms: idle_ms?,
        scanner: scanner?,
    }))
}

fn scanner(table: &mut Fields<'_, '_>) -> Option<ScannerConfig> {
    let machine = table.text("machine");
    let chars_max = table.whole_or("max_chars", CHARS_MAX, 1..=CHARS_MAX, " characters");
    let prefix = table.text("prefix");
    let suffix = table.text("suffix");
    for (key, text) in [("prefix", &prefix), ("suffix", &suffix)] {
        if let Some(text) = text
            && text.get_ref().len() > AFFIX_BYTES_MAX
        {
            table.wrong(text, key, format!("at most {AFFIX_BYTES_MAX} characters"));
        }
    }
    Some(ScannerConfig {
        machine: machine.map(|machine| machine.into_inner().into()),
        prefix: prefix.map(Spanned::into_inner),
        suffix: suffix.map(Spanned::into_inner),
        chars_max: usize::try_from(chars_max?).ok()?,
    })
}

fn usb(table: &mut Fields<'_, '_>) -> Option<UsbId> {
    let id = table.text("usb");
    let serial = table.text("usb_serial").map(Spanned::into_inner);
    let id = id?;
    let parsed = id.get_ref().split_once(':').and_then(|(vendor, product)| {
        let hex = |text: &str| (text.len() == 4).then(|| u16::from_str_radix(text, 16).ok())?;
        Some((hex(vendor)?, hex(product)?))
    });
    let Some((vendor, product)) = parsed else {
        table.wrong(&id, "usb", "is not vendor and product as lsusb shows them; write it like \"0c2e:0b61\"");
        return None;
    };
    Some(UsbId { vendor, product, serial })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn loaded(lines: &str) -> Result<DriverConfig, Vec<String>> {
        let text = format!("[agent]\nname = \"t\"\ndata_dir = \"/tmp/u\"\n[[connection]]\nname = \"s\"\n{lines}");
        let config = parse("e.toml", &text).map_err(|all| all.0.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        Ok(config.connections[0].driver.clone())
    }

    #[test]
    fn edge_18_scanners_by_place_and_framing() {
        let serial = loaded("driver = \"serial_scanner\"\npath = \"/dev/x\"\n").unwrap();
        let DriverConfig::SerialScanner(serial) = serial else { panic!("wrong driver") };
        assert_eq!((serial.baud, serial.ending, serial.scanner.chars_max), (9_600, Ending::Line, 128));
        let serial = loaded(
            "driver = \"serial_scanner\"\nusb = \"0c2e:0B61\"\nusb_serial = \"S7\"\nends_with = \"silence\"\nidle_ms = 100\n\
             charset = \"latin-1\"\nmax_chars = 40\n",
        );
        let Ok(DriverConfig::SerialScanner(serial)) = serial else { panic!("wrong driver") };
        let SerialPlace::Usb(usb) = serial.place else { panic!("no usb") };
        assert_eq!(usb, UsbId { vendor: 0x0c2e, product: 0x0b61, serial: Some("S7".into()) });
        assert_eq!((serial.ending, serial.charset), (Ending::Silence { idle_ms: 100 }, Charset::Latin1));
        let hid = loaded("driver = \"hid_scanner\"\nusb = \"0c2e:0b61\"\nlayout = \"de\"\nmachine = \"CNC-1\"\n");
        let Ok(DriverConfig::HidScanner(hid)) = hid else { panic!("wrong driver") };
        assert_eq!((hid.layout, hid.idle_ms, hid.scanner.machine.as_deref()), (Layout::De, None, Some("CNC-1")));
    }

    #[test]
    fn edge_18_mistakes_of_scanners_name_field_and_reason() {
        let check = |lines: &str, expect: &str| {
            let errors = loaded(lines).unwrap_err();
            assert!(errors.len() == 1 && errors[0].contains(expect), "{expect}: {errors:?}");
        };
        let serial = |lines: &str| format!("driver = \"serial_scanner\"\n{lines}\n");
        check(&serial(""), "path is missing");
        check(&serial("path = \"/dev/x\"\nusb = \"0c2e:0b61\""), "path and usb; write only one");
        check(&serial("usb = \"c2e:0b61\""), "is not vendor and product");
        check(&serial("path = \"/dev/x\"\nends_with = \"tab\""), "ends_with \"tab\" is not known");
        check(&serial("path = \"/dev/x\"\nidle_ms = 50"), "unknown key \"idle_ms\"");
        check(&serial("path = \"/dev/x\"\nmax_chars = 200"), "out of range");
        check("driver = \"hid_scanner\"\n", "which device");
        check("driver = \"hid_scanner\"\npath = \"/dev/x\"\nphys = \"y\"\n", "which device");
        check("driver = \"hid_scanner\"\npath = \"/dev/x\"\nlayout = \"fr\"\n", "layout \"fr\" is not known");
    }
}
