//! For whom a request acts. Without one there is no transaction, and only three places make one:
//! `auth` from a checked session, `intake` from an edge that proved its key, and the command line and
//! the program itself, which say why. A test holds this.

use std::sync::Arc;
use unison_core::ids::PlantId;
use unison_core::time::Timestamp;
use unison_rules::rbac;
use uuid::Uuid;

/// The plants a person may reach (RBAC-06, TEN-10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Administrators: every plant of the organisation.
    AllPlants,
    Plants(Vec<PlantId>),
}

/// How somebody proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A log-in.
    Session { id: Uuid, expires_at: Timestamp },
    /// The key of another program; the person is who made it.
    ApiToken { id: i64, name: String, expires_at: Option<Timestamp> },
}

/// A signed-on person, or a program with a key, as checked for this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOn {
    pub user_id: i64,
    pub name: String,
    pub email: String,
    /// Codes of the roles, for people to read.
    pub roles: Vec<String>,
    /// What they grant in sum, as it was at log-in (RBAC-08).
    pub permissions: Vec<String>,
    pub reach: Reach,
    /// The plant that was chosen (TEN-07); one that is reached.
    pub current_plant: Option<PlantId>,
    pub via: Via,
    /// Until then nothing else is answered.
    pub must_change_password: bool,
}

#[derive(Clone, Debug)]
enum Who {
    /// Shared: a checked session is kept, and each request of it has its own caller.
    User(Arc<SignedOn>),
    Edge {
        uuid: Uuid,
    },
    System {
        reason: String,
    },
}

/// See the module. The organisation is fixed for the life of the value.
#[derive(Clone, Debug)]
pub struct Caller {
    organization: i64,
    who: Who,
}

impl Caller {
    /// Only for `auth`, after the session was checked.
    pub(crate) fn user(organization: i64, user: SignedOn) -> Self {
        Self { organization, who: Who::User(Arc::new(user)) }
    }

    /// Only for `intake`, after the edge's envelope was opened with its key.
    pub(crate) const fn edge(organization: i64, uuid: Uuid) -> Self {
        Self { organization, who: Who::Edge { uuid } }
    }

    /// For the command line and the program's own work; `reason` goes to the audit log.
    pub(crate) fn system(organization: i64, reason: &str) -> Self {
        Self { organization, who: Who::System { reason: reason.to_owned() } }
    }

    #[must_use]
    pub const fn organization(&self) -> i64 {
        self.organization
    }

    /// The person, when it is one.
    #[must_use]
    pub fn signed_on(&self) -> Option<&SignedOn> {
        match &self.who {
            Who::User(user) => Some(user),
            Who::Edge { .. } | Who::System { .. } => None,
        }
    }

    /// How the audit log names it.
    #[must_use]
    pub fn actor(&self) -> String {
        match &self.who {
            Who::User(user) => match &user.via {
                Via::ApiToken { id, name, .. } => format!("token {id} {name}"),
                Via::Session { .. } => format!("user {} {}", user.user_id, user.email),
            },
            Who::Edge { uuid } => format!("edge {uuid}"),
            Who::System { reason } => format!("system: {reason}"),
        }
    }

    /// Whether it may do `permission`, such as "work_orders:start". Edges and the program itself are
    /// bound by what they are built to do, not by roles.
    #[must_use]
    pub fn may(&self, permission: &str) -> bool {
        match &self.who {
            Who::User(user) => rbac::may(&user.permissions, permission),
            Who::Edge { .. } | Who::System { .. } => true,
        }
    }

    /// Whether this list of permissions is part of what it has: nobody gives more than that.
    #[must_use]
    pub fn may_all<S: AsRef<str>>(&self, permissions: &[S]) -> bool {
        permissions.iter().all(|p| self.may(p.as_ref()))
    }

    /// The plant that was chosen.
    #[must_use]
    pub fn current_plant(&self) -> Option<PlantId> {
        self.signed_on().and_then(|user| user.current_plant)
    }

    /// Whether it reaches every plant, those of tomorrow included.
    #[must_use]
    pub fn reaches_all_plants(&self) -> bool {
        self.signed_on().is_none_or(|user| user.reach == Reach::AllPlants)
    }

    /// Whether it may reach this plant.
    #[must_use]
    pub fn reaches(&self, plant: PlantId) -> bool {
        match &self.who {
            Who::User(user) => match &user.reach {
                Reach::Plants(plants) => plants.contains(&plant),
                Reach::AllPlants => true,
            },
            Who::Edge { .. } | Who::System { .. } => true,
        }
    }
}
