//! Half-open pieces of time `[from, to)` and the algebra of ordered, disjoint lists of them.
//! OEE is a handful of these operations, which is why no second of a shift is ever counted twice.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The time from `from` (included) to `to` (excluded). Empty when `to <= from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Span {
    #[must_use]
    pub const fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to }
    }

    /// Microseconds covered, never negative.
    #[must_use]
    pub fn len(self) -> i64 {
        self.to.since(self.from).max(0)
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.to <= self.from
    }

    #[must_use]
    pub fn contains(self, t: Timestamp) -> bool {
        self.from <= t && t < self.to
    }

    /// The part that both cover.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }
    }
}

/// An ordered list of disjoint, non-empty, non-touching spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// Makes the union of any spans: sorted, merged, empty ones dropped.
    #[must_use]
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut all: Vec<Span> = spans.into_iter().filter(|s| !s.is_empty()).collect();
        all.sort_unstable();
        let mut out: Vec<Span> = Vec::with_capacity(all.len());
        for s in all {
            match out.last_mut() {
                Some(last) if s.from <= last.to => last.to = last.to.max(s.to),
                _ => out.push(s),
            }
        }
        Self(out)
    }

    /// Makes a list of spans that come in order and do not overlap; touching ones become one.
    pub(crate) fn ordered(spans: impl Iterator<Item = Span>) -> Self {
        let mut out: Vec<Span> = Vec::with_capacity(spans.size_hint().0);
        for s in spans {
            match out.last_mut() {
                Some(last) if s.from <= last.to => last.to = last.to.max(s.to),
                _ => out.push(s),
            }
        }
        Self(out)
    }

    #[must_use]
    pub fn as_slice(&self) -> &[Span] {
        &self.0
    }

    /// Microseconds covered by the whole list.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.0.iter().map(|s| s.len()).sum()
    }

    /// Whether `t` lies in one of the spans.
    #[must_use]
    pub fn contains(&self, t: Timestamp) -> bool {
        let after = self.0.partition_point(|s| s.from <= t);
        after.checked_sub(1).and_then(|i| self.0.get(i)).is_some_and(|s| s.contains(t))
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.0.iter().copied().peekable(), other.0.iter().copied().peekable());
        let merged = std::iter::from_fn(|| match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if y < x => b.next(),
            (Some(_), _) => a.next(),
            (None, _) => b.next(),
        });
        Self::ordered(merged)
    }

    /// For questions about moments that mostly come in order.
    #[must_use]
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor { spans: &self.0, place: 0 }
    }

    /// What both lists cover.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            let both = x.intersect(**y);
            if !both.is_empty() {
                out.push(both);
            }
            if x.to <= y.to {
                a.next();
            } else {
                b.next();
            }
        }
        Self(out)
    }

    /// What this list covers and `other` does not.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        let mut cuts = other.0.iter().peekable();
        for s in &self.0 {
            let mut from = s.from;
            while let Some(cut) = cuts.peek() {
                if cut.to <= from {
                    cuts.next();
                    continue;
                }
                if cut.from >= s.to {
                    break;
                }
                if cut.from > from {
                    out.push(Span::new(from, cut.from));
                }
                from = from.max(cut.to);
                if cut.to >= s.to {
                    break;
                }
                cuts.next();
            }
            if from < s.to {
                out.push(Span::new(from, s.to));
            }
        }
        Self(out)
    }
}

/// Finds moments in a list, quickly when each is near the one before.
pub(crate) struct Cursor<'a> {
    spans: &'a [Span],
    /// Spans before this one end before the last moment that was asked for.
    place: usize,
}

impl Cursor<'_> {
    /// As [`Spans::contains`].
    pub(crate) fn contains(&mut self, t: Timestamp) -> bool {
        let is_back = self.place.checked_sub(1).and_then(|i| self.spans.get(i)).is_some_and(|before| t < before.to);
        if is_back {
            self.place = self.spans.partition_point(|s| s.to <= t);
        }
        while self.spans.get(self.place).is_some_and(|s| s.to <= t) {
            self.place += 1;
        }
        self.spans.get(self.place).is_some_and(|s| s.from <= t)
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(iter: I) -> Self {
        Self::of(iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(list: &[(i64, i64)]) -> Spans {
        list.iter().map(|&(a, b)| Span::new(Timestamp(a), Timestamp(b))).collect()
    }

    #[test]
    fn algebra_on_paper() {
        let a = spans(&[(0, 10), (20, 30)]);
        let b = spans(&[(5, 25)]);
        assert_eq!(a.intersect(&b), spans(&[(5, 10), (20, 25)]));
        assert_eq!(a.subtract(&b), spans(&[(0, 5), (25, 30)]));
        assert_eq!(b.subtract(&a), spans(&[(10, 20)]));
        assert_eq!(a.union(&b), spans(&[(0, 30)]));
        assert!(a.contains(Timestamp(0)) && !a.contains(Timestamp(10)) && a.contains(Timestamp(29)));
    }

    fn any_spans() -> impl Strategy<Value = Spans> {
        prop::collection::vec((0i64..200, 0i64..40), 0..12)
            .prop_map(|v| v.into_iter().map(|(a, n)| Span::new(Timestamp(a), Timestamp(a + n))).collect())
    }

    proptest! {
        /// Every instant is judged by membership, the definition the algebra stands for.
        #[test]
        fn algebra_equals_membership(a in any_spans(), b in any_spans()) {
            let (i, s, u) = (a.intersect(&b), a.subtract(&b), a.union(&b));
            prop_assert_eq!(&u, &Spans::of(a.0.iter().chain(&b.0).copied()), "no empty, touching or unordered ones");
            for t in (0..260).map(Timestamp) {
                prop_assert_eq!(i.contains(t), a.contains(t) && b.contains(t));
                prop_assert_eq!(s.contains(t), a.contains(t) && !b.contains(t));
                prop_assert_eq!(u.contains(t), a.contains(t) || b.contains(t));
            }
            prop_assert_eq!(i.total() + s.total(), a.total());
        }

        #[test]
        fn a_cursor_answers_in_any_order(a in any_spans(), moments in prop::collection::vec(-5i64..260, 0..60)) {
            let mut cursor = a.cursor();
            for t in moments.into_iter().map(Timestamp) {
                prop_assert_eq!(cursor.contains(t), a.contains(t));
            }
        }
    }
}
