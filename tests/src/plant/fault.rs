//! How the Modbus server may misbehave, and the words for it.

use std::fmt;
use std::str::FromStr;

/// One kind of misbehaviour. Everything but `None` hurts the one who asks, never the plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// Answers as it should.
    #[default]
    None,
    /// Takes the request and never answers; the connection stays open.
    Silent,
    /// Sends so many bytes of the answer, then closes the connection.
    CloseMidAnswer(u16),
    /// Answers with another transaction number.
    WrongTransaction,
    /// Answers in the name of another unit.
    WrongUnit,
    /// Answers every request with this exception code.
    Exception(u8),
    /// Sends so many random bytes instead of an answer.
    Nonsense(u16),
    /// The length in the frame's header is off by so much.
    WrongLength(i8),
    /// A well-formed answer with one register (or byte of bits) fewer than asked for.
    FewerRegisters,
    /// Answers after so many milliseconds; what was asked on the same connection waits behind.
    SlowMs(u32),
    /// Whole server: nobody listens on the port and open connections are cut. One unit: a request to it
    /// closes the connection.
    Refuse,
    /// Reads that touch this address get exception 2, all others a proper answer.
    IllegalRegister(u16),
}

/// Whom a fault concerns. A fault of the whole server goes before that of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Server,
    Unit(u8),
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match (word, word.parse()) {
            ("server", _) => Ok(Self::Server),
            (_, Ok(unit)) => Ok(Self::Unit(unit)),
            _ => Err(format!("'{word}' is neither 'server' nor the number of a unit")),
        }
    }
}

/// Every fault as the control line writes it, for the message that lists them.
const FORMS: &str = "none, silent, refuse, wrong-transaction, wrong-unit, fewer-registers, slow MS, close BYTES, \
                     exception CODE, nonsense BYTES, wrong-length OFFSET, illegal-register ADDRESS";

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (name, argument, rest) = (words.next().unwrap_or(""), words.next(), words.next());
        let fault = match (name, argument) {
            ("none", None) => Self::None,
            ("silent", None) => Self::Silent,
            ("refuse", None) => Self::Refuse,
            ("wrong-transaction", None) => Self::WrongTransaction,
            ("wrong-unit", None) => Self::WrongUnit,
            ("fewer-registers", None) => Self::FewerRegisters,
            ("slow", Some(ms)) => Self::SlowMs(number(name, ms)?),
            ("close", Some(bytes)) => Self::CloseMidAnswer(number(name, bytes)?),
            ("exception", Some(code)) => Self::Exception(number(name, code)?),
            ("nonsense", Some(bytes)) => Self::Nonsense(number(name, bytes)?),
            ("wrong-length", Some(offset)) => Self::WrongLength(number(name, offset)?),
            ("illegal-register", Some(address)) => Self::IllegalRegister(number(name, address)?),
            _ => return Err(format!("'{text}' is no fault; one of: {FORMS}")),
        };
        match rest {
            None => Ok(fault),
            Some(word) => Err(format!("'{word}' is one word too many after fault '{name}'")),
        }
    }
}

fn number<N: FromStr<Err: fmt::Display>>(name: &str, word: &str) -> Result<N, String> {
    word.parse().map_err(|e| format!("fault '{name}': '{word}' does not fit ({e})"))
}

#[cfg(test)]
mod tests {
    use super::{Fault, Scope};

    #[test]
    fn edge_22_faults_are_read_from_words() {
        let check = |text: &str, expect: Fault| assert_eq!(text.parse(), Ok(expect), "{text}");
        check("none", Fault::None);
        check("silent", Fault::Silent);
        check("refuse", Fault::Refuse);
        check("wrong-transaction", Fault::WrongTransaction);
        check("wrong-unit", Fault::WrongUnit);
        check("fewer-registers", Fault::FewerRegisters);
        check(" slow  250 ", Fault::SlowMs(250));
        check("close 5", Fault::CloseMidAnswer(5));
        check("exception 4", Fault::Exception(4));
        check("nonsense 40", Fault::Nonsense(40));
        check("wrong-length -2", Fault::WrongLength(-2));
        check("illegal-register 3", Fault::IllegalRegister(3));
    }

    #[test]
    fn edge_22_what_is_no_fault_is_refused_with_a_reason() {
        let check = |text: &str, reason: &str| {
            let error = text.parse::<Fault>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        };
        check("", "one of: none, silent");
        check("slow", "one of: none, silent");
        check("exception 300", "'300' does not fit");
        check("close 5 6", "'6' is one word too many");
        assert_eq!("server".parse(), Ok(Scope::Server));
        assert_eq!("2".parse(), Ok(Scope::Unit(2)));
        assert!("lathe".parse::<Scope>().is_err());
    }
}
