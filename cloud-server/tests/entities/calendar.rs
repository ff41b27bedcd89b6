//! Holidays, shutdowns and extra working days.

use super::support::{PASSWORD, Server, content, parts};
use super::{made, messages, send};
use reqwest::Method;
use serde_json::{Value, json};

/// An administrator, and a manager of the plant P2 only.
async fn server() -> Server {
    let user = |name: &str, role: &str, plants: &str| {
        format!(
            "[[user]]\nname = \"{name}\"\nemail = \"{name}@acme.example\"\nroles = [\"{role}\"]\nhourly_rate = 0\npassword = \"{PASSWORD}\"\nmust_change_password = false\nplants = {plants}\n"
        )
    };
    let people = user("ada", "organization_admin", "[]") + &user("max", "plant_manager", "[\"P2\"]");
    Server::start_with(&(content() + &people)).await
}

fn holiday(plant: &Value, name: &str) -> Value {
    json!({"plant_id": plant, "name": name, "first_day": "2026-12-25", "last_day": "2026-12-26", "is_yearly": true})
}

#[tokio::test]
async fn shift_01_days_say_what_is_wrong_with_them() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let day = made(&ada, "/calendar-days", holiday(&Value::Null, "Christmas")).await;
    assert_eq!(
        (day["kind"].as_str(), &day["plant_id"], &day["works_like"]),
        (Some("holiday"), &Value::Null, &Value::Null)
    );
    let refused = async |body: Value| messages(&ada.post("/calendar-days", body).await.1).join("; ");
    let with = |name: &str, value: Value| {
        let mut body = holiday(&Value::Null, "X");
        body[name] = value;
        body
    };
    assert_eq!(refused(with("last_day", json!("2026-12-24"))).await, "last_day: must not lie before the first day");
    assert_eq!(
        refused(with("last_day", json!("2027-12-25"))).await,
        "last_day: must come within a year, as it comes again each year"
    );
    assert_eq!(
        refused(with("kind", json!("extra_working_day"))).await,
        "works_like: is required for an extra working day"
    );
    assert_eq!(refused(with("works_like", json!("monday"))).await, "works_like: is for extra working days only");
    assert!(refused(with("kind", json!("party"))).await.starts_with("kind: must be one of holiday, shutdown"));
    assert_eq!(refused(with("plant_id", json!(77))).await, "plant_id: there is no plant 77");
}

#[tokio::test]
async fn rbac_06_days_of_all_plants_are_for_those_who_reach_all() {
    let server = server().await;
    let (ada, max) = (server.signed_in("ada@acme.example").await, server.signed_in("max@acme.example").await);
    let plants = ada.get("/plants").await.1;
    let id =
        |name: &str| plants["plants"].as_array().unwrap().iter().find(|p| p["name"] == name).unwrap()["id"].clone();
    let (p1, p2) = (id("P1"), id("P2"));
    let all = made(&ada, "/calendar-days", holiday(&Value::Null, "All")).await;
    let of_p1 = made(&ada, "/calendar-days", holiday(&p1, "One")).await;
    let of_p2 = made(&max, "/calendar-days", holiday(&p2, "Two")).await;
    let names = async |path: &str| {
        let list = max.get(path).await.1;
        list["calendar_days"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("/calendar-days").await, ["All", "Two"]);
    assert_eq!(names("/calendar-days?plant_id=all").await, ["All", "Two"]);
    assert_eq!(max.get(&format!("/calendar-days/{}", of_p1["id"])).await.0, 403);
    let (status, seen) = max.get(&format!("/calendar-days/{}", all["id"])).await;
    assert_eq!(status, 200, "read it may");
    assert_eq!(seen["allowed_actions"][0]["allowed"], false, "{seen}");
    assert!(seen["allowed_actions"][0]["reason"].as_str().unwrap().contains("all plants"), "{seen}");
    let path = format!("/calendar-days/{}", all["id"]);
    let change = json!({"version": 1, "name": "Mine"});
    assert_eq!(send(&max, "PUT", &path, change.clone()).await.0, 403);
    assert_eq!(parts(max.send(Method::DELETE, &path, None).await).await.0, 403);
    let (status, refused) = max.post("/calendar-days", holiday(&Value::Null, "Mine")).await;
    assert_eq!((status, refused["error"].as_str()), (403, Some("No plant access")), "{refused}");
    let (_, out) = max.post("/calendar-days/bulk", json!({"ids": [all["id"]], "action": "archive"})).await;
    assert_eq!(out["done"], 0, "{out}");
    let csv = "name,first_day,last_day\nMine,2026-01-01,2026-01-01\n";
    let (_, report) = max.post("/calendar-days/import", json!({"csv": csv, "commit": true})).await;
    assert!(report["errors"][0]["message"].as_str().unwrap().contains("all plants"), "{report}");
    let own = format!("/calendar-days/{}", of_p2["id"]);
    assert_eq!(send(&max, "PUT", &own, change.clone()).await.0, 200);
    assert_eq!(send(&ada, "PUT", &path, change).await.1["name"], "Mine");
}

#[tokio::test]
async fn shift_04_a_log_on_a_holiday_has_no_shift() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    ada.post("/work-orders/WO-2026-001/start", json!({})).await;
    let log = async |n: u32| {
        let body = json!({"work_order_id": "WO-2026-001", "quantity_completed": 1, "quantity_rejected": 0, "hours_worked": 1, "uuid": format!("00000000-0000-7000-8000-00000000000{n}")});
        let (status, made) = ada.post("/production-logs", body).await;
        assert_eq!(status, 201, "{made}");
        let sql = "SELECT shift_id FROM production_logs ORDER BY id DESC LIMIT 1";
        server.query(sql, &[]).await[0].get::<Option<i64>>("shift_id").unwrap()
    };
    assert!(log(1).await.is_some(), "the plant works around the clock");
    let now = ada.get("/organization").await.1["updated_at"].as_str().unwrap()[..10].to_owned();
    let today: jiff::civil::Date = now.parse().unwrap();
    let (first, last) = (today.yesterday().unwrap().to_string(), today.tomorrow().unwrap().to_string());
    let day = json!({"name": "Strike", "kind": "shutdown", "first_day": first, "last_day": last});
    made(&ada, "/calendar-days", day).await;
    assert_eq!(log(2).await, None);
}
