//! Every printed rule of who may do what, row by row.

use super::rbac::*;

#[test]
fn rbac_04_wildcards() {
    let check =
        |grant: &str, permission: &str, expect| assert_eq!(may(&[grant], permission), expect, "{grant} {permission}");
    check("materials:*", "materials:read", true);
    check("*:read", "machines:read", true);
    check("materials:*", "machines:read", false);
    check("materials:read", "materials", false);
    check("materials", "materials:read", false);
    check("*:*", "shipments:write", true);
    check("*:write", "users:write", false);
    check("users:*", "users:write", true);
    check("*:read", "users:read", false);
    check("*:*", "users:read", true);
    check("*:*:*", "users:read", false);
}

#[test]
fn rbac_02_rbac_03_q_086_hierarchy_and_inheritance() {
    let check = |role, permission, expect| assert_eq!(may(&[role], permission), expect, "{role} {permission}");
    check("operator", "work_orders:write", false);
    check("operator", "machines:read", true);
    check("operator", "inspections:write", false);
    check("viewer", "production_logs:write", false);
    check("supervisor", "production_logs:write", true);
    check("supervisor", "inspections:write", true);
    check("qc_inspector", "production_logs:write", false);
    check("plant_manager", "shipments:write", true);
    check("plant_manager", "ncr:assign", true);
    check("nobody", "machines:read", false);
    check("system_admin", "users:write", true);
    for lower in ROLES {
        let higher = ROLES.iter().filter(|r| r.inherits.contains(&lower.code));
        for higher in higher {
            for grant in grants_of::<_, &str>(&[lower.code], &[]) {
                assert!(may(&[higher.code], &grant), "{} lost {grant} of {}", higher.code, lower.code);
            }
        }
    }
    let own = grants_of(&["viewer"], &["materials:write"]);
    assert_eq!(own, ["*:read", "materials:write"], "an organisation's own role only adds");
}

#[test]
fn rbac_07_logs_of_others() {
    let check = |role, expect| assert_eq!(may(&[role], LOGS_OF_ALL), expect, "{role}");
    check("viewer", false);
    check("operator", false);
    check("qc_inspector", false);
    check("supervisor", true);
    check("department_head", true);
    check("plant_manager", true);
}

#[test]
fn what_reading_everything_and_doing_everything_leave_out() {
    for resource in ["users", "audit_log", "labor_costs", "api_tokens"] {
        let read = format!("{resource}:read");
        for role in ["viewer", "operator", "supervisor", "warehouse"] {
            assert!(!may(&[role], &read), "{role} {read}");
        }
        assert!(may(&["plant_manager"], &read) && may(&["organization_admin"], &read), "{read}");
    }
    for resource in [
        "users",
        "roles",
        "custom_fields",
        "api_tokens",
        "organization",
        "plants",
        "branding",
        "workflows",
        "sap",
        "settings",
    ] {
        let write = format!("{resource}:write");
        assert!(!may(&["plant_manager"], &write), "{write}");
        assert!(may(&["organization_admin"], &write), "{write}");
    }
    assert!(may(&["plant_manager"], "organization:read"));
}

#[test]
fn rbac_13_endpoints_a1_to_a19() {
    let everybody = ["viewer", "operator", "qc_inspector", "supervisor", "warehouse", "engineer", "organization_admin"];
    // Row, permission, who may, who may not.
    let rows: &[(&str, &str, &[&str], &[&str])] = &[
        ("A1", "materials:read", &everybody, &[]),
        (
            "A2",
            "materials:write",
            &["organization_admin", "plant_manager"],
            &["viewer", "operator", "supervisor", "warehouse"],
        ),
        ("A3", "work_orders:start", &["supervisor", "operator"], &["viewer", "qc_inspector", "maintenance"]),
        ("A4", "production_logs:write", &["operator", "supervisor"], &["viewer", "qc_inspector", "warehouse"]),
        ("A5", "ncr:write", &["qc_inspector", "supervisor"], &["viewer", "operator"]),
        ("A7", "machines:read", &everybody, &[]),
        ("A8", "machines:status", &["operator", "supervisor", "maintenance"], &["viewer", "qc_inspector"]),
        ("A9", "shifts:read", &everybody, &[]),
        ("A10", "shift_handovers:write", &["operator", "supervisor"], &["viewer", "qc_inspector"]),
        ("A11", "pm:read", &everybody, &[]),
        ("A12", "pm:write", &["maintenance", "supervisor"], &["viewer", "operator", "engineer"]),
        ("A13", "downtime:write", &["operator", "supervisor"], &["viewer", "qc_inspector"]),
        ("A14", "inspection_plans:read", &everybody, &[]),
        ("A14", "spc:read", &everybody, &[]),
        ("A15", "inspections:write", &["qc_inspector"], &["viewer", "operator"]),
        ("A16", "lots:write", &["warehouse", "plant_manager"], &["viewer", "operator", "supervisor"]),
        ("A17", "serials:generate", &["operator", "supervisor"], &["viewer", "qc_inspector"]),
        ("A18", "traceability:read", &everybody, &[]),
        (
            "A19",
            "recalls:create",
            &["quality_manager", "organization_admin"],
            &["viewer", "supervisor", "department_head"],
        ),
    ];
    check_rows(rows);
}

#[test]
fn rbac_14_actors_f1_to_f9() {
    let rows: &[(&str, &str, &[&str], &[&str])] = &[
        ("F1", "work_orders:write", &["supervisor"], &["operator", "viewer", "project_manager"]),
        ("F1", "schedule:write", &["supervisor"], &["operator", "viewer"]),
        ("F2", "projects:write", &["project_manager"], &["supervisor", "engineer"]),
        ("F2", "bom:write", &["project_manager"], &["supervisor", "engineer"]),
        ("F2", "drawings:review", &["project_manager"], &["engineer", "viewer"]),
        ("F3", "drawings:write", &["engineer"], &["project_manager", "viewer"]),
        ("F4", "inventory:receive", &["warehouse"], &["viewer", "supervisor", "operator"]),
        ("F5", "shipments:write", &["plant_manager"], &["warehouse", "supervisor"]),
        ("F6", "shipments:deliver", &["warehouse", "plant_manager"], &["viewer", "operator"]),
        ("F8", "sap:sync", &["organization_admin"], &["plant_manager", "supervisor"]),
        ("F8", "sap:resolve", &["organization_admin"], &["plant_manager"]),
        ("F8", "custom_fields:write", &["organization_admin"], &["plant_manager"]),
        ("F9", "pm:write", &["maintenance"], &["viewer"]),
        ("NCR-16", "ncr:accept", &["quality_manager"], &["qc_inspector", "supervisor"]),
        ("NCR-16", "ncr:approve", &["department_head", "plant_manager"], &["quality_manager", "supervisor"]),
        ("NCR-16", "ncr:approve_minor", &["quality_manager"], &["qc_inspector"]),
        ("NCR-16", "ncr:verify", &["qc_inspector"], &["operator"]),
    ];
    check_rows(rows);
}

fn check_rows(rows: &[(&str, &str, &[&str], &[&str])]) {
    for (row, permission, may_do, may_not) in rows {
        for role in *may_do {
            assert!(is_role(role) && may(&[*role], permission), "{row}: {role} may {permission}");
        }
        for role in *may_not {
            assert!(is_role(role) && !may(&[*role], permission), "{row}: {role} may not {permission}");
        }
    }
}

#[test]
fn rbac_12_q_087_q_088_other_words_for_roles() {
    let check = |word: &str, code: Option<&str>| assert_eq!(role(word).map(|r| r.code), code, "{word}");
    // I1 to I5
    for (word, code) in [
        ("Plant Manager", "plant_manager"),
        ("Supervisor", "supervisor"),
        ("Operator", "operator"),
        ("Viewer", "viewer"),
    ] {
        check(word, Some(code));
    }
    check("inspector", Some("qc_inspector"));
    check("Quality Inspector", Some("qc_inspector"));
    check("QC Inspector", Some("qc_inspector"));
    check("admin", Some("organization_admin"));
    check("Technician", Some("maintenance"));
    check("Warehouse Clerk", Some("warehouse"));
    check("customer", None);
    assert!(
        !is_role("system_admin") && !is_role("admin") && is_role("organization_admin"),
        "codes are stored, not aliases"
    );
    for r in ROLES {
        let named = |word: &str| ROLES.iter().filter(|o| o.code == word || o.aliases.contains(&word)).count();
        assert!(r.aliases.iter().chain([&r.code]).all(|w| named(w) == 1), "{} is ambiguous", r.code);
        assert!(r.inherits.iter().all(|i| ROLES.iter().any(|o| o.code == *i)), "{}", r.code);
        assert!(r.grants.iter().all(|g| is_grant(g)), "{}", r.code);
    }
}

#[test]
fn grants_are_sorted_and_without_what_others_cover() {
    let grants = |roles: &[&str]| grants_of::<_, &str>(roles, &[]);
    assert_eq!(grants(&["viewer", "viewer"]), ["*:read"]);
    assert_eq!(
        grants(&["warehouse"]),
        ["*:read", "inventory:issue", "inventory:receive", "lots:write", "shipments:deliver"]
    );
    assert_eq!(grants(&["plant_manager"]), ["*:*"]);
    assert_eq!(grants(&["organization_admin"]).len(), 11, "{:?}", grants(&["organization_admin"]));
    assert_eq!(grants(&["nobody"]), [""; 0]);
    assert_eq!(grants_of(&["viewer"], &["materials:write", "materials:*", "Bad:one", "x"]), ["*:read", "materials:*"]);
    for r in ROLES {
        let (by_code, by_grants) = ([r.code], grants(&[r.code]));
        for permission in ROLES.iter().flat_map(|r| r.grants).chain(&["users:read", "users:write", "materials:read"]) {
            assert_eq!(may(&by_code, permission), may(&by_grants, permission), "{} {permission}", r.code);
        }
    }
}

#[test]
fn rbac_01_a_refusal_names_permission_and_roles() {
    assert_eq!(
        missing("materials:write"),
        "This needs the permission materials:write (roles that have it: Organization Admin, Plant Manager); an administrator grants it"
    );
    assert!(missing("users:write").contains("(roles that have it: Organization Admin)"));
}

#[test]
fn what_two_lists_have_in_common_is_what_both_give() {
    let (resources, actions) = (["*", "materials", "users", "api_tokens", "labor_costs"], ["*", "read", "write"]);
    let all = || resources.iter().flat_map(|r| actions.map(|a| format!("{r}:{a}")));
    let check = |one: &[String], other: &[String]| {
        let common = common(one, other);
        for permission in all().filter(|p| !p.contains('*')).chain(["work_orders:start".to_owned()]) {
            let both = may(one, &permission) && may(other, &permission);
            assert_eq!(may(&common, &permission), both, "{permission} of {one:?} and {other:?}: {common:?}");
        }
    };
    for one in all() {
        for other in all() {
            check(std::slice::from_ref(&one), &[other]);
        }
    }
    let of = |role: &Role| grants_of::<_, &str>(&[role.code], &[]);
    for one in ROLES {
        for other in ROLES {
            check(&of(one), &of(other));
        }
        assert_eq!(common(&of(one), &of(one)), of(one), "{}", one.code);
    }
}
