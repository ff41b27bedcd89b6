//! The list of people. An organisation has thousands at most, so it is narrowed and sorted here, where roles
//! and plants are known, and not in the database.

use super::{Rules, User, UserView, all, view};
use crate::auth::reaches_all_plants;
use crate::db::DbError;
use crate::tenancy::Tx;
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Ordering;
use unison_api::error::ApiError;
use unison_api::page::Page;

/// Names by which the list can be sorted.
const SORTS: [&str; 4] = ["name", "email", "created_at", "updated_at"];

/// What the list is narrowed to. Values with commas mean any of them.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of name, e-mail or badge.
    pub search: Option<String>,
    pub roles: Vec<String>,
    pub plants: Vec<i64>,
    pub managers: Vec<i64>,
    pub emails: Vec<String>,
    pub badges: Vec<String>,
    /// None: disabled ones too.
    pub is_active: Option<bool>,
    /// Names with whether they fall, the first counts most.
    pub sort: Vec<(&'static str, bool)>,
}

impl Filter {
    /// Reads `name,-email`.
    ///
    /// # Errors
    /// Names the word that is no field to sort by.
    pub fn parse_sort(text: Option<&str>) -> Result<Vec<(&'static str, bool)>, ApiError> {
        let mut out = Vec::new();
        for word in text.unwrap_or("name").split(',').map(str::trim).filter(|w| !w.is_empty()) {
            let (name, falls) = word.strip_prefix('-').map_or((word, false), |name| (name, true));
            let known = SORTS.into_iter().find(|s| *s == name);
            let known =
                known.ok_or_else(|| ApiError::field("sort", format!("\"{word}\" is none of {}", SORTS.join(", "))))?;
            out.push((known, falls));
        }
        Ok(out)
    }

    fn takes(&self, user: &User) -> bool {
        let any = |list: &[String], is: &dyn Fn(&String) -> bool| list.is_empty() || list.iter().any(is);
        let finds = |text: &str| text.to_lowercase().contains(self.search.as_deref().unwrap_or_default());
        self.is_active.is_none_or(|wanted| wanted == user.is_active)
            && any(&self.roles, &|r| user.roles.contains(r))
            && any(&self.emails, &|e| *e == user.email)
            && any(&self.badges, &|b| user.badge.as_ref() == Some(b))
            && (self.managers.is_empty() || user.manager.as_ref().is_some_and(|m| self.managers.contains(&m.id)))
            && (self.plants.is_empty()
                || reaches_all_plants(&user.roles)
                || user.plants.iter().any(|p| self.plants.contains(&p.id)))
            && (self.search.is_none()
                || [&user.name, &user.email].into_iter().chain(&user.badge).any(|text| finds(text)))
    }

    fn order(&self, a: &User, b: &User) -> Ordering {
        let by = |name: &str| match name {
            "email" => a.email.cmp(&b.email),
            "created_at" => a.created_at.cmp(&b.created_at),
            "updated_at" => a.updated_at.cmp(&b.updated_at),
            _ => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        };
        let first = self.sort.iter().map(|(name, falls)| if *falls { by(name).reverse() } else { by(name) });
        first.fold(Ordering::Equal, Ordering::then).then(a.id.cmp(&b.id))
    }
}

/// One page of people.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UserList {
    pub users: Vec<UserView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// # Errors
/// When the database fails.
pub fn list(tx: &Tx<'_>, filter: &Filter, page: Page) -> Result<UserList, DbError> {
    let mut users: Vec<_> = all(tx)?.into_iter().filter(|u| filter.takes(u)).collect();
    users.sort_by(|a, b| filter.order(a, b));
    let (total, rules) = (users.len() as u64, Rules::load(tx)?);
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let shown = users.iter().skip(skip).take(page.per_page as usize);
    let users = shown.map(|user| view(tx, user, &rules)).collect::<Result<_, _>>()?;
    Ok(UserList { users, total, page: page.page, per_page: page.per_page })
}
