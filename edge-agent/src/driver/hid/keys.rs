//! Keys of a scanner that types, to codes. Pure and total. A scanner does not know which keyboard the box believes
//! in; it presses the keys that give its characters on the layout it was told.

use crate::config::Layout;
use crate::driver::scanner::{Affixes, Noise};

/// More is no code; what is longer is thrown away as it comes.
const CHARS_MAX: usize = 1_024;

/// Codes of keys, as Linux numbers them (input-event-codes.h).
const TAB: u16 = 15;
const ENTER: u16 = 28;
const KEYPAD_ENTER: u16 = 96;
const LEFT_CTRL: u16 = 29;
const RIGHT_CTRL: u16 = 97;
const LEFT_SHIFT: u16 = 42;
const RIGHT_SHIFT: u16 = 54;
const LEFT_ALT: u16 = 56;
/// AltGr.
const RIGHT_ALT: u16 = 100;
const CAPS_LOCK: u16 = 58;

/// First key, and what it and those after it give alone, with Shift, and with `AltGr`; NUL for nothing.
type Row = (u16, &'static str, &'static str, &'static str);

const US: &[Row] = &[
    (2, "1234567890-=", "!@#$%^&*()_+", ""),
    (16, "qwertyuiop[]", "QWERTYUIOP{}", ""),
    (30, "asdfghjkl;'`", "ASDFGHJKL:\"~", ""),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?", ""),
    (57, " ", " ", ""),
    (86, "\\", "|", ""),
];
const DE: &[Row] = &[
    (2, "1234567890ß´", "!\"§$%&/()=?`", "\0²³\0\0\0{[]}\\\0"),
    (16, "qwertzuiopü+", "QWERTZUIOPÜ*", "@\0€\0\0\0\0\0\0\0\0~"),
    (30, "asdfghjklöä^", "ASDFGHJKLÖÄ°", ""),
    (43, "#yxcvbnm,.-", "'YXCVBNM;:_", "\0\0\0\0\0\0\0µ\0\0\0"),
    (57, " ", " ", ""),
    (86, "<", ">", "|"),
];
/// The same on every layout.
const KEYPAD: &[Row] = &[(55, "*", "*", ""), (71, "789-456+1230.", "789-456+1230.", ""), (98, "/", "/", "")];
/// On a German keyboard these wait for the next key; scanners press the space bar.
const DEAD: [char; 3] = ['^', '´', '`'];

pub(super) struct Keys {
    layout: Layout,
    affixes: Affixes,
    text: String,
    overlong: bool,
    shifts: u8,
    ctrls: u8,
    is_alt_gr: bool,
    is_caps: bool,
    /// Digits typed on the keypad while Alt is held: the number of a character.
    alt: Option<u32>,
    is_dead: bool,
}

impl Keys {
    pub(super) const fn new(layout: Layout, affixes: Affixes) -> Self {
        Self {
            layout,
            affixes,
            text: String::new(),
            overlong: false,
            shifts: 0,
            ctrls: 0,
            is_alt_gr: false,
            is_caps: false,
            alt: None,
            is_dead: false,
        }
    }

    /// Whether a code has begun.
    pub(super) const fn is_within(&self) -> bool {
        !self.text.is_empty()
    }

    /// One key that goes down (1), up (0) or is held (2); gives the code that it ends.
    pub(super) fn take(&mut self, key: u16, value: i32) -> Option<Result<String, Noise>> {
        let is_down = value == 1;
        let is_up = value == 0;
        match key {
            LEFT_SHIFT | RIGHT_SHIFT => held(&mut self.shifts, u8::from(key == RIGHT_SHIFT), is_down, is_up),
            LEFT_CTRL | RIGHT_CTRL => held(&mut self.ctrls, u8::from(key == RIGHT_CTRL), is_down, is_up),
            RIGHT_ALT => self.is_alt_gr = !is_up,
            LEFT_ALT if is_down => self.alt = Some(0),
            LEFT_ALT if is_up => {
                let typed = self.alt.take().filter(|number| *number > 0).and_then(char::from_u32);
                typed.into_iter().for_each(|c| self.push(c));
            }
            CAPS_LOCK if is_down => self.is_caps = !self.is_caps,
            ENTER | KEYPAD_ENTER | TAB if is_down => return self.end(),
            _ if is_down => self.character(key),
            _ => {}
        }
        None
    }

    /// What was collected is a code.
    pub(super) fn end(&mut self) -> Option<Result<String, Noise>> {
        let code = if self.overlong { Some(Err(Noise::TooLong)) } else { self.affixes.strip(&self.text) };
        self.forget();
        code
    }

    /// Keys were lost: what was collected is not whole, and nobody knows which keys are still held.
    pub(super) fn lost(&mut self) -> Noise {
        self.forget();
        (self.shifts, self.ctrls, self.is_alt_gr, self.alt) = (0, 0, false, None);
        Noise::Gap
    }

    fn forget(&mut self) {
        self.text.clear();
        self.overlong = false;
        self.is_dead = false;
    }

    fn character(&mut self, key: u16) {
        if self.ctrls != 0 {
            // Scanners send the separator of GS1 as Ctrl and ]; places are those of the US keyboard.
            let control = find(US, key, 0).filter(|c| matches!(c, '['..=']')).and_then(|c| u8::try_from(c).ok());
            return control.into_iter().for_each(|c| self.push(char::from(c & 0x1f)));
        }
        if let (Some(number), Some(digit)) = (self.alt, find(KEYPAD, key, 0).and_then(|c| c.to_digit(10))) {
            self.alt = number.checked_mul(10).and_then(|number| number.checked_add(digit));
            return;
        }
        let table = match self.layout {
            Layout::Us => US,
            Layout::De => DE,
        };
        let level = if self.is_alt_gr { 2 } else { u8::from(self.shifts != 0) };
        let Some(c) = find(table, key, level).or_else(|| find(KEYPAD, key, 0)) else { return };
        let c = match (self.is_caps && c.is_alphabetic() && level < 2, level) {
            (false, _) => c,
            (true, 0) => find(table, key, 1).filter(|c| c.is_alphabetic()).unwrap_or(c),
            (true, _) => find(table, key, 0).unwrap_or(c),
        };
        let follows_dead = std::mem::replace(&mut self.is_dead, self.layout == Layout::De && DEAD.contains(&c));
        if !(follows_dead && c == ' ') {
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        if self.text.len() >= CHARS_MAX {
            self.overlong = true;
        } else {
            self.text.push(c);
        }
    }
}

/// Left and right are one bit each.
const fn held(keys: &mut u8, side: u8, is_down: bool, is_up: bool) {
    if is_down {
        *keys |= 1 << side;
    } else if is_up {
        *keys &= !(1 << side);
    }
}

fn find(table: &[Row], key: u16, level: u8) -> Option<char> {
    table.iter().find_map(|(first, plain, shifted, third)| {
        let row = match level {
            0 => plain,
            1 => shifted,
            _ => third,
        };
        row.chars().nth(usize::from(key.checked_sub(*first)?)).filter(|c| *c != '\0')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::ScannerConfig;

    fn keys(layout: Layout) -> Keys {
        Keys::new(layout, Affixes::new(&ScannerConfig { machine: None, prefix: None, suffix: None, chars_max: 128 }))
    }

    /// Presses and releases each key; a modifier (number above 1000: key + 1000) is held until the next one is up.
    fn typed(layout: Layout, presses: &[u16]) -> Vec<Result<String, Noise>> {
        let (mut keys, mut holding, mut found) = (keys(layout), Vec::new(), Vec::new());
        for press in presses {
            if *press > 1_000 {
                keys.take(press - 1_000, 1);
                holding.push(press - 1_000);
                continue;
            }
            found.extend(keys.take(*press, 1));
            keys.take(*press, 2);
            keys.take(*press, 0);
            for held in holding.drain(..) {
                keys.take(held, 0);
            }
        }
        found
    }

    fn check(layout: Layout, presses: &[u16], expect: &str) {
        let mut presses = presses.to_vec();
        presses.push(ENTER);
        assert_eq!(typed(layout, &presses), [Ok(expect.to_owned())]);
    }

    const SHIFT: u16 = 1_000 + LEFT_SHIFT;
    const ALT_GR: u16 = 1_000 + RIGHT_ALT;
    const CTRL: u16 = 1_000 + LEFT_CTRL;

    #[test]
    fn edge_05_keys_of_two_layouts() {
        // The keys of W, O, -, 1 on a US keyboard; z is the German y and the German - is the US /.
        check(Layout::Us, &[SHIFT, 17, SHIFT, 24, 12, 2], "WO-1");
        check(Layout::De, &[SHIFT, 17, SHIFT, 24, 53, 2], "WO-1");
        check(Layout::Us, &[44, 21, SHIFT, 44, SHIFT, 21], "zyZY");
        check(Layout::De, &[44, 21, SHIFT, 44, SHIFT, 21], "yzYZ");
        check(Layout::De, &[26, SHIFT, 39, 12, ALT_GR, 16, SHIFT, 8, ALT_GR, 8, 86], "üÖß@/{<");
        check(Layout::Us, &[SHIFT, 3, SHIFT, 40, 41, 43, 27], "@\"`\\]");
        // A dead key and the space bar are one character.
        check(Layout::De, &[41, 57, 2, 57, 2], "^1 1");
        check(Layout::Us, &[71, 79, 82, 98, 55], "710/*");
    }

    #[test]
    fn edge_05_caps_lock_control_and_numbers_with_alt() {
        check(Layout::Us, &[CAPS_LOCK, 30, SHIFT, 30, 2, CAPS_LOCK, 30], "Aa1a");
        // GS1: ]C1 10 A, the separator as Ctrl and ], 21 S.
        let label = [27, SHIFT, 46, 2, 2, 11, SHIFT, 30, CTRL, 27, 3, 2, SHIFT, 31];
        check(Layout::Us, &label, "]C110A\u{1d}21S");
        // Alt and 65 on the keypad, whatever the layout.
        for layout in [Layout::Us, Layout::De] {
            let mut keys = keys(layout);
            for (key, value) in [(LEFT_ALT, 1), (77, 1), (77, 0), (76, 1), (76, 0), (LEFT_ALT, 0)] {
                keys.take(key, value);
            }
            assert_eq!(keys.take(ENTER, 1), Some(Ok("A".into())));
        }
    }

    #[test]
    fn edge_05_enter_keypad_enter_and_tab_end_a_code_and_lost_keys_spoil_it() {
        assert_eq!(
            typed(Layout::Us, &[30, ENTER, 48, KEYPAD_ENTER, 46, TAB, ENTER, 32]),
            [Ok("a".to_owned()), Ok("b".to_owned()), Ok("c".to_owned())]
        );
        let mut keys = keys(Layout::Us);
        keys.take(LEFT_SHIFT, 1);
        keys.take(30, 1);
        assert!(keys.is_within());
        assert_eq!(keys.lost(), Noise::Gap);
        keys.take(48, 1);
        assert_eq!(keys.take(ENTER, 1), Some(Ok("b".into())), "the shift is forgotten");
        for _ in 0..2_000 {
            keys.take(30, 1);
        }
        assert_eq!(keys.take(ENTER, 1), Some(Err(Noise::TooLong)));
    }

    proptest! {
        #[test]
        fn edge_05_any_keys_are_codes_or_noise(
            events in proptest::collection::vec((0u16..300, 0i32..3), 0..200), is_german in any::<bool>()
        ) {
            let mut keys = keys(if is_german { Layout::De } else { Layout::Us });
            for (key, value) in events {
                if let Some(Ok(code)) = keys.take(key, value) {
                    prop_assert!(!code.is_empty() && code.chars().count() <= 128);
                }
            }
        }
    }

    /// Any presses and releases of any keys: codes are bounded, and printable but for the separator of GS1.
    #[test]
    fn fuzz_keys_of_a_scanner() {
        bolero::check!().with_iterations(20_000).with_type::<(bool, Vec<(u8, i8)>)>().for_each(|(is_de, presses)| {
            let mut keys = keys(if *is_de { Layout::De } else { Layout::Us });
            for (key, value) in presses {
                if let Some(Ok(code)) = keys.take(u16::from(*key), i32::from(*value)) {
                    let chars = code.chars().count();
                    let is_printable = code.chars().all(|c| !c.is_control() || c == '\u{1d}');
                    assert!((1..=CHARS_MAX).contains(&chars) && is_printable, "{code:?}");
                }
            }
            let _ = keys.end();
        });
    }
}
