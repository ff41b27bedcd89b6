//! Which e-mail belongs to which organisation. The rows are in one database and the people in another,
//! so an e-mail goes through steps: it is reserved before a person is written and confirmed after; one that
//! somebody is about to lose is in doubt until it is seen who has it. Steps that were not finished are found here.

use super::platform::Platform;
use crate::db::{DbError, Session};
use crate::params;
use unison_core::time::{HOUR, MINUTE, Timestamp};

/// How long an e-mail stays reserved that nobody got.
const RESERVED: i64 = HOUR;
/// No change of an e-mail takes longer; one still in doubt then was interrupted.
const IN_DOUBT: i64 = 10 * MINUTE;

/// What a step has taken for an organisation.
#[derive(Clone, Debug, Default)]
pub struct Reservation {
    /// E-mails that belong to another organisation.
    pub foreign: Vec<String>,
    /// Those that nobody held before, until when they are held now: unless that was put off, they are still this
    /// step's alone.
    fresh: Vec<(String, Timestamp)>,
}

impl Platform {
    /// Takes e-mails for an organisation, and puts in doubt those that it may be about to lose.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reserve_logins(
        &self,
        new: &[String],
        old: &[String],
        organization: i64,
    ) -> Result<Reservation, DbError> {
        if new.is_empty() && old.is_empty() {
            return Ok(Reservation::default());
        }
        let (new, old, now) = (lower(new), lower(old), self.now());
        let reserve = move |s: &Session<'_>| {
            let mut out = Reservation::default();
            for email in new {
                match reserve(s, &email, organization, now)? {
                    Taken::Fresh => out.fresh.push((email, now.plus(RESERVED))),
                    Taken::Before => {}
                    Taken::Foreign => out.foreign.push(email),
                }
            }
            for email in old {
                let sql =
                    "UPDATE logins SET expires_at = $3 WHERE email = $1 AND organization_id = $2 AND confirmed = TRUE";
                s.execute(sql, params![email, organization, now.plus(IN_DOUBT)])?;
            }
            Ok(out)
        };
        self.file.write(reserve, |out| out).await
    }

    /// Gives back at once what a step took and certainly did not use. What another step of the organisation holds by
    /// now too stays with it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_logins(&self, taken: Reservation, organization: i64) -> Result<(), DbError> {
        if taken.fresh.is_empty() {
            return Ok(());
        }
        let release = move |s: &Session<'_>| {
            for (email, until) in taken.fresh {
                let sql = "DELETE FROM logins WHERE email = $1 AND organization_id = $2 AND confirmed = FALSE AND expires_at = $3";
                s.execute(sql, params![email, organization, until])?;
            }
            Ok(())
        };
        self.file.write(release, |()| ()).await
    }

    /// Confirms e-mails that people of the organisation have, and lets go of those that nobody has: they are free
    /// in an hour, unless they are confirmed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_logins(&self, had: &[String], free: &[String], organization: i64) -> Result<(), DbError> {
        if had.is_empty() && free.is_empty() {
            return Ok(());
        }
        let (had, free, now) = (lower(had), lower(free), self.now());
        let work = move |s: &Session<'_>| {
            for email in had {
                let sql =
                    "UPDATE logins SET confirmed = TRUE, expires_at = NULL WHERE email = $1 AND organization_id = $2
                           AND (confirmed = FALSE OR expires_at IS NOT NULL)";
                s.execute(sql, params![email, organization])?;
            }
            for email in free {
                let sql = "DELETE FROM logins WHERE email = $1 AND organization_id = $2 AND confirmed = FALSE AND expires_at < $3";
                s.execute(sql, params![&email, organization, now])?;
                let sql = "UPDATE logins SET confirmed = FALSE, expires_at = $3 WHERE email = $1 AND organization_id = $2 AND confirmed = TRUE";
                s.execute(sql, params![&email, organization, now.plus(RESERVED)])?;
            }
            Ok(())
        };
        self.file.write(work, |()| ()).await
    }

    /// E-mails whose steps are not finished, with their organisation: reserved ones, and those that are in doubt
    /// for longer than any change takes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsettled_logins(&self) -> Result<Vec<(i64, String)>, DbError> {
        let sql = "SELECT organization_id, email FROM logins WHERE confirmed = FALSE OR expires_at < $1 ORDER BY organization_id, email";
        let now = self.now();
        let rows = self.file.read(move |s| s.query(sql, params![now])).await?;
        rows.iter().map(|r| Ok((r.get("organization_id")?, r.get("email")?))).collect()
    }
}

/// Whose an e-mail is once a step asked for it.
enum Taken {
    /// This step's.
    Fresh,
    /// The organisation's, for a person or another step.
    Before,
    Foreign,
}

fn reserve(s: &Session<'_>, email: &str, organization: i64, now: Timestamp) -> Result<Taken, DbError> {
    let sql = "DELETE FROM logins WHERE email = $1 AND confirmed = FALSE AND expires_at < $2";
    s.execute(sql, params![email, now])?;
    let sql = "INSERT INTO logins (email, organization_id, confirmed, expires_at) VALUES ($1, $2, FALSE, $3)
               ON CONFLICT (email) DO NOTHING";
    if s.execute(sql, params![email, organization, now.plus(RESERVED)])? > 0 {
        return Ok(Taken::Fresh);
    }
    let row = s.query_one("SELECT organization_id, expires_at FROM logins WHERE email = $1", params![email])?;
    let row = row.ok_or_else(|| DbError::Failed(format!("the log-in {email} is gone")))?;
    if row.get::<i64>("organization_id")? != organization {
        return Ok(Taken::Foreign);
    }
    // Always put off: whoever took it first sees by the time that another counts on it now, and lets it be.
    let until =
        row.get::<Option<Timestamp>>("expires_at")?.map_or(now, |before| before.plus(1)).max(now.plus(RESERVED));
    let sql = "UPDATE logins SET expires_at = $3 WHERE email = $1 AND organization_id = $2 AND confirmed = FALSE";
    s.execute(sql, params![email, organization, until])?;
    Ok(Taken::Before)
}

fn lower(emails: &[String]) -> Vec<String> {
    emails.iter().map(|e| e.to_lowercase()).collect()
}
