//! A day with CustomerConnect, from the caller's side and the operator's: against the stand-in that the demo
//! uses, too.

use hookswitch::player::stand_ins::customerconnect::{
    Contact, Operation, Setup, StandIn as Workspace, Trouble,
};
use reqwest::Method;

use super::*;
use crate::support::{VapiCall, eventually_within, result_of};

const UNAVAILABLE: &str = "Could not connect to customer directory";

/// What the agent gets that looks the spoken number up in a call of its own.
async fn looked_up(server: &TestServer, org: &TestOrg) -> Value {
    // Nothing is asked ahead for a withheld number, so the tool's own question is what counts.
    let call: VapiCall = org.call(server, "anonymous");
    result_of(&call.raw("lookup_customer", spoken()).await)
}

async fn health(server: &TestServer) -> Value {
    server.get("/api/health/customerconnect").await
}

#[tokio::test]
async fn customers_are_found_or_new_and_a_wrong_key_and_an_outage_pass_without_harm() {
    let workspace = Workspace::start(Setup {
        workspace_id: "76692".into(),
        api_key: KEY.into(),
        contacts: vec![Contact::new("Somebody Else", "+16267888832")],
    })
    .await
    .unwrap();
    let server = server_at(workspace.url()).await;
    let org = server.org(access()).await;
    were_tried(&server).await;
    assert_eq!(looked_up(&server, &org).await, NOT_FOUND);
    workspace.add(Contact {
        appointment: Some(("12-15-2025".into(), "3:30PM".into())),
        household: Some("Test Household".into()),
        ..Contact::new("Benjie Malinao", "+16267888831")
    });
    assert_eq!(looked_up(&server, &org).await, FOUND);
    assert_eq!(health(&server).await["status"], "ok");

    // Somebody makes a new key there, in the middle of the day.
    workspace.change_key("another-key");
    let refused = looked_up(&server, &org).await;
    assert_eq!((&refused["success"], &refused["error"]), (&json!(false), &json!(UNAVAILABLE)));
    let seen = health(&server).await;
    assert_eq!(seen["status"], "unavailable", "{seen}");
    assert!(seen.to_string().contains("api_key"), "the operator reads what to enter: {seen}");
    let patch = json!({"customerconnect": {"workspace_id": "76692", "api_key": "another-key"}});
    assert_eq!(org.patch(&server, patch).await.0, 200);
    were_tried(&server).await;
    assert_eq!(looked_up(&server, &org).await, FOUND);
    assert_eq!(health(&server).await["status"], "ok");

    for trouble in [Trouble::FailsBefore, Trouble::DropsBefore, Trouble::Drips, Trouble::Bomb] {
        workspace.next(Operation::Search, trouble.clone());
        // A connection that broke is tried once more, so the second try has to break as well.
        if matches!(trouble, Trouble::DropsBefore) {
            workspace.next(Operation::Search, trouble.clone());
        }
        let lost = looked_up(&server, &org).await;
        assert_eq!(lost["error"], UNAVAILABLE, "{trouble:?}: {lost}");
        workspace.behave();
    }
    workspace.always(Operation::Any, Trouble::FailsBefore);
    for _ in 0..8 {
        assert_eq!(looked_up(&server, &org).await["error"], UNAVAILABLE);
    }
    let path = "/api/circuit-breaker/status";
    let (_, breakers) = server.api(Method::GET, path, None).await;
    let of_directory = |item: &&Value| item["provider"] == "customerconnect";
    let breaker = breakers["items"].as_array().unwrap().iter().find(of_directory);
    assert_eq!(breaker.unwrap()["state"], "open", "{breakers}");
    workspace.behave();
    eventually_within(std::time::Duration::from_secs(30), "the directory to be back", || async {
        (looked_up(&server, &org).await == FOUND).then_some(())
    })
    .await;
    assert_eq!(health(&server).await["status"], "ok");
}
