//! Stops, their reasons, and what they cost in time (DOWN-02, DOWN-08, API-23).

use super::{need_plant, reach_sql, reach_values};
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use unison_api::Person;
use unison_api::downtime::{DowntimeChange, DowntimeHistory};
use unison_api::error::ApiError;
use unison_api::figures::hundredths;
use unison_api::machine::{DowntimeList, DowntimeView};
use unison_api::page::Page;
use unison_core::downtime::flags;
use unison_core::facts::{Fact, StopSource};
use unison_core::ids::{PlantId, ReasonId, UserId};
use unison_core::kpi::Percent;
use unison_core::span::{Span, Spans};
use unison_core::time::{MINUTE, Rfc3339, Timestamp};
use uuid::Uuid;

/// What stands for a reason while nobody gave one.
pub const UNCLASSIFIED: &str = "unclassified";
pub const UNCLASSIFIED_NAME: &str = "Unclassified";

/// What a list of stops is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub machine: Option<i64>,
    pub plant: Option<i64>,
    /// Stops that touch this range.
    pub range: Option<Span>,
    /// Only open ones, or only ended ones.
    pub open: Option<bool>,
}

const COLUMNS: &str =
    "SELECT d.*, m.machine_code, m.plant_id, r.code AS reason_code, r.name AS reason_name, r.is_critical,
   u.name AS user_name, g.code AS alarm_reason_code";
const FROM: &str = "FROM downtime_events d
 JOIN machines m ON m.organization_id = d.organization_id AND m.id = d.machine_id
 LEFT JOIN downtime_reasons r ON r.organization_id = d.organization_id AND r.id = d.reason_id
 LEFT JOIN downtime_reasons g ON g.organization_id = d.organization_id AND g.id = d.alarm_reason_id
 LEFT JOIN users u ON u.organization_id = d.organization_id AND u.id = d.classified_by
 WHERE d.organization_id = $1 AND d.is_gone = FALSE";

fn condition() -> String {
    format!(
        "AND {} AND ($4 = 0 OR d.machine_id = $4) AND ($5 = 0 OR m.plant_id = $5)
         AND d.started_at < $7 AND (d.ended_at IS NULL OR d.ended_at > $6)
         AND ($8 < 0 OR ($8 = 1) = (d.ended_at IS NULL))",
        reach_sql("m.plant_id")
    )
}

fn values(tx: &Tx<'_>, filter: &Filter) -> Vec<crate::db::Value> {
    let (all_plants, user) = reach_values(tx.caller());
    let range = filter.range.unwrap_or(Span::new(Timestamp(i64::MIN), Timestamp(i64::MAX)));
    let open = filter.open.map_or(-1, i64::from);
    let (machine, plant) = (filter.machine.unwrap_or(0), filter.plant.unwrap_or(0));
    params![tx.org(), all_plants, user, machine, plant, range.from, range.to, open].to_vec()
}

/// Stops of the plants the caller reaches, the latest first.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &Tx<'_>, filter: &Filter, page: Page) -> Result<DowntimeList, DbError> {
    let values = values(tx, filter);
    let count = format!("SELECT count(*) AS n {FROM} {}", condition());
    let total = tx.query_one(&count, &values)?.map_or(Ok(0), |r| r.get("n"))?;
    let sql = format!("{COLUMNS} {FROM} {} ORDER BY d.started_at DESC, d.uuid LIMIT $9 OFFSET $10", condition());
    let rows = tx.query(&sql, &[values.as_slice(), params![page.per_page, page.offset()]].concat())?;
    let downtime_events = rows.iter().map(|row| present(row, tx.now())).collect::<Result<_, _>>()?;
    Ok(DowntimeList { downtime_events, total, page: page.page, per_page: page.per_page })
}

/// One stop.
///
/// # Errors
/// When there is none in a plant of the caller.
pub fn one(tx: &Tx<'_>, id: Uuid) -> Result<DowntimeView, super::Wrong> {
    let row = tx.query_one(&format!("{COLUMNS} {FROM} AND d.uuid = $2"), params![tx.org(), id])?;
    let row = row.ok_or_else(|| ApiError::not_found("stop"))?;
    need_plant(tx, row.get("plant_id")?)?;
    Ok(present(&row, tx.now())?)
}

fn present(row: &Row, now: Timestamp) -> Result<DowntimeView, DbError> {
    let started: Timestamp = row.get("started_at")?;
    let ended: Option<Timestamp> = row.get("ended_at")?;
    let by: Option<i64> = row.get("classified_by")?;
    let (name, source): (Option<String>, String) = (row.get("user_name")?, row.get("source")?);
    let opened_by = if source == "operator" { StopSource::Operator } else { StopSource::Signal };
    Ok(DowntimeView {
        id: row.get::<Uuid>("uuid")?.to_string(),
        machine_id: row.get("machine_id")?,
        machine_code: row.get("machine_code")?,
        started_at: started.into(),
        ended_at: ended.map(Rfc3339::from),
        duration_minutes: hundredths(ended.unwrap_or(now).since(started), MINUTE),
        reason_id: row.get("reason_id")?,
        reason_code: row.get::<Option<String>>("reason_code")?.unwrap_or_else(|| UNCLASSIFIED.to_owned()),
        downtime_reason: row.get::<Option<String>>("reason_name")?.unwrap_or_else(|| UNCLASSIFIED_NAME.to_owned()),
        notes: row.get("note")?,
        source,
        classified_by: by.zip(name).map(|(id, name)| Person { id, name }),
        is_critical: row.get::<Option<bool>>("is_critical")?.unwrap_or(false),
        alarm: row.get("alarm_text")?,
        suggested_reason_code: row.get("alarm_reason_code")?,
        escalated_at: row.get::<Option<Timestamp>>("escalated_at")?.map(Rfc3339::from),
        flags: flags(opened_by, ended.is_some(), row.get::<Option<i64>>("reason_id")?.is_some()),
        // Stops are edited where their machine is looked after.
        allowed_actions: vec![],
    })
}

/// The plant of a stop's machine.
///
/// # Errors
/// When the database fails.
pub fn plant_of(tx: &Tx<'_>, id: Uuid) -> Result<Option<PlantId>, DbError> {
    let sql = "SELECT m.plant_id FROM downtime_events d
               JOIN machines m ON m.organization_id = d.organization_id AND m.id = d.machine_id
               WHERE d.organization_id = $1 AND d.uuid = $2";
    tx.query_one(sql, params![tx.org(), id])?.map(|row| row.get("plant_id")).transpose()
}

/// All that was recorded of a stop, in the order in which it was.
///
/// # Errors
/// When there is no such stop in a plant of the caller.
pub fn history(tx: &Tx<'_>, id: Uuid) -> Result<DowntimeHistory, super::Wrong> {
    need_plant(tx, plant_of(tx, id)?.ok_or_else(|| ApiError::not_found("stop"))?)?;
    let rows = tx.query(
        "SELECT fact_kind, fact_version, body FROM downtime_facts WHERE organization_id = $1 AND uuid = $2 ORDER BY hlc",
        params![tx.org(), id],
    )?;
    let names = |table: &str| -> Result<BTreeMap<i64, String>, DbError> {
        let rows = tx.query(&format!("SELECT id, name FROM {table} WHERE organization_id = $1"), params![tx.org()])?;
        rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?))).collect()
    };
    let (people, reasons) = (names("users")?, names("downtime_reasons")?);
    let name = |of: &BTreeMap<i64, String>, id: i64| of.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let person = |by: UserId| Person { id: by.0, name: name(&people, by.0) };
    let reason = |reason: ReasonId| name(&reasons, reason.0);
    let mut changes = Vec::with_capacity(rows.len());
    for row in &rows {
        let (kind, version): (i64, i64) = (row.get("fact_kind")?, row.get("fact_version")?);
        let body: Vec<u8> = row.get("body")?;
        let (Ok(kind), Ok(version)) = (u16::try_from(kind), u8::try_from(version)) else { continue };
        let fact = Fact::decode(kind, version, &body).ok().flatten();
        changes.extend(fact.and_then(|fact| DowntimeChange::of(id, &fact, &person, &reason)));
    }
    Ok(DowntimeHistory { changes })
}

/// One reason of the Pareto.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParetoRow {
    pub reason_code: String,
    pub reason: String,
    pub minutes: f64,
    pub occurrences: u64,
    /// Share of all minutes.
    pub percent: Option<f64>,
}

/// Reasons by time lost, the greatest first (DOWN-08).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pareto {
    pub downtime_pareto: Vec<ParetoRow>,
    pub total_minutes: f64,
    pub total_occurrences: u64,
}

/// Time per reason inside a range. A moment of a machine counts once; of overlapping stops the reason
/// recorded last wins.
///
/// # Errors
/// When the database fails.
pub fn pareto(tx: &Tx<'_>, filter: &Filter, range: Span) -> Result<Pareto, DbError> {
    let values = values(tx, &Filter { range: Some(range), ..*filter });
    let sql = format!(
        "SELECT d.machine_id, d.started_at, d.ended_at, r.code, r.name {FROM} {} ORDER BY d.machine_id, d.reason_hlc DESC, d.started_at DESC",
        condition()
    );
    let mut covered: BTreeMap<i64, Spans> = BTreeMap::new();
    let mut sums: BTreeMap<(String, String), (i64, u64)> = BTreeMap::new();
    for row in tx.query(&sql, &values)? {
        let ended: Option<Timestamp> = row.get("ended_at")?;
        let whole = Span::new(row.get("started_at")?, ended.unwrap_or_else(|| tx.now())).intersect(range);
        let taken = covered.entry(row.get("machine_id")?).or_default();
        let own = Spans::of([whole]).subtract(taken);
        *taken = taken.union(&own);
        let code: Option<String> = row.get("code")?;
        let name: Option<String> = row.get("name")?;
        let key = (code.unwrap_or_else(|| UNCLASSIFIED.into()), name.unwrap_or_else(|| UNCLASSIFIED_NAME.into()));
        let sum = sums.entry(key).or_default();
        sum.0 += own.total();
        sum.1 += 1;
    }
    Ok(ranked(sums))
}

fn ranked(sums: BTreeMap<(String, String), (i64, u64)>) -> Pareto {
    let total: i64 = sums.values().map(|(time, _)| time).sum();
    let total_occurrences = sums.values().map(|(_, n)| n).sum();
    let mut rows: Vec<_> = sums.into_iter().collect();
    rows.sort_by_key(|(_, (time, _))| std::cmp::Reverse(*time));
    let row = |((reason_code, reason), (time, occurrences)): ((String, String), (i64, u64))| ParetoRow {
        reason_code,
        reason,
        minutes: hundredths(time, MINUTE),
        occurrences,
        percent: share(time, total),
    };
    Pareto {
        downtime_pareto: rows.into_iter().map(row).collect(),
        total_minutes: hundredths(total, MINUTE),
        total_occurrences,
    }
}

/// Percent with one decimal, as the contract prints it, half to even from the exact ratio.
fn share(part: i64, whole: i64) -> Option<f64> {
    let hundredths = Percent::of(i128::from(part), i128::from(whole) * 10)?.hundredths();
    #[expect(clippy::cast_precision_loss, reason = "at most 1000")]
    Some(hundredths as f64 / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn down_dur_and_down_pareto_api() {
        assert_eq!(hundredths(150 * MINUTE, MINUTE), 150.0);
        let sums = [("material_shortage", 480), ("mechanical_failure", 360), ("setup_changeover", 300), ("other", 310)];
        let sums = sums.map(|(code, m)| ((code.to_owned(), code.to_owned()), (m * MINUTE, 1)));
        let pareto = ranked(sums.into_iter().collect());
        let shares: Vec<_> =
            pareto.downtime_pareto.iter().map(|r| (r.reason_code.as_str(), r.percent.unwrap())).collect();
        assert_eq!(pareto.total_minutes, 1450.0);
        assert_eq!(shares[0], ("material_shortage", 33.1));
        assert_eq!(shares[1], ("mechanical_failure", 24.8));
        assert_eq!(shares[3], ("setup_changeover", 20.7));
    }
}
