//! Scans of pages and of the box's own scanners: both end in [`taken`].

use unison_api::Person;
use unison_api::error::ApiError;
use unison_core::ids::MachineId;
use unison_core::time::Timestamp;
use uuid::Uuid;

use super::Api;
use super::router::{Answer, Call, json};
use super::scan::{self, Kind, Meaning, NewScan, ScanView, Source};
use crate::driver::Scan;

pub(super) async fn post(call: Call) -> Answer {
    let body: NewScan = call.json()?;
    let code = scan::clean(&body.code).map_err(|m| ApiError::field("code", m))?;
    if body.source == Source::Serial {
        return Err(ApiError::field("source", "must be wedge, camera or typed"));
    }
    if body.station.is_some_and(|id| !call.api.store.model().machines.contains_key(&MachineId(id))) {
        return Err(ApiError::field("station", "there is no such machine"));
    }
    let now = call.api.store.now();
    call.api.scan_misses.ask(call.peer, now)?;
    let view = taken(&call.api, code, body.source, body.station, now);
    if view.kind == Kind::Unknown {
        call.api.scan_misses.miss(call.peer, now);
    }
    Ok(json(200, &view))
}

/// A code that a scanner of the box read. What is no code is dropped; the driver counts noise.
pub(super) fn from_box(api: &Api, scan: &Scan) {
    let Ok(code) = scan::clean(&scan.code) else { return };
    let station = scan.machine.as_deref().and_then(|c| api.store.model().machine_by_code(c).map(|m| m.record.id.0));
    let view = taken(api, code, Source::Serial, station, api.store.now());
    if let Some(user) = &view.user {
        api.badges.put(view.id, user.id, view.at.0);
    }
}

/// Finds out what a clean code means and tells every page.
fn taken(api: &Api, code: String, source: Source, station: Option<i64>, at: Timestamp) -> ScanView {
    let meaning = {
        let model = api.store.model();
        let badges = model.users.values().filter(|u| u.is_active);
        scan::resolve(
            &code,
            model.work_orders.values().map(|w| (w.record.number.as_str(), w.record.id.0)),
            badges.filter_map(|u| Some((u.badge.as_deref()?, u.id.0, u.name.as_str()))),
            model.machines.values().map(|m| (m.record.code.as_str(), m.record.id.0)),
        )
    };
    let (kind, work_order_id, machine_id, user): (Kind, Option<i64>, Option<i64>, Option<Person>) = match meaning {
        Meaning::WorkOrder(id) => (Kind::WorkOrder, Some(id), None, None),
        Meaning::Machine(id) => (Kind::Machine, None, Some(id), None),
        Meaning::Badge(person) => (Kind::Badge, None, None, Some(person)),
        Meaning::Unknown => (Kind::Unknown, None, None, None),
    };
    let view =
        ScanView { id: Uuid::now_v7(), code, source, station, kind, work_order_id, machine_id, user, at: at.into() };
    api.hub.send("scan", &view.for_everybody());
    view
}
