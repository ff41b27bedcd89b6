//! Tags as they are and as they were, and the devices, over HTTP.

mod api_common;

use api_common::{CNC, Edge, fields};
use edge_agent::config::TagInfo;
use edge_agent::driver::{Quality, Reader, Reading, Scan, TagIndex, Value};
use edge_agent::readings_csv::ReadingsReader;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use unison_core::time::Timestamp;

/// A device that takes the connection and says nothing, so that only the test publishes.
struct Plant {
    edge: Edge,
    _device: TcpListener,
}

const LOAD: u32 = 0;
const DOOR: u32 = 1;
const PARTS: u32 = 2;

impl Plant {
    async fn start() -> Self {
        let device = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tag = |name: &str, register: u32, rest: &str| {
            format!("[[connection.tag]]\nname = \"{name}\"\nregister = \"holding:{register}\"\n{rest}\n")
        };
        let lines = format!(
            "[[connection]]\nname = \"plc\"\ndriver = \"modbus_tcp\"\naddress = \"{}\"\ntimeout_ms = 60000\n{}{}{}\
             [[connection]]\nname = \"gun\"\ndriver = \"serial_scanner\"\npath = \"/dev/none\"\n\
             [[machine]]\ncode = \"CNC-001\"\notherwise = \"idle\"\nchart = [\"Spindle/load %\"]\n\
             states = [{{ tag = \"door\", equals = true, activity = \"down\" }}]\n",
            device.local_addr().unwrap(),
            tag("Spindle/load %", 0, "type = \"f32\"\nkeep = true"),
            tag("door", 10, "type = \"bool\"\nkeep = true").replace("holding", "coil"),
            tag("parts", 20, "type = \"u64\"\nperiod_ms = 5000"),
        );
        Self { edge: Edge::start_with(&lines).await, _device: device }
    }

    fn publish(&self, tag: u32, value: Value, quality: Quality) {
        let reading = Reading { tag: TagIndex(tag), value, quality, at: self.edge.now().0 };
        self.edge.sink.publish(&[reading]);
        self.edge.ring.step(&self.edge.sink);
    }

    fn load(&self, value: f64) {
        self.publish(LOAD, Value::Float(value), Quality::Good);
    }

    async fn tag(&self, name: &str) -> Json {
        let list = self.edge.read("/tags").await;
        list["tags"].as_array().unwrap().iter().find(|tag| tag["name"] == name).unwrap().clone()
    }

    async fn history(&self, query: &str) -> Json {
        self.edge.read(&format!("/tags/Spindle%2Fload%20%25/history{query}")).await
    }
}

#[tokio::test]
async fn edge_14_a_value_carries_its_age_and_is_not_live_when_it_is_old_or_bad() {
    let plant = Plant::start().await;
    assert_eq!(
        plant.tag("door").await,
        json!({
            "name": "door", "connection": "plc", "type": "bool", "value": null, "quality": "bad", "at": null,
            "age_ms": null, "is_live": false, "period_ms": 1000, "keep": true,
            "writable": false, "scaled": false, "meaning": null, "unit": null, "machine_id": CNC, "machine_code": "CNC-001"
        })
    );
    let load = plant.tag("Spindle/load %").await;
    assert_eq!((&load["meaning"], &load["unit"]), (&json!("Load of the spindle"), &json!("%")));
    plant.publish(DOOR, Value::Bool(true), Quality::Good);
    plant.publish(PARTS, Value::Uint(u64::MAX), Quality::Good);
    plant.edge.advance(4);
    let (door, parts) = (plant.tag("door").await, plant.tag("parts").await);
    assert_eq!((&door["value"], &door["is_live"], &door["age_ms"]), (&json!(true), &json!(false), &json!(4_000)));
    // It is read every five seconds, so it is not old yet; and it has all its digits.
    assert_eq!((&parts["value"], &parts["is_live"]), (&json!("18446744073709551615"), &json!(true)));
    plant.publish(PARTS, Value::Uint(5), Quality::Bad);
    let parts = plant.tag("parts").await;
    assert_eq!((&parts["quality"], &parts["is_live"], &parts["value"]), (&json!("bad"), &json!(false), &json!(5)));
}

#[tokio::test]
async fn edge_16_a_tag_is_told_as_master_data_describes_it() {
    let plant = Plant::start().await;
    let told = async |name| {
        let tag = plant.tag(name).await;
        [tag["meaning"].clone(), tag["unit"].clone()]
    };
    assert_eq!(told("Spindle/load %").await, [json!("Load of the spindle"), json!("%")]);
    assert_eq!(told("door").await, [Json::Null, Json::Null], "of a machine elsewhere");
    assert_eq!(told("parts").await, [Json::Null, Json::Null], "archived");
    // Master data names the machine of one, a rule that of the other; nothing uses the third.
    for (name, machine) in [("Spindle/load %", json!("CNC-001")), ("door", json!("CNC-001")), ("parts", Json::Null)] {
        assert_eq!(plant.tag(name).await["machine_code"], machine, "{name}");
    }
}

#[tokio::test]
async fn edge_12_tags_are_found_by_connection_machine_name_and_whether_they_are_kept() {
    let plant = Plant::start().await;
    let names = async |query: &str| {
        let found = plant.edge.read(&format!("/tags{query}")).await;
        let names: Vec<String> =
            found["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(found["total"], names.len());
        names
    };
    assert_eq!(names("").await, ["Spindle/load %", "door", "parts"]);
    assert_eq!(names("?keep=false").await, ["parts"]);
    assert_eq!(names("?connection=gun").await.len(), 0);
    // That of a rule and that of the chart.
    assert_eq!(names("?machine=CNC-001&keep=true").await, ["Spindle/load %", "door"]);
    assert_eq!(names("?machine=NOPE-1").await.len(), 0);
    assert_eq!(names("?search=LOAD&connection=plc").await, ["Spindle/load %"]);
    assert_eq!(names("?name=door").await, ["door"]);
    assert_eq!(names("?name=doo").await.len(), 0);
    assert_eq!(plant.edge.get("/tags?connection=nope").await.0, 404);
    assert_eq!(fields(&plant.edge.get("/tags?keep=yes").await.1), ["keep"]);
    assert_eq!(plant.edge.read("/tags?per_page=1&page=2").await["tags"][0]["name"], "door");
}

#[tokio::test]
async fn edge_12_a_chart_shows_spikes_and_gaps() {
    let plant = Plant::start().await;
    for second in 0..600 {
        plant.load(if second == 333 { 99.5 } else { 10.0 + f64::from(second % 7) });
        if second == 200 {
            plant.edge.ring.flush();
        }
        plant.edge.advance(1);
    }
    plant.publish(LOAD, Value::Float(0.0), Quality::Bad);
    plant.edge.advance(60);
    plant.load(11.0);
    let found = plant.history("?points=20").await;
    assert_eq!((&found["tag"], &found["keep"]), (&json!("Spindle/load %"), &json!(true)));
    let buckets = found["buckets"].as_array().unwrap();
    assert!((3..=20).contains(&buckets.len()), "{}", buckets.len());
    let most = buckets.iter().map(|bucket| bucket["max"].as_f64().unwrap()).fold(0.0, f64::max);
    assert_eq!((most, buckets[0]["first"].as_f64()), (99.5, Some(10.0)));
    // Of the hour, the first 49 minutes nothing was read.
    let gap = |n: usize| {
        (found["gaps"][n]["from"].as_str().unwrap().to_owned(), found["gaps"][n]["to"].as_str().unwrap().to_owned())
    };
    assert_eq!(gap(0), ("2025-11-06T09:11:00Z".into(), "2025-11-06T10:00:00Z".into()));
    // A minute without values is shorter than a bucket of three.
    assert_eq!(found["gaps"].as_array().unwrap().len(), 1);
    assert!(buckets.iter().any(|bucket| bucket["has_gap"] == true));
    let near = plant.history("?from=2025-11-06T10:09:30Z&to=2025-11-06T10:11:30Z&points=120").await;
    assert_eq!(near["gaps"], json!([{"from": "2025-11-06T10:10:00Z", "to": "2025-11-06T10:11:00Z"}]));
    // Not kept, unknown, and asked wrongly.
    assert_eq!(plant.edge.read("/tags/parts/history").await["keep"], false);
    assert_eq!(plant.edge.get("/tags/nope/history").await.0, 404);
    for (query, field) in [
        ("points=0", "points"),
        ("points=2001", "points"),
        ("points=x", "points"),
        ("from=noon", "from"),
        ("from=2025-11-06T10:00:00Z&to=2025-11-06T10:00:00Z", "to"),
        ("from=2025-10-01T10:00:00Z", "from"),
    ] {
        let (status, body) = plant.edge.get(&format!("/tags/door/history?{query}")).await;
        assert_eq!((status.as_u16(), fields(&body)), (400, vec![field]), "{query}: {body}");
    }
}

#[tokio::test]
async fn edge_12_an_export_has_every_value_in_the_form_that_is_replayed() {
    let plant = Plant::start().await;
    for second in 0..200 {
        plant.load(f64::from(second) * 0.25);
        plant.publish(DOOR, Value::Bool(second % 50 == 0), Quality::Good);
        if second % 2 == 0 {
            plant.edge.ring.flush();
        }
        plant.edge.advance(1);
    }
    plant.publish(DOOR, Value::Bool(false), Quality::Bad);
    plant.edge.advance(1);
    let url = format!("{}/api/v1/tags/history.csv?tag=Spindle%2Fload%20%25&tag=door&tag=door", plant.edge.url);
    let answer = plant.edge.http.get(&url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"tags-"));
    let text = answer.text().await.unwrap();
    let info = |name: &str, kind| TagInfo {
        name: name.into(),
        connection: 0,
        kind,
        scaled: false,
        period_ms: 1_000,
        keep: true,
        writable: false,
    };
    let tags =
        [info("Spindle/load %", edge_agent::config::TagType::F32), info("door", edge_agent::config::TagType::Bool)];
    // The reader refuses a row that is earlier than the one before.
    let readings: Vec<Reading> =
        ReadingsReader::new(text.as_bytes(), &tags).unwrap().collect::<Result<_, _>>().unwrap();
    let of = |tag: u32| readings.iter().filter(move |reading| reading.tag == TagIndex(tag));
    let loads: Vec<f64> = of(LOAD).map(|reading| reading.value.as_f64()).collect();
    // And at the end what it still is.
    let end = 199.0 * 0.25;
    assert_eq!(loads, (0..200).map(|n| f64::from(n) * 0.25).chain([end]).collect::<Vec<_>>());
    assert_eq!(of(LOAD).next().unwrap().at, Timestamp::parse(api_common::START).unwrap().0);
    assert_eq!(of(DOOR).next_back().map(|reading| reading.quality), Some(Quality::Bad));
    // A time of which nothing is known has its first line.
    let empty = plant.edge.http.get(format!("{url}&to=2025-11-06T09:00:00Z")).send().await.unwrap();
    assert_eq!(empty.text().await.unwrap(), "at,tag,value,quality\n");
    for query in ["", "?tag=nope"] {
        let (status, body) = plant.edge.get(&format!("/tags/history.csv{query}")).await;
        assert_eq!((status.as_u16(), fields(&body)), (400, vec!["tag"]));
    }
}

#[tokio::test]
async fn edge_12_a_connection_says_what_waits_and_what_went_wrong() {
    let plant = Plant::start().await;
    plant.load(1.0);
    plant.load(2.0);
    plant.publish(DOOR, Value::Bool(true), Quality::Good);
    for code in ["a", "b"] {
        let (connection, code) = ("gun".into(), code.into());
        assert!(plant.edge.sink.scan(Scan { connection, machine: None, code, reader: Reader::Serial, at: 0 }));
    }
    // The scanner is not there; its driver says so at once.
    let mut list = plant.edge.read("/connections").await;
    for _ in 0..100 {
        if list["connections"][1]["last_error"].is_string() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        list = plant.edge.read("/connections").await;
    }
    let (plc, gun) = (&list["connections"][0], &list["connections"][1]);
    assert_eq!(
        (&plc["name"], &plc["driver"], &plc["tags"], &plc["tags_kept"]),
        (&json!("plc"), &json!("modbus_tcp"), &json!(3), &json!(2))
    );
    assert_eq!(
        (&plc["readings_waiting"], &plc["scans_waiting"], &plc["last_good_at"]),
        (&json!(2), &json!(0), &json!(null))
    );
    assert_eq!((&gun["readings_waiting"], &gun["scans_waiting"], &gun["trust"]), (&json!(0), &json!(2), &json!(null)));
    assert!(gun["last_error"].as_str().unwrap().contains("/dev/none"), "{gun}");
    assert_eq!(gun["last_error_at"], "2025-11-06T10:00:00Z");
}
