//! Registers and types of Modbus tags, as they are written in the file. Pure.

use std::fmt;

/// The four address spaces of a Modbus unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegisterTable {
    Coil,
    Discrete,
    Input,
    Holding,
}

impl RegisterTable {
    pub const ALL: [Self; 4] = [Self::Coil, Self::Discrete, Self::Input, Self::Holding];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Coil => "coil",
            Self::Discrete => "discrete",
            Self::Input => "input",
            Self::Holding => "holding",
        }
    }

    /// Whether one address is one bit.
    #[must_use]
    pub const fn is_bits(self) -> bool {
        matches!(self, Self::Coil | Self::Discrete)
    }

    /// The most addresses the standard allows in one request.
    #[must_use]
    pub const fn request_max(self) -> u16 {
        if self.is_bits() { 2_000 } else { 125 }
    }
}

/// `holding:100`, or `holding:100.3` for one bit of a register (0 is the lowest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    pub table: RegisterTable,
    /// From 0, as on the wire.
    pub address: u16,
    pub bit: Option<u8>,
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.table.code(), self.address)?;
        self.bit.map_or(Ok(()), |bit| write!(f, ".{bit}"))
    }
}

impl Register {
    /// The reason comes back as text for the one who wrote the file.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "write it like holding:100 (tables: coil, discrete, input, holding)";
        let (table, address) = text.split_once(':').ok_or_else(|| format!("no table; {FORM}"))?;
        let table = RegisterTable::ALL
            .into_iter()
            .find(|t| t.code() == table)
            .ok_or_else(|| format!("unknown table \"{table}\"; {FORM}"))?;
        let (address, bit) = match address.split_once('.') {
            Some((address, bit)) => (address, Some(bit)),
            None => (address, None),
        };
        if address.is_empty() || !address.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!("the address is not a whole number; {FORM}"));
        }
        let address =
            address.parse::<u16>().map_err(|_| "address above 65535; addresses run from 0 to 65535".to_owned())?;
        let bit = match bit {
            None => None,
            Some(_) if table.is_bits() => {
                return Err(format!("a {} is one bit already; leave the part after the point out", table.code()));
            }
            Some(bit) => match bit.parse::<u8>() {
                Ok(bit @ 0..=15) => Some(bit),
                _ => return Err(format!("bit \"{bit}\" is not in a register; bits run from 0 to 15")),
            },
        };
        Ok(Self { table, address, bit })
    }

    /// Refuses a type that cannot lie at this register.
    pub fn check_type(&self, kind: TagType) -> Result<(), String> {
        if self.table.is_bits() && kind != TagType::Bool {
            return Err(format!(
                "a {} holds one bit; {} needs an input or holding register",
                self.table.code(),
                kind.code()
            ));
        }
        if self.bit.is_some() && kind != TagType::Bool {
            return Err(format!(
                "one bit is a bool; {} needs whole registers, leave the part after the point out",
                kind.code()
            ));
        }
        Ok(())
    }

    /// Refuses a value that runs past the end of the table.
    pub fn check_end(&self, kind: TagType, registers: u16) -> Result<(), String> {
        if u32::from(self.address) + u32::from(registers) > 65_536 {
            let words = match registers {
                2 => "two".to_owned(),
                4 => "four".to_owned(),
                n => n.to_string(),
            };
            return Err(format!("as {} needs {words} registers and runs past 65535", kind.code()));
        }
        Ok(())
    }
}

/// The type of a tag's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagType {
    Bool,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
    /// Four decimal digits in one register.
    Bcd16,
    /// Eight decimal digits in two registers.
    Bcd32,
    /// Two characters a register.
    String,
}

impl TagType {
    pub const WORDS: [(&'static str, Self); 12] = [
        ("bool", Self::Bool),
        ("u16", Self::U16),
        ("i16", Self::I16),
        ("u32", Self::U32),
        ("i32", Self::I32),
        ("u64", Self::U64),
        ("i64", Self::I64),
        ("f32", Self::F32),
        ("f64", Self::F64),
        ("bcd16", Self::Bcd16),
        ("bcd32", Self::Bcd32),
        ("string", Self::String),
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::U16 => "u16",
            Self::I16 => "i16",
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::U64 => "u64",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Bcd16 => "bcd16",
            Self::Bcd32 => "bcd32",
            Self::String => "string",
        }
    }

    /// Registers of 16 bits that one value takes; a string has as many as its tag says.
    #[must_use]
    pub const fn registers(self) -> u16 {
        match self {
            Self::Bool | Self::U16 | Self::I16 | Self::Bcd16 | Self::String => 1,
            Self::U32 | Self::I32 | Self::F32 | Self::Bcd32 => 2,
            Self::U64 | Self::I64 | Self::F64 => 4,
        }
    }

    /// Whole numbers that wrap at a power of two.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.is_binary() && !matches!(self, Self::Bool | Self::F32 | Self::F64)
    }

    /// Everything but decimal digits and text.
    #[must_use]
    pub const fn is_binary(self) -> bool {
        !matches!(self, Self::Bcd16 | Self::Bcd32 | Self::String)
    }

    /// Bits of a whole number.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.registers() as u32 * 16
    }

    /// The whole numbers this type can hold; `None` for bool, floats and text.
    #[must_use]
    pub const fn limits(self) -> Option<(i128, i128)> {
        match self {
            Self::U16 => Some((0, u16::MAX as i128)),
            Self::I16 => Some((i16::MIN as i128, i16::MAX as i128)),
            Self::U32 => Some((0, u32::MAX as i128)),
            Self::I32 => Some((i32::MIN as i128, i32::MAX as i128)),
            Self::U64 => Some((0, u64::MAX as i128)),
            Self::I64 => Some((i64::MIN as i128, i64::MAX as i128)),
            Self::Bcd16 => Some((0, 9_999)),
            Self::Bcd32 => Some((0, 99_999_999)),
            Self::Bool | Self::F32 | Self::F64 | Self::String => None,
        }
    }
}
