//! Statements inside one transaction.

use super::DbError;
use super::value::{Row, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ToSql, ffi};
use std::borrow::Cow;
use std::sync::Arc;

/// One transaction. It ends when the closure that got it returns: committed on `Ok`, undone on `Err`.
pub struct Session<'c> {
    pub(super) connection: &'c Connection,
}

impl Session<'_> {
    /// All rows of an answer. Ask for a page with LIMIT where the table can be long.
    ///
    /// # Errors
    /// When the statement is wrong or the database fails.
    pub fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        self.query_map(sql, params, Ok)
    }

    /// What `read` makes of each row; for answers of which only a small part of each row is kept.
    ///
    /// # Errors
    /// As [`Self::query`], and what `read` refuses.
    pub fn query_map<T>(
        &self,
        sql: &str,
        params: &[Value],
        mut read: impl FnMut(Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        let columns: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
        let mut cursor = statement.query(rusqlite::params_from_iter(params))?;
        let mut out = Vec::new();
        while let Some(row) = cursor.next()? {
            let values = (0..columns.len()).map(|i| row.get_ref(i).map(owned)).collect::<Result<_, _>>()?;
            out.push(read(Row { columns: columns.clone(), values })?);
        }
        Ok(out)
    }

    /// The first row of an answer.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn query_one(&self, sql: &str, params: &[Value]) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Runs a statement; the number of rows it changed.
    ///
    /// # Errors
    /// [`DbError::Unique`] and [`DbError::Constraint`] for what the schema refuses.
    pub fn execute(&self, sql: &str, params: &[Value]) -> Result<usize, DbError> {
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        Ok(statement.execute(rusqlite::params_from_iter(params))?)
    }
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Integer(n),
        ValueRef::Real(n) => Value::Real(n),
        // STRICT tables and our own writes hold UTF-8 only; anything else is damage and shows as such.
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
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

/// `$1` becomes `?1`, outside of quoted text.
pub(super) fn numbered(sql: &str) -> Cow<'_, str> {
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
