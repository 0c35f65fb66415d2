//! Which assistant takes an inbound call: by number, hours and language.

use reqwest::StatusCode;
use serde_json::json;

use super::{BILLING, DIALLED, RECEPTION, ask, message};
use crate::support::{TestOrg, TestServer};

const NIGHT: &str = "33d1c3f0-52b8-4c39-9f0e-7a2d64b1e003";
const SPANISH: &str = "55d1c3f0-52b8-4c39-9f0e-7a2d64b1e005";

async fn taker(server: &TestServer, org: &TestOrg, from: &str, dialled: Option<&str>) -> String {
    let mut body = message("assistant-request", "t-1", Some(from));
    if let Some(dialled) = dialled {
        body["message"]["phoneNumber"] = json!({"number": dialled});
    }
    ask(server, org, &body).await["assistantId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_rule_that_fits_says_which_assistant_takes_a_call() {
    let server = TestServer::start().await;
    let org = server
        .org(json!({
            "assistant_ids": [RECEPTION, BILLING, NIGHT, SPANISH],
            "inbound": [
                {"assistant_id": BILLING, "phone_numbers": [DIALLED]},
                {"assistant_id": NIGHT, "when": "closed"},
                {"assistant_id": SPANISH, "language": "es"},
            ],
        }))
        .await;
    let (texas, mexico) = ("+15125550143", "+525555501234");
    assert_eq!(taker(&server, &org, texas, None).await, RECEPTION, "no rule fits");
    assert_eq!(taker(&server, &org, mexico, None).await, SPANISH, "by language");
    assert_eq!(taker(&server, &org, mexico, Some(DIALLED)).await, BILLING, "by number, the first");
    org.patch(&server, json!({"closed_dates": ["2026-09-22"]})).await;
    assert_eq!(taker(&server, &org, texas, None).await, NIGHT, "by closed date");
    org.patch(
        &server,
        json!({"closed_dates": [], "business_hours": {"tue": [["18:00", "24:00"]]}}),
    )
    .await;
    assert_eq!(taker(&server, &org, mexico, None).await, NIGHT, "by hours, before the language");
    org.patch(&server, json!({"business_hours": {"tue": [["00:00", "24:00"]]}})).await;
    assert_eq!(taker(&server, &org, texas, None).await, RECEPTION, "open");
}

#[tokio::test]
async fn a_rule_names_an_assistant_of_the_orgs_own_or_is_refused_with_its_place() {
    let server = TestServer::start().await;
    let org = server.org(json!({"assistant_ids": [RECEPTION]})).await;
    for (rule, field) in [
        (json!({"assistant_id": BILLING}), "inbound[0].assistant_id"),
        (json!({"assistant_id": RECEPTION, "language": "Spanish"}), "inbound[0].language"),
        (
            json!({"assistant_id": RECEPTION, "phone_numbers": ["12"]}),
            "inbound[0].phone_numbers[0]",
        ),
        (json!({"assistant_id": RECEPTION, "when": "noon"}), "inbound[0].when"),
    ] {
        let (status, answer) = org.patch(&server, json!({"inbound": [rule]})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{rule}: {answer}");
        let said = answer["error"]["message"].as_str().unwrap();
        assert!(said.contains(field), "{field} in {said}");
    }
}
