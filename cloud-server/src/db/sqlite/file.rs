//! Opening a file: settings that hold data safe, and the schema brought up to date.

use super::functions;
use super::upgrade::upgrade;
use crate::db::DbError;
use crate::db::kinds::Scope;
use crate::db::schema::VERSION;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// Refuses SQLite versions that can lose data (3.7.0 to 3.51.2 reset a write-ahead log wrongly).
///
/// # Errors
/// When the library is too old.
pub fn check_library() -> Result<(), DbError> {
    if rusqlite::version_number() >= 3_051_003 {
        Ok(())
    } else {
        Err(DbError::Library { found: rusqlite::version().to_owned() })
    }
}

/// The one connection that writes; brings the schema up to date.
pub(super) fn open_writer(path: &Path, scope: Scope) -> Result<Connection, DbError> {
    make_private(path)?;
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // Without FULL a power cut loses rows that were acknowledged.
    connection.pragma_update(None, "synchronous", "full")?;
    migrate(&mut connection, path, scope)?;
    Ok(connection)
}

/// Only the server's own user may read; SQLite gives its side files the same mode.
fn make_private(path: &Path) -> Result<(), DbError> {
    let made = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    made.map(drop).map_err(|e| DbError::Failed(format!("{}: {e}", path.display())))
}

/// A connection that cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection, DbError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn open(path: &Path, access: OpenFlags) -> Result<Connection, DbError> {
    let named = |e: rusqlite::Error| DbError::Failed(format!("{}: {e}", path.display()));
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(named)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(200);
    // Statements keep the plan they were prepared with: without this each new value plans anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    functions::register(&connection)?;
    Ok(connection)
}

/// `user_version` of a file is the version of its schema.
fn migrate(connection: &mut Connection, path: &Path, scope: Scope) -> Result<(), DbError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION {
        return Err(DbError::Newer { what: path.display().to_string(), found, known: VERSION });
    }
    if found == VERSION {
        return Ok(());
    }
    // Tables are remade on the way, so references are checked at the end instead of at every step.
    connection.pragma_update(None, "foreign_keys", false)?;
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Two programs may have opened the file at once; the second finds it done.
    let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found < VERSION {
        upgrade(&tx, scope, found)?;
        if tx.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Err(DbError::Failed(format!(
                "{}: rows refer to others that are missing; it was left as it was",
                path.display()
            )));
        }
        tx.pragma_update(None, "user_version", VERSION)?;
    }
    tx.commit()?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_library_is_safe() {
        check_library().unwrap();
    }

    #[test]
    fn a_newer_database_refuses_an_older_program() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("platform.db");
        let connection = open_writer(&path, Scope::Platform).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        let refused = open_writer(&path, Scope::Platform).unwrap_err().to_string();
        assert!(refused.contains("schema 99") && refused.contains("newer version"), "{refused}");
    }

    #[test]
    fn ten_03_files_are_for_the_servers_own_user_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let writer = open_writer(&dir.path().join("org.db"), Scope::Organization).unwrap();
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let (path, mode) =
                (entry.as_ref().unwrap().path(), entry.unwrap().metadata().unwrap().permissions().mode());
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
        drop(writer);
    }

    #[test]
    fn settings_that_keep_data_safe_are_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("org.db");
        let writer = open_writer(&path, Scope::Organization).unwrap();
        let number = |c: &Connection, pragma: &str| c.pragma_query_value(None, pragma, |r| r.get::<_, i64>(0)).unwrap();
        assert_eq!(number(&writer, "synchronous"), 2);
        assert_eq!(number(&writer, "foreign_keys"), 1);
        assert_eq!(number(&writer, "trusted_schema"), 0);
        let reader = open_reader(&path).unwrap();
        assert!(reader.execute("DELETE FROM plants", []).is_err());
    }
}
