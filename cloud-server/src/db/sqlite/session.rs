//! Statements of one transaction on a file.

use crate::db::DbError;
use crate::db::value::{Row, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ToSql, ffi};
use std::borrow::Cow;
use std::sync::Arc;

pub(in crate::db) fn query_map<T>(
    connection: &Connection,
    sql: &str,
    params: &[Value],
    mut read: impl FnMut(Row) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    let columns: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
    let mut cursor = statement.query(rusqlite::params_from_iter(params))?;
    let mut out = Vec::new();
    while let Some(row) = cursor.next()? {
        let values = (0..columns.len()).map(|i| row.get_ref(i).map(owned)).collect::<Result<_, _>>()?;
        out.push(read(Row { columns: columns.clone(), values })?);
    }
    Ok(out)
}

pub(in crate::db) fn execute(connection: &Connection, sql: &str, params: &[Value]) -> Result<usize, DbError> {
    let mut statement = connection.prepare_cached(&numbered(sql))?;
    Ok(statement.execute(rusqlite::params_from_iter(params))?)
}

/// Words without values, such as those of savepoints.
pub(in crate::db) fn word(connection: &Connection, sql: &str) -> Result<(), DbError> {
    Ok(connection.prepare_cached(sql)?.execute([]).map(drop)?)
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Integer(n),
        ValueRef::Real(n) => Value::Real(n),
        // STRICT tables and our own writes hold UTF-8 only; anything else is damage and shows as such.
        ValueRef::Text(text) => Value::Text(match std::str::from_utf8(text) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(text).into_owned(),
        }),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(n) => ValueRef::Integer(*n),
            Self::Real(n) => ValueRef::Real(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// `$1` becomes `?1`, outside of quoted text: `$1` is a *named* parameter in SQLite and would be bound by
/// its place of appearance.
fn numbered(sql: &str) -> Cow<'_, str> {
    if !sql.contains('$') {
        return Cow::Borrowed(sql);
    }
    let mut out = String::with_capacity(sql.len());
    let mut quoted = false;
    for c in sql.chars() {
        if c == '\'' {
            quoted = !quoted;
        }
        out.push(if c == '$' && !quoted { '?' } else { c });
    }
    Cow::Owned(out)
}

impl From<rusqlite::Error> for DbError {
    fn from(e: rusqlite::Error) -> Self {
        match &e {
            rusqlite::Error::SqliteFailure(code, message) if code.code == ErrorCode::ConstraintViolation => {
                let text = message.clone().unwrap_or_else(|| e.to_string());
                match code.extended_code {
                    ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Self::Unique(text),
                    _ => Self::Constraint(text),
                }
            }
            _ => Self::Failed(e.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_and_text_is_left_alone() {
        assert_eq!(numbered("SELECT 1"), "SELECT 1");
        assert_eq!(numbered("a = $2 AND b = $1 AND c = '$3'"), "a = ?2 AND b = ?1 AND c = '$3'");
    }
}
