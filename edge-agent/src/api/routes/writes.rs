//! What people write, and what they read of handovers and calls beside it. Only the list; nothing is done here.

use unison_api::downtime::{CorrectStop, EditAnswer, MergeStop, SplitStop, VoidStop};
use unison_api::handover::{DueShifts, HandoverList, HandoverView, NewHandover};
use unison_api::help::{EndHelpCall, HelpCallList, HelpCallView, NewHelpCall};
use unison_api::machine::DowntimeView;
use unison_api::openapi::{Access, Query, RouteDoc, SchemaOf, schema_of};
use unison_api::production::{LogProduction, MoveWorkOrder, ProductionLogView, WorkOrderView};
use unison_api::tag_write::{TagWriteView, WriteTag};

use super::{PAGE, PER_PAGE, read, to, write};
use crate::api::present::{LOG, MOVE};
use crate::api::router::{Handler, Route};
use crate::api::scan::{NewScan, ScanView};
use crate::api::{handovers, headers, help, logs, orders, scans, stop_edits, stops, tag_writes, trust};

/// Largest body of a handover, whose texts may be long.
const HANDOVER_BODY: usize = 128 * 1024;
/// The permission to report and classify stops.
const DOWNTIME: &str = "downtime:write";

/// An edit of a stop: saved, or with `?preview=true` only tried.
fn edit(path: &'static str, summary: &'static str, request: SchemaOf, handler: Handler) -> Route {
    const PREVIEW: &[Query] = &[("preview", false, "true: only say what the edit would do to the figures")];
    let answer: (u16, Option<SchemaOf>) = (200, Some(schema_of::<EditAnswer>));
    let Route { doc, handler } =
        write(("POST", path), summary, Access::Permission(DOWNTIME), Some(request), answer, handler);
    Route { doc: RouteDoc { query: PREVIEW, ..doc }, handler }
}

pub(super) fn machines_and_work() -> Vec<Route> {
    let moved: (Option<SchemaOf>, (u16, Option<SchemaOf>)) =
        (Some(schema_of::<MoveWorkOrder>), (200, Some(schema_of::<WorkOrderView>)));
    let verb = |method, path, summary, handler| {
        write((method, path), summary, Access::Permission(MOVE), moved.0, moved.1, handler)
    };
    let stop: (u16, Option<SchemaOf>) = (200, Some(schema_of::<DowntimeView>));
    let mut all = vec![
        write(
            ("POST", "/production-logs"),
            "Log production; the same uuid logs once",
            Access::Permission(LOG),
            Some(schema_of::<LogProduction>),
            (201, Some(schema_of::<ProductionLogView>)),
            to!(logs::create),
        )
        .reading(headers::OF_NEW_WITH_AGE),
        write(
            ("POST", "/downtime-events"),
            "Report a stop",
            Access::Permission(DOWNTIME),
            Some(schema_of::<stops::ReportStop>),
            (201, stop.1),
            to!(stops::report),
        )
        .reading(headers::OF_NEW),
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
        edit("/downtime-events/{id}/split", "Cut a stop in two", schema_of::<SplitStop>, to!(stop_edits::split))
            .reading(headers::OF_NEW),
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
        )
        .reading(headers::OF_NEW),
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
            "Trust the certificate that a server shows: with the administrator token, or as a person who may",
            Access::Public,
            Some(schema_of::<trust::TrustCertificate>),
            (200, Some(schema_of::<trust::TrustView>)),
            to!(trust::trust),
        )
        .reading(headers::OF_ADMIN_OR_PERSON),
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
pub(super) fn people() -> Vec<Route> {
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
        Route { doc: RouteDoc { body_bytes_max: HANDOVER_BODY, headers: headers::OF_NEW, ..doc }, handler },
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
        )
        .reading(headers::OF_NEW),
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
