//! Roles, what they grant and inherit (RBAC-02, RBAC-03, Q-033, Q-086, Q-088).

/// Role code, its own grants, and the roles it inherits. Read access is granted by `*:read`.
const ROLES: &[(&str, &[&str], &[&str])] = &[
    ("viewer", &["*:read"], &[]),
    (
        "operator",
        &[
            "production_logs:write",
            "work_orders:start",
            "machines:status",
            "downtime:write",
            "shift_handovers:write",
            "serials:generate",
        ],
        &["viewer"],
    ),
    ("qc_inspector", &["ncr:write", "ncr:verify", "inspections:write"], &["viewer"]),
    (
        "supervisor",
        &["work_orders:write", "schedule:write", "pm:write", "downtime:classify", "inventory:issue"],
        &["operator", "qc_inspector"],
    ),
    ("department_head", &["ncr:approve"], &["supervisor"]),
    ("plant_manager", &["*:*"], &["department_head"]),
    ("organization_admin", &["*:*"], &["plant_manager"]),
];

/// Whether a person with these roles may do `permission`, such as "work_orders:start".
///
/// Operators classify stops with `downtime:write`; `downtime:classify` is for changing another's reason.
#[must_use]
pub fn may<S: AsRef<str>>(roles: &[S], permission: &str) -> bool {
    roles.iter().any(|role| role_grants(role.as_ref(), permission))
}

/// Whether the code names a role that exists.
#[must_use]
pub fn is_role(code: &str) -> bool {
    ROLES.iter().any(|(c, ..)| *c == code)
}

fn role_grants(role: &str, permission: &str) -> bool {
    ROLES.iter().find(|(code, ..)| *code == role).is_some_and(|(_, own, inherited)| {
        own.iter().any(|grant| covers(grant, permission)) || inherited.iter().any(|r| role_grants(r, permission))
    })
}

/// Whether a grant such as `materials:*` covers a permission such as `materials:read` (RBAC-04).
fn covers(grant: &str, permission: &str) -> bool {
    let (Some((gr, ga)), Some((pr, pa))) = (grant.split_once(':'), permission.split_once(':')) else { return false };
    (gr == "*" || gr == pr) && (ga == "*" || ga == pa)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rbac_04_wildcards() {
        assert!(covers("materials:*", "materials:read"));
        assert!(covers("*:read", "machines:read"));
        assert!(!covers("materials:*", "machines:read"));
        assert!(!covers("materials:read", "materials"));
    }

    #[test]
    fn rbac_03_q_033_inheritance() {
        let check = |role, permission, expect| assert_eq!(may(&[role], permission), expect, "{role} {permission}");
        check("operator", "production_logs:write", true);
        check("operator", "work_orders:start", true);
        check("operator", "work_orders:write", false);
        check("operator", "machines:read", true);
        check("viewer", "production_logs:write", false);
        check("supervisor", "production_logs:write", true);
        check("supervisor", "inspections:write", true);
        check("qc_inspector", "production_logs:write", false);
        check("plant_manager", "shipments:write", true);
        check("nobody", "machines:read", false);
    }
}
