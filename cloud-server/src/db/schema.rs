//! Which schemas there have been.
//!
//! Version 1 landed on SQLite only, in that database's own SQL; from version 2 on a schema is written in
//! kinds for both. What has landed is never changed: a change is a new file at the end of [`FILES`].

use super::DbError;
use super::kinds::{Scope, Statement, parse};

/// Schema files from version 2 on: the place in the list + 2 is the version they lead to.
const FILES: &[(&str, &str)] = &[
    (include_str!("schema/organization_0002.sql"), include_str!("schema/platform_0002.sql")),
    (include_str!("schema/organization_0003.sql"), include_str!("schema/platform_0003.sql")),
    (include_str!("schema/organization_0004.sql"), include_str!("schema/platform_0004.sql")),
    (include_str!("schema/organization_0005.sql"), include_str!("schema/platform_0005.sql")),
    (include_str!("schema/organization_0006.sql"), include_str!("schema/platform_0006.sql")),
];

pub(super) const FIRST_IN_KINDS: i64 = 2;

/// The newest version, which this program reads and writes.
pub const VERSION: i64 = FIRST_IN_KINDS + FILES.len() as i64 - 1;

/// The statements that lead from the version before to `version`.
///
/// # Errors
/// When a file is not in the language of kinds.
pub fn statements(scope: Scope, version: i64) -> Result<Vec<Statement>, DbError> {
    let file = usize::try_from(version - FIRST_IN_KINDS).ok().and_then(|i| FILES.get(i));
    let (organization, platform) = file.ok_or_else(|| DbError::Failed(format!("there is no schema {version}")))?;
    let text = if scope == Scope::Organization { organization } else { platform };
    parse(text).map_err(|why| DbError::Failed(format!("schema {version}: {why}")))
}
