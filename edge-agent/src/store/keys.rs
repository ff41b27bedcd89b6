//! PINs and sessions as rows: they are no facts, stay on this box and are never sent anywhere.
//! Decides nothing; runs on the writer's and the readers' threads.

use rusqlite::{Connection, OptionalExtension as _, Result, params};
use unison_core::ids::UserId;
use unison_core::time::{HOUR, Timestamp};

/// Sessions kept; the oldest give way.
const SESSIONS_MAX: i64 = 2_000;

/// SHA-256 of a session's token.
pub(crate) type TokenHash = [u8; 32];

/// What is kept of somebody's PIN.
pub(crate) struct PinRow {
    pub hash: String,
    /// Wrong PINs since the last right one.
    pub failed: u32,
    pub locked_until: Option<Timestamp>,
}

pub(crate) fn pin(conn: &Connection, user: UserId) -> Result<Option<PinRow>> {
    conn.prepare_cached("SELECT hash, failed, locked_until FROM pins WHERE user_id = ?1")?
        .query_row([user.0], |r| {
            Ok(PinRow { hash: r.get(0)?, failed: r.get(1)?, locked_until: r.get::<_, Option<i64>>(2)?.map(Timestamp) })
        })
        .optional()
}

pub(crate) fn set_failed(conn: &Connection, user: UserId, failed: u32, locked_until: Option<Timestamp>) -> Result<()> {
    conn.prepare_cached("UPDATE pins SET failed = ?2, locked_until = ?3 WHERE user_id = ?1")?.execute(params![
        user.0,
        failed,
        locked_until.map(|t| t.0)
    ])?;
    Ok(())
}

/// Sets a PIN and ends what was opened with the one before.
pub(crate) fn set_pin(conn: &Connection, user: UserId, hash: &str, now: Timestamp) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO pins (user_id, hash, set_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, failed = 0, locked_until = NULL, set_at = excluded.set_at",
    )?
    .execute(params![user.0, hash, now.0])?;
    end_sessions(conn, user)
}

pub(crate) fn with_pin(conn: &Connection) -> Result<Vec<i64>> {
    conn.prepare_cached("SELECT user_id FROM pins")?.query_map([], |r| r.get(0))?.collect()
}

/// Opens a session and forgets those that are over.
pub(crate) fn open_session(
    conn: &Connection,
    token: &TokenHash,
    user: UserId,
    now: Timestamp,
    expires: Timestamp,
) -> Result<()> {
    conn.prepare_cached("DELETE FROM sessions WHERE expires_at <= ?1")?.execute([now.0])?;
    conn.prepare_cached(
        "DELETE FROM sessions WHERE token_hash IN
           (SELECT token_hash FROM sessions ORDER BY created_at DESC LIMIT -1 OFFSET ?1)",
    )?
    .execute([SESSIONS_MAX - 1])?;
    conn.prepare_cached("INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![token, user.0, now.0, expires.0])?;
    Ok(())
}

/// Whose session it is and when it ends.
pub(crate) fn session(conn: &Connection, token: &TokenHash, now: Timestamp) -> Result<Option<(UserId, Timestamp)>> {
    // A session from the future is one that a clock set back would make last.
    conn.prepare_cached(
        "SELECT user_id, expires_at FROM sessions WHERE token_hash = ?1 AND expires_at > ?2 AND created_at <= ?3",
    )?
    .query_row(params![token, now.0, now.plus(HOUR).0], |r| Ok((UserId(r.get(0)?), Timestamp(r.get(1)?))))
    .optional()
}

pub(crate) fn end_session(conn: &Connection, token: &TokenHash) -> Result<()> {
    conn.prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?.execute(params![token])?;
    Ok(())
}

pub(crate) fn end_sessions(conn: &Connection, user: UserId) -> Result<()> {
    conn.prepare_cached("DELETE FROM sessions WHERE user_id = ?1")?.execute([user.0])?;
    Ok(())
}
