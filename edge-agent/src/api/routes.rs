//! THE list of routes. The router, the OpenAPI document and the readable page are made from it; what is
//! not here cannot be called. Reads are open in the hall (no log-in to look); writes need a person.

use unison_api::downtime::{CorrectStop, DowntimeHistory, EditAnswer, MergeStop, SplitStop, VoidStop};
use unison_api::figures::FigureList;
use unison_api::handover::{DueShifts, HandoverList, HandoverView, NewHandover};
use unison_api::help::{EndHelpCall, HelpCallList, HelpCallView, NewHelpCall};
use unison_api::machine::{DowntimeList, DowntimeView, MachineList, ReasonList, Ribbon};
use unison_api::oee::OeeAnswer;
use unison_api::openapi::{Access, Query, RouteDoc, SchemaOf, schema_of};
use unison_api::production::{
    LogProduction, MoveWorkOrder, ProductionLogList, ProductionLogView, ScrapReasonList, WorkOrderList, WorkOrderView,
};
use unison_api::tag_write::{TagWriteList, TagWriteView, WriteTag};

use super::present::{LOG, MOVE};
use super::queue::QueueView;
use super::router::{Handler, Route};
use super::scan::{NewScan, ScanView};
use super::{
    connections, floor, handovers, help, https, kpi, logs, machines, orders, scans, sign_on, stop_edits, stops,
    tag_writes, tags, trust,
};

/// Largest body of a call; nearly all of them are a few fields.
const BODY: usize = 16 * 1024;
/// Largest body of a handover, whose texts may be long.
const HANDOVER_BODY: usize = 128 * 1024;
/// The permission to report and classify stops.
const DOWNTIME: &str = "downtime:write";

/// What the header means to a call that makes something.
const KEY: &str = "A UUID that makes a repeated call the same one: the id of what the call makes, as uuid in the body. Anything else is refused";
/// And to every other one that changes something.
const KEY_OF_STATE: &str =
    "Must be a UUID; this call is judged by state, so that repeating it changes nothing more or is refused";
/// The calls that make something with an id of their own.
const MAKES: [&str; 6] = [
    "/production-logs",
    "/downtime-events",
    "/downtime-events/{id}/split",
    "/help-calls",
    "/shift-handovers",
    "/tags/{name}/write",
];

const PAGE: Query = ("page", false, "Page, from 1");
const PER_PAGE: Query = ("per_page", false, "Rows of a page, 1 to 100; 50 where missing");
const FROM: Query = ("from", true, "Start, RFC 3339");
const TO: Query = ("to", true, "End, RFC 3339; at most 400 days after from");

macro_rules! to {
    ($handler:path) => {
        (|call| Box::pin($handler(call))) as Handler
    };
}

/// Every route.
pub(super) fn all() -> Vec<Route> {
    [reads(), tags(), sign_on(), writes(), people(), certificate(), documents()].concat()
}

fn read(path: &'static str, summary: &'static str, query: &'static [Query], body: SchemaOf, handler: Handler) -> Route {
    let response = (200, Some(body));
    let doc = RouteDoc {
        method: "GET",
        path,
        summary,
        access: Access::Public,
        body_bytes_max: 0,
        query,
        idempotency_key: None,
        request: None,
        response,
    };
    Route { doc, handler }
}

fn write(
    (method, path): (&'static str, &'static str),
    summary: &'static str,
    access: Access,
    request: Option<SchemaOf>,
    response: (u16, Option<SchemaOf>),
    handler: Handler,
) -> Route {
    Route {
        doc: RouteDoc {
            method,
            path,
            summary,
            access,
            body_bytes_max: BODY,
            query: &[],
            idempotency_key: Some(if method == "POST" && MAKES.contains(&path) { KEY } else { KEY_OF_STATE }),
            request,
            response,
        },
        handler,
    }
}

fn reads() -> Vec<Route> {
    const RANGE: &[Query] =
        &[FROM, TO, ("machine", false, "Code of a machine; all of this edge together where missing")];
    const FIGURES: &[Query] = &[
        FROM,
        TO,
        ("by", false, "machine (where missing), lane, shift, work_order, hour or day"),
        ("machine", false, "Code of a machine; all of this edge where missing"),
    ];
    const RIBBON: &[Query] = &[
        ("from", false, "Start, RFC 3339; 8 hours ago where missing"),
        ("to", false, "End, RFC 3339; now where missing"),
    ];
    const MACHINES: &[Query] = &[
        ("status", false, "Statuses, separated by commas"),
        ("search", false, "Part of code or name"),
        PAGE,
        PER_PAGE,
    ];
    const ORDERS: &[Query] = &[
        ("status", false, "Statuses, separated by commas"),
        ("machine_id", false, "Id of a machine"),
        ("search", false, "Part of number, title or product"),
        PAGE,
        PER_PAGE,
    ];
    const STOPS: &[Query] = &[
        ("machine_id", false, "Id of a machine"),
        ("from", false, "RFC 3339; with to"),
        ("to", false, "RFC 3339; with from"),
        ("open", false, "true: only open ones; false: only ended ones"),
        PAGE,
        PER_PAGE,
    ];
    const LOGS: &[Query] = &[("work_order_id", false, "Id or number of a work order"), PAGE, PER_PAGE];
    vec![
        read("/station", "What this box is", &[], schema_of::<floor::Station>, to!(floor::station)),
        read(
            "/operators",
            "The tiles of the sign-on page",
            &[],
            schema_of::<sign_on::Operators>,
            to!(sign_on::operators),
        ),
        read("/machines", "Machines as they are now", MACHINES, schema_of::<MachineList>, to!(machines::list)),
        read(
            "/machines/{id}/ribbon",
            "A machine's time, at most 31 days",
            RIBBON,
            schema_of::<Ribbon>,
            to!(machines::ribbon),
        ),
        read(
            "/machines/{id}/station",
            "All of one station's page",
            &[],
            schema_of::<machines::StationView>,
            to!(machines::station),
        ),
        read(
            "/work-orders",
            "Work orders with what may be done",
            ORDERS,
            schema_of::<WorkOrderList>,
            to!(orders::list),
        ),
        read("/work-orders/{id}", "One work order, by id or number", &[], schema_of::<WorkOrderView>, to!(orders::one)),
        read("/downtime-events", "Stops, newest first", STOPS, schema_of::<DowntimeList>, to!(stops::list)),
        read(
            "/downtime-reasons",
            "Why a machine can stand",
            &[PAGE, PER_PAGE],
            schema_of::<ReasonList>,
            to!(stops::reasons),
        ),
        read(
            "/scrap-reasons",
            "Why units are rejected",
            &[PAGE, PER_PAGE],
            schema_of::<ScrapReasonList>,
            to!(logs::scrap_reasons),
        ),
        read("/downtime-events/{id}", "One stop", &[], schema_of::<DowntimeView>, to!(stops::one)),
        read(
            "/downtime-events/{id}/history",
            "All that was recorded of a stop",
            &[],
            schema_of::<DowntimeHistory>,
            to!(stop_edits::history),
        ),
        read(
            "/kpi/figures",
            "All figures by machine, lane, shift, work order, hour or day",
            FIGURES,
            schema_of::<FigureList>,
            to!(kpi::figures),
        ),
        read("/kpi/oee", "OEE of a range", RANGE, schema_of::<OeeAnswer>, to!(kpi::oee)),
        read(
            "/production-logs",
            "Production logs, newest first",
            LOGS,
            schema_of::<ProductionLogList>,
            to!(logs::list),
        ),
        read(
            "/tag-writes",
            "Values that people wrote to devices, the latest first",
            &[("tag", false, "Name of a tag"), PAGE, PER_PAGE],
            schema_of::<TagWriteList>,
            to!(tag_writes::list),
        ),
        read("/queue", "What waits for the cloud", &[], schema_of::<QueueView>, to!(floor::queue)),
        read("/connections", "The devices", &[], schema_of::<connections::Connections>, to!(connections::list)),
        read(
            "/trust",
            "Certificates of OPC UA servers and of this edge",
            &[],
            schema_of::<trust::TrustList>,
            to!(trust::list),
        ),
        read("/health", "Whether this program is well", &[], schema_of::<floor::Health>, to!(floor::health)),
    ]
}

/// What tags are and were.
fn tags() -> Vec<Route> {
    const TAGS: &[Query] = &[
        ("connection", false, "Name of a connection"),
        ("machine", false, "Code of a machine: the tags of its rules, counters and alarms, and those of its chart"),
        ("keep", false, "true: only kept ones; false: only others"),
        ("name", false, "Exactly this tag"),
        ("search", false, "Part of the name"),
        PAGE,
        PER_PAGE,
    ];
    const SINCE: Query = ("from", false, "Start, RFC 3339; an hour before to where missing; at most 8 days before to");
    const UNTIL: Query = ("to", false, "End, RFC 3339; now where missing");
    const HISTORY: &[Query] = &[SINCE, UNTIL, ("points", false, "Most buckets, 1 to 2000; 500 where missing")];
    const EXPORT: &[Query] = &[("tag", true, "Name of a tag; again for more, at most 50"), SINCE, UNTIL];
    let export = read(
        "/tags/history.csv",
        "All kept values of tags, as the command replay reads them",
        EXPORT,
        schema_of::<()>,
        to!(tags::export),
    );
    vec![
        read("/tags", "Tags as they are now", TAGS, schema_of::<tags::TagList>, to!(tags::list)),
        read(
            "/tags/{name}/history",
            "What a kept tag was, for a chart",
            HISTORY,
            schema_of::<tags::TagHistory>,
            to!(tags::history),
        ),
        Route { doc: RouteDoc { response: (200, None), ..export.doc }, ..export },
    ]
}

fn sign_on() -> Vec<Route> {
    const OPEN: Access = Access::Public;
    let session: (u16, Option<SchemaOf>) = (200, Some(schema_of::<sign_on::Session>));
    let me = Route {
        doc: RouteDoc {
            access: Access::Authenticated,
            ..read("/me", "Who is signed on", &[], schema_of::<sign_on::Session>, to!(sign_on::me)).doc
        },
        handler: to!(sign_on::me),
    };
    vec![
        me,
        write(
            ("POST", "/auth/login"),
            "Sign on with tile and PIN",
            OPEN,
            Some(schema_of::<sign_on::Login>),
            session,
            to!(sign_on::login),
        ),
        write(
            ("POST", "/auth/badge"),
            "Sign on with a badge",
            OPEN,
            Some(schema_of::<sign_on::Badge>),
            session,
            to!(sign_on::badge),
        ),
        write(("POST", "/auth/logout"), "Sign off", Access::Authenticated, None, (204, None), to!(sign_on::logout)),
        write(
            ("POST", "/operators/{id}/pin"),
            "Set a PIN: with the header X-Admin-Token, or one's own with the old PIN",
            OPEN,
            Some(schema_of::<sign_on::NewPin>),
            (204, None),
            to!(sign_on::set_pin),
        ),
    ]
}

/// An edit of a stop: saved, or with `?preview=true` only tried.
fn edit(path: &'static str, summary: &'static str, request: SchemaOf, handler: Handler) -> Route {
    const PREVIEW: &[Query] = &[("preview", false, "true: only say what the edit would do to the figures")];
    let answer: (u16, Option<SchemaOf>) = (200, Some(schema_of::<EditAnswer>));
    let Route { doc, handler } =
        write(("POST", path), summary, Access::Permission(DOWNTIME), Some(request), answer, handler);
    Route { doc: RouteDoc { query: PREVIEW, ..doc }, handler }
}

fn writes() -> Vec<Route> {
    let moved: (Option<SchemaOf>, (u16, Option<SchemaOf>)) =
        (Some(schema_of::<MoveWorkOrder>), (200, Some(schema_of::<WorkOrderView>)));
    let verb = |method, path, summary, handler| {
        write((method, path), summary, Access::Permission(MOVE), moved.0, moved.1, handler)
    };
    let stop: (u16, Option<SchemaOf>) = (200, Some(schema_of::<DowntimeView>));
    let mut all = vec![
        write(
            ("POST", "/production-logs"),
            "Log production; the same uuid logs once. X-Waited-Seconds: for how long it waited with the client",
            Access::Permission(LOG),
            Some(schema_of::<LogProduction>),
            (201, Some(schema_of::<ProductionLogView>)),
            to!(logs::create),
        ),
        write(
            ("POST", "/downtime-events"),
            "Report a stop",
            Access::Permission(DOWNTIME),
            Some(schema_of::<stops::ReportStop>),
            (201, stop.1),
            to!(stops::report),
        ),
        write(
            ("PATCH", "/downtime-events/{id}"),
            "Say why a machine stood, or that a reported stop is over",
            Access::Permission(DOWNTIME),
            Some(schema_of::<stops::ClassifyStop>),
            stop,
            to!(stops::classify),
        ),
        edit(
            "/downtime-events/{id}/classify",
            "Give a stop its reason, late or anew",
            schema_of::<stops::ClassifyStop>,
            to!(stop_edits::classify),
        ),
        edit("/downtime-events/{id}/split", "Cut a stop in two", schema_of::<SplitStop>, to!(stop_edits::split)),
        edit("/downtime-events/{id}/merge", "Make one stop of two", schema_of::<MergeStop>, to!(stop_edits::merge)),
        edit(
            "/downtime-events/{id}/correct",
            "Give a reported stop other times",
            schema_of::<CorrectStop>,
            to!(stop_edits::correct),
        ),
        edit(
            "/downtime-events/{id}/void",
            "Say that a reported stop was none",
            schema_of::<VoidStop>,
            to!(stop_edits::void),
        ),
        write(
            ("POST", "/tags/{name}/write"),
            "Write a value to a device; the same uuid writes once",
            Access::Permission(tag_writes::WRITE),
            Some(schema_of::<WriteTag>),
            (201, Some(schema_of::<TagWriteView>)),
            to!(tag_writes::create),
        ),
        // Open, because a badge is scanned before anybody is signed on; it changes no record.
        write(
            ("POST", "/scans"),
            "What a scanned code means",
            Access::Public,
            Some(schema_of::<NewScan>),
            (200, Some(schema_of::<ScanView>)),
            to!(scans::post),
        ),
        write(
            ("POST", "/trust"),
            "Trust the certificate that a server shows: with the header X-Admin-Token, or as a person who may",
            Access::Public,
            Some(schema_of::<trust::TrustCertificate>),
            (200, Some(schema_of::<trust::TrustView>)),
            to!(trust::trust),
        ),
    ];
    for method in ["POST", "PUT"] {
        all.push(verb(method, "/work-orders/{id}/start", "Start a work order", to!(orders::start)));
        all.push(verb(method, "/work-orders/{id}/pause", "Pause a work order", to!(orders::pause)));
        all.push(verb(method, "/work-orders/{id}/resume", "Resume a work order", to!(orders::resume)));
        all.push(verb(method, "/work-orders/{id}/complete", "Complete a work order", to!(orders::complete)));
    }
    all
}

/// Handovers of shifts and calls for help.
fn people() -> Vec<Route> {
    const HANDOVERS: &[Query] = &[
        ("shift_id", false, "Id of a shift"),
        ("date", false, "The day on which the shift began"),
        ("acknowledged", false, "true: only acknowledged ones; false: only others"),
        PAGE,
        PER_PAGE,
    ];
    const CALLS: &[Query] = &[
        ("machine_id", false, "Id of a machine"),
        ("open", false, "true: only open ones; false: only ended ones"),
        PAGE,
        PER_PAGE,
    ];
    let handover: Option<SchemaOf> = Some(schema_of::<HandoverView>);
    let may_hand_over = Access::Permission(handovers::HANDOVER);
    let called: Option<SchemaOf> = Some(schema_of::<HelpCallView>);
    let Route { doc, handler } = write(
        ("POST", "/shift-handovers"),
        "Hand a shift over; again until somebody acknowledged it",
        may_hand_over,
        Some(schema_of::<NewHandover>),
        (201, handover),
        to!(handovers::write),
    );
    vec![
        read(
            "/shift-handovers",
            "Handovers, the latest first",
            HANDOVERS,
            schema_of::<HandoverList>,
            to!(handovers::list),
        ),
        read("/shift-handovers/{id}", "One handover", &[], schema_of::<HandoverView>, to!(handovers::one)),
        read(
            "/shifts/due",
            "The shifts that can be handed over now, with what was written",
            &[],
            schema_of::<DueShifts>,
            to!(handovers::due),
        ),
        Route { doc: RouteDoc { body_bytes_max: HANDOVER_BODY, ..doc }, handler },
        write(
            ("POST", "/shift-handovers/{id}/acknowledge"),
            "Say that the next shift read it; not by who wrote it",
            may_hand_over,
            None,
            (200, handover),
            to!(handovers::acknowledge),
        ),
        read("/help-calls", "Calls for help, the latest first", CALLS, schema_of::<HelpCallList>, to!(help::list)),
        write(
            ("POST", "/help-calls"),
            "Call for help to a machine",
            Access::Authenticated,
            Some(schema_of::<NewHelpCall>),
            (201, called),
            to!(help::create),
        ),
        write(
            ("POST", "/help-calls/{id}/answer"),
            "Say that one comes; who says so first counts",
            Access::Authenticated,
            None,
            (200, called),
            to!(help::come),
        ),
        write(
            ("POST", "/help-calls/{id}/end"),
            "Say that a call is over",
            Access::Authenticated,
            Some(schema_of::<EndHelpCall>),
            (200, called),
            to!(help::end),
        ),
    ]
}

/// The certificate of HTTPS; changes ask for the box's administrator token themselves.
fn certificate() -> Vec<Route> {
    let view: (u16, Option<SchemaOf>) = (200, Some(schema_of::<https::CertificateView>));
    let change = |method, path, summary, request, handler| {
        write((method, path), summary, Access::Public, request, view, handler)
    };
    let with_chain = Some(schema_of::<https::NewCertificate> as SchemaOf);
    let mut put = change(
        "PUT",
        "/certificate",
        "Serve HTTPS with this certificate; with the header X-Admin-Token, over HTTPS or from the box itself",
        with_chain,
        to!(https::put),
    );
    put.doc.body_bytes_max = https::BODY_BYTES_MAX;
    let binary = |path, summary, query, handler| {
        let doc = RouteDoc { response: (200, None), ..read(path, summary, query, schema_of::<()>, handler).doc };
        Route { doc, handler }
    };
    vec![
        read(
            "/certificate",
            "The certificate of HTTPS and who issued it",
            &[],
            schema_of::<https::CertificateView>,
            to!(https::get),
        ),
        put,
        change(
            "DELETE",
            "/certificate",
            "Return to the plant authority; with the header X-Admin-Token",
            None,
            to!(https::delete),
        ),
        change(
            "POST",
            "/authority/renew",
            "Make a new plant authority, which every device has to trust anew; with the header X-Admin-Token",
            None,
            to!(https::renew),
        ),
        binary(
            "/authority.crt",
            "The plant authority for devices that shall trust this box (DER)",
            &[],
            to!(https::authority),
        ),
        binary(
            "/trust.svg",
            "The address of the page /trust as a QR code",
            &[("host", false, "Name or address of this box; its best one where missing")],
            to!(https::qr),
        ),
    ]
}

fn documents() -> Vec<Route> {
    let plain = |path, summary, handler| Route {
        doc: RouteDoc { response: (200, None), ..read(path, summary, &[], schema_of::<()>, handler).doc },
        handler,
    };
    vec![
        plain(
            "/events",
            "Live events (text/event-stream): snapshot, machines, queue, scan, downtime, production_log, handover, heartbeat",
            to!(floor::events),
        ),
        plain("/metrics", "Figures of this program for Prometheus", to!(floor::metrics)),
        plain("/openapi.json", "This description", to!(floor::openapi)),
        plain("/docs", "This description for people", to!(floor::docs)),
    ]
}
