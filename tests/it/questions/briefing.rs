//! What is found too late for `assistant-request`: the call does not wait for it, and its agent is told
//! once, without a word of its own, while the call goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hookswitch_actors::ports::CallerSource;
use hookswitch_storage::OrgId;
use serde_json::{Value, json};

use super::{LIMIT, RECEPTION, ask, assert_one_intent, message};
use crate::support::{ControlStub, MORNING, TestOrg, TestServer, eventually};

const LEE: &str = "+15125550177";
const BAD: &str = "+15125550178";

/// Knows one caller, and takes longer to say so than a phone may ring; panics for another.
struct Slow;

#[async_trait]
impl CallerSource for Slow {
    async fn name_of(&self, _: &OrgId, number: &str) -> Option<String> {
        assert_ne!(number, BAD, "told to");
        tokio::time::sleep(Duration::from_secs(4)).await;
        (number == LEE).then(|| "Lee Park".to_owned())
    }
}

async fn open() -> (ControlStub, TestServer, TestOrg) {
    let stub = ControlStub::start().await;
    let server = TestServer::start_with(MORNING, stub.allow(), Vec::new).await;
    let server = server.asking(vec![Arc::new(Slow)]).await;
    let org = server.org(json!({"assistant_ids": [RECEPTION]})).await;
    (stub, server, org)
}

/// The call is answered, and says where it takes commands.
async fn answered(server: &TestServer, org: &TestOrg, stub: &ControlStub, id: &str, number: &str) {
    let mut said = message("status-update", id, Some(number));
    said["message"]["status"] = json!("in-progress");
    said["message"]["call"]["monitor"] = json!({"controlUrl": stub.url(&format!("/{id}/control"))});
    ask(server, org, &said).await;
}

#[tokio::test]
async fn who_is_found_late_is_told_once_without_a_word_while_the_call_goes_on() {
    let (stub, server, org) = open().await;
    let asked = Instant::now();
    let request = message("assistant-request", "b-1", Some(LEE));
    // Asked again, as after a lost answer.
    let both =
        futures_util::future::join(ask(&server, &org, &request), ask(&server, &org, &request));
    let (answer, again) = both.await;
    assert!(asked.elapsed() < LIMIT, "answered after {:?}", asked.elapsed());
    assert_one_intent(&answer);
    assert_eq!(answer, again);
    assert!(answer["assistantOverrides"]["variableValues"]["customer_name"].is_null());
    answered(&server, &org, &stub, "b-1", LEE).await;
    let told = stub.wait("/b-1/", 1).await[0].body.clone();
    assert_eq!(
        (&told["type"], &told["message"]["role"]),
        (&json!("add-message"), &json!("system"))
    );
    assert_eq!(told["triggerResponseEnabled"], false);
    assert!(told["message"]["content"].as_str().unwrap().contains("Lee Park"), "{told}");
    // A later message of the call brings nothing more; a call that ended hears nothing.
    answered(&server, &org, &stub, "b-1", LEE).await;
    ask(&server, &org, &message("assistant-request", "b-2", Some(LEE))).await;
    answered(&server, &org, &stub, "b-2", LEE).await;
    let mut ended = message("status-update", "b-2", Some(LEE));
    ended["message"]["status"] = json!("ended");
    ask(&server, &org, &ended).await;
    // By the time that a third call is told, the second would have been.
    ask(&server, &org, &message("assistant-request", "b-3", Some(LEE))).await;
    answered(&server, &org, &stub, "b-3", LEE).await;
    stub.wait("/b-3/", 1).await;
    assert_eq!(stub.bodies("/b-1/").len(), 1);
    assert_eq!(stub.bodies("/b-2/"), Vec::<Value>::new());
}

#[tokio::test]
async fn it_waits_until_somebody_has_answered_and_the_call_takes_commands() {
    let (stub, server, org) = open().await;
    ask(&server, &org, &message("assistant-request", "b-4", Some(LEE))).await;
    eventually("the call to be known", || async {
        // Ringing still: nobody is there to be told.
        let path = format!("/api/orgs/{}/calls/b-4", org.id);
        let state = server.get(&path).await["state"].clone();
        (state["status"] == "ringing").then_some(())
    })
    .await;
    let mut rings = message("status-update", "b-4", Some(LEE));
    rings["message"]["status"] = json!("ringing");
    rings["message"]["call"]["monitor"] = json!({"controlUrl": stub.url("/b-4/control")});
    ask(&server, &org, &rings).await;
    assert!(stub.bodies("/b-4/").is_empty());
    answered(&server, &org, &stub, "b-4", LEE).await;
    stub.wait("/b-4/", 1).await;
}

#[tokio::test]
async fn a_look_up_that_panics_costs_a_name_and_never_the_call() {
    let (stub, server, org) = open().await;
    let asked = Instant::now();
    let answer = ask(&server, &org, &message("assistant-request", "b-5", Some(BAD))).await;
    assert!(asked.elapsed() < LIMIT);
    assert_eq!(answer["assistantId"], RECEPTION);
    assert!(answer["assistantOverrides"]["variableValues"]["customer_name"].is_null());
    answered(&server, &org, &stub, "b-5", BAD).await;
    assert!(stub.bodies("/b-5/").is_empty(), "there is nothing to tell");
}
