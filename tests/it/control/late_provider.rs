//! A calendar that answers after the caller had to be answered.

use hookswitch::config::Config;
use hookswitch::player::stand_ins::calcom::{Operation, StandIn, Trouble};
use serde_json::json;

use super::{call, path, until};
use crate::calcom::{PLAIN, connection, setup};
use crate::clinic::{DAY, connect, ten_for};
use crate::support::{ControlStub, MORNING, TestServer, eventually};

#[tokio::test]
async fn what_a_calendar_says_late_is_brought_into_the_live_call_once_and_never_after_its_end() {
    let stub = ControlStub::start().await;
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let (allow, url) = (stub.allow(), stand_in.base_url());
    let change = move |config: &mut Config| {
        allow(config);
        config.providers.calcom.base_url = url;
        config.sessions.tool_deadline_ms = 2_500;
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = server.org(json!({})).await;
    connect(&server, &org, connection(PLAIN)).await;
    let (live, over) = (call(&server, &org, &stub), call(&server, &org, &stub));
    for call in [&live, &over] {
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["available"], true, "{free}");
    }
    stand_in.always(Operation::Create, Trouble::Slow { millis: 6_000 });
    let mut at_three = ten_for("Lee Park");
    at_three["time"] = json!("15:00");
    let (heard, also) = futures_util::future::join(
        live.tool("create_booking", ten_for("Ann Ruiz")),
        over.tool("create_booking", at_three),
    )
    .await;
    for heard in [&heard, &also] {
        // A sentence, and not that it is booked.
        assert!(heard["message"].as_str().is_some_and(|words| words.contains(' ')), "{heard}");
        assert!(!heard["message"].as_str().unwrap().contains("booked for"), "{heard}");
    }
    over.end().await;
    let told = stub.wait(&path(&live), 1).await[0].body.clone();
    assert_eq!(
        (&told["type"], &told["triggerResponseEnabled"]),
        (&json!("add-message"), &json!(true))
    );
    let words = told["message"]["content"].as_str().unwrap();
    assert!(words.contains("has confirmed the appointment"), "{words}");
    // The other's is known here as well, and its caller has gone.
    eventually("both to be confirmed", || async {
        let bookings = org.bookings(&server).await;
        let is_confirmed = |booking: &serde_json::Value| booking["outcome"] == "confirmed";
        (bookings.len() == 2 && bookings.iter().all(is_confirmed)).then_some(())
    })
    .await;
    until(&server, &org, &live, json!({"type": "control_sent", "action": "inject"})).await;
    live.say("Thank you.").await;
    assert_eq!(stub.bodies(&path(&live)).len(), 1);
    assert!(stub.bodies(&path(&over)).is_empty(), "the call was over");
}
