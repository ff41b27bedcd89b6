//! An organisation's master data from a file (ONB-09): plants with lanes, shifts and machines, reasons,
//! people, work orders. Loading twice changes nothing; a changed file changes what it names and deletes
//! nothing. What changed goes down to the edges of the plant.

mod file;
mod rows;

pub use file::{Content, parse};

use super::people::logins;
use crate::auth::password;
use crate::db::DbError;
use crate::tenancy::{Caller, Organization, Tenancy};
use std::collections::HashMap;

/// What is wrong with a file, or why it was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{0}")]
    Wrong(String),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// E-mail and first password of people who had none; kept nowhere.
    pub passwords: Vec<(String, String)>,
}

/// Loads all of the content or nothing.
///
/// # Errors
/// When something in it contradicts itself or what is there.
pub async fn load(tenancy: &Tenancy, organization: &Organization, content: Content) -> Result<Loaded, LoadError> {
    let emails: Vec<String> = content.user.iter().map(|u| u.email.to_lowercase()).collect();
    let taken = tenancy.platform().reserve_logins(&emails, &[], organization.id).await?;
    let loaded = match taken.foreign.first() {
        None => load_rows(tenancy, organization, content).await,
        Some(email) => Err(LoadError::Wrong(format!("user {email}: the address belongs to another organisation"))),
    };
    // What is not written is let go of.
    logins::settle(tenancy, organization.id, &emails).await?;
    if matches!(loaded, Ok(_) | Err(LoadError::Wrong(_))) {
        tenancy.platform().release_logins(taken, organization.id).await?;
    }
    loaded
}

async fn load_rows(tenancy: &Tenancy, organization: &Organization, content: Content) -> Result<Loaded, LoadError> {
    let caller = Caller::system(organization.id, "organization load");
    let known: Vec<String> = tenancy.read(&caller, rows::users_with_password).await?;
    let missing: Vec<(String, Option<String>)> = content
        .user
        .iter()
        .filter(|u| !known.contains(&u.email.to_lowercase()))
        .map(|u| (u.email.to_lowercase(), u.password.clone()))
        .collect();
    let (hashes, passwords) = tokio::task::spawn_blocking(move || first_passwords(missing))
        .await
        .map_err(|e| DbError::Stopped(e.to_string()))?
        .map_err(DbError::Failed)?;
    let mut loaded = tenancy.write(&caller, move |tx| rows::store(tx, &content, &hashes)).await?;
    loaded.passwords = passwords;
    Ok(loaded)
}

type FirstPasswords = (HashMap<String, String>, Vec<(String, String)>);

/// Hashes by e-mail, and those passwords that were made here and must be told.
fn first_passwords(missing: Vec<(String, Option<String>)>) -> Result<FirstPasswords, String> {
    let (mut hashes, mut told) = (HashMap::new(), Vec::new());
    for (email, given) in missing {
        let first = given.clone().unwrap_or_else(password::random);
        hashes.insert(email.clone(), password::hash(&first)?);
        if given.is_none() {
            told.push((email, first));
        }
    }
    Ok((hashes, told))
}
