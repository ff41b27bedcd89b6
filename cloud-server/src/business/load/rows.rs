//! The file's records as rows: found by their key, made or changed, and sent down when they differ.

use super::file::{Content, Lane, Machine, Plant, Reason, ScrapReason, Shift, User, WorkOrder, micro, time};
use super::{LoadError, Loaded};
use crate::business::{master, people};
use crate::db::{DbError, Value};
use crate::params;
use crate::tenancy::{Topic, Tx, WriteTx};
use std::collections::HashMap;
use unison_core::ids::{LaneId, MachineId, PlantId, ReasonId, ScrapReasonId, ShiftId, WorkOrderId};
use unison_core::master::MasterOp;
use uuid::Uuid;

/// People who can sign on already.
pub(super) fn users_with_password(tx: &Tx<'_>) -> Result<Vec<String>, DbError> {
    let sql = "SELECT email FROM users WHERE organization_id = $1 AND password_hash IS NOT NULL";
    tx.query(sql, params![tx.org()])?.iter().map(|r| r.get("email")).collect()
}

/// Stores everything. `hashes` are the first passwords by e-mail.
pub(super) fn store(
    tx: &WriteTx<'_>,
    content: &Content,
    hashes: &HashMap<String, String>,
) -> Result<Loaded, LoadError> {
    let mut out = Storing { tx, hashes, loaded: Loaded::default(), new_plants: Vec::new() };
    for plant in &content.plant {
        out.plant(plant)?;
    }
    for reason in &content.downtime_reason {
        out.reason(reason)?;
    }
    for reason in &content.scrap_reason {
        out.scrap_reason(reason)?;
    }
    for user in &content.user {
        out.user(user)?;
    }
    out.brief_new_plants()?;
    for order in &content.work_order {
        out.work_order(order)?;
    }
    tx.changed(Topic::MasterData);
    Ok(out.loaded)
}

struct Storing<'t, 's> {
    tx: &'t WriteTx<'s>,
    hashes: &'t HashMap<String, String>,
    loaded: Loaded,
    /// Their edges know nothing yet, not even what did not change.
    new_plants: Vec<PlantId>,
}

/// A table that a file fills: its columns after `organization_id, id`, and its record as edges get it.
struct Kind<I> {
    table: &'static str,
    columns: &'static [&'static str],
    typed: fn(i64) -> I,
    op: fn(&Tx<'_>, I) -> Result<Option<MasterOp>, DbError>,
}

const PLANTS: Kind<PlantId> =
    Kind { table: "plants", columns: &["uuid", "name", "timezone"], typed: PlantId, op: master::plant };
const LANES: Kind<LaneId> = Kind {
    table: "lanes",
    columns: &["plant_id", "name", "capacity", "ideal_cycle_time_seconds"],
    typed: LaneId,
    op: master::lane,
};
const SHIFTS: Kind<ShiftId> = Kind {
    table: "shifts",
    columns: &[
        "plant_id",
        "name",
        "start_time",
        "end_time",
        "active_days",
        "breaks",
        "break_duration_minutes",
        "production_target_units",
        "oee_target_percent",
    ],
    typed: ShiftId,
    op: master::shift,
};
const MACHINES: Kind<MachineId> = Kind {
    table: "machines",
    columns: &["plant_id", "lane_id", "machine_code", "name", "ideal_cycle_time_seconds", "capacity_units_per_hour"],
    typed: MachineId,
    op: master::machine,
};
const REASONS: Kind<ReasonId> = Kind {
    table: "downtime_reasons",
    columns: &["code", "name", "category", "is_planned", "is_critical"],
    typed: ReasonId,
    op: master::reason,
};
const SCRAP_REASONS: Kind<ScrapReasonId> = Kind {
    table: "scrap_reasons",
    columns: &["code", "name", "category"],
    typed: ScrapReasonId,
    op: master::scrap_reason,
};
const WORK_ORDERS: Kind<WorkOrderId> = Kind {
    table: "work_orders",
    columns: &[
        "plant_id",
        "work_order_number",
        "title",
        "product_name",
        "lane_id",
        "machine_id",
        "quantity_ordered",
        "status",
        "planned_start",
        "planned_end",
        "due_date",
    ],
    typed: WorkOrderId,
    op: master::work_order,
};

impl<I> Kind<I> {
    fn record(&self, tx: &Tx<'_>, id: i64) -> Result<Option<MasterOp>, DbError> {
        (self.op)(tx, (self.typed)(id))
    }

    /// Values come after organisation, id and time: `$1` to `$3`.
    fn statement(&self, is_new: bool) -> String {
        let (table, places) = (self.table, (4..self.columns.len() + 4).map(|n| format!("${n}")));
        if is_new {
            let (names, places) = (self.columns.join(", "), places.collect::<Vec<_>>().join(", "));
            return format!(
                "INSERT INTO {table} (organization_id, id, created_at, updated_at, {names}) VALUES ($1, $2, $3, $3, {places})"
            );
        }
        let pairs: Vec<_> = self.columns.iter().zip(places).collect();
        let set = pairs.iter().map(|(c, p)| format!("{c} = {p}")).collect::<Vec<_>>().join(", ");
        let differs = pairs.iter().map(|(c, p)| format!("{c} IS DISTINCT FROM {p}")).collect::<Vec<_>>().join(" OR ");
        format!(
            "UPDATE {table} SET {set}, version = version + 1, updated_at = $3 WHERE organization_id = $1 AND id = $2 AND ({differs})"
        )
    }
}

/// The audit log calls a record the same, whichever way it was made.
fn entity_of(table: &'static str) -> &'static str {
    crate::resource::of_table(table).map_or(table, |d| d.meta.entity)
}

impl Storing<'_, '_> {
    fn id(&self, table: &str, condition: &str, key: &[Value]) -> Result<Option<i64>, DbError> {
        let sql = format!("SELECT id FROM {table} WHERE organization_id = $1 AND {condition}");
        let row = self.tx.query_one(&sql, &[params![self.tx.org()], key].concat())?;
        row.map(|r| r.get("id")).transpose()
    }

    /// Makes or changes a row and tells `plants` when it is another one afterwards.
    fn put<I>(
        &mut self,
        kind: &Kind<I>,
        id: Option<i64>,
        values: &[Value],
        plants: &[PlantId],
    ) -> Result<i64, DbError> {
        let tx = self.tx;
        let before = id.map(|id| kind.record(tx, id)).transpose()?.flatten();
        let is_new = id.is_none();
        let id = id.map_or_else(|| tx.next_id(kind.table), Ok)?;
        let all = [params![tx.org(), id, tx.now()], values].concat();
        let is_touched = tx.execute(&kind.statement(is_new), &all)? > 0;
        match (is_new, is_touched) {
            (true, _) => self.loaded.new += 1,
            (false, true) => self.loaded.changed += 1,
            (false, false) => self.loaded.unchanged += 1,
        }
        let after = kind.record(tx, id)?;
        if is_touched {
            let action = if is_new { "create" } else { "update" };
            let json = |op: Option<&MasterOp>| op.map(master::json).transpose();
            tx.audit(
                entity_of(kind.table),
                id,
                action,
                json(before.as_ref())?.as_ref(),
                json(after.as_ref())?.as_ref(),
            )?;
        }
        if let Some(after) = after.filter(|a| before.as_ref() != Some(a)) {
            for plant in plants {
                tx.to_plant(*plant, after.clone());
            }
        }
        Ok(id)
    }

    fn plant(&mut self, plant: &Plant) -> Result<(), LoadError> {
        let known = self.id("plants", "name = $2", params![&plant.name])?;
        let uuid = match known {
            Some(id) => crate::business::edges::plant_uuid(self.tx, PlantId(id))?.unwrap_or_default(),
            None => Uuid::now_v7(),
        };
        let values = params![uuid, &plant.name, &plant.timezone];
        // Its edges must know a zone that was corrected: shifts hang on it.
        let told: Vec<_> = known.map(PlantId).into_iter().collect();
        let id = self.put(&PLANTS, known, values, &told)?;
        let id = PlantId(id);
        if known.is_none() {
            self.new_plants.push(id);
        }
        if let Some(op) = master::plant(self.tx, id)?.filter(|_| known.is_none()) {
            self.tx.to_plant(id, op);
        }
        for lane in &plant.lane {
            self.lane(id, lane)?;
        }
        for shift in &plant.shift {
            self.shift(id, shift)?;
        }
        for machine in &plant.machine {
            self.machine(id, machine)?;
        }
        Ok(())
    }

    fn lane(&mut self, plant: PlantId, lane: &Lane) -> Result<(), LoadError> {
        let known = self.id("lanes", "plant_id = $2 AND name = $3", params![plant, &lane.name])?;
        let values = params![plant, &lane.name, lane.capacity, lane.ideal_cycle_seconds.map(micro)];
        self.put(&LANES, known, values, &[plant])?;
        Ok(())
    }

    fn shift(&mut self, plant: PlantId, shift: &Shift) -> Result<(), LoadError> {
        let known = self.id("shifts", "plant_id = $2 AND name = $3", params![plant, &shift.name])?;
        let breaks = serde_json::to_string(&shift.breaks).map_err(|e| LoadError::Wrong(e.to_string()))?;
        let days: Vec<_> = shift.days().map_err(LoadError::Wrong)?.names().collect();
        let days = serde_json::to_string(&days).map_err(|e| LoadError::Wrong(e.to_string()))?;
        let placed: u16 = shift.breaks.iter().map(|b| b.minutes).sum();
        let values = params![
            plant,
            &shift.name,
            &shift.start,
            &shift.end,
            days,
            breaks,
            shift.break_minutes_unplaced + placed,
            shift.target_units,
            shift.oee_target_percent
        ];
        self.put(&SHIFTS, known, values, &[plant])?;
        Ok(())
    }

    fn machine(&mut self, plant: PlantId, machine: &Machine) -> Result<(), LoadError> {
        let known = self.id("machines", "machine_code = $2", params![&machine.code])?;
        if let Some(id) = known
            && crate::business::machines::plant_of(self.tx, MachineId(id))? != Some(plant)
        {
            return Err(LoadError::Wrong(format!(
                "machine {} stands in another plant; codes are unique in an organisation",
                machine.code
            )));
        }
        let lane = self.lane_named(plant, machine.lane.as_ref(), &machine.code)?;
        let values = params![
            plant,
            lane,
            &machine.code,
            &machine.name,
            machine.ideal_cycle_seconds.map(micro),
            machine.capacity_units_per_hour.map(micro)
        ];
        self.put(&MACHINES, known, values, &[plant])?;
        Ok(())
    }

    fn lane_named(&self, plant: PlantId, name: Option<&String>, of: &str) -> Result<Option<i64>, LoadError> {
        let Some(name) = name else { return Ok(None) };
        let found = self.id("lanes", "plant_id = $2 AND name = $3", params![plant, name])?;
        found.map(Some).ok_or_else(|| LoadError::Wrong(format!("{of}: there is no lane {name} in its plant")))
    }

    fn plants(&self) -> Result<Vec<PlantId>, DbError> {
        let rows =
            self.tx.query("SELECT id FROM plants WHERE organization_id = $1 ORDER BY id", params![self.tx.org()])?;
        rows.iter().map(|r| r.get("id")).collect()
    }

    fn plant_named(&self, name: &str, of: &str) -> Result<PlantId, LoadError> {
        let found = self.id("plants", "name = $2", params![name])?;
        found.map(PlantId).ok_or_else(|| LoadError::Wrong(format!("{of}: there is no plant {name}")))
    }

    fn reason(&mut self, reason: &Reason) -> Result<(), LoadError> {
        let known = self.id("downtime_reasons", "code = $2", params![&reason.code])?;
        let values = params![&reason.code, &reason.name, &reason.category, reason.is_planned, reason.is_critical];
        let plants = self.plants()?;
        self.put(&REASONS, known, values, &plants)?;
        Ok(())
    }

    fn scrap_reason(&mut self, reason: &ScrapReason) -> Result<(), LoadError> {
        let known = self.id("scrap_reasons", "code = $2", params![&reason.code])?;
        let plants = self.plants()?;
        self.put(&SCRAP_REASONS, known, params![&reason.code, &reason.name, reason.category.clone()], &plants)?;
        Ok(())
    }

    fn user(&mut self, user: &User) -> Result<(), LoadError> {
        let (email, tx) = (user.email.to_lowercase(), self.tx);
        let known = self.id("users", "email = $2", params![&email])?;
        let before = known.map(|id| people::find(tx, id)).transpose()?.flatten();
        let mut wanted = before.clone().unwrap_or_else(|| people::User::new(tx.now()));
        wanted.name.clone_from(&user.name);
        wanted.roles.clone_from(&user.roles);
        wanted.badge.clone_from(&user.badge);
        wanted.hourly_rate = micro(user.hourly_rate);
        if let Some(names) = &user.plants {
            wanted.plants = names.iter().map(|name| self.plant_ref(name, &email)).collect::<Result<_, _>>()?;
            wanted.plants.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
            wanted.plants.dedup();
        }
        wanted.must_change_password |= self.hashes.contains_key(&email) && user.must_change_password != Some(false);
        wanted.email.clone_from(&email);
        match people::load(tx, before.as_ref(), wanted)? {
            people::Loaded::New => self.loaded.new += 1,
            people::Loaded::Changed => self.loaded.changed += 1,
            people::Loaded::Unchanged => self.loaded.unchanged += 1,
        }
        if let Some(hash) = self.hashes.get(&email) {
            let sql = "UPDATE users SET password_hash = $3 WHERE organization_id = $1 AND email = $2 AND password_hash IS NULL";
            tx.execute(sql, params![tx.org(), &email, hash])?;
        }
        Ok(())
    }

    fn plant_ref(&self, name: &str, of: &str) -> Result<people::PlantRef, LoadError> {
        Ok(people::PlantRef { id: self.plant_named(name, of)?.0, name: name.to_owned() })
    }

    /// A plant that is new to an organisation hears of the reasons and people that were there before.
    fn brief_new_plants(&self) -> Result<(), DbError> {
        self.new_plants.iter().try_for_each(|plant| master::brief(self.tx, *plant))
    }

    fn work_order(&mut self, order: &WorkOrder) -> Result<(), LoadError> {
        let plant = self.plant_named(&order.plant, &order.number)?;
        let lane = self.lane_named(plant, order.lane.as_ref(), &order.number)?;
        let machine = match &order.machine {
            Some(code) => {
                let found = self.id("machines", "machine_code = $2 AND plant_id = $3", params![code, plant])?;
                Some(found.ok_or_else(|| {
                    LoadError::Wrong(format!("{}: there is no machine {code} in its plant", order.number))
                })?)
            }
            None => None,
        };
        let known = self.id("work_orders", "work_order_number = $2", params![&order.number])?;
        if let Some(id) = known {
            // From release on the shop floor has the word (WO-04, Q-129); a file is about planning.
            let sql = "SELECT status FROM work_orders WHERE organization_id = $1 AND id = $2";
            let row = self.tx.query_one(sql, params![self.tx.org(), id])?;
            if row.map(|r| r.get::<String>("status")).transpose()?.as_deref() != Some("planned") {
                self.loaded.unchanged += 1;
                return Ok(());
            }
        }
        let values = params![
            plant,
            &order.number,
            &order.title,
            order.product.clone(),
            lane,
            machine,
            order.quantity,
            &order.status,
            time(order.planned_start.as_ref()),
            time(order.planned_end.as_ref()),
            time(order.due.as_ref())
        ];
        self.put(&WORK_ORDERS, known, values, &[plant])?;
        self.tx.changed(Topic::WorkOrders);
        Ok(())
    }
}
