//! Stops edited after the fact, what an edit does to the figures, and figures by what they are asked by. Every
//! figure in here is worked out by hand: the machine runs from 06:00 to 10:00, the shift goes from 06:00 to 14:00,
//! and what comes after 10:00 is not known yet.

mod api_common;

use api_common::{ANA, BEN, CNC, Edge, SUE, fields};
use reqwest::Method;
use serde_json::{Value, json};
use unison_core::activity::Activity;
use unison_core::facts::{
    ActivityChanged, ClockQuality, Counted, DowntimeClosed, DowntimeOpened, Fact, Observed, StopSource,
};
use unison_core::ids::MachineId;
use unison_core::time::{HOUR, MINUTE, SECOND, Timestamp};
use uuid::Uuid;

const SHIFT: &str = "from=2025-11-06T06:00:00Z&to=2025-11-06T14:00:00Z";

fn ran(from: Timestamp, to: Timestamp) -> Vec<Fact> {
    let machine = MachineId(CNC);
    let changed = ActivityChanged { machine, at: from, activity: Activity::Running, clock: ClockQuality::Sure };
    vec![changed.into(), Observed { until: to }.into()]
}

/// The morning, with a stop of half an hour that Ana reports.
async fn morning(edge: &Edge, ana: &str) -> String {
    edge.record(ran(edge.now().plus(-4 * HOUR), edge.now())).await;
    report(edge, ana, "07:00", "07:30").await
}

async fn report(edge: &Edge, token: &str, from: &str, to: &str) -> String {
    let at = |time: &str| format!("2025-11-06T{time}:00Z");
    let body = json!({"machine_id": CNC, "downtime_reason_code": "mechanical_failure", "started_at": at(from), "ended_at": at(to)});
    let (status, stop) = edge.post("/downtime-events", token, body).await;
    assert_eq!(status, 201, "{stop}");
    stop["id"].as_str().unwrap().to_owned()
}

fn figures(row: &Value) -> Value {
    json!([
        row["oee"]["availability"],
        row["failures"],
        row["mtbf_hours"],
        row["mttr_hours"],
        row["stop_minutes"],
        row["unplanned_percent"]
    ])
}

/// Before and after in the shift, as [`figures`].
fn change(answer: &Value) -> (Value, Value) {
    let shift = answer["changes"].as_array().unwrap().iter().find(|c| c["scope"] == "shift").unwrap();
    assert_eq!(shift["label"], "Day, 2025-11-06");
    (figures(&shift["before"]), figures(&shift["after"]))
}

async fn stops(edge: &Edge) -> Vec<(String, String, String)> {
    let list = edge.read("/downtime-events").await;
    let text = |v: &Value| v.as_str().unwrap_or("open").to_owned();
    let stop = |s: &Value| {
        (text(&s["started_at"])[11..16].to_owned(), text(&s["ended_at"])[11..16].to_owned(), text(&s["reason_code"]))
    };
    list["downtime_events"].as_array().unwrap().iter().map(stop).collect()
}

fn row(from: &str, to: &str, reason: &str) -> (String, String, String) {
    (from.into(), to.into(), reason.into())
}

/// One failure of 30 of 240 minutes: 87.5 %, 4 h of running between failures, half an hour to repair.
fn half_an_hour() -> Value {
    json!([87.5, 1, 4.0, 0.5, 30.0, 100.0])
}

#[tokio::test]
async fn down_a_preview_says_what_an_edit_does_and_saves_nothing() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let id = morning(&edge, &ana).await;
    let (status, answer) = edge.post(&format!("/downtime-events/{id}/void?preview=true"), &ana, json!({})).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((&answer["is_saved"], answer["downtime_events"].as_array().unwrap().len()), (&json!(false), 0));
    assert_eq!(change(&answer), (half_an_hour(), json!([100.0, 0, null, null, 0.0, null])));
    assert_eq!(stops(&edge).await, [row("07:00", "07:30", "mechanical_failure")]);

    let (_, answer) = edge.post(&format!("/downtime-events/{id}/void"), &ana, json!({"notes": "a test run"})).await;
    assert_eq!(answer["is_saved"], true);
    assert_eq!(stops(&edge).await, []);
    let figures_now = edge.read(&format!("/kpi/figures?{SHIFT}")).await;
    assert_eq!(figures(&figures_now["rows"][0]), json!([100.0, 0, null, null, 0.0, null]), "what the preview said");
    let (status, again) = edge.post(&format!("/downtime-events/{id}/void"), &ana, json!({})).await;
    assert_eq!((status.as_u16(), &again["changes"]), (200, &json!([])), "voided once");
    let (status, refusal) = edge
        .call(
            Method::PATCH,
            &format!("/downtime-events/{id}"),
            Some(&ana),
            &json!({"downtime_reason_code": "material_shortage"}),
        )
        .await;
    assert_eq!(status, 409, "{refusal}");
}

#[tokio::test]
async fn down_split_merge_and_history() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let id = morning(&edge, &ana).await;
    let new = Uuid::now_v7();
    let body = json!({"at": "2025-11-06T07:10:00Z", "uuid": new, "second_reason_code": "setup_changeover"});
    let (status, answer) = edge.post(&format!("/downtime-events/{id}/split"), &ana, body.clone()).await;
    assert_eq!(status, 200, "{answer}");
    // Ten minutes of failure are left; of thirty, ten are unplanned.
    assert_eq!(change(&answer), (half_an_hour(), json!([87.5, 1, 4.0, 0.17, 30.0, 33.33])));
    let parts = [row("07:10", "07:30", "setup_changeover"), row("07:00", "07:10", "mechanical_failure")];
    assert_eq!(stops(&edge).await, parts);
    let (status, again) = edge.post(&format!("/downtime-events/{id}/split"), &ana, body).await;
    assert_eq!((status.as_u16(), &again["changes"]), (200, &json!([])), "split once");
    assert_eq!(stops(&edge).await, parts);

    let (status, answer) = edge.post(&format!("/downtime-events/{id}/merge"), &ana, json!({"with": new})).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(change(&answer), (json!([87.5, 1, 4.0, 0.17, 30.0, 33.33]), half_an_hour()));
    assert_eq!(stops(&edge).await, [row("07:00", "07:30", "mechanical_failure")]);
    assert_eq!(edge.read(&format!("/downtime-events/{id}")).await["duration_minutes"], 30.0);
    assert_eq!(edge.get(&format!("/downtime-events/{new}")).await.0, 404, "it is a part of the other");
    let history = edge.read(&format!("/downtime-events/{id}/history")).await;
    let changes: Vec<_> =
        history["changes"].as_array().unwrap().iter().map(|c| c["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["opened", "closed", "split", "merged"]);
    assert_eq!(history["changes"][2]["by"]["name"], "Ana");
    assert_eq!(history["changes"][2]["other_id"], json!(new));
    let other = edge.read(&format!("/downtime-events/{new}/history")).await;
    let changes: Vec<_> = other["changes"].as_array().unwrap().iter().map(|c| c["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["split", "classified", "merged"]);
}

#[tokio::test]
async fn down_refused_edits_say_why_and_change_nothing() {
    let edge = Edge::start().await;
    let (ana, ben, sue) = (edge.sign_on(ANA).await, edge.sign_on(BEN).await, edge.sign_on(SUE).await);
    let id = morning(&edge, &ana).await;
    let at = |time: &str| format!("2025-11-06T{time}:00Z");
    let (status, body) = edge.post(&format!("/downtime-events/{id}/split"), &ana, json!({"at": at("07:30")})).await;
    assert_eq!((status.as_u16(), fields(&body)), (400, vec!["at"]));
    let (status, body) = edge
        .post(&format!("/downtime-events/{id}/split"), &ana, json!({"at": at("07:10"), "first_reason_code": "none"}))
        .await;
    assert_eq!((status.as_u16(), fields(&body)), (400, vec!["first_reason_code"]));
    let times = json!({"started_at": at("07:00"), "ended_at": at("07:15")});
    let (status, body) = edge.post(&format!("/downtime-events/{id}/correct"), &ben, times.clone()).await;
    assert_eq!(status, 403, "{body}");
    assert!(body.to_string().contains("downtime:classify"), "{body}");
    let (status, answer) = edge.post(&format!("/downtime-events/{id}/correct"), &sue, times).await;
    assert_eq!(status, 200, "{answer}");
    // 15 of 240 minutes.
    assert_eq!(change(&answer), (half_an_hour(), json!([93.75, 1, 4.0, 0.25, 15.0, 100.0])));
    let far = report(&edge, &ana, "08:00", "08:10").await;
    let (status, body) = edge.post(&format!("/downtime-events/{id}/merge"), &ana, json!({"with": far})).await;
    assert_eq!(status, 400, "{body}");
    assert!(body["reason"].as_str().unwrap().contains("45 minutes between"), "{body}");
    // What signals saw keeps its time.
    let signal = Uuid::now_v7();
    let opened = DowntimeOpened {
        id: signal,
        machine: MachineId(CNC),
        started_at: edge.now().plus(-40 * MINUTE),
        source: StopSource::Signal,
        reason: None,
        work_order: None,
        by: None,
        note: None,
    };
    edge.record(vec![opened.into()]).await;
    let (status, body) = edge.post(&format!("/downtime-events/{signal}/void"), &sue, json!({})).await;
    assert_eq!(status, 400, "{body}");
    let list = edge.read("/downtime-events?open=true").await;
    let actions = list["downtime_events"][0]["allowed_actions"].as_array().unwrap();
    let allowed: Vec<_> =
        actions.iter().filter(|a| a["allowed"] == true).map(|a| a["action"].as_str().unwrap()).collect();
    assert_eq!(allowed, ["classify", "split"]);
}

#[tokio::test]
async fn down_an_open_stop_that_is_split_goes_on_as_its_second_part() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    edge.record(ran(edge.now().plus(-4 * HOUR), edge.now())).await;
    let started_at = edge.now().plus(-10 * MINUTE).rfc3339();
    let body = json!({"machine_id": CNC, "downtime_reason_code": "mechanical_failure", "started_at": started_at});
    let (_, stop) = edge.post("/downtime-events", &ana, body).await;
    let (id, new) = (stop["id"].as_str().unwrap(), Uuid::now_v7());
    let body =
        json!({"at": edge.now().plus(-4 * MINUTE).rfc3339(), "uuid": new, "second_reason_code": "material_shortage"});
    let (status, answer) = edge.post(&format!("/downtime-events/{id}/split"), &ana, body).await;
    assert_eq!(status, 200, "{answer}");
    let station = edge.read(&format!("/machines/{CNC}/station")).await;
    assert_eq!(station["open_downtime"]["id"], json!(new));
    assert_eq!(station["open_downtime"]["reason_code"], "material_shortage");
    assert_eq!(station["machine"]["open_downtime_id"], json!(new));
    let ended = json!({"ended_at": edge.now().rfc3339()});
    let (status, body) = edge.call(Method::PATCH, &format!("/downtime-events/{new}"), Some(&ana), &ended).await;
    assert_eq!(status, 200, "{body}");
    assert!(edge.store.model().machines[&MachineId(CNC)].downtimes.is_empty());
}

#[tokio::test]
async fn down_05_a_report_of_more_than_half_an_hour_is_told_to_the_supervisor() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let id = morning(&edge, &ana).await;
    let long = report(&edge, &ana, "08:00", "08:31").await;
    let list = edge.read("/downtime-events").await;
    let told = |id: &str| {
        list["downtime_events"].as_array().unwrap().iter().find(|s| s["id"] == id).unwrap()["escalated_at"].clone()
    };
    assert_eq!(told(&id), Value::Null, "exactly 30 minutes");
    assert_eq!(told(&long), json!("2025-11-06T10:00:00Z"));
}

#[tokio::test]
async fn kpi_05_figures_by_hour_shift_lane_and_work_order() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    morning(&edge, &ana).await;
    let counted = |hour: i64, total| {
        let bucket = edge.now().plus(-hour * HOUR);
        Counted { machine: MachineId(CNC), bucket, total, rejected: 1, ideal: 6 * SECOND, work_order: None }.into()
    };
    edge.record(vec![counted(4, 60), counted(1, 40)]).await;

    let hours = edge.read(&format!("/kpi/figures?{SHIFT}&by=hour")).await;
    let availability: Vec<_> =
        hours["rows"].as_array().unwrap().iter().map(|r| r["oee"]["availability"].clone()).collect();
    assert_eq!(
        availability[..5],
        [json!(100.0), json!(50.0), json!(100.0), json!(100.0), Value::Null],
        "the future has no value"
    );
    assert_eq!(hours["rows"][1]["key"], "2025-11-06T07:00:00Z");

    let shifts = edge.read(&format!("/kpi/figures?{SHIFT}&by=shift")).await;
    let shift = &shifts["rows"][0];
    assert_eq!((&shift["label"], &shift["target_units"]), (&json!("Day, 2025-11-06"), &json!(400)));
    assert_eq!(
        (&shift["units"], &shift["target_attainment"], &shift["first_pass_yield"]),
        (&json!(100), &json!(25.0), &json!(98.0))
    );
    // 100 parts of 6 s in 210 minutes; 50 % of the shift is known.
    assert_eq!((&shift["oee"]["performance"], &shift["oee"]["coverage"]), (&json!(4.76), &json!(50.0)));
    assert_eq!(shift["utilization_percent"], 100.0);

    let lanes = edge.read(&format!("/kpi/figures?{SHIFT}&by=lane")).await;
    assert_eq!(lanes["rows"][0]["label"], "Lane A");
    let (status, body) = edge.get(&format!("/kpi/figures?{SHIFT}&by=week")).await;
    assert_eq!((status.as_u16(), fields(&body)), (400, vec!["by"]));

    let (status, body) = edge.post("/work-orders/WO-1/start", &ana, json!({})).await;
    assert_eq!(status, 200, "{body}");
    edge.advance(1_800);
    edge.post("/work-orders/WO-1/pause", &ana, json!({})).await;
    edge.advance(1_800);
    edge.record(vec![Observed { until: edge.now() }.into()]).await;
    let orders = edge.read(&format!("/kpi/figures?{SHIFT}&by=work_order")).await;
    let rows = orders["rows"].as_array().unwrap();
    assert_eq!(
        (rows.len(), &rows[0]["label"], &rows[0]["oee"]["planned_seconds"]),
        (1, &json!("WO-1"), &json!(1_800.0))
    );
}

#[tokio::test]
async fn down_what_signals_saw_is_not_taken_back_by_way_of_a_report() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let (machine, clock) = (MachineId(CNC), ClockQuality::Sure);
    let changed = |minutes_ago: i64, activity| {
        ActivityChanged { machine, at: edge.now().plus(-minutes_ago * MINUTE), activity, clock }.into()
    };
    let observed = Observed { until: edge.now() }.into();
    // It stood from 09:00 to 09:30, and the operator was the first to say so.
    edge.record(vec![
        changed(240, Activity::Running),
        changed(60, Activity::Idle),
        changed(30, Activity::Running),
        observed,
    ])
    .await;
    let id = report(&edge, &ana, "09:00", "09:40").await;
    let (status, body) = edge.post(&format!("/downtime-events/{id}/void"), &ana, json!({})).await;
    assert_eq!(status, 400, "{body}");
    assert!(body["reason"].as_str().unwrap().contains("saw it stand for 30 minutes"), "{body}");
    let times = |from: &str, to: &str| json!({"started_at": format!("2025-11-06T{from}:00Z"), "ended_at": format!("2025-11-06T{to}:00Z")});
    let (status, body) = edge.post(&format!("/downtime-events/{id}/correct"), &ana, times("09:10", "09:30")).await;
    assert_eq!(status, 400, "{body}");
    // The ten minutes in which it ran are the operator's own to give up.
    let (status, body) = edge.post(&format!("/downtime-events/{id}/correct"), &ana, times("09:00", "09:30")).await;
    assert_eq!(status, 200, "{body}");
    // Nor does a report that is joined to a stop of the signals stay a report.
    let signal = Uuid::now_v7();
    let opened = DowntimeOpened {
        id: signal,
        machine,
        started_at: edge.now().plus(-25 * MINUTE),
        source: StopSource::Signal,
        reason: None,
        work_order: None,
        by: None,
        note: None,
    };
    let ended = DowntimeClosed { id: signal, ended_at: edge.now().plus(-5 * MINUTE) };
    edge.record(vec![opened.into(), ended.into()]).await;
    let (status, body) = edge.post(&format!("/downtime-events/{id}/merge"), &ana, json!({"with": signal})).await;
    assert_eq!((status.as_u16(), &body["downtime_events"][0]["source"]), (200, &json!("signal")), "{body}");
    let (status, _) = edge.post(&format!("/downtime-events/{id}/void"), &ana, json!({})).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn down_05_q_064_stops_that_become_long_by_an_edit_are_told_once() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    edge.record(ran(edge.now().plus(-4 * HOUR), edge.now())).await;
    let (first, second) = (report(&edge, &ana, "07:00", "07:20").await, report(&edge, &ana, "07:25", "07:45").await);
    assert_eq!(edge.read(&format!("/downtime-events/{first}")).await["escalated_at"], Value::Null, "20 minutes");
    let (status, joined) = edge.post(&format!("/downtime-events/{first}/merge"), &ana, json!({"with": second})).await;
    assert_eq!(status, 200, "{joined}");
    assert_eq!(joined["downtime_events"][0]["escalated_at"], "2025-11-06T10:00:00Z", "45 minutes");
    let short = report(&edge, &ana, "08:00", "08:10").await;
    let times = json!({"started_at": "2025-11-06T08:00:00Z", "ended_at": "2025-11-06T08:30:00Z"});
    let (_, exact) = edge.post(&format!("/downtime-events/{short}/correct"), &ana, times).await;
    assert_eq!(exact["downtime_events"][0]["escalated_at"], Value::Null, "strictly more than 30 minutes");
    let times = json!({"started_at": "2025-11-06T08:00:00Z", "ended_at": "2025-11-06T08:31:00Z"});
    let (_, longer) = edge.post(&format!("/downtime-events/{short}/correct"), &ana, times).await;
    assert_eq!(longer["downtime_events"][0]["escalated_at"], "2025-11-06T10:00:00Z");
}
