//! Bytes of a scanner to codes. Pure and total: any bytes give codes or noise.

use crate::config::{Charset, Ending};
use crate::driver::scanner::{Affixes, Noise};

/// More is no code in any character set; what is longer is thrown away as it comes.
const BYTES_MAX: usize = 1_024;

/// Collects bytes until what ends a code.
pub(super) struct Framer {
    line: Vec<u8>,
    /// The line is too long; its rest is thrown away too.
    overlong: bool,
    ending: Ending,
    charset: Charset,
    affixes: Affixes,
}

impl Framer {
    pub(super) const fn new(ending: Ending, charset: Charset, affixes: Affixes) -> Self {
        Self { line: Vec::new(), overlong: false, ending, charset, affixes }
    }

    /// Gives every code or noise that these bytes complete.
    pub(super) fn take(&mut self, bytes: &[u8], mut found: impl FnMut(Result<String, Noise>)) {
        for byte in bytes {
            let ends = match self.ending {
                Ending::Line => matches!(byte, b'\r' | b'\n'),
                Ending::Cr => *byte == b'\r',
                Ending::Lf => *byte == b'\n',
                Ending::CrLf => *byte == b'\n' && self.line.last() == Some(&b'\r'),
                Ending::Etx => *byte == 3,
                Ending::Silence { .. } => false,
            };
            if ends {
                self.end(&mut found);
            } else if self.line.len() >= BYTES_MAX {
                self.overlong = true;
            } else {
                self.line.push(*byte);
            }
        }
    }

    /// Whether a code has begun.
    pub(super) const fn is_within(&self) -> bool {
        !self.line.is_empty()
    }

    /// What was collected is a code.
    pub(super) fn end(&mut self, mut found: impl FnMut(Result<String, Noise>)) {
        if self.overlong {
            found(Err(Noise::TooLong));
        } else if let Some(code) = self.code() {
            found(code);
        }
        self.line.clear();
        self.overlong = false;
    }

    /// `None` when nothing is left, as between CR and LF.
    fn code(&self) -> Option<Result<String, Noise>> {
        let text = match self.charset {
            Charset::Utf8 => match std::str::from_utf8(&self.line) {
                Ok(text) => text.to_owned(),
                Err(_) => return Some(Err(Noise::NotText)),
            },
            Charset::Latin1 => self.line.iter().copied().map(char::from).collect(),
        };
        self.affixes.strip(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ScannerConfig;

    fn affixes(prefix: Option<&str>, suffix: Option<&str>) -> Affixes {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Affixes::new(&ScannerConfig { machine: None, prefix: text(prefix), suffix: text(suffix), chars_max: 128 })
    }

    fn framer(ending: Ending) -> Framer {
        Framer::new(ending, Charset::Utf8, affixes(None, None))
    }

    fn codes(framer: &mut Framer, bytes: &[u8]) -> Vec<Result<String, Noise>> {
        let mut found = Vec::new();
        framer.take(bytes, |code| found.push(code));
        found
    }

    fn check_with(ending: Ending, bytes: &[u8], expect: &[Result<&str, Noise>]) {
        let expect: Vec<_> = expect.iter().map(|code| code.map(str::to_owned)).collect();
        assert_eq!(codes(&mut framer(ending), bytes), expect);
        // The same bytes one at a time.
        let mut framer = framer(ending);
        let single: Vec<_> = bytes.iter().flat_map(|byte| codes(&mut framer, &[*byte])).collect();
        assert_eq!(single, expect);
    }

    fn check(bytes: &[u8], expect: &[Result<&str, Noise>]) {
        check_with(Ending::Line, bytes, expect);
    }

    #[test]
    fn edge_04_codes_end_with_cr_or_lf_and_lose_control_characters() {
        check(b"WO-1\r\nWO-2\rWO-3\nrest", &[Ok("WO-1"), Ok("WO-2"), Ok("WO-3")]);
        check(b"\r\n\n\r", &[]);
        check(b"  WO 8 \n", &[Ok("WO 8")]);
        check("Größe\n".as_bytes(), &[Ok("Größe")]);
        // The separator of GS1 stays: it tells where a lot ends.
        check(b"\x02]C110AB\x1d21S\x03\r", &[Ok("]C110AB\u{1d}21S")]);
    }

    #[test]
    fn edge_04_other_endings() {
        check_with(Ending::Cr, b"A\nB\rC", &[Ok("AB")]);
        check_with(Ending::Lf, b"A\rB\nC", &[Ok("AB")]);
        check_with(Ending::CrLf, b"A\rB\nC\r\nD", &[Ok("ABC")]);
        check_with(Ending::Etx, b"\x02A\r\n\x03\x02B\x03", &[Ok("A"), Ok("B")]);
        let mut silent = framer(Ending::Silence { idle_ms: 50 });
        assert_eq!((codes(&mut silent, b"A\rB"), silent.is_within()), (vec![], true));
        let mut found = Vec::new();
        silent.end(|code| found.push(code));
        assert_eq!((found, silent.is_within()), (vec![Ok("AB".to_owned())], false));
        let mut latin = Framer::new(Ending::Line, Charset::Latin1, affixes(None, None));
        assert_eq!(codes(&mut latin, b"Gr\xf6\xdfe\r"), [Ok("Größe".to_owned())]);
    }

    #[test]
    fn edge_04_noise_is_told_and_does_not_touch_the_next_code() {
        check(b"\xff\xfe\x80\nWO-1\n", &[Err(Noise::NotText), Ok("WO-1")]);
        let mut long = vec![b'x'; 128];
        long.extend(b"\n");
        check(&long, &[Ok(&"x".repeat(128))]);
        for length in [129, 10_000] {
            let mut long = vec![b'x'; length];
            long.extend(b"\nWO-1\n");
            check(&long, &[Err(Noise::TooLong), Ok("WO-1")]);
        }
    }

    #[test]
    fn edge_04_prefix_and_suffix_are_taken_off() {
        let mut framer = Framer::new(Ending::Line, Charset::Utf8, affixes(Some("]C1"), Some("#")));
        let found = codes(&mut framer, b"]C1WO-1#\nWO-2#\n]C1WO-3\n]C1#\n");
        assert_eq!(found, [Ok("WO-1".to_owned()), Err(Noise::WithoutPrefix), Err(Noise::WithoutSuffix)]);
    }

    /// Any bytes, cut anywhere: codes are printable but for GS1's separator, and
    /// where the line was cut changes nothing.
    #[test]
    fn fuzz_frames_of_a_scanner() {
        let endings = [Ending::Line, Ending::Cr, Ending::Lf, Ending::CrLf, Ending::Etx];
        bolero::check!().with_iterations(20_000).with_type::<(u8, usize, Vec<u8>)>().for_each(
            move |(ending, cut, bytes)| {
                let ending = endings[usize::from(*ending) % endings.len()];
                let whole = codes(&mut framer(ending), bytes);
                let (first, second) = bytes.split_at(cut % (bytes.len() + 1));
                let mut parted = framer(ending);
                let mut found = codes(&mut parted, first);
                found.extend(codes(&mut parted, second));
                assert_eq!(found, whole);
                let is_code =
                    |code: &String| !code.is_empty() && !code.contains(|c: char| c.is_control() && c != '\u{1d}');
                assert!(whole.iter().flatten().all(is_code), "{whole:?}");
            },
        );
    }
}
