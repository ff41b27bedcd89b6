//! Which e-mail belongs to which organisation. The rows are in one database and the people in another,
//! so an e-mail goes through steps: it is reserved before a person is written and confirmed after; one that
//! somebody is about to lose is in doubt until it is seen who has it. Steps that were not finished are found here.

use super::platform::Platform;
use crate::db::{DbError, Session};
use crate::params;
use unison_core::time::{HOUR, MINUTE};

/// How long an e-mail stays reserved that nobody got.
const RESERVED: i64 = HOUR;
/// No change of an e-mail takes longer; one still in doubt then was interrupted.
const IN_DOUBT: i64 = 10 * MINUTE;

impl Platform {
    /// Takes e-mails for an organisation, and puts in doubt those that it may be about to lose; the answer are
    /// those that belong to another.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reserve_logins(
        &self,
        new: &[String],
        old: &[String],
        organization: i64,
    ) -> Result<Vec<String>, DbError> {
        if new.is_empty() && old.is_empty() {
            return Ok(vec![]);
        }
        let (new, old, now) = (lower(new), lower(old), self.now());
        let reserve = move |s: &Session<'_>| {
            let mut refused = Vec::new();
            for email in new {
                s.execute(
                    "DELETE FROM logins WHERE email = $1 AND confirmed = FALSE AND expires_at < $2",
                    params![&email, now],
                )?;
                s.execute(
                    "INSERT INTO logins (email, organization_id, confirmed, expires_at) VALUES ($1, $2, FALSE, $3)
                     ON CONFLICT (email) DO UPDATE SET expires_at = excluded.expires_at
                     WHERE logins.organization_id = excluded.organization_id AND logins.confirmed = FALSE",
                    params![&email, organization, now.plus(RESERVED)],
                )?;
                let row = s.query_one("SELECT organization_id FROM logins WHERE email = $1", params![&email])?;
                if row.map(|r| r.get::<i64>("organization_id")).transpose()? != Some(organization) {
                    refused.push(email);
                }
            }
            for email in old {
                let sql =
                    "UPDATE logins SET expires_at = $3 WHERE email = $1 AND organization_id = $2 AND confirmed = TRUE";
                s.execute(sql, params![email, organization, now.plus(IN_DOUBT)])?;
            }
            Ok(refused)
        };
        self.file.write(reserve, |out| out).await
    }

    /// Those of the e-mails that belong to another organisation; nothing is taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn foreign_logins(&self, emails: &[String], organization: i64) -> Result<Vec<String>, DbError> {
        let (emails, now) = (lower(emails), self.now());
        let find = move |s: &Session<'_>| {
            let mut out = Vec::new();
            for email in emails {
                let sql = "SELECT 1 AS one FROM logins WHERE email = $1 AND organization_id <> $2
                           AND (confirmed = TRUE OR expires_at >= $3)";
                if s.query_one(sql, params![&email, organization, now])?.is_some() {
                    out.push(email);
                }
            }
            Ok(out)
        };
        self.file.read(find).await
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

fn lower(emails: &[String]) -> Vec<String> {
    emails.iter().map(|e| e.to_lowercase()).collect()
}
