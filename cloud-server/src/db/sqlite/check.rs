//! Whether files are sound, without changing them.

use super::file::open_reader;
use crate::db::DbError;
use crate::db::schema::VERSION;
use std::path::Path;

/// What is wrong with a file; nothing for a sound one. Blocks, and reads the whole file.
///
/// # Errors
/// When it cannot be read.
pub fn check(path: &Path) -> Result<Vec<String>, DbError> {
    let connection = open_reader(path)?;
    let mut wrong = Vec::new();
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION {
        return Err(DbError::Newer { what: path.display().to_string(), found, known: VERSION });
    }
    if found < VERSION {
        wrong.push(format!(
            "it has schema {found} and gets {VERSION} when the server starts, or with: cloud-server migrate"
        ));
    }
    let mut damages = connection.prepare("PRAGMA integrity_check(20)")?;
    let damages = damages.query_map([], |row| row.get::<_, String>(0))?;
    for damage in damages {
        let damage = damage?;
        if damage != "ok" {
            wrong.push(damage);
        }
    }
    let mut orphans = connection.prepare("PRAGMA foreign_key_check")?;
    let orphans = orphans.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(2)?)))?;
    for orphan in orphans.take(20) {
        let (table, parent) = orphan?;
        wrong.push(format!("a row of {table} refers to one of {parent} that is missing"));
    }
    Ok(wrong)
}
