//! THE list of routes. The router, the OpenAPI document and the permission matrix are made of it, so a
//! route without access rule, body limit and description cannot exist. Add a call = add an entry.

use super::area::{downtime, edges, kpi, machines, production, resource, system, work_orders};
use super::call::{Answer, Call};
use crate::business::downtime::Pareto;
use crate::business::edges::{EdgeList, EdgeView};
use crate::business::setup::settings::{self, Settings};
use crate::db::DbError;
use crate::resource::audit::AuditList;
use crate::resource::files::{Held, Upload};
use crate::resource::of_table;
use crate::resource::undo::{ImportList, Undone};
use crate::tenancy::Tx;
use axum::http::Method;
use bytes::Bytes;
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::Arc;
use unison_api::downtime::DowntimeHistory;
use unison_api::error::ApiError;
use unison_api::figures::FigureList;
use unison_api::form::{EntityEntry, Form, SearchAnswer};
use unison_api::machine::{DowntimeList, DowntimeView, MachineList, MachineView, Ribbon};
use unison_api::oee::{OeeAnswer, OeeTrend};
use unison_api::openapi::{Access, Query, RouteDoc, SchemaOf, schema_of};
use unison_api::production::{Key, LogProduction, MoveWorkOrder, ProductionLogList, ProductionLogView, WorkOrderView};
use unison_core::ids::PlantId;

/// What answers a call that passed the gate.
pub(crate) type Handler = Arc<dyn Fn(Call) -> BoxFuture<'static, Result<Answer, ApiError>> + Send + Sync>;

/// Whether a call is about an organisation, which then must be known from its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Organization,
    Platform,
}

/// What a request names: its path, query and body.
pub(crate) struct Target {
    pub path: HashMap<String, String>,
    pub query: HashMap<String, String>,
    pub body: Bytes,
}

impl Target {
    /// A number or code in the path.
    pub fn key(&self) -> Key {
        let text = self.path.get("id").cloned().unwrap_or_default();
        text.parse().map_or(Key::Text(text), Key::Id)
    }

    /// A member of the body, read as far as it can be.
    pub fn member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let body: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        serde_json::from_value(body.get(name)?.clone()).ok()
    }
}

/// In which plant lies what a request names; asked only to refuse it in the right words (RBAC-01).
pub(crate) type PlantOf = Arc<dyn Fn(&Tx<'_>, &Target) -> Result<Option<PlantId>, DbError> + Send + Sync>;

/// One route.
pub struct Route {
    pub doc: RouteDoc,
    pub scope: Scope,
    pub(crate) handler: Handler,
    pub(crate) plant_of: Option<PlantOf>,
    /// Moves a whole file, of which only some may be on their way at a time.
    pub(super) moves_file: bool,
    /// Also without `/api/v1`.
    is_at_root: bool,
}

impl Route {
    pub(super) fn new(
        method: &'static str,
        path: &'static str,
        summary: &'static str,
        access: Access,
        handler: Handler,
    ) -> Self {
        let doc = RouteDoc {
            method,
            path,
            summary,
            access,
            body_bytes_max: 0,
            query: &[],
            headers: &[],
            request: None,
            response: (200, None),
        };
        Self { doc, scope: Scope::Organization, handler, plant_of: None, moves_file: false, is_at_root: false }
    }

    pub(super) fn query(mut self, query: &'static [Query]) -> Self {
        self.doc.query = query;
        self
    }

    pub(super) fn body(mut self, schema: SchemaOf, bytes_max: usize) -> Self {
        self.doc.request = Some(schema);
        self.doc.body_bytes_max = bytes_max;
        self
    }

    pub(super) fn answers(mut self, status: u16, schema: Option<SchemaOf>) -> Self {
        self.doc.response = (status, schema);
        self
    }

    /// For records of plants: see [`PlantOf`].
    pub(super) fn plant_of<F>(mut self, plant_of: F) -> Self
    where
        F: Fn(&Tx<'_>, &Target) -> Result<Option<PlantId>, DbError> + Send + Sync + 'static,
    {
        self.plant_of = Some(Arc::new(plant_of));
        self
    }

    /// A person's own affairs: possible with a password that must be changed, and in an organisation that can
    /// otherwise only be read.
    pub(super) fn is_personal(&self) -> bool {
        let path = self.doc.path;
        path.starts_with("/auth/") || path == "/me" || path.starts_with("/me/")
    }

    pub(super) fn platform(mut self) -> Self {
        self.scope = Scope::Platform;
        self
    }

    fn moves_file(mut self) -> Self {
        self.moves_file = true;
        self
    }

    fn at_root(mut self) -> Self {
        self.is_at_root = true;
        self
    }

    pub(super) fn method(&self) -> Method {
        Method::from_bytes(self.doc.method.as_bytes()).unwrap_or(Method::GET)
    }

    pub(super) const fn prefixes(&self) -> &'static [&'static str] {
        if self.is_at_root { &["/api/v1", "/api", ""] } else { &["/api/v1", "/api"] }
    }
}

/// A handler as the list holds it.
macro_rules! h {
    ($f:path) => {
        Arc::new(|call| Box::pin($f(call)))
    };
}

pub(in crate::http) use h;

pub(super) const PAGE: Query = ("page", false, "Page, from 1");
pub(super) const PER_PAGE: Query = ("per_page", false, "Entries of a page, 1 to 100; 50 when left out");
pub(super) const PLANT: Query =
    ("plant_id", false, "Only this plant; all for every plant you reach; the chosen one when left out");
pub(super) const MACHINE: Query = ("machine_id", false, "Only this machine");
const FROM: Query = ("from", true, "RFC 3339 time, included");
const TO: Query = ("to", true, "RFC 3339 time, excluded");
const FROM_OPTIONAL: Query = ("from", false, "RFC 3339 time, included");
const TO_OPTIONAL: Query = ("to", false, "RFC 3339 time, excluded");
const CODE: Query = ("machine", false, "Code of a machine; all machines when left out");

pub(super) const SMALL: usize = 4 * 1024;

/// Every route of the cloud.
#[must_use]
pub fn all() -> Vec<Route> {
    let mut out = system();
    out.extend(floor());
    out.extend(orders());
    out.extend(super::area::session::routes());
    out.extend(super::area::people::routes());
    out.extend(super::area::shift_people::routes());
    out.extend(super::area::tag_writes::routes());
    out.extend(entities());
    // What stands above by hand replaces what all entities have.
    let by_hand: Vec<_> = out.iter().map(|r| (r.doc.method, r.doc.path)).collect();
    out.extend(resource::routes().into_iter().filter(|r| !by_hand.contains(&(r.doc.method, r.doc.path))));
    out
}

/// What the list of an entity can be asked for, and one thing more.
fn asked(table: &str, more: Query) -> &'static [Query] {
    let usual = of_table(table).map_or(&[] as &[_], |d| d.queries);
    [usual, &[more]].concat().leak()
}

/// What is about all entities.
fn entities() -> Vec<Route> {
    use Access::{Authenticated, Permission};
    const AUDIT: &[Query] = &[
        ("entity", false, "Only changes of this kind of record"),
        ("entity_id", false, "Only changes of this record"),
        ("user_id", false, "Only changes by this person"),
        ("action", false, "Only this action, such as create"),
        FROM_OPTIONAL,
        TO_OPTIONAL,
        PAGE,
        PER_PAGE,
    ];
    vec![
        Route::new("GET", "/entities", "What the caller may read", Authenticated, h!(resource::entities))
            .answers(200, Some(schema_of::<Vec<EntityEntry>>)),
        Route::new("GET", "/search", "Records of all kinds that hold a text", Authenticated, h!(resource::search))
            .query(&[("q", true, "Part of a code or name")])
            .answers(200, Some(schema_of::<SearchAnswer>)),
        Route::new("GET", "/audit-log", "Who changed what", Permission("audit_log:read"), h!(resource::audit_log))
            .query(AUDIT)
            .answers(200, Some(schema_of::<AuditList>)),
        Route::new("GET", "/imports", "Files that were taken in", Permission("imports:read"), h!(resource::imports))
            .query(&[PAGE, PER_PAGE])
            .answers(200, Some(schema_of::<ImportList>)),
        // Which permission they need depends on the kind of record.
        Route::new("POST", "/files", "Take in a file for a custom field", Authenticated, h!(resource::upload))
            .moves_file()
            .body(schema_of::<Upload>, resource::UPLOAD_BYTES_MAX)
            .answers(201, Some(schema_of::<Held>)),
        Route::new("GET", "/files/{id}", "A file of a record that may be read", Authenticated, h!(resource::download))
            .moves_file(),
        // Which permission it needs depends on what was imported.
        Route::new("POST", "/imports/{id}/undo", "Take an import back", Authenticated, h!(resource::undo_import))
            .answers(200, Some(schema_of::<Undone>)),
        Route::new("GET", "/organization", "Settings", Permission("organization:read"), h!(resource::settings))
            .answers(200, Some(schema_of::<Settings>)),
        Route::new(
            "GET",
            "/organization/form",
            "What a form of the settings must know",
            Permission("organization:read"),
            h!(resource::settings_form),
        )
        .answers(200, Some(schema_of::<Form>)),
        Route::new(
            "PUT",
            "/organization",
            "Change settings",
            Permission("organization:write"),
            h!(resource::change_settings),
        )
        .body(settings::description().schemas.update, 16 * 1024)
        .answers(200, Some(schema_of::<Settings>)),
        Route::new("GET", "/shifts", "Shifts of plants", Permission("shifts:read"), h!(resource::shifts)).query(&[
            PLANT,
            ("active_only", false, "false: archived ones as well"),
            PAGE,
            PER_PAGE,
        ]),
        Route::new(
            "GET",
            "/custom-fields",
            "Fields that the organisation added",
            Permission("custom_fields:read"),
            h!(resource::custom_fields),
        )
        .query(asked("custom_fields", ("entity", false, "Only of this kind of record, in any spelling")))
        .answers(200, of_table("custom_fields").map(|d| d.schemas.list)),
    ]
}

fn system() -> Vec<Route> {
    use Access::Public;
    vec![
        Route::new("GET", "/openapi.json", "This document", Public, h!(system::openapi)).platform(),
        Route::new("GET", "/docs", "This document for people", Public, h!(system::docs)).platform(),
        Route::new("GET", "/health", "Whether the server works", Public, h!(system::health)).platform().at_root(),
        Route::new("GET", "/metrics", "Figures for Prometheus", Public, h!(system::metrics)).platform().at_root(),
        Route::new("POST", "/edges/enrol", "Take in an edge with a one-time token", Public, h!(edges::enrol))
            .platform()
            .body(schema_of::<edges::Enrol>, SMALL)
            .answers(200, Some(schema_of::<edges::Enrolled>)),
        Route::new("GET", "/edges", "Edges and their links", Access::Permission("edges:read"), h!(edges::list))
            .query(&[PAGE, PER_PAGE])
            .answers(200, Some(schema_of::<EdgeList>)),
        Route::new(
            "POST",
            "/edges/{id}/revoke",
            "Cut an edge off for ever; its machines may be given to another",
            Access::Permission("edges:write"),
            h!(edges::revoke),
        )
        .body(schema_of::<edges::Revoke>, SMALL)
        .answers(200, Some(schema_of::<EdgeView>)),
        Route::new(
            "POST",
            "/edges/{id}/release-quarantine",
            "Take an edge again whose log contradicted what was held",
            Access::Permission("edges:write"),
            h!(edges::release_quarantine),
        )
        .answers(200, Some(schema_of::<EdgeView>)),
        Route::new(
            "GET",
            "/events",
            "Live events (server-sent): snapshot, machines, production_log, work_order, downtime, heartbeat",
            Access::Permission(super::live::MAY_WATCH),
            h!(super::live::events),
        )
        .query(&[PLANT]),
    ]
}

fn floor() -> Vec<Route> {
    use Access::Permission;
    vec![
        Route::new("GET", "/machines", "Machines as they are now", Permission("machines:read"), h!(machines::list))
            .query(asked("machines", ("status", false, "Only this status")))
            .answers(200, Some(schema_of::<MachineList>)),
        Route::new("GET", "/machines/{id}", "A machine as it is now", Permission("machines:read"), h!(machines::get))
            .answers(200, Some(schema_of::<MachineView>)),
        Route::new(
            "GET",
            "/machines/{id}/ribbon",
            "What a machine did",
            Permission("machines:read"),
            h!(machines::ribbon),
        )
        .query(&[FROM_OPTIONAL, TO_OPTIONAL])
        .plant_of(machines::plant_of)
        .answers(200, Some(schema_of::<Ribbon>)),
        Route::new("GET", "/kpi/oee", "OEE of a range", Permission("kpi:read"), h!(kpi::oee))
            .query(&[FROM, TO, CODE, PLANT])
            .answers(200, Some(schema_of::<OeeAnswer>)),
        Route::new(
            "GET",
            "/kpi/figures",
            "All figures by machine, lane, shift, work order, hour or day",
            Permission("kpi:read"),
            h!(kpi::figures),
        )
        .query(&[FROM, TO, CODE, PLANT, ("by", false, "machine (where missing), lane, shift, work_order, hour or day")])
        .answers(200, Some(schema_of::<FigureList>)),
        Route::new("GET", "/kpi/oee/trend", "OEE day by day", Permission("kpi:read"), h!(kpi::trend))
            .query(&[CODE, PLANT, ("days", false, "How many days back, 1 to 366; 30 when left out")])
            .answers(200, Some(schema_of::<OeeTrend>)),
        Route::new("GET", "/downtime-events/{id}", "One stop", Permission("downtime:read"), h!(downtime::get))
            .plant_of(downtime::plant_of)
            .answers(200, Some(schema_of::<DowntimeView>)),
        Route::new(
            "GET",
            "/downtime-events/{id}/history",
            "All that was recorded of a stop",
            Permission("downtime:read"),
            h!(downtime::history),
        )
        .plant_of(downtime::plant_of)
        .answers(200, Some(schema_of::<DowntimeHistory>)),
        Route::new("GET", "/downtime-events", "Stops", Permission("downtime:read"), h!(downtime::list))
            .query(&[
                MACHINE,
                PLANT,
                FROM_OPTIONAL,
                TO_OPTIONAL,
                ("open", false, "true: only open ones, false: only ended ones"),
                PAGE,
                PER_PAGE,
            ])
            .answers(200, Some(schema_of::<DowntimeList>)),
        Route::new(
            "GET",
            "/downtime-pareto",
            "Reasons by time lost",
            Permission("downtime:read"),
            h!(downtime::pareto),
        )
        .query(&[FROM, TO, MACHINE, PLANT])
        .answers(200, Some(schema_of::<Pareto>)),
    ]
}

fn orders() -> Vec<Route> {
    use Access::Permission;
    let mut out = vec![
        Route::new(
            "GET",
            "/production-logs",
            "Production logs, newest first",
            Permission("production_logs:read"),
            h!(production::list),
        )
        .query(&[("work_order_id", false, "Only of this work order"), PLANT, PAGE, PER_PAGE])
        .answers(200, Some(schema_of::<ProductionLogList>)),
        Route::new(
            "POST",
            "/production-logs",
            "Log production",
            Permission("production_logs:write"),
            h!(production::log),
        )
        .plant_of(production::plant_of)
        .body(schema_of::<LogProduction>, 16 * 1024)
        .answers(201, Some(schema_of::<ProductionLogView>)),
    ];
    let moves: [(&str, &str, Handler); 4] = [
        ("/work-orders/{id}/start", "Start a work order", h!(work_orders::start)),
        ("/work-orders/{id}/pause", "Pause a work order", h!(work_orders::pause)),
        ("/work-orders/{id}/resume", "Resume a work order", h!(work_orders::resume)),
        ("/work-orders/{id}/complete", "Complete a work order", h!(work_orders::complete)),
    ];
    for (path, summary, handler) in moves {
        // PUT is an alias.
        for method in ["POST", "PUT"] {
            let access = Permission(crate::business::work_orders::MOVE);
            let route =
                Route::new(method, path, summary, access, handler.clone()).body(schema_of::<MoveWorkOrder>, SMALL);
            out.push(route.plant_of(work_orders::plant_of).answers(200, Some(schema_of::<WorkOrderView>)));
        }
    }
    out
}
