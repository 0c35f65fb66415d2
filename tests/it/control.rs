//! What is done to live calls from our side: tools that hand over and hang up, late results,
//! operators who step in. Against a stand-in that records every command.

mod followed;
mod hang_up;
mod interrupted;
mod late;
mod late_provider;
mod looked_after;
mod operators;
mod refused;
mod silent;
mod transfer;

use serde_json::{Value, json};

use crate::support::{ControlStub, Host, MORNING, TestOrg, TestServer, VapiCall};

/// A stand-in, and a server that may call it.
async fn steerable() -> (ControlStub, TestServer) {
    let stub = ControlStub::start().await;
    let server = TestServer::start_with(MORNING, stub.allow(), Vec::new).await;
    (stub, server)
}

/// An org with a front desk and a billing department.
async fn org(server: &impl Host) -> TestOrg {
    let settings = json!({
        "phone_numbers": ["+15125550100"],
        "departments": {
            "general": {"number": "+15125550190"},
            "billing": {"number": "+15125550191"},
            "front_desk": {"number": "+15125550192"},
            "medical": {"number": "+15125550100"},
        },
    });
    TestOrg::create(server, settings).await
}

/// A call whose control URL is `/{id}/control` of the stand-in.
fn call(server: &impl Host, org: &TestOrg, stub: &ControlStub) -> VapiCall {
    let mut call = org.call(server, "+15125550143");
    call.control_url = Some(stub.url(&path(&call)));
    call
}

fn path(call: &VapiCall) -> String {
    format!("/{}/control", call.id)
}

/// The events of a call, oldest first.
async fn events(server: &impl Host, org: &TestOrg, call: &VapiCall) -> Vec<Value> {
    let path = format!("/api/orgs/{}/calls/{}/events", org.id, call.id);
    let items = server.read(&path).await["items"].as_array().unwrap().clone();
    items.into_iter().map(|item| item["event"].clone()).collect()
}

/// Waits until a call has an event with these members and gives all events.
async fn until(server: &impl Host, org: &TestOrg, call: &VapiCall, wanted: Value) -> Vec<Value> {
    let has = |event: &Value| wanted.as_object().unwrap().iter().all(|(k, v)| event[k] == *v);
    let check = || async {
        let events = events(server, org, call).await;
        events.iter().any(has).then_some(events)
    };
    crate::support::eventually(&wanted.to_string(), check).await
}

fn transfer_to(department: &str) -> Value {
    json!({"summary": "The caller asks about a bill.", "department": department})
}
