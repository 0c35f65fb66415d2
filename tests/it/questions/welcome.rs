//! `assistant-request`: who takes the call, and what they are told of the caller. Asked while the
//! phone rings, so nothing may delay it.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use hookswitch_actors::ports::CallerSource;
use hookswitch_storage::OrgId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{BILLING, DIALLED, LIMIT, RECEPTION, ask, assert_one_intent, message};
use crate::support::{INSTANCE, MORNING, TestOrg, TestServer, eventually};

const ANN: &str = "+15125550143";

/// The assistant of another org.
const OTHERS: &str = "44d1c3f0-52b8-4c39-9f0e-7a2d64b1e004";

/// Never says whether it knows anybody.
struct Hangs;

#[async_trait]
impl CallerSource for Hangs {
    async fn name_of(&self, _: &OrgId, _: &str) -> Option<String> {
        std::future::pending().await
    }
}

/// Knows one caller of one org.
struct Knows(OrgId, &'static str);

#[async_trait]
impl CallerSource for Knows {
    async fn name_of(&self, org: &OrgId, number: &str) -> Option<String> {
        (*org == self.0 && number == self.1).then(|| "Lee Park".to_owned())
    }
}

async fn org_with_assistants(server: &TestServer) -> TestOrg {
    server.org(json!({"assistant_ids": [RECEPTION, BILLING]})).await
}

/// Ann has a cleaning on Thursday and a later one.
async fn book_ann(server: &TestServer, org: &TestOrg) {
    for start in ["2026-09-29T10:00:00-05:00", "2026-09-24T15:00:00-05:00"] {
        let path = format!("/api/orgs/{}/bookings", org.id);
        let body = json!({"start": start, "customer_name": "Ann Ruiz", "customer_phone": ANN});
        let (status, answer) = server.api(Method::POST, &path, Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
    }
}

fn variables(answer: &Value) -> &Value {
    &answer["assistantOverrides"]["variableValues"]
}

#[tokio::test]
async fn a_known_caller_is_introduced_to_the_orgs_first_assistant() {
    let server = TestServer::start().await;
    let org = org_with_assistants(&server).await;
    book_ann(&server, &org).await;
    let answer = ask(&server, &org, &message("assistant-request", "w-1", Some(ANN))).await;
    assert_one_intent(&answer);
    assert_eq!(answer["assistantId"], RECEPTION);
    let told = variables(&answer);
    assert_eq!(told["customer_name"], "Ann Ruiz");
    // Not when: that is for the caller to say, since a number can be forged.
    assert_eq!(told["upcoming_booking"], "Consultation");
    assert_eq!(told["today"], "2026-09-22");
    assert_eq!(told["weekday"], "Tuesday");
    assert_eq!(told["time_zone"], "America/Chicago");
    assert_eq!(told["business_name"], "Willow Street Dental");
}

#[tokio::test]
async fn a_stranger_a_withheld_number_and_another_orgs_customer_are_not_named() {
    let server = TestServer::start().await;
    let org = org_with_assistants(&server).await;
    let other = server.org(json!({"assistant_ids": [OTHERS]})).await;
    book_ann(&server, &org).await;
    for (org, number, assistant, who) in [
        (&org, Some("+15125550199"), RECEPTION, "a stranger"),
        (&org, None, RECEPTION, "a withheld number"),
        (&org, Some("anonymous"), RECEPTION, "no number at all"),
        (&other, Some(ANN), OTHERS, "another org's customer"),
    ] {
        let answer = ask(&server, org, &message("assistant-request", "w-2", number)).await;
        assert_eq!(answer["assistantId"], assistant, "{who}");
        assert!(variables(&answer)["customer_name"].is_null(), "{who}: {answer}");
        assert!(variables(&answer)["upcoming_booking"].is_null(), "{who}: {answer}");
        assert_eq!(variables(&answer)["today"], "2026-09-22", "{who}");
    }
}

#[tokio::test]
async fn a_directory_that_hangs_costs_the_caller_a_name_and_never_the_call() {
    let server = TestServer::start().await.asking(vec![Arc::new(Hangs)]).await;
    let org = org_with_assistants(&server).await;
    book_ann(&server, &org).await;
    let asked = Instant::now();
    let stranger = message("assistant-request", "w-3", Some("+15125550199"));
    let answer = ask(&server, &org, &stranger).await;
    assert!(asked.elapsed() < LIMIT, "answered after {:?}", asked.elapsed());
    assert_one_intent(&answer);
    assert_eq!(answer["assistantId"], RECEPTION);
    assert!(variables(&answer)["customer_name"].is_null());
    assert_eq!(variables(&answer)["today"], "2026-09-22", "what needs no looking up is told");
    let known = ask(&server, &org, &message("assistant-request", "w-4", Some(ANN))).await;
    assert_eq!(variables(&known)["customer_name"], "Ann Ruiz", "our own record needs no directory");
}

#[tokio::test]
async fn who_else_knows_a_caller_is_heard_even_beside_one_that_hangs() {
    let server = TestServer::start().await;
    let org = org_with_assistants(&server).await;
    let other = server.org(json!({"assistant_ids": [OTHERS]})).await;
    let knows = Arc::new(Knows(org.id.parse().unwrap(), "+15125550199"));
    let server = server.asking(vec![Arc::new(Hangs), knows]).await;
    let lee = message("assistant-request", "w-5", Some("+15125550199"));
    let answer = ask(&server, &org, &lee).await;
    assert_eq!(variables(&answer)["customer_name"], "Lee Park");
    let answer = ask(&server, &other, &lee).await;
    assert!(variables(&answer)["customer_name"].is_null(), "not for another org: {answer}");
}

#[tokio::test]
async fn without_an_assistant_a_person_takes_the_call_and_without_a_person_it_is_declined() {
    let server = TestServer::start().await;
    let bare = server.org(json!({})).await;
    let answer = ask(&server, &bare, &message("assistant-request", "w-6", Some(ANN))).await;
    assert_one_intent(&answer);
    assert!(answer["error"].as_str().unwrap().starts_with("I'm sorry"), "{answer}");
    let looping =
        json!({"departments": {"general": {"number": DIALLED}}, "phone_numbers": [DIALLED]});
    let looping = server.org(looping).await;
    let answer = ask(&server, &looping, &message("assistant-request", "w-7", Some(ANN))).await;
    assert!(answer["error"].is_string(), "a call is not sent back to where it came from: {answer}");
    let staffed = json!({"departments": {
        "billing": {"number": "+17375550101"}, "general": {"number": "+17375550100"}}});
    let staffed = server.org(staffed).await;
    let answer = ask(&server, &staffed, &message("assistant-request", "w-8", Some(ANN))).await;
    assert_one_intent(&answer);
    assert_eq!(answer["destination"]["type"], "number");
    assert_eq!(answer["destination"]["number"], "+17375550100", "the general department first");
    assert!(answer["destination"]["message"].as_str().unwrap().contains(' '));
}

#[tokio::test]
async fn a_call_of_nobodys_is_declined_in_words_and_a_wrong_secret_is_refused() {
    let server = TestServer::start_shared(MORNING).await;
    let body = message("assistant-request", "w-9", Some(ANN));
    let (status, answer) = server.post_as("/api/vapi/webhook", INSTANCE, &body).await;
    assert_eq!(status, StatusCode::OK);
    assert_one_intent(&answer);
    assert!(answer["error"].is_string(), "{answer}");
    let (status, _) = server.post_as("/api/vapi/webhook", "guessed", &body).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_call_rings_until_somebody_talks_and_its_answer_is_the_same_when_asked_again() {
    let server = TestServer::start().await;
    let org = org_with_assistants(&server).await;
    let body = message("assistant-request", "w-10", Some(ANN));
    let first = ask(&server, &org, &body).await;
    assert_eq!(ask(&server, &org, &body).await, first);
    let path = format!("/api/orgs/{}/calls/w-10", org.id);
    let status = |expected: &'static str| {
        let (server, path) = (&server, &path);
        eventually(expected, move || async move {
            let (_, call) = server.api(Method::GET, path, None).await;
            (call["state"]["status"] == expected).then_some(())
        })
    };
    status("ringing").await;
    let mut said = message("transcript", "w-10", Some(ANN));
    for (field, value) in [("role", "user"), ("transcriptType", "final"), ("transcript", "Hello?")]
    {
        said["message"][field] = json!(value);
    }
    ask(&server, &org, &said).await;
    status("in-progress").await;
    ask(&server, &org, &body).await;
    status("in-progress").await;
}
