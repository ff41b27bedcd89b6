//! The way of a file from the schema it has to the newest.

use crate::db::DbError;
use crate::db::kinds::{Scope, Statement, Table, sqlite};
use crate::db::schema::{FIRST_IN_KINDS, VERSION, statements};
use rusqlite::Transaction;

/// Brings a file from `found` (0 for an empty one) to [`VERSION`], inside `tx` and with foreign keys off.
pub(super) fn upgrade(tx: &Transaction<'_>, scope: Scope, found: i64) -> Result<(), DbError> {
    upgrade_to(tx, scope, found, VERSION)
}

fn upgrade_to(tx: &Transaction<'_>, scope: Scope, found: i64, wanted: i64) -> Result<(), DbError> {
    let mut version = found;
    if version == 1 {
        from_version_1(tx, scope)?;
        version = 2;
    }
    for next in (version + 1).max(FIRST_IN_KINDS)..=wanted {
        tx.execute_batch(&sqlite(scope, &statements(scope, next)?))?;
    }
    Ok(())
}

/// Columns of version 2 that have another name or form than in version 1: table, column, expression.
const MOVED: &[(&str, &str, &str)] = &[
    ("lanes", "ideal_cycle_time_seconds", "ideal_cycle_us"),
    ("machines", "ideal_cycle_time_seconds", "ideal_cycle_us"),
    ("machines", "capacity_units_per_hour", "capacity_micro"),
    ("users", "hourly_rate", "hourly_rate_micro"),
    ("work_orders", "actual_labor_cost", "actual_labor_cost_micro"),
    ("work_orders", "due_date", "due_at"),
    ("production_logs", "hours_worked", "hours_micro"),
    ("production_logs", "hourly_rate", "hourly_rate_micro"),
    ("production_logs", "labor_cost", "labor_cost_micro"),
    ("shifts", "production_target_units", "target_units"),
    (
        "shifts",
        "break_duration_minutes",
        "break_minutes_unplaced + (SELECT coalesce(sum(b.value ->> 'minutes'), 0) FROM json_each(breaks) b)",
    ),
    (
        "shifts",
        "active_days",
        "(SELECT json_group_array(d.value) FROM json_each('[\"monday\",\"tuesday\",\"wednesday\",\"thursday\",\"friday\",\"saturday\",\"sunday\"]') d
          WHERE (active_days >> d.key) & 1)",
    ),
];

/// Moves the tables of version 1 aside, makes those of version 2 and copies the rows. Sessions that were
/// ended before their time had a table of their own; now every session has a row, so people sign in again.
fn from_version_1(tx: &Transaction<'_>, scope: Scope) -> Result<(), DbError> {
    let old = names(tx, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
    for index in names(tx, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")? {
        tx.execute_batch(&format!("DROP INDEX {index}"))?;
    }
    for trigger in names(tx, "SELECT name FROM sqlite_schema WHERE type = 'trigger'")? {
        tx.execute_batch(&format!("DROP TRIGGER {trigger}"))?;
    }
    for table in &old {
        tx.execute_batch(&format!("ALTER TABLE {table} RENAME TO v1_{table}"))?;
    }
    let statements = statements(scope, 2)?;
    tx.execute_batch(&sqlite(scope, &statements))?;
    for statement in &statements {
        if let Statement::Table(table) = statement
            && old.contains(&table.name)
        {
            copy_from_version_1(tx, scope, table)?;
        }
    }
    for table in &old {
        tx.execute_batch(&format!("DROP TABLE v1_{table}"))?;
    }
    Ok(())
}

fn copy_from_version_1(tx: &Transaction<'_>, scope: Scope, table: &Table) -> Result<(), DbError> {
    let name = &table.name;
    let had = names(tx, &format!("SELECT name FROM pragma_table_info('v1_{name}')"))?;
    let org = (scope == Scope::Organization).then(|| "organization_id".to_owned());
    let columns = org.into_iter().chain(table.columns.iter().map(|c| c.name.clone()));
    let pairs = columns.filter_map(|column| {
        let moved = MOVED.iter().find(|(t, c, _)| t == name && *c == column);
        let from = moved.map(|(.., from)| (*from).to_owned());
        let from = from.or_else(|| had.contains(&column).then(|| column.clone()))?;
        Some((column, from))
    });
    let (to, from): (Vec<_>, Vec<_>) = pairs.unzip();
    tx.execute_batch(&format!("INSERT INTO {name} ({}) SELECT {} FROM v1_{name}", to.join(", "), from.join(", ")))?;
    Ok(())
}

fn names(tx: &Transaction<'_>, sql: &str) -> Result<Vec<String>, DbError> {
    let mut statement = tx.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    fn described(connection: &Connection) -> Vec<String> {
        let sql = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name";
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn upgraded(scope: Scope, landed: &str, rows: &str) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(landed).unwrap();
        connection.execute_batch(rows).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        let tx = connection.transaction().unwrap();
        upgrade(&tx, scope, 1).unwrap();
        tx.commit().unwrap();
        assert!(!connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
        connection
    }

    fn fresh(scope: Scope) -> Connection {
        fresh_of(scope, VERSION)
    }

    fn fresh_of(scope: Scope, version: i64) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        let tx = connection.transaction().unwrap();
        upgrade_to(&tx, scope, 0, version).unwrap();
        tx.commit().unwrap();
        connection
    }

    /// A file that an older program made, with rows, taken over by this one.
    fn upgraded_from(version: i64, scope: Scope, rows: &str) -> Connection {
        let mut connection = fresh_of(scope, version);
        connection.execute_batch(rows).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        let tx = connection.transaction().unwrap();
        upgrade(&tx, scope, version).unwrap();
        tx.commit().unwrap();
        assert!(!connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
        connection
    }

    #[test]
    fn a_file_of_any_version_in_kinds_becomes_what_a_new_file_is_and_keeps_its_rows() {
        let organization = "INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES (1, zeroblob(16), 'Acme', 5, 5);
            INSERT INTO plants (organization_id, id, uuid, name, timezone, created_at, updated_at) VALUES (1, 1001, zeroblob(16), 'Halle', 'Europe/Berlin', 5, 5);
            INSERT INTO units (organization_id, id, code, name, dimension, created_at, updated_at) VALUES (1, 1001, 'kg', 'Kilo', 'mass', 6, 6);";
        let platform = "INSERT INTO organizations (uuid, name, slug, subdomain, created_at, updated_at) VALUES (zeroblob(16), 'Acme', 'acme', 'acme', 5, 5);";
        for version in FIRST_IN_KINDS..VERSION {
            let file = upgraded_from(version, Scope::Organization, organization);
            assert_eq!(described(&file), described(&fresh(Scope::Organization)), "from {version}");
            let kept: (String, String) = file
                .query_row("SELECT p.name, u.name FROM plants p, units u", [], |r| Ok((r.get(0)?, r.get(1)?)))
                .unwrap();
            assert_eq!(kept, ("Halle".to_owned(), "Kilo".to_owned()), "from {version}");
            let file = upgraded_from(version, Scope::Platform, platform);
            assert_eq!(described(&file), described(&fresh(Scope::Platform)), "from {version}");
            let seeds: i64 =
                file.query_row("SELECT seeds FROM organizations WHERE name = 'Acme'", [], |r| r.get(0)).unwrap();
            assert_eq!(seeds, 0, "what was there before was given nothing yet");
        }
    }

    #[test]
    fn a_file_of_version_1_becomes_what_a_new_file_is() {
        let organization = include_str!("../schema/organization_0001.sql");
        assert_eq!(described(&upgraded(Scope::Organization, organization, "")), described(&fresh(Scope::Organization)));
        let platform = include_str!("../schema/platform_0001.sql");
        assert_eq!(described(&upgraded(Scope::Platform, platform, "")), described(&fresh(Scope::Platform)));
    }

    #[test]
    fn rows_of_version_1_keep_their_meaning() {
        let rows = "INSERT INTO organization VALUES (1, zeroblob(16), 'Acme', 'unison', 5, 5);
            INSERT INTO plants (organization_id, id, uuid, name, timezone, created_at, updated_at) VALUES (1, 1001, zeroblob(16), 'Halle', 'Europe/Berlin', 5, 5);
            INSERT INTO shifts (organization_id, id, plant_id, name, start_time, end_time, active_days, breaks, break_minutes_unplaced, target_units, created_at, updated_at)
              VALUES (1, 1001, 1001, 'Night', '22:00', '06:00', 79, '[{\"from\":\"02:00\",\"minutes\":20}]', 10, 350, 5, 5);
            INSERT INTO users (organization_id, id, email, name, hourly_rate_micro, created_at, updated_at) VALUES (1, 1001, 'o@acme.test', 'Olga', 25000000, 5, 5);
            INSERT INTO audit_log (organization_id, pos, at, actor, entity, entity_id, action) VALUES (1, 1, 5, 'x', 'user', '1001', 'create');";
        let db = upgraded(Scope::Organization, include_str!("../schema/organization_0001.sql"), rows);
        let shift: (String, i64, i64) = db
            .query_row("SELECT active_days, break_duration_minutes, production_target_units FROM shifts", [], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?))
            })
            .unwrap();
        assert_eq!(shift, (r#"["monday","tuesday","wednesday","thursday","sunday"]"#.to_owned(), 30, 350));
        let rate: i64 = db.query_row("SELECT hourly_rate FROM users", [], |r| r.get(0)).unwrap();
        assert_eq!(rate, 25_000_000);
        assert!(db.execute("DELETE FROM audit_log", []).unwrap_err().to_string().contains("never changed"));
    }
}
