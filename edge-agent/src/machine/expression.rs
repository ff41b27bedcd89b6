//! Conditions over tags: data that the configuration holds, not code. Pure; what a condition comes to depends on
//! the tags' values and on how long each has stood still, nothing else.

use crate::driver::{Text, Value};

/// A condition. `T` names a tag: its place in the whole configuration when it was read, its place in one machine
/// when the engine uses it.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression<T> {
    /// Each of these.
    All(Vec<Self>),
    /// At least one of these.
    Any(Vec<Self>),
    Not(Box<Self>),
    Tag(T, Ask),
}

/// What is asked of one tag.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Its value is any of these; `equals` is a list of one.
    In(Vec<Literal>),
    Above(f64),
    Below(f64),
    /// One bit of a whole number is set; 0 is the lowest.
    Bit(u32),
    /// It changed within this time, in microseconds: a pulse, or a counter that grows.
    ChangedWithin(i64),
}

/// A value as it is written in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Text),
}

/// What is known of a tag when a condition is judged.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub value: Value,
    /// How long its value has not changed, in microseconds.
    pub unchanged: i64,
}

impl<T> Expression<T> {
    /// Whether the condition holds.
    #[must_use]
    pub fn holds(&self, known: &impl Fn(&T) -> Known) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.holds(known)),
            Self::Any(any) => any.iter().any(|one| one.holds(known)),
            Self::Not(one) => !one.holds(known),
            Self::Tag(tag, ask) => ask.holds(known(tag)),
        }
    }

    /// The same condition with other names for its tags.
    pub fn map<U>(&self, name: &mut impl FnMut(&T) -> U) -> Expression<U> {
        let mut list = |list: &[Self]| list.iter().map(|one| one.map(name)).collect();
        match self {
            Self::All(all) => Expression::All(list(all)),
            Self::Any(any) => Expression::Any(list(any)),
            Self::Not(one) => Expression::Not(Box::new(one.map(name))),
            Self::Tag(tag, ask) => Expression::Tag(name(tag), ask.clone()),
        }
    }

    /// Calls `each` for every tag that is asked, with what is asked.
    pub fn each(&self, each: &mut impl FnMut(&T, &Ask)) {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().for_each(|one| one.each(each)),
            Self::Not(one) => one.each(each),
            Self::Tag(tag, ask) => each(tag, ask),
        }
    }
}

impl Ask {
    /// Whole numbers are compared exactly.
    #[must_use]
    pub fn holds(&self, known: Known) -> bool {
        match self {
            Self::In(list) => list.iter().any(|literal| literal.equals(known.value)),
            Self::Above(limit) => known.value.as_f64() > *limit,
            Self::Below(limit) => known.value.as_f64() < *limit,
            Self::Bit(bit) => known.value.as_count(64).is_some_and(|raw| raw >> (bit & 63) & 1 == 1),
            Self::ChangedWithin(time) => known.unchanged < *time,
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(b) => b.fmt(f),
            Self::Int(i) => i.fmt(f),
            Self::Float(x) => x.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

impl Literal {
    #[expect(clippy::float_cmp, reason = "a float in `equals` means exactly that value")]
    fn equals(self, value: Value) -> bool {
        match (self, value) {
            (Self::Bool(a), Value::Bool(b)) => a == b,
            (Self::Int(a), Value::Bool(b)) => a == i64::from(b),
            (Self::Int(a), Value::Int(b)) => a == b,
            (Self::Int(a), Value::Uint(b)) => u64::try_from(a).is_ok_and(|a| a == b),
            (Self::Int(a), Value::Float(b)) => a as f64 == b,
            (Self::Float(a), Value::Float(b)) => a == b,
            (Self::Text(a), Value::Text(b)) => a.reads_as(&b),
            // Refused by the reader: a rule that could never match.
            (Self::Bool(_), Value::Int(_) | Value::Uint(_) | Value::Float(_))
            | (Self::Float(_), Value::Bool(_) | Value::Int(_) | Value::Uint(_))
            | (Self::Text(_), Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_))
            | (Self::Bool(_) | Self::Int(_) | Self::Float(_), Value::Text(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A condition over tags 0, 1, … whose values are given; none of them changed for a second.
    #[track_caller]
    fn check(condition: &Expression<usize>, values: &[Value], expect: bool) {
        let known = |tag: &usize| Known { value: values[*tag], unchanged: 1_000_000 };
        assert_eq!(condition.holds(&known), expect, "{condition:?} over {values:?}");
    }

    fn is(tag: usize, value: i64) -> Expression<usize> {
        Expression::Tag(tag, Ask::In(vec![Literal::Int(value)]))
    }

    #[test]
    fn edge_06_all_any_and_not() {
        let (one, two) = (Value::Uint(1), Value::Uint(2));
        let all = Expression::All(vec![is(0, 1), is(1, 2)]);
        check(&all, &[one, two], true);
        check(&all, &[one, one], false);
        let any = Expression::Any(vec![is(0, 1), is(1, 2)]);
        check(&any, &[two, two], true);
        check(&any, &[two, one], false);
        check(&Expression::Not(Box::new(is(0, 1))), &[two], true);
        let nested = Expression::All(vec![any, Expression::Not(Box::new(all))]);
        check(&nested, &[one, one], true);
        check(&nested, &[one, two], false);
    }

    #[test]
    fn edge_06_what_may_be_asked_of_a_tag() {
        let ask = |ask, value, expect| check(&Expression::Tag(0, ask), &[value], expect);
        ask(Ask::Above(5.0), Value::Float(5.0), false);
        ask(Ask::Above(5.0), Value::Float(5.1), true);
        ask(Ask::Below(5.0), Value::Int(4), true);
        ask(Ask::Bit(3), Value::Uint(0b1000), true);
        ask(Ask::Bit(2), Value::Uint(0b1000), false);
        ask(Ask::Bit(63), Value::Int(-1), true);
        ask(Ask::Bit(0), Value::Float(1.0), false);
        ask(Ask::ChangedWithin(1_000_001), Value::Uint(9), true);
        ask(Ask::ChangedWithin(1_000_000), Value::Uint(9), false);
        // Above 2^53 a float could not tell these apart.
        let big = Ask::In(vec![Literal::Int(9_007_199_254_740_993)]);
        ask(big.clone(), Value::Uint(9_007_199_254_740_993), true);
        ask(big, Value::Uint(9_007_199_254_740_992), false);
    }
}
