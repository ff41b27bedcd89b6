//! E-mails of people across the two databases: taken before somebody is written, settled after by looking
//! who has them. Looking makes every step repeatable: a step that was done twice, or not at all, changes nothing.

use crate::business::Wrong;
use crate::db::DbError;
use crate::params;
use crate::tenancy::{Caller, Tenancy, Tx};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use unison_api::error::ApiError;

/// How often steps that were interrupted are looked for.
const REPAIR_EVERY: Duration = Duration::from_secs(5 * 60);

/// The e-mails that a change is about.
#[derive(Clone, Debug, Default)]
pub struct Emails {
    /// Somebody gets them.
    pub new: Vec<String>,
    /// Somebody may lose them.
    pub old: Vec<String>,
}

/// Does `work` while the organisation holds the e-mails. `work` is given those that belong to another one. All of it
/// is a task of its own: it ends even when whoever asked has gone. What nobody got is free again at once, unless
/// nobody can tell whether `work` was written.
///
/// # Errors
/// What `work` refuses, or why it could not run.
pub async fn holding<T, F, W>(tenancy: &Tenancy, organization: i64, emails: Emails, work: W) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ApiError>> + Send,
    W: FnOnce(Vec<String>) -> F + Send + 'static,
{
    let tenancy = tenancy.clone();
    let task = async move {
        let platform = tenancy.platform();
        let mut taken = platform.reserve_logins(&emails.new, &emails.old, organization).await.map_err(Wrong::from)?;
        let out = work(std::mem::take(&mut taken.foreign)).await;
        // A connection that broke during a commit leaves it open whether that happens.
        let is_known = out.as_ref().err().is_none_or(|e| e.status < 500);
        let all: Vec<_> = emails.new.into_iter().chain(emails.old).collect();
        let settled = async {
            settle(&tenancy, organization, &all).await?;
            // After it: what somebody has is confirmed by now and stays.
            if is_known { platform.release_logins(taken, organization).await } else { Ok(()) }
        };
        // What stays open is found by the repair.
        if let Err(e) = settled.await {
            tracing::warn!(error = %e, "log-ins are not settled yet");
        }
        out
    };
    tokio::spawn(task).await.map_err(|e| Wrong::from(DbError::Stopped(e.to_string())))?
}

/// Confirms those of the e-mails that somebody has, and lets go of the others.
///
/// # Errors
/// When a database fails.
pub async fn settle(tenancy: &Tenancy, organization: i64, emails: &[String]) -> Result<(), DbError> {
    let (caller, wanted) = (Caller::system(organization, "log-ins"), emails.to_vec());
    let find = move |tx: &Tx<'_>| had(tx, wanted);
    let had: BTreeSet<String> = tenancy.read::<_, DbError, _>(&caller, find).await?;
    let (had, free): (Vec<_>, Vec<_>) =
        emails.iter().map(|e| e.to_lowercase()).partition(|email| had.contains(email.as_str()));
    tenancy.platform().settle_logins(&had, &free, organization).await
}

/// Those of the e-mails that people of the organisation have.
///
/// # Errors
/// When the database fails.
pub fn had(tx: &Tx<'_>, emails: Vec<String>) -> Result<BTreeSet<String>, DbError> {
    let mut out = BTreeSet::new();
    for email in emails {
        let sql = "SELECT 1 AS one FROM users WHERE organization_id = $1 AND email = $2";
        let email = email.to_lowercase();
        if tx.query_one(sql, params![tx.org(), &email])?.is_some() {
            out.insert(email);
        }
    }
    Ok(out)
}

/// Finishes what was interrupted. What is under way is left alone: a reservation that nobody has yet stays until it
/// expires.
///
/// # Errors
/// When the platform's rows cannot be read; an organisation that cannot be is left for the next time.
pub async fn repair(tenancy: &Tenancy) -> Result<(), DbError> {
    let mut open: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (organization, email) in tenancy.platform().unsettled_logins().await? {
        open.entry(organization).or_default().push(email);
    }
    for (organization, emails) in open {
        if let Err(e) = settle(tenancy, organization, &emails).await {
            tracing::warn!(organization, error = %e, "log-ins are not settled yet");
        }
    }
    Ok(())
}

/// Repairs until it is stopped.
pub async fn repair_again_and_again(tenancy: Tenancy, stop: CancellationToken) {
    let mut tick = interval(REPAIR_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick.reset();
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = stop.cancelled() => return,
        }
        if let Err(e) = repair(&tenancy).await {
            tracing::warn!(error = %e, "log-ins are not repaired");
        }
    }
}
