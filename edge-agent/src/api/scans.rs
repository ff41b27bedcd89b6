//! Scans of pages and of the box's own scanners: both end in [`taken`].

use unison_api::error::ApiError;
use unison_core::ids::MachineId;
use unison_core::time::Timestamp;
use uuid::Uuid;

use super::Api;
use super::router::{Answer, Call, json};
use super::scan::{self, Kind, Meaning, NewScan, Read, ScanView, Source};
use crate::driver::Scan;

pub(super) async fn post(call: Call) -> Answer {
    let body: NewScan = call.json()?;
    let read = scan::read(&body.code).map_err(|m| ApiError::field("code", m))?;
    if !body.source.is_of_a_page() {
        return Err(ApiError::field("source", "must be wedge, camera, photo or typed"));
    }
    if body.station.is_some_and(|id| !call.api.store.model().machines.contains_key(&MachineId(id))) {
        return Err(ApiError::field("station", "there is no such machine"));
    }
    let now = call.api.store.now();
    call.api.scan_misses.ask(call.peer, now)?;
    let view = taken(&call.api, read, body.source, body.station, now);
    if view.kind == Kind::Unknown {
        call.api.scan_misses.miss(call.peer, now);
    }
    Ok(json(200, &view))
}

/// A code that a scanner of the box read. What is no code is dropped; the driver counts noise.
pub(super) fn from_box(api: &Api, scan: &Scan) {
    let Ok(read) = scan::read(&scan.code) else { return };
    let station = scan.machine.as_deref().and_then(|c| api.store.model().machine_by_code(c).map(|m| m.record.id.0));
    let view = taken(api, read, scan.reader.into(), station, api.store.now());
    if let Some(user) = &view.user {
        api.badges.put(view.id, user.id, view.at.0);
    }
}

/// Finds out what a code means and tells every page.
fn taken(api: &Api, read: Read, source: Source, station: Option<i64>, at: Timestamp) -> ScanView {
    let meaning = {
        let model = api.store.model();
        scan::meaning(&read, |name| {
            let badges = model.users.values().filter(|u| u.is_active && name.may_be_badge);
            scan::resolve(
                name.text,
                model.work_orders.values().map(|w| (w.record.number.as_str(), w.record.id.0)),
                badges.filter_map(|u| Some((u.badge.as_deref()?, u.id.0, u.name.as_str()))),
                model.machines.values().map(|m| (m.record.code.as_str(), m.record.id.0)),
            )
        })
    };
    let year = jiff::Timestamp::from_microsecond(at.0).map_or(2000, |at| at.to_zoned(jiff::tz::TimeZone::UTC).year());
    let mut label = scan::label(&read.elements, year);
    let (mut work_order_id, mut machine_id, mut user) = (None, None, None);
    let kind = match meaning {
        Meaning::WorkOrder(id) => {
            work_order_id = Some(id);
            Kind::WorkOrder
        }
        Meaning::Machine(id) => {
            machine_id = Some(id);
            Kind::Machine
        }
        Meaning::Badge(person) => {
            user = Some(person);
            Kind::Badge
        }
        Meaning::Lot(lot) => {
            label.get_or_insert_default().lot = Some(lot);
            Kind::Lot
        }
        Meaning::Material => Kind::Material,
        Meaning::LogisticUnit => Kind::LogisticUnit,
        Meaning::Unknown => Kind::Unknown,
    };
    let problem = read.problem.filter(|_| kind == Kind::Unknown).map(|problem| problem.to_string());
    let (id, code, at) = (Uuid::now_v7(), read.code, at.into());
    let view = ScanView { id, code, source, station, kind, work_order_id, machine_id, user, label, problem, at };
    api.hub.send("scan", &view.for_everybody());
    view
}
