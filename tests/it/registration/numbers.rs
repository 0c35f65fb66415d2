//! Phone numbers that Vapi keeps lead where the org's settings say, and no other is ever touched.

use hookswitch::player::stand_ins::vapi::Trouble;

use super::counters::command;
use super::*;

/// A number as somebody set it up in the dashboard.
fn number(house: &House, more: Value) -> String {
    let mut whole = json!({"provider": "twilio", "number": "+15125550111", "name": "Main line",
        "twilioAccountSid": "AC0", "squadId": "4c0b8b7e-1111-4222-8333-944455566677",
        "hooks": [{"on": "call.ringing"}], "smsEnabled": false});
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.vapi.add_phone_number(whole)
}

fn without_time(mut number: Value) -> Value {
    number["updatedAt"] = Value::Null;
    number
}

impl House {
    async fn numbers(&self, org: &TestOrg) -> Vec<Value> {
        let path = format!("/api/orgs/{}/phone-numbers", org.id);
        self.server.get(&path).await["items"].as_array().unwrap().clone()
    }

    async fn numbers_until(&self, org: &TestOrg, state: &str) -> Vec<Value> {
        self.until_that(&format!("all numbers to be {state}"), || async {
            let numbers = self.numbers(org).await;
            !numbers.is_empty() && numbers.iter().all(|number| number["sync"]["state"] == state)
        })
        .await;
        self.numbers(org).await
    }

    /// Names numbers of an org's; each is listed as its own.
    async fn name(&self, org: &TestOrg, rules: Value) {
        let ids: Vec<_> = rules.as_object().unwrap().keys().collect();
        let patch = json!({"vapi_phone_number_ids": ids, "vapi_numbers": rules});
        let (status, answer) = org.patch(&self.server, patch).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
}

#[tokio::test]
async fn numbers_that_the_org_names_lead_where_it_says_and_all_else_of_them_stays() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let (direct, asked) = (number(&house, json!({})), number(&house, json!({"provider": "vapi"})));
    let (listed, foreign) = (number(&house, json!({})), number(&house, json!({})));
    let before = house.vapi.phone_number(&direct);
    let others = [&listed, &foreign].map(|id| house.vapi.phone_number(id));
    let (status, answer) = org
        .patch(
            &house.server,
            json!({
                "vapi_phone_number_ids": [direct, asked, listed],
                "vapi_numbers": {
                    &direct: {"assistant_id": assistant},
                    &asked: {"fallback": "(512) 555-0143"},
                },
            }),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["vapi_numbers"][&asked]["fallback"], "+15125550143");
    let numbers = house.numbers_until(&org, "synced").await;
    assert_eq!(numbers.len(), 2, "{numbers:?}");
    assert!(numbers.iter().all(|number| number["number"] == "+15125550111"), "{numbers:?}");

    let one = house.vapi.phone_number(&direct);
    assert_eq!((&one["assistantId"], one.get("squadId")), (&json!(assistant), None));
    for field in ["provider", "number", "name", "twilioAccountSid", "hooks", "smsEnabled"] {
        assert_eq!(one[field], before[field], "{field}");
    }
    let other = house.vapi.phone_number(&asked);
    for taker in ["assistantId", "squadId", "workflowId"] {
        assert!(other[taker].is_null(), "Vapi asks only where nobody takes the call: {other}");
    }
    assert_eq!(other["fallbackDestination"]["number"], "+15125550143");
    let webhook = house.server.get(&format!("/api/orgs/{}", org.id)).await;
    for number in [&one, &other] {
        let url = format!("{PUBLIC}/webhook/{}", webhook["webhook_id"].as_str().unwrap());
        assert_eq!(number["server"]["url"], url);
        assert!(number["server"]["headers"]["Authorization"].is_string());
    }
    assert_eq!([&listed, &foreign].map(|id| house.vapi.phone_number(id)), others);
    let read = house.vapi.asked_to(Operation::ReadPhoneNumber);
    assert!(read.iter().all(|asked| asked.about != listed && asked.about != foreign));
    described::are_valid(&house);

    let changes = house.changes();
    let report = house.sync(&org, false).await;
    assert_eq!(report["phone_numbers"].as_array().unwrap().len(), 2);
    assert!(!report["phone_numbers"].to_string().contains("\"changed\":true"), "{report}");
    assert_eq!(house.changes(), changes, "the second run changes nothing");
}

#[tokio::test]
async fn a_number_that_is_named_by_one_org_is_no_others() {
    let house = House::new().await;
    let (one, other) = (house.server.org(json!({})).await, house.server.org(json!({})).await);
    let id = number(&house, json!({}));
    house.name(&one, json!({&id: {}})).await;
    house.numbers_until(&one, "synced").await;
    let kept = house.vapi.phone_number(&id);
    let named = json!({"vapi_numbers": {&id: {}}});
    let (status, error) = other.patch(&house.server, named.clone()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{error}");
    assert!(error.to_string().contains("vapi_phone_number_ids"), "{error}");
    let both = json!({"vapi_phone_number_ids": [id], "vapi_numbers": {&id: {}}});
    let (status, error) = other.patch(&house.server, both).await;
    assert_eq!(status, StatusCode::CONFLICT, "{error}");
    let path = format!("/api/orgs/{}/phone-numbers/{id}/rollback", other.id);
    let (status, _) = house.server.api(Method::POST, &path, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    house.sync(&other, false).await;
    assert_eq!(house.vapi.phone_number(&id), kept);
    for (wrong, about) in [
        (json!({&id: {"assistant_id": "not-ours"}}), "assistant_ids"),
        (json!({&id: {"fallback": "+15125550111"}}), "circles"),
    ] {
        let patch = json!({"phone_numbers": ["+15125550111"], "vapi_numbers": wrong});
        let (status, error) = one.patch(&house.server, patch).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{error}");
        assert!(error.to_string().contains(about), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_changed_by_hand_is_told_and_put_right_and_can_be_put_back() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let id = number(&house, json!({"server": {"url": "https://other.example/calls"}}));
    let before = house.vapi.phone_number(&id);
    house.name(&org, json!({&id: {"fallback": "+15125550143"}})).await;
    house.numbers_until(&org, "synced").await;
    let run = async |args: &[&str]| command(house.server.folder(), args).await;
    assert_eq!(run(&["tools", "audit"]).await.code, 0);
    house.vapi.change_phone_number(&id, |number| {
        number["squadId"] = json!("4c0b8b7e-1111-4222-8333-944455566677");
        number["name"] = json!("Night line");
    });
    let changes = house.changes();
    let audit = run(&["tools", "audit"]).await;
    assert_eq!(audit.code, 1, "{audit}");
    assert!(audit.out.contains("phone number +15125550111: would change"), "{audit}");
    assert!(audit.out.contains("changed at Vapi: ~ squadId"), "{audit}");
    assert_eq!(house.changes(), changes, "an audit changes nothing");
    let sync = run(&["tools", "sync", "--org", &org.id]).await;
    assert_eq!(sync.code, 0, "{sync}");
    assert!(sync.out.contains("phone numbers synced: 1 of 1"), "{sync}");
    let right = house.vapi.phone_number(&id);
    assert_eq!((right.get("squadId"), &right["name"]), (None, &json!("Night line")));

    // Twice: what was set by hand, then what there was before us.
    for left in ["Night line", "Night line"] {
        let back = run(&["tools", "rollback", "--number", &id, "--org", &org.id]).await;
        assert_eq!(back.code, 0, "{back}");
        assert_eq!(house.vapi.phone_number(&id)["name"], left, "not ours to put back");
    }
    let mut expected = before.clone();
    expected["name"] = json!("Night line");
    assert_eq!(without_time(house.vapi.phone_number(&id)), without_time(expected));
    house.numbers_until(&org, "rolled_back").await;
    let changes = house.changes();
    house.name(&org, json!({&id: {"fallback": "+15125550144"}})).await;
    house.server.get(&format!("/api/orgs/{}", org.id)).await;
    let none = run(&["tools", "rollback", "--number", &id, "--org", &org.id]).await;
    assert_eq!(none.code, 1, "{none}");
    assert_eq!(house.changes(), changes, "it is left alone");
    house.sync(&org, false).await;
    let destination = &house.vapi.phone_number(&id)["fallbackDestination"];
    assert_eq!(destination["number"], "+15125550144");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vapi_has_against_a_number_is_said_and_a_kind_that_it_does_not_want_named_is_not() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let id = number(&house, json!({}));
    let body = json!({"message": ["server is not liked"], "statusCode": 400});
    house.vapi.always(Operation::ChangePhoneNumber, Trouble::Answers { status: 400, body });
    house.name(&org, json!({&id: {}})).await;
    let numbers = house.numbers_until(&org, "not_synced").await;
    let doctor = command(house.server.folder(), &["doctor"]).await;
    assert!(doctor.out.contains(&format!("phone number {id} is not synced")), "{doctor}");
    assert!(numbers[0]["sync"]["says"].to_string().contains("server is not liked"), "{numbers:?}");
    let tries = house.vapi.asked_to(Operation::ChangePhoneNumber).len();
    assert_eq!(tries, 1, "what is refused is not asked for again");
    house.vapi.behave();
    house.vapi.takes_no_provider();
    let report = house.sync(&org, false).await;
    assert_eq!(report["phone_numbers"][0]["synced"], true, "{report}");
    assert!(house.vapi.phone_number(&id)["server"].is_object());
    // An agent that gets another assistant takes its numbers along.
    let (first, second) =
        (house.vapi.add_assistant(json!({})), house.vapi.add_assistant(json!({})));
    house.save(&org, "reception", &first).await;
    house.name(&org, json!({&id: {"assistant_id": first}})).await;
    house.save(&org, "reception", &second).await;
    house
        .until_that("the number to follow", || async {
            house.vapi.phone_number(&id)["assistantId"] == json!(second)
        })
        .await;
}
