//! Bytes of a scanner to codes. Pure and total: any bytes give codes or noise.

use std::fmt;

/// The longest code that is taken. GS1 symbols end at 90 characters of content.
pub(super) const CODE_BYTES_MAX: usize = 128;

/// Why bytes were thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noise {
    TooLong,
    NotText,
    WithoutPrefix,
    WithoutSuffix,
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "more than {CODE_BYTES_MAX} bytes without an end of line"),
            Self::NotText => f.write_str("bytes that are no text"),
            Self::WithoutPrefix => f.write_str("a code without the configured prefix"),
            Self::WithoutSuffix => f.write_str("a code without the configured suffix"),
        }
    }
}

/// Collects bytes until an end of line.
pub(super) struct Framer {
    line: Vec<u8>,
    /// The line is too long; its rest is thrown away too.
    overlong: bool,
    prefix: String,
    suffix: String,
}

impl Framer {
    pub(super) fn new(prefix: Option<&str>, suffix: Option<&str>) -> Self {
        Self {
            line: Vec::with_capacity(CODE_BYTES_MAX),
            overlong: false,
            prefix: prefix.unwrap_or_default().to_owned(),
            suffix: suffix.unwrap_or_default().to_owned(),
        }
    }

    /// Gives every code or noise that these bytes complete.
    pub(super) fn take(&mut self, bytes: &[u8], mut found: impl FnMut(Result<String, Noise>)) {
        for byte in bytes {
            match byte {
                b'\r' | b'\n' => {
                    if self.overlong {
                        found(Err(Noise::TooLong));
                    } else if let Some(code) = self.code() {
                        found(code);
                    }
                    self.line.clear();
                    self.overlong = false;
                }
                _ if self.line.len() >= CODE_BYTES_MAX => self.overlong = true,
                byte => self.line.push(*byte),
            }
        }
    }

    /// The line without control characters; `None` when nothing is left, as between CR and LF.
    fn code(&self) -> Option<Result<String, Noise>> {
        let Ok(text) = std::str::from_utf8(&self.line) else { return Some(Err(Noise::NotText)) };
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        if text.trim().is_empty() {
            return None;
        }
        let Some(text) = text.strip_prefix(self.prefix.as_str()) else { return Some(Err(Noise::WithoutPrefix)) };
        let Some(text) = text.strip_suffix(self.suffix.as_str()) else { return Some(Err(Noise::WithoutSuffix)) };
        let code = text.trim();
        (!code.is_empty()).then(|| Ok(code.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(framer: &mut Framer, bytes: &[u8]) -> Vec<Result<String, Noise>> {
        let mut found = Vec::new();
        framer.take(bytes, |code| found.push(code));
        found
    }

    fn check(bytes: &[u8], expect: &[Result<&str, Noise>]) {
        let expect: Vec<_> = expect.iter().map(|code| code.map(str::to_owned)).collect();
        assert_eq!(codes(&mut Framer::new(None, None), bytes), expect);
        // The same bytes one at a time.
        let mut framer = Framer::new(None, None);
        let single: Vec<_> = bytes.iter().flat_map(|byte| codes(&mut framer, &[*byte])).collect();
        assert_eq!(single, expect);
    }

    #[test]
    fn edge_04_codes_end_with_cr_or_lf_and_lose_control_characters() {
        check(b"WO-1\r\nWO-2\rWO-3\nrest", &[Ok("WO-1"), Ok("WO-2"), Ok("WO-3")]);
        check(b"\r\n\n\r", &[]);
        check(b"\x02WO\x1d-7\x03\r", &[Ok("WO-7")]);
        check(b"  WO 8 \n", &[Ok("WO 8")]);
        check("Größe\n".as_bytes(), &[Ok("Größe")]);
    }

    #[test]
    fn edge_04_noise_is_told_and_does_not_touch_the_next_code() {
        check(b"\xff\xfe\x80\nWO-1\n", &[Err(Noise::NotText), Ok("WO-1")]);
        let mut long = vec![b'x'; CODE_BYTES_MAX];
        long.extend(b"\n");
        check(&long, &[Ok(&"x".repeat(CODE_BYTES_MAX))]);
        let mut long = vec![b'x'; 10_000];
        long.extend(b"\nWO-1\n");
        check(&long, &[Err(Noise::TooLong), Ok("WO-1")]);
    }

    #[test]
    fn edge_04_prefix_and_suffix_are_taken_off() {
        let mut framer = Framer::new(Some("]C1"), Some("#"));
        let found = codes(&mut framer, b"]C1WO-1#\nWO-2#\n]C1WO-3\n]C1#\n");
        assert_eq!(found, [Ok("WO-1".to_owned()), Err(Noise::WithoutPrefix), Err(Noise::WithoutSuffix)]);
    }
}
