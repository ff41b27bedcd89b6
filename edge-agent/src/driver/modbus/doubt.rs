//! When it is not a unit that does not answer but the connection: its other end went without a word, or the way
//! behind a gateway is dead. Pure.

/// When so many requests in a row were answered by nobody, the connection is doubted.
const UNANSWERED_MOST: u32 = 2;

/// A unit that is read once an hour looks well for an hour, whatever became of the connection. So a connection
/// that is doubted has to prove itself: the unit that answered last is asked, out of turn. One silent unit costs
/// the others that one request, and never the connection.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    /// Requests that nobody answered since somebody did.
    unanswered: u32,
    /// A unit that looks well is being asked.
    is_checking: bool,
    /// It did not answer, either.
    is_confirmed: bool,
}

impl Doubt {
    /// Somebody said something, or the connection is new.
    pub(super) fn heard(&mut self) {
        *self = Self::default();
    }

    /// A request was not answered. `is_check` when it was the one that had to prove the connection.
    pub(super) const fn silent(&mut self, is_check: bool) {
        self.unanswered = self.unanswered.saturating_add(1);
        if is_check {
            self.is_confirmed = true;
        }
    }

    pub(super) const fn wants_check(&self) -> bool {
        self.unanswered >= UNANSWERED_MOST && !self.is_checking
    }

    pub(super) const fn check(&mut self) {
        self.is_checking = true;
    }

    /// Whether the connection has to be opened anew. `is_anyone_well` as far as the units are known.
    pub(super) const fn is_dead(&self, is_anyone_well: bool) -> bool {
        self.unanswered >= UNANSWERED_MOST && (self.is_confirmed || !is_anyone_well)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_12_one_silent_unit_is_no_dead_connection() {
        let mut doubt = Doubt::default();
        doubt.silent(false);
        assert!(!doubt.wants_check() && !doubt.is_dead(true) && !doubt.is_dead(false));
        doubt.silent(false);
        assert!(doubt.wants_check() && !doubt.is_dead(true));
        doubt.check();
        // One is enough, and what else falls silent meanwhile proves nothing.
        assert!(!doubt.wants_check());
        doubt.silent(false);
        assert!(!doubt.is_dead(true));
        doubt.heard();
        assert!(!doubt.wants_check() && !doubt.is_dead(false));
    }

    #[test]
    fn edge_14_a_connection_on_which_the_unit_that_was_well_is_silent_is_dead() {
        let mut doubt = Doubt::default();
        doubt.silent(false);
        doubt.silent(false);
        doubt.check();
        doubt.silent(true);
        assert!(doubt.is_dead(true));
        // Nobody is left to be asked.
        let mut alone = Doubt::default();
        alone.silent(false);
        alone.silent(false);
        assert!(alone.is_dead(false));
    }
}
