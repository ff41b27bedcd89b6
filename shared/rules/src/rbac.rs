//! Who may do what (RBAC-02 to RBAC-04, RBAC-13, RBAC-14, Q-033, Q-086 to Q-088): the roles that every
//! organisation has, what they grant and inherit, and the wildcards. Pure.
//!
//! What a person holds is a list of words: codes of roles, or grants such as `materials:write`. A role of an
//! organisation's own is its grants, beside the role it extends: it adds and cannot take away (RBAC-03).

use std::collections::BTreeSet;

/// What kind of role it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Stands outside of the organisations; nobody in one can give it.
    Platform,
    /// One step of the hierarchy.
    Hierarchy,
    /// A function beside a step of the hierarchy.
    AddOn,
}

/// A role that every organisation has.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    pub code: &'static str,
    pub name: &'static str,
    /// What it is for, as people who give it read it (RBAC-12).
    pub description: &'static str,
    pub kind: Kind,
    /// Other words for it in documents and files, in lower case.
    pub aliases: &'static [&'static str],
    pub inherits: &'static [&'static str],
    /// Its own grants.
    pub grants: &'static [&'static str],
}

/// All of them, the highest first, add-ons last.
pub const ROLES: &[Role] = &[
    Role {
        code: "system_admin",
        name: "System Admin",
        description: "Operates the platform, outside of the organizations",
        kind: Kind::Platform,
        aliases: &[],
        inherits: &["organization_admin"],
        grants: &[],
    },
    Role {
        code: "organization_admin",
        name: "Organization Admin",
        description: "Everything in the organization: people, branding, custom fields, workflows, SAP, settings",
        kind: Kind::Hierarchy,
        aliases: &["admin", "administrator"],
        inherits: &["plant_manager"],
        grants: &[
            "api_tokens:*",
            "branding:*",
            "custom_fields:*",
            "organization:*",
            "plants:*",
            "roles:*",
            "sap:*",
            "settings:*",
            "users:*",
            "workflows:*",
        ],
    },
    Role {
        code: "plant_manager",
        name: "Plant Manager",
        description: "Full access to the assigned plants",
        kind: Kind::Hierarchy,
        aliases: &[],
        inherits: &["department_head"],
        grants: &["*:*"],
    },
    Role {
        code: "department_head",
        name: "Department Head",
        description: "Leads a department: approves NCRs, sees its logs",
        kind: Kind::Hierarchy,
        aliases: &[],
        inherits: &["supervisor"],
        grants: &["ncr:approve", LOGS_OF_ALL],
    },
    Role {
        code: "supervisor",
        name: "Supervisor",
        description: "Assigns work, releases and schedules work orders, logs production",
        kind: Kind::Hierarchy,
        aliases: &[],
        inherits: &["operator", "qc_inspector"],
        grants: &[
            "work_orders:write",
            "schedule:write",
            "pm:write",
            "downtime:classify",
            "connections:trust",
            "plc:write",
            "inventory:issue",
            LOGS_OF_ALL,
        ],
    },
    Role {
        code: "operator",
        name: "Operator",
        description: "Logs production, scans barcodes",
        kind: Kind::Hierarchy,
        aliases: &[],
        inherits: &["viewer"],
        grants: &[
            "production_logs:write",
            "work_orders:start",
            "machines:status",
            "downtime:write",
            "shift_handovers:write",
            "serials:generate",
        ],
    },
    Role {
        code: "qc_inspector",
        name: "Quality Inspector",
        description: "Creates NCRs and inspections",
        kind: Kind::Hierarchy,
        aliases: &["qc inspector", "quality inspector", "quality_inspector", "inspector"],
        inherits: &["viewer"],
        grants: &["ncr:write", "ncr:verify", "inspections:write"],
    },
    Role {
        code: "viewer",
        name: "Viewer",
        description: "Read-only dashboards",
        kind: Kind::Hierarchy,
        aliases: &[],
        inherits: &[],
        grants: &["*:read"],
    },
    Role {
        code: "warehouse",
        name: "Warehouse",
        description: "Receives and issues material, prints and delivers shipments",
        kind: Kind::AddOn,
        aliases: &["warehouse clerk", "warehouse_clerk"],
        inherits: &["viewer"],
        grants: &["inventory:receive", "inventory:issue", "lots:write", "shipments:deliver"],
    },
    Role {
        code: "maintenance",
        name: "Maintenance",
        description: "Performs preventive maintenance, takes machines out of production",
        kind: Kind::AddOn,
        aliases: &["technician", "assigned technician"],
        inherits: &["viewer"],
        grants: &["pm:write", "machines:status"],
    },
    Role {
        code: "quality_manager",
        name: "Quality Manager",
        description: "Accepts NCRs and approves minor ones, plans inspections, starts recalls",
        kind: Kind::AddOn,
        aliases: &["qc manager", "qc_manager", "quality manager"],
        inherits: &["viewer"],
        // Approval above minor NCRs is the department head's (NCR-16, T6).
        grants: &["ncr:accept", "ncr:approve_minor", "inspection_plans:write", "recalls:create", "spc:read"],
    },
    Role {
        code: "procurement",
        name: "Procurement",
        description: "Keeps suppliers, is told what to reorder",
        kind: Kind::AddOn,
        aliases: &[],
        inherits: &["viewer"],
        grants: &["suppliers:write", "reorder_notices:receive"],
    },
    Role {
        code: "project_manager",
        name: "Project Manager",
        description: "Creates projects, uploads their BOM, reviews drawings",
        kind: Kind::AddOn,
        aliases: &["project manager"],
        inherits: &["viewer"],
        grants: &["projects:write", "bom:write", "drawings:review"],
    },
    Role {
        code: "engineer",
        name: "Engineer",
        description: "Uploads and revises drawings",
        kind: Kind::AddOn,
        aliases: &[],
        inherits: &["viewer"],
        grants: &["drawings:write"],
    },
];

/// Sees the production logs of everybody in the plants it reaches (RBAC-07, Q-090).
pub const LOGS_OF_ALL: &str = "production_logs:read_all";

/// The role that reaches every plant (R2); an organisation always has somebody with it.
pub const ADMINISTRATOR: &str = "organization_admin";

/// What `*:read` does not read: it must be granted by name, or by `*:*`.
const READ_BY_NAME: &[&str] = &["api_tokens", "audit_log", "labor_costs", "users"];

/// What is an administrator's: but for reading, no `*` in place of the resource covers it.
const ADMINISTRATION: &[&str] = &[
    "api_tokens",
    "branding",
    "custom_fields",
    "organization",
    "plants",
    "roles",
    "sap",
    "settings",
    "users",
    "workflows",
];

/// The role of a code or another word for it, in any case.
#[must_use]
pub fn role(word: &str) -> Option<&'static Role> {
    let word = word.trim().to_lowercase();
    ROLES.iter().find(|r| r.code == word || r.aliases.contains(&word.as_str()) || r.name.to_lowercase() == word)
}

/// Whether a person of an organisation can have the role of this code.
#[must_use]
pub fn is_role(code: &str) -> bool {
    ROLES.iter().any(|r| r.code == code && r.kind != Kind::Platform)
}

/// Whether the text is a grant: `resource:action`, each a word in lower case or `*`.
#[must_use]
pub fn is_grant(text: &str) -> bool {
    let is_word = |w: &str| {
        w == "*"
            || (!w.is_empty()
                && w.len() <= 40
                && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'))
    };
    text.split_once(':').is_some_and(|(resource, action)| is_word(resource) && is_word(action))
}

/// All that these roles grant, and `extra` besides, sorted; what another grant covers is left out. Words that
/// are neither role nor grant give nothing.
#[must_use]
pub fn grants_of<R: AsRef<str>, E: AsRef<str>>(roles: &[R], extra: &[E]) -> Vec<String> {
    let mut all = BTreeSet::new();
    roles.iter().for_each(|role| collect(role.as_ref(), &mut all));
    all.extend(extra.iter().map(AsRef::as_ref).filter(|g| is_grant(g)));
    let is_needed = |grant: &&str| !all.iter().any(|other| other != grant && covers(other, grant));
    all.iter().copied().filter(is_needed).map(str::to_owned).collect()
}

fn collect<'r>(word: &'r str, out: &mut BTreeSet<&'r str>) {
    if is_grant(word) {
        out.insert(word);
    }
    let Some(role) = ROLES.iter().find(|r| r.code == word) else { return };
    out.extend(role.grants);
    role.inherits.iter().for_each(|inherited| collect(inherited, out));
}

/// Whether somebody who holds these words, codes of roles or grants, may do `permission`, such as
/// "work_orders:start".
///
/// Operators classify stops with `downtime:write`; `downtime:classify` is for changing another's reason.
#[must_use]
pub fn may<S: AsRef<str>>(held: &[S], permission: &str) -> bool {
    held.iter().any(|word| word_grants(word.as_ref(), permission))
}

fn word_grants(word: &str, permission: &str) -> bool {
    if word.contains(':') {
        return covers(word, permission);
    }
    ROLES.iter().find(|r| r.code == word).is_some_and(|role| {
        role.grants.iter().any(|grant| covers(grant, permission))
            || role.inherits.iter().any(|inherited| word_grants(inherited, permission))
    })
}

/// The codes of roles among what somebody holds, for people to read.
#[must_use]
pub fn codes<S: AsRef<str>>(held: &[S]) -> Vec<String> {
    held.iter().map(AsRef::as_ref).filter(|word| !word.contains(':')).map(str::to_owned).collect()
}

/// Whether a grant such as `materials:*` covers a permission such as `materials:read` (RBAC-04), or another
/// grant whole.
fn covers(grant: &str, permission: &str) -> bool {
    let (Some((gr, ga)), Some((pr, pa))) = (grant.split_once(':'), permission.split_once(':')) else { return false };
    if ga != "*" && ga != pa {
        return false;
    }
    if gr == pr {
        return true;
    }
    let is_by_name = pa == "read" && ga == "read" && READ_BY_NAME.contains(&pr);
    let is_administration = pa != "read" && ADMINISTRATION.contains(&pr);
    gr == "*" && !is_by_name && !is_administration
}

/// What both lists of grants give: whoever acts for another may do no more than either.
#[must_use]
pub fn common(one: &[String], other: &[String]) -> Vec<String> {
    let pairs = one.iter().flat_map(|a| other.iter().filter_map(|b| meet(a, b)));
    grants_of::<&str, _>(&[], &pairs.collect::<Vec<_>>())
}

/// The grant that covers what both cover.
fn meet(a: &str, b: &str) -> Option<String> {
    let ((ar, aa), (br, ba)) = (a.split_once(':')?, b.split_once(':')?);
    let narrower = |x, y| if x == y || y == "*" { Some(x) } else { (x == "*").then_some(y) };
    let (resource, action) = (narrower(ar, br)?, narrower(aa, ba)?);
    let is_covered = |grant: &String| covers(a, grant) && covers(b, grant);
    // A `*` in place of the resource does not cover all that may be done to each.
    let read_only = || (action == "*").then(|| format!("{resource}:read"));
    Some(format!("{resource}:{action}")).filter(is_covered).or_else(|| read_only().filter(is_covered))
}

/// Roles of an organisation that have the permission, the highest first.
#[must_use]
pub fn roles_with(permission: &str) -> Vec<&'static Role> {
    ROLES.iter().filter(|r| r.kind != Kind::Platform && may(&[r.code], permission)).collect()
}

/// Why a call was refused for want of a permission: which one, and who has it.
#[must_use]
pub fn missing(permission: &str) -> String {
    let names: Vec<_> = roles_with(permission).iter().map(|r| r.name).collect();
    let whom = if names.is_empty() { String::new() } else { format!(" (roles that have it: {})", names.join(", ")) };
    format!("This needs the permission {permission}{whom}; an administrator grants it")
}
