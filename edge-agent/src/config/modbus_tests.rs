//! Modbus connections in the file: what each kind of line gives, and what each mistake is told.

use super::*;
use crate::machine::expression::Known;

const HEAD: &str = "[agent]\nname = \"Hall 1\"\ndata_dir = \"/tmp/unison\"\n[[connection]]\nname = \"m\"\n";
const TAG: &str = "[[connection.tag]]\nname = \"a\"\nregister = \"holding:0\"\ntype = \"u16\"\n";
const TCP: &str = "driver = \"modbus_tcp\"\naddress = \"plc:502\"\n";

fn modbus(text: &str) -> ModbusConfig {
    let config = parse("edge.toml", &format!("{HEAD}{text}")).unwrap_or_else(|errors| panic!("{errors}"));
    match &config.connections[0].driver {
        DriverConfig::Modbus(modbus) => modbus.clone(),
        other => panic!("{}", other.code()),
    }
}

/// The whole text below the head is wrong in exactly these ways; lines count from its first.
#[track_caller]
fn refused(text: &str, expect: &[(usize, &str)]) {
    let errors = parse("edge.toml", &format!("{HEAD}{text}")).expect_err("it is wrong");
    let found: Vec<_> =
        errors.0.iter().map(|e| (e.line.saturating_sub(HEAD.lines().count()), e.reason.as_str())).collect();
    assert_eq!(found, expect);
}

#[test]
fn edge_18_every_kind_of_line() {
    assert_eq!(modbus(&format!("{TCP}{TAG}")).line, ModbusLine::Tcp { address: "plc:502".into() });
    let over = format!("driver = \"modbus_rtu_over_tcp\"\naddress = \"server:4001\"\n{TAG}");
    assert_eq!(modbus(&over).line, ModbusLine::RtuOverTcp { address: "server:4001".into() });
    let serial = "driver = \"modbus_rtu\"\npath = \"/dev/serial/by-id/usb-1\"\n";
    let line = |baud, parity, stop_bits| {
        let path = "/dev/serial/by-id/usb-1".into();
        ModbusLine::Rtu { path, baud, parity, stop_bits }
    };
    // What the standard says where nothing is said.
    assert_eq!(modbus(&format!("{serial}{TAG}")).line, line(19_200, Parity::Even, 1));
    let odd = format!("{serial}baud = 9600\nparity = \"none\"\nstop_bits = 2\n{TAG}");
    assert_eq!(modbus(&odd).line, line(9_600, Parity::None, 2));
    refused(
        &format!("driver = \"modbus_rtu\"\n{TAG}"),
        &[(0, "path is missing: the serial line, best by its id: \"/dev/serial/by-id/…\"")],
    );
    let parity = format!("{serial}parity = \"mark\"\n{TAG}");
    refused(&parity, &[(3, "parity \"mark\" is not known; write one of: even, odd, none")]);
    // A serial line answers one request at a time.
    let known =
        "baud, driver, max_bits, max_registers, name, parity, path, scan, stop_bits, tag, tags_file, timeout_ms, unit";
    let unknown = format!("unknown key \"pipeline\"; known here: {known}");
    refused(&format!("{serial}pipeline = 2\n{TAG}"), &[(3, &unknown)]);
}

#[test]
fn edge_18_limits_of_units_and_requests_at_once() {
    let plain = modbus(&format!("{TCP}{TAG}"));
    assert_eq!((plain.pipeline, plain.limits_of(7)), (1, Limits::STANDARD));
    let unit = "[[connection.unit]]\nunit = 7\nmax_registers = 10\n";
    let own = modbus(&format!("{TCP}pipeline = 4\nmax_registers = 60\nmax_bits = 512\n{TAG}{unit}"));
    assert_eq!((own.pipeline, own.limits_of(1)), (4, Limits { registers: 60, bits: 512 }));
    assert_eq!(own.limits_of(7), Limits { registers: 10, bits: 512 });
    refused(
        &format!("{TCP}pipeline = 40\nmax_registers = 126\n{TAG}{unit}{unit}"),
        &[
            (3, "pipeline 40: out of range; write 1 to 16 requests at once"),
            (4, "max_registers 126: out of range; write 1 to 125 registers in one request"),
            (12, "unit 7 has a [[connection.unit]] already; write one for each"),
        ],
    );
    let wide = TAG.replace("u16", "f64");
    let short = format!("{TCP}max_registers = 3\n{wide}");
    let reason = "register \"holding:0\" as f64 needs 4 registers, and unit 1 answers at most 3";
    refused(&short, &[(6, reason)]);
}

#[test]
fn edge_18_scans_with_a_name() {
    let scan = "[[connection.scan]]\nname = \"fast\"\nperiod_ms = 100\n";
    let tag = |more: &str| format!("{TCP}{TAG}{more}\n{scan}");
    assert_eq!(modbus(&tag("scan = \"fast\"")).tags[0].period_ms, 100);
    assert_eq!(modbus(&tag("")).tags[0].period_ms, 1_000);
    let unknown = "scan \"slow\" is not the name of a [[connection.scan]] of this connection";
    refused(&tag("scan = \"slow\""), &[(7, unknown)]);
    let both = "scan \"fast\": the scan says the period; leave period_ms out";
    refused(&tag("scan = \"fast\"\nperiod_ms = 100"), &[(7, both)]);
    refused(&format!("{TCP}{TAG}{scan}{scan}"), &[(11, "name \"fast\" is taken by another scan of this connection")]);
    let bare = "[[connection.scan]]\nname = \"fast\"\n";
    refused(&format!("{TCP}{TAG}{bare}"), &[(7, "period_ms is missing: how often its tags are read")]);
}

#[test]
fn edge_18_texts_and_decimal_digits() {
    let tag = |kind: &str, more: &str| format!("{TCP}{}{more}", TAG.replace("u16", kind));
    let text = modbus(&tag("string", "registers = 8\n"));
    assert_eq!((text.tags[0].kind, text.tags[0].registers), (TagType::String, 8));
    let digits = modbus(&tag("bcd32", ""));
    assert_eq!((digits.tags[0].kind, digits.tags[0].registers), (TagType::Bcd32, 2));
    let missing = "registers is missing: how many registers the string takes, two characters in each";
    refused(&tag("string", ""), &[(3, missing)]);
    refused(&tag("string", "registers = 17\n"), &[(7, "registers 17: out of range; write 1 to 16 registers")]);
    refused(&tag("string", "registers = 2\nscale = 2\n"), &[(8, "a string has no scale or offset; remove them")]);
    let end = tag("string", "registers = 8\n").replace("holding:0", "holding:65530");
    refused(&end, &[(5, "register \"holding:65530\" as string needs 8 registers and runs past 65535")]);
    let bit =
        "register \"holding:0.3\": one bit is a bool; bcd16 needs whole registers, leave the part after the point out";
    refused(&tag("bcd16", "").replace("holding:0", "holding:0.3"), &[(5, bit)]);
}

#[test]
fn edge_06_rules_over_texts_and_decimal_digits() {
    let machine = |kind: &str, more: &str, rule: &str| {
        let tag = TAG.replace("u16", kind);
        let rule = format!("states = [{{ tag = \"a\", {rule}, activity = \"running\" }}]");
        format!("{TCP}{tag}{more}[[machine]]\ncode = \"M-1\"\n{rule}\notherwise = \"idle\"\n")
    };
    let text = "registers = 8\n";
    let config =
        parse("edge.toml", &format!("{HEAD}{}", machine("string", text, "in = [\"RUN\", \"Läuft\"]"))).unwrap();
    let matches = |value| config.machines[0].states[0].when.holds(&|_| Known { value, unchanged: 0 });
    let value = |bytes: &[u8]| crate::driver::Value::Text(crate::driver::Text::new(bytes).unwrap());
    assert!(matches(value(b"RUN")) && matches(value(b"L\xe4uft\0")));
    assert!(!matches(value(b"STOP")) && !matches(crate::driver::Value::Uint(1)));
    refused(&machine("string", text, "equals = 1"), &[(10, "equals 1: a tag of type string never has this value")]);
    refused(&machine("string", text, "above = 1"), &[(10, "above on a string tag: use equals = \"…\"")]);
    refused(&machine("bcd16", "", "equals = 10000"), &[(9, "equals 10000: a tag of type bcd16 never has this value")]);
    refused(&machine("u16", "", "equals = \"RUN\""), &[(9, "equals \"RUN\": a tag of type u16 never has this value")]);
    // It wraps at 10,000 and not at a power of two.
    let counter = machine("bcd16", "", "equals = 1") + "counter = { tag = \"a\" }\n";
    let reason = "a tag of type bcd16 cannot count parts; use a whole number without scale and offset";
    refused(&counter, &[(11, reason)]);
}

#[test]
fn edge_02_only_what_a_device_lets_one_write_is_writable() {
    let tag = |register: &str, kind: &str, more: &str| {
        let tag = TAG.replace("holding:0", register).replace("u16", kind);
        format!("{TCP}{tag}{more}")
    };
    let writable = "writable = true\n";
    for (register, kind) in [("holding:0", "u16"), ("holding:0.3", "bool"), ("coil:7", "bool")] {
        let modbus = modbus(&tag(register, kind, writable));
        assert!(modbus.tags[0].writable);
    }
    assert!(!modbus(&tag("holding:0", "u16", "")).tags[0].writable);
    assert!(!modbus(&tag("input:0", "u16", "writable = false\n")).tags[0].writable);
    for (register, kind, table) in [("input:0", "u16", "input"), ("discrete:7", "bool", "discrete")] {
        let why = format!(
            "register \"{register}\": writable: a device lets nobody write a {table}; only coil and holding can be written"
        );
        refused(&tag(register, kind, writable), &[(5, &why)]);
    }
    refused(&tag("holding:0", "u16", "writable = 1\n"), &[(7, "writable must be true or false, not integer")]);
    // Over TCP unit 0 is a device like others; on a serial line it is all of them.
    assert!(modbus(&tag("holding:0", "u16", "unit = 0\nwritable = true\n")).tags[0].writable);
    let line = tag("holding:0", "u16", "unit = 0\nwritable = true\n").replace("modbus_tcp", "modbus_rtu_over_tcp");
    let why =
        "register \"holding:0\": writable: on a serial line unit 0 is everybody at once; write the number of one unit";
    refused(&line, &[(5, why)]);
}
