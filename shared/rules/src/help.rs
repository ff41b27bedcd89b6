//! Calls for help: one open call of a kind at a machine; answered once, ended once.

use crate::Refusal;
use unison_core::facts::HelpKind;

/// Longest note in characters.
pub const NOTE_CHARS_MAX: usize = 500;

/// Judges a call. `open` are the kinds that are called at the machine already.
///
/// # Errors
/// When the same help was called already.
pub fn call(open: &[HelpKind], kind: HelpKind) -> Result<(), Refusal> {
    if open.contains(&kind) {
        let reason = format!("{} was called to this machine already", title(kind));
        return Err(Refusal::NotNow { error: "Cannot call for help", reason });
    }
    Ok(())
}

const fn title(kind: HelpKind) -> &'static str {
    match kind {
        HelpKind::Supervisor => "A supervisor",
        HelpKind::Maintenance => "Maintenance",
        HelpKind::Quality => "Quality",
        HelpKind::Material => "Material",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_called_once_of_a_kind() {
        assert_eq!(call(&[], HelpKind::Quality), Ok(()));
        assert_eq!(call(&[HelpKind::Material], HelpKind::Quality), Ok(()));
        let Err(Refusal::NotNow { reason, .. }) = call(&[HelpKind::Quality], HelpKind::Quality) else {
            panic!("called twice");
        };
        assert_eq!(reason, "Quality was called to this machine already");
    }
}
