//! What anybody in the hall may look at. Only the list; nothing here changes anything.

use unison_api::downtime::DowntimeHistory;
use unison_api::figures::FigureList;
use unison_api::machine::{DowntimeList, DowntimeView, MachineList, ReasonList, Ribbon};
use unison_api::oee::OeeAnswer;
use unison_api::openapi::{Query, RouteDoc, schema_of};
use unison_api::production::{ProductionLogList, ScrapReasonList, WorkOrderList, WorkOrderView};
use unison_api::tag_write::TagWriteList;

use super::{PAGE, PER_PAGE, read, to};
use crate::api::queue::QueueView;
use crate::api::router::{Handler, Route};
use crate::api::{
    connections, floor, kpi, logs, machines, orders, sign_on, stop_edits, stops, tag_writes, tags, trust,
};

const FROM: Query = ("from", true, "Start, RFC 3339");
const TO: Query = ("to", true, "End, RFC 3339; at most 400 days after from");

pub(super) fn machines_and_work() -> Vec<Route> {
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
pub(super) fn tags() -> Vec<Route> {
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
