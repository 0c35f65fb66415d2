//! Fifty more ways to get an org's settings wrong: each is refused by the name of its field, and
//! nothing of it is taken.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::TestServer;

fn service(field: &str, value: Value) -> Value {
    let mut service = json!({"id": "cut", "name": "Cut", "duration_minutes": 30});
    service[field] = value;
    json!({"services": [service], "default_service": null})
}

fn auth(field: &str, value: Value) -> Value {
    let mut way = json!({"mode": "hmac", "secret": "a-signing-key"});
    way[field] = value;
    json!({"webhook_auth": [way]})
}

/// A department with one more field.
fn billing(field: &str, value: Value) -> Value {
    json!({"departments": {"billing": {"number": "+15125550100", field: value}}})
}

/// Patches and the field that the refusal must name.
fn wrong() -> Vec<(Value, &'static str)> {
    let hours = |day: &str, ranges: Value| json!({"business_hours": {day: ranges}});
    vec![
        // Types.
        (json!({"name": 7}), "name"),
        (json!({"name": ["Oak"]}), "name"),
        (json!({"name": null}), "name"),
        (json!({"country": 49}), "country"),
        (json!({"business_hours": "always"}), "business_hours"),
        (hours("mon", json!("09:00-17:00")), "business_hours.mon"),
        (hours("mon", json!([["09:00"]])), "business_hours.mon[0]"),
        (hours("mon", json!([["09:00", "12:00", "17:00"]])), "business_hours.mon[0]"),
        (hours("mon", json!([[9, 17]])), "business_hours.mon[0][0]"),
        (json!({"closed_dates": "2026-12-25"}), "closed_dates"),
        (json!({"closed_dates": [20_261_225]}), "closed_dates[0]"),
        (json!({"services": {"cut": 30}}), "services"),
        (json!({"services": ["cut"]}), "services[0]"),
        (service("name", json!(null)), "services[0].name"),
        (service("duration_minutes", json!(null)), "services[0].duration_minutes"),
        (service("duration_minutes", json!(30.5)), "services[0].duration_minutes"),
        (service("capacity", json!("two")), "services[0].capacity"),
        (json!({"phone_numbers": "+15125550100"}), "phone_numbers"),
        (json!({"phone_numbers": [15_125_550_100_u64]}), "phone_numbers[0]"),
        (json!({"assistant_ids": {"a": "b"}}), "assistant_ids"),
        (json!({"departments": ["billing"]}), "departments"),
        (json!({"departments": {"billing": "+15125550100"}}), "departments.billing"),
        (json!({"webhook_auth": {"mode": "bearer"}}), "webhook_auth"),
        (json!({"prompt": 5}), "prompt"),
        (json!({"messages": ["1d"]}), "messages"),
        (json!({"messages": {"reminders": "1d"}}), "messages.reminders"),
        (json!({"messages": {"reminders": ["1d", "soon"]}}), "messages.reminders[1]"),
        (json!({"messages": {"reminders": ["5m"]}}), "messages.reminders[0]"),
        (
            json!({"messages": {"reminders": ["1d", "2d", "3d", "4d", "5d", "6d"]}}),
            "messages.reminders",
        ),
        (json!({"messages": {"quiet_hours": ["21:00", "08:00"]}}), "messages.quiet_hours"),
        (json!({"messages": {"quiet_hours": {"from": "21:00"}}}), "messages.quiet_hours.to"),
        (
            json!({"messages": {"quiet_hours": {"from": "9pm", "to": "08:00"}}}),
            "messages.quiet_hours.from",
        ),
        (
            json!({"messages": {"quiet_hours": {"from": "08:00", "to": "08:00"}}}),
            "messages.quiet_hours.to",
        ),
        (json!({"messages": {"hourly_limit": 0}}), "messages.hourly_limit"),
        (json!({"retention_days": "thirty"}), "retention_days"),
        (json!({"booking": []}), "booking"),
        (json!({"booking": [0, 30]}), "booking"),
        (json!({"business_hours": [[["09:00", "17:00"]]]}), "business_hours"),
        (json!({"services": [["cut", "Cut", 30]]}), "services[0]"),
        (json!({"webhook_auth": [["bearer", "a-secret"]]}), "webhook_auth[0]"),
        (json!({"departments": {"billing": ["+15125550100"]}}), "departments.billing"),
        (json!({"booking": {"max_offers": "4"}}), "booking.max_offers"),
        // Zones and countries.
        (json!({"timezone": ""}), "timezone"),
        (json!({"timezone": "CST6CDT7"}), "timezone"),
        (json!({"timezone": "UTC+25"}), "timezone"),
        (json!({"timezone": "../../etc/passwd"}), "timezone"),
        (json!({"country": "USA"}), "country"),
        // Hours that overlap or are none.
        (hours("wed", json!([["09:00", "12:00"], ["11:59", "17:00"]])), "business_hours.wed[1]"),
        (hours("wed", json!([["13:00", "17:00"], ["09:00", "13:01"]])), "business_hours.wed[0]"),
        (hours("wed", json!([["09:00", "12:00"], ["09:00", "12:00"]])), "business_hours.wed[1]"),
        (hours("wed", json!([["09:00", "24:00"], ["23:00", "24:00"]])), "business_hours.wed[1]"),
        (hours("thu", json!([["09:00", "09:00"]])), "business_hours.thu[0]"),
        (hours("thu", json!([["22:00", "02:00"]])), "business_hours.thu[0]"),
        (hours("thu", json!([["09:00", "17:60"]])), "business_hours.thu[0]"),
        (hours("thu", json!([["-1:00", "17:00"]])), "business_hours.thu[0]"),
        // Durations and numbers out of range.
        (service("duration_minutes", json!(-30)), "services[0].duration_minutes"),
        (service("duration_minutes", json!(1_441)), "services[0].duration_minutes"),
        (service("buffer_minutes", json!(-5)), "services[0].buffer_minutes"),
        (service("slot_minutes", json!(0)), "services[0].slot_minutes"),
        (service("slot_minutes", json!(-15)), "services[0].slot_minutes"),
        (service("capacity", json!(-1)), "services[0].capacity"),
        (json!({"booking": {"min_lead_minutes": -1}}), "booking.min_lead_minutes"),
        (json!({"booking": {"min_lead_minutes": 525_601}}), "booking.min_lead_minutes"),
        (json!({"booking": {"horizon_days": -7}}), "booking.horizon_days"),
        (json!({"booking": {"horizon_days": 3_651}}), "booking.horizon_days"),
        (json!({"booking": {"max_offers": 21}}), "booking.max_offers"),
        (json!({"booking": {"hold_seconds": 86_401}}), "booking.hold_seconds"),
        (json!({"retention_days": -1}), "retention_days"),
        // Keys that do not exist.
        (json!({"time_zone": "UTC"}), "time_zone"),
        (json!({"business_hours": {"mo": []}}), "business_hours.mo"),
        (json!({"booking": {"horizon": 5}}), "booking.horizon"),
        (
            json!({"departments": {"billing": {"number": "+15125550100", "name": "B"}}}),
            "departments.billing.name",
        ),
        (billing("extension", json!("call me")), "departments.billing.extension"),
        (billing("transfer", json!({"mode": "carry"})), "departments.billing.transfer.mode"),
        (
            billing("transfer", json!({"mode": "warm-transfer-twiml"})),
            "departments.billing.transfer.twiml",
        ),
        (
            billing("transfer", json!({"timeout_seconds": 601})),
            "departments.billing.transfer.timeout_seconds",
        ),
        (
            billing("transfer", json!({"hold_audio_url": "http://insecure.example/a.mp3"})),
            "departments.billing.transfer.hold_audio_url",
        ),
        (json!({"calls": {"warn_seconds": 43_001}}), "calls.warn_seconds"),
        (auth("colour", json!("red")), "webhook_auth[0].colour"),
        // Ways of proof that prove nothing.
        (auth("algorithm", json!("md5")), "webhook_auth[0].algorithm"),
        (auth("signature_header", json!("x signature")), "webhook_auth[0].signature_header"),
        (auth("secret", json!("")), "webhook_auth[0].secret"),
        (json!({"webhook_auth": [{"mode": "oauth1", "secret": "s"}]}), "webhook_auth[0].mode"),
        // What refers to nothing.
        (json!({"default_service": ""}), "default_service"),
        (json!({"booking": {"required_fields": "customer_name"}}), "booking.required_fields"),
        (json!({"tool_names": null, "default_connection": 7}), "default_connection"),
    ]
}

#[tokio::test]
async fn each_of_more_than_fifty_wrong_patches_is_refused_by_its_field_and_changes_nothing() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}", org.id);
    let before = server.get(&path).await;
    let wrong = wrong();
    assert!(wrong.len() >= 50);
    for (patch, field) in wrong {
        // What is right beside what is wrong is not taken either.
        let mut mixed = patch.clone();
        if mixed.get("vapi_phone_number_ids").is_none() {
            mixed["vapi_phone_number_ids"] = json!(["pn_new"]);
        }
        for patch in [patch, mixed] {
            let (status, answer) = org.patch(&server, patch.clone()).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{patch}: {answer}");
            let message = answer["error"]["message"].as_str().unwrap();
            assert!(message.contains(&format!("`{field}`")), "{patch} names `{field}`: {message}");
            assert_eq!(server.get(&path).await, before, "{patch}");
        }
    }
    let audit = server.get(&format!("{path}/audit")).await;
    let changed = |entry: &&Value| entry["action"] == "settings.changed";
    assert_eq!(audit["items"].as_array().unwrap().iter().filter(changed).count(), 0);
}
