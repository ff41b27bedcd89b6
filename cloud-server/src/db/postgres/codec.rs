//! Values as PostgreSQL sends them, by the type that a parameter or column has there.

use super::numeric;
use crate::db::Value;
use bytes::{BufMut, BytesMut};
use jiff::civil::Date;
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// Microseconds from 1970 to 2000, from where PostgreSQL counts.
const EPOCH_US: i64 = 946_684_800_000_000;
const EPOCH: Date = jiff::civil::date(2000, 1, 1);

type Fault = Box<dyn Error + Sync + Send>;

/// A value that its column cannot hold; the caller is told as of any other refusal of the schema.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unfit(String);

fn unfit<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Box::new(Unfit(why.into())))
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Integer(n) => put_integer(*n, ty, out)?,
            Self::Real(n) => match *ty {
                Type::FLOAT8 => out.put_f64(*n),
                _ => return unfit(format!("a number with a fraction for a parameter of type {ty}")),
            },
            Self::Text(text) => put_text(text, ty, out)?,
            Self::Blob(bytes) => match *ty {
                Type::BYTEA => out.put_slice(bytes),
                Type::UUID if bytes.len() == 16 => out.put_slice(bytes),
                Type::UUID => return unfit("an identifier has not 16 bytes"),
                _ => return unfit(format!("bytes for a parameter of type {ty}")),
            },
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn put_integer(n: i64, ty: &Type, out: &mut BytesMut) -> Result<(), Fault> {
    match *ty {
        Type::INT8 => out.put_i64(n),
        Type::INT4 => out.put_i32(i32::try_from(n).or_else(|_| unfit(format!("{n} is too large")))?),
        Type::INT2 => out.put_i16(i16::try_from(n).or_else(|_| unfit(format!("{n} is too large")))?),
        Type::BOOL if n == 0 || n == 1 => out.put_u8(u8::from(n == 1)),
        Type::BOOL => return unfit(format!("{n} is neither true nor false")),
        // The two ends mean "infinity" there, and ours mean the same: bounds of a range without end.
        Type::TIMESTAMPTZ if n == i64::MIN || n == i64::MAX => out.put_i64(n),
        Type::TIMESTAMPTZ => match n.checked_sub(EPOCH_US) {
            Some(since) => out.put_i64(since),
            None => return unfit(format!("{n} is out of range for a time")),
        },
        Type::NUMERIC => numeric::encode(n, out),
        _ => return unfit(format!("an integer for a parameter of type {ty}")),
    }
    Ok(())
}

fn put_text(text: &str, ty: &Type, out: &mut BytesMut) -> Result<(), Fault> {
    match *ty {
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => {
            out.put_slice(text.as_bytes())
        }
        Type::JSONB => {
            out.put_u8(1);
            out.put_slice(text.as_bytes());
        }
        Type::DATE => {
            // Only the one form that SQLite's date() gives back unchanged.
            let date = text.parse::<Date>().ok().filter(|d| d.to_string() == text);
            let Some(date) = date else { return unfit(format!("\"{text}\" is no date like 2026-01-31")) };
            out.put_i32(EPOCH.duration_until(date).as_hours().try_into().map(|h: i32| h / 24)?);
        }
        _ => return unfit(format!("a text for a parameter of type {ty}")),
    }
    Ok(())
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        Ok(match *ty {
            Type::INT8 => Self::Integer(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Self::Integer(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Self::Integer(i16::from_be_bytes(raw.try_into()?).into()),
            Type::OID => Self::Integer(u32::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => Self::Integer(i64::from(raw != [0])),
            Type::FLOAT8 => Self::Real(f64::from_be_bytes(raw.try_into()?)),
            Type::FLOAT4 => Self::Real(f32::from_be_bytes(raw.try_into()?).into()),
            Type::TIMESTAMPTZ => {
                let since = i64::from_be_bytes(raw.try_into()?);
                let is_end = since == i64::MIN || since == i64::MAX;
                Self::Integer(if is_end { since } else { since.checked_add(EPOCH_US).ok_or("a time out of range")? })
            }
            Type::NUMERIC => Self::Integer(numeric::decode(raw)?),
            Type::DATE => {
                let days = i64::from(i32::from_be_bytes(raw.try_into()?));
                Self::Text(EPOCH.checked_add(jiff::Span::new().try_days(days)?)?.to_string())
            }
            Type::JSONB => match raw.split_first() {
                Some((1, text)) => Self::Text(std::str::from_utf8(text)?.to_owned()),
                _ => return Err("an unknown form of jsonb".into()),
            },
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => {
                Self::Text(std::str::from_utf8(raw)?.to_owned())
            }
            Type::BYTEA | Type::UUID => Self::Blob(raw.to_vec()),
            Type::VOID => Self::Null,
            _ => return Err(format!("a column of the type {ty}, which nothing here reads").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(value: &Value, ty: &Type) -> Result<Value, String> {
        let mut out = BytesMut::new();
        value.to_sql(ty, &mut out).map_err(|e| e.to_string())?;
        Value::from_sql(ty, &out).map_err(|e| e.to_string())
    }

    #[test]
    fn values_come_back_as_they_went() {
        for (value, ty) in [
            (Value::Integer(i64::MIN), Type::INT8),
            (Value::Integer(1), Type::BOOL),
            (Value::Integer(0), Type::TIMESTAMPTZ),
            (Value::Integer(i64::MIN), Type::TIMESTAMPTZ),
            (Value::Integer(i64::MAX), Type::TIMESTAMPTZ),
            (Value::Integer(253_402_300_799_999_999), Type::TIMESTAMPTZ),
            (Value::Real(-0.1), Type::FLOAT8),
            (Value::Text("1999-12-31".into()), Type::DATE),
            (Value::Text("0001-01-01".into()), Type::DATE),
            (Value::Text("9999-12-31".into()), Type::DATE),
            (Value::Text("{\"a\":1}".into()), Type::JSONB),
            (Value::Blob(vec![7; 16]), Type::UUID),
        ] {
            assert_eq!(there_and_back(&value, &ty).unwrap(), value, "{ty}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (value, ty, why) in [
            (Value::Integer(2), Type::BOOL, "neither true nor false"),
            (Value::Integer(i64::MIN + 1), Type::TIMESTAMPTZ, "out of range"),
            (Value::Text("20260131".into()), Type::DATE, "is no date"),
            (Value::Text("2026-02-30".into()), Type::DATE, "is no date"),
            (Value::Blob(vec![1]), Type::UUID, "16 bytes"),
            (Value::Text("5".into()), Type::INT8, "a text for a parameter of type int8"),
        ] {
            let refused = there_and_back(&value, &ty).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
