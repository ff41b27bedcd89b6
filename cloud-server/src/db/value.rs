//! Values and rows as the rest of the program sees them.

use super::DbError;
use std::sync::Arc;
use unison_core::ids::{
    CalendarDayId, LaneId, MachineId, MachineTagId, PlantId, ReasonId, ScrapReasonId, ShiftId, UserId, WorkOrderId,
};
use unison_core::time::Timestamp;
use uuid::Uuid;

/// One value of a row or of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Integer(n)
    }
}

impl From<f64> for Value {
    fn from(n: f64) -> Self {
        Self::Real(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Integer(i64::from(b))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Blob(id.as_bytes().to_vec())
    }
}

impl From<Timestamp> for Value {
    fn from(t: Timestamp) -> Self {
        Self::Integer(t.0)
    }
}

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

macro_rules! small_integers {
    ($($t:ty),+) => {$(
        impl From<$t> for Value {
            fn from(n: $t) -> Self { Self::Integer(i64::from(n)) }
        }
        impl FromValue for $t {
            fn from_value(value: &Value) -> Option<Self> { i64::from_value(value).and_then(|n| n.try_into().ok()) }
        }
    )+};
}
small_integers!(u8, i16, u16, i32, u32);

macro_rules! ids {
    ($($t:ident),+) => {$(
        impl From<$t> for Value {
            fn from(id: $t) -> Self { Self::Integer(id.0) }
        }
        impl FromValue for $t {
            fn from_value(value: &Value) -> Option<Self> { i64::from_value(value).map(Self) }
        }
    )+};
}
ids!(CalendarDayId, PlantId, LaneId, MachineId, ShiftId, ReasonId, MachineTagId, ScrapReasonId, UserId, WorkOrderId);

/// A type that a column can be read as.
pub trait FromValue: Sized {
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(n) => Some(*n),
            _ => None,
        }
    }
}

/// A number that is never negative by its CHECK or its meaning.
impl FromValue for u64 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).and_then(|n| n.try_into().ok())
    }
}

impl FromValue for f64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Real(n) => Some(*n),
            _ => None,
        }
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(|n| n != 0)
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => bytes.as_slice().try_into().ok(),
            _ => None,
        }
    }
}

impl FromValue for Uuid {
    fn from_value(value: &Value) -> Option<Self> {
        <[u8; 16]>::from_value(value).map(Self::from_bytes)
    }
}

impl FromValue for Timestamp {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(Self)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// One row of an answer.
#[derive(Clone, Debug)]
pub struct Row {
    pub(super) columns: Arc<[String]>,
    pub(super) values: Vec<Value>,
}

impl Row {
    /// The column of this name, as the type asked for: `let id: i64 = row.get("id")?`.
    ///
    /// # Errors
    /// When there is no such column or it holds another type.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, DbError> {
        let place = self.columns.iter().position(|c| c == column);
        place.and_then(|i| self.values.get(i)).and_then(T::from_value).ok_or_else(|| DbError::Column(column.to_owned()))
    }

    /// The value at this place of the select.
    ///
    /// # Errors
    /// When the row is shorter.
    pub fn at(&self, place: usize) -> Result<&Value, DbError> {
        self.values.get(place).ok_or_else(|| DbError::Column(format!("number {place}")))
    }

    /// The name of the column at this place.
    ///
    /// # Errors
    /// When the row is shorter.
    pub fn name(&self, place: usize) -> Result<&str, DbError> {
        self.columns.get(place).map(String::as_str).ok_or_else(|| DbError::Column(format!("number {place}")))
    }
}
