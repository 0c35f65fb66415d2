//! Control URLs that a forged webhook could bring: none is ever called.

use reqwest::Method;
use serde_json::json;

use super::{org, transfer_to, until};
use crate::support::{ControlStub, TestServer};

#[tokio::test]
async fn no_address_that_is_not_vapis_or_allowed_is_ever_called() {
    let stub = ControlStub::start().await;
    let server = TestServer::start().await;
    let org = org(&server).await;
    let port = stub.address.port();
    for url in [
        stub.url("/control"),
        format!("https://127.0.0.1:{port}/control"),
        format!("http://localhost:{port}/control"),
        format!("http://phone.vapi.ai@127.0.0.1:{port}/control"),
        format!("https://phone.vapi.ai@127.0.0.1:{port}/control"),
        format!("http://127.1:{port}/control"),
        format!("http://[::ffff:127.0.0.1]:{port}/control"),
        format!("http://0.0.0.0:{port}/control"),
        format!("http://127.0.0.1:{port}/#.vapi.ai"),
        format!("http://127.0.0.1:{port}\\.vapi.ai"),
        "http://169.254.169.254/latest/meta-data".into(),
        "http://10.0.0.1/control".into(),
        "http://phone.vapi.ai/control".into(),
        "file:///etc/passwd".into(),
        "not a url".into(),
    ] {
        let mut call = org.call(&server, "+15125550143");
        call.control_url = Some(url.clone());
        let result = call.tool("transfer_call", transfer_to("billing")).await;
        assert_eq!(result["success"], false, "{url}");
        assert!(result["message"].as_str().unwrap().contains("take a message"), "{url}: {result}");
        let answer = call.raw("end_call", json!({"reason": "completed"})).await;
        assert_eq!(answer["results"][0]["message"]["endCallAfterSpokenEnabled"], true, "{url}");
        let warning = json!({"type": "warning", "code": "no_call_control"});
        let events = until(&server, &org, &call, warning).await;
        assert!(!events.iter().any(|event| event.to_string().contains(&url)), "the URL is secret");
        let path = format!("/api/orgs/{}/calls/{}/control", org.id, call.id);
        let say = json!({"action": "say", "text": "Hello."});
        let (status, refused) = server.api(Method::POST, &path, Some(say)).await;
        assert_eq!(status, 409, "{url}: {refused}");
        assert_eq!(refused["error"]["code"], "no_call_control");
    }
    assert!(stub.bodies("/").is_empty());
}

#[tokio::test]
async fn a_call_that_names_a_bad_url_later_keeps_the_good_one() {
    let (stub, server) = super::steerable().await;
    let (forged, org) = (ControlStub::start().await, org(&server).await);
    let mut call = super::call(&server, &org, &stub);
    call.say("Hello?").await;
    call.control_url = Some(forged.url("/control"));
    assert_eq!(call.tool("transfer_call", transfer_to("billing")).await["success"], true);
    stub.wait(&super::path(&call), 1).await;
    assert!(forged.bodies("/").is_empty());
}
