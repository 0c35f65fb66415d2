//! The tools as they are registered with Vapi: names, parameters, what is required, where they
//! call back.

use std::collections::BTreeMap;

use hookswitch::config::{Config, Secret};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{MORNING, TestOrg, TestServer};

async fn public_server() -> TestServer {
    let known = |config: &mut Config| {
        config.server.public_url = Some("https://dev.voicefleet.example".into());
    };
    TestServer::start_with(MORNING, known, Vec::new).await
}

async fn definitions(server: &TestServer, org: &TestOrg) -> BTreeMap<String, Value> {
    let list = server.get(&format!("/api/orgs/{}/tools", org.id)).await;
    let items = list["items"].as_array().unwrap().clone();
    items
        .into_iter()
        .map(|tool| (tool["function"]["name"].as_str().unwrap().to_owned(), tool))
        .collect()
}

fn required(tool: &Value) -> Vec<&str> {
    let list = tool["function"]["parameters"]["required"].as_array();
    list.into_iter().flatten().map(|name| name.as_str().unwrap()).collect()
}

fn property<'a>(tool: &'a Value, name: &str) -> &'a Value {
    &tool["function"]["parameters"]["properties"][name]
}

#[tokio::test]
async fn every_definition_calls_back_to_the_public_url_and_waits_for_the_answer() {
    let server = public_server().await;
    let org = server.org(json!({})).await;
    for set in ["snake", "camel"] {
        org.patch(&server, json!({"tool_names": set})).await;
        let tools = definitions(&server, &org).await;
        assert!(tools.len() > 4, "{set}");
        for (name, tool) in tools {
            assert_eq!(tool["type"], "function", "{name}");
            assert_eq!(tool["async"], false, "{name}");
            assert_eq!(tool["server"]["url"], "https://dev.voicefleet.example/api/vapi/tools");
            assert_eq!(tool["function"]["parameters"]["type"], "object", "{name}");
            let description = tool["function"]["description"].as_str().unwrap();
            assert!((1..1_000).contains(&description.len()), "{name}");
        }
    }
}

#[tokio::test]
async fn the_snake_definitions_are_those_of_the_first_seed() {
    let server = public_server().await;
    let org = server.org(json!({})).await;
    let tools = definitions(&server, &org).await;
    for name in [
        "check_availability",
        "create_booking",
        "cancel_booking",
        "lookup_booking",
        "lookup_customer",
        "get_availability",
        "create_appointment",
        "update_event",
        "delete_event",
        "get_events",
        "list_calendars",
        "reschedule_booking",
    ] {
        assert!(tools.contains_key(name), "{name}");
    }
    let check = &tools["check_availability"];
    let description = check["function"]["description"].as_str().unwrap();
    assert!(description.starts_with("Check available time slots for booking"), "{description}");
    assert_eq!(required(check), ["date"]);
    assert_eq!(property(check, "date")["type"], "string");
    let date = property(check, "date")["description"].as_str().unwrap();
    assert!(date.contains("YYYY-MM-DD format"), "{date}");
    assert_eq!(property(check, "service_type")["type"], "string");
    assert_eq!(property(check, "service_type")["description"], "Type of service");
    assert_eq!(required(&tools["create_booking"]), ["date", "time", "customer_name"]);
    let lookup = &tools["lookup_customer"];
    assert_eq!(
        lookup["function"]["description"],
        "Look up customer information by phone number. Call this after collecting the customer's \
         phone number to get appointment details and household information."
    );
    assert_eq!(required(lookup), ["phone_number"]);
    assert_eq!(
        *property(lookup, "phone_number"),
        json!({"type": "string",
            "description": "Customer phone number (digits only, e.g., 6267888831)"})
    );
}

#[tokio::test]
async fn the_camel_definitions_are_those_of_the_third_seed() {
    let server = public_server().await;
    let org = server.org(json!({"tool_names": "camel"})).await;
    let tools = definitions(&server, &org).await;
    assert_eq!(required(&tools["checkAvailability"]), ["date"]);
    for optional in ["serviceType", "timezone"] {
        assert_eq!(property(&tools["checkAvailability"], optional)["type"], "string", "{optional}");
    }
    let book = &tools["bookClinicAppointment"];
    assert_eq!(
        required(book),
        ["appointmentDate", "appointmentTime", "patientName", "patientEmail"]
    );
    for (name, kind) in [
        ("appointmentDate", "string"),
        ("appointmentTime", "string"),
        ("patientName", "string"),
        ("patientEmail", "string"),
        ("patientPhone", "string"),
        ("serviceType", "string"),
        ("duration", "integer"),
    ] {
        assert_eq!(property(book, name)["type"], kind, "{name}");
    }
    let lookup = &tools["lookupCaller"];
    assert_eq!(required(lookup), ["searchKey", "searchType"]);
    let mut kinds: Vec<&str> = property(lookup, "searchType")["enum"]
        .as_array()
        .unwrap_or_else(|| panic!("no enum: {lookup}"))
        .iter()
        .map(|kind| kind.as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["email", "name", "phone"]);
}

#[tokio::test]
async fn one_naming_set_is_listed_at_a_time_and_deprecated_names_never() {
    let server = public_server().await;
    let org = server.org(json!({})).await;
    let snake = definitions(&server, &org).await;
    let (status, _) = org.patch(&server, json!({"tool_names": "camel"})).await;
    assert_eq!(status, StatusCode::OK);
    let camel = definitions(&server, &org).await;
    for (name, listed_in) in [
        ("check_availability", &camel),
        ("book_appointment", &camel),
        ("notify_hot_lead", &camel),
        ("book_appointment", &snake),
        ("notify_hot_lead", &snake),
        ("checkAvailability", &snake),
        ("bookClinicAppointment", &snake),
    ] {
        assert!(!listed_in.contains_key(name), "{name} is listed");
    }
    assert!(camel.contains_key("checkAvailability"));
    let call = org.call(&server, "+15125550143");
    for name in ["check_availability", "checkAvailability"] {
        let answer = call.tool(name, json!({"date": "2026-09-24"})).await;
        assert_eq!(answer["success"], true, "both sets are answered, whichever is listed");
    }
}

#[tokio::test]
async fn an_org_with_a_customer_directory_has_the_agent_look_customers_up() {
    let server = public_server().await;
    let org = server.org(json!({})).await;
    let instructions = async || {
        let shown = server.get(&format!("/api/orgs/{}", org.id)).await;
        shown["instructions"].as_str().unwrap().to_owned()
    };
    let without = instructions().await;
    assert!(!without.contains("lookup_customer"), "{without}");
    let access = json!({"customerconnect": {"workspace_id": "76692", "api_key": "cc-key"}});
    assert_eq!(org.patch(&server, access).await.0, StatusCode::OK);
    let sentence = "After collecting the customer's phone number, call the lookup_customer tool to \
        check for existing appointments and customer information. Use this context to provide \
        personalized assistance.";
    assert_eq!(instructions().await, format!("{without}\n\n{sentence}"));
    // With the other set of names there is no tool of this name on the assistant.
    org.patch(&server, json!({"tool_names": "camel"})).await;
    assert_eq!(instructions().await, without.replace("check_availability", "checkAvailability"));
}

#[tokio::test]
async fn the_whole_prompt_is_visible_before_it_is_sent() {
    let server = public_server().await;
    let org = server.org(json!({"prompt": "Speak slowly.", "calls": {"limit_seconds": 300}})).await;
    let path = format!("/api/orgs/{}/prompt", org.id);
    let shown = server.get(&path).await["prompt"].as_str().unwrap().to_owned();
    let instructions = server.get(&format!("/api/orgs/{}", org.id)).await["instructions"].clone();
    assert!(shown.starts_with("SYSTEM RULES\n"), "{shown}");
    assert!(shown.ends_with(&format!("{}\n\nSpeak slowly.", instructions.as_str().unwrap())));
    for rule in ["MUST call check_availability", "300 seconds", "America/Chicago"] {
        assert!(shown.contains(rule), "{rule} in {shown}");
    }
    // With its last calendar the org loses what is said of booking.
    let connections = server.get(&format!("/api/orgs/{}/connections", org.id)).await;
    let id = connections["items"][0]["id"].as_str().unwrap();
    server.api(Method::DELETE, &format!("/api/orgs/{}/connections/{id}", org.id), None).await;
    let shown = server.get(&path).await["prompt"].as_str().unwrap().to_owned();
    assert!(!shown.contains("check_availability"), "{shown}");
}

#[tokio::test]
async fn lint_says_what_keeps_the_tools_from_being_sent_and_what_to_do() {
    let bare = TestServer::start_with(
        MORNING,
        |config| {
            config.server.public_url = Some("http://calls.example.com".into());
            config.vapi.webhook_auth = None;
        },
        Vec::new,
    )
    .await;
    let org = bare.org(json!({"prompt": "Then use bookClinicAppointment."})).await;
    let found = bare.get(&format!("/api/orgs/{}/tools/lint", org.id)).await;
    assert_eq!(found["ok"], false, "{found}");
    let rules: Vec<&str> =
        found["items"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap()).collect();
    for rule in ["server_auth", "server_url", "prompt_names"] {
        assert!(rules.contains(&rule), "{rule} in {found}");
    }
    assert!(found.to_string().contains("vapi.webhook_auth"), "{found}");

    let server = TestServer::start_with(
        MORNING,
        |config| {
            config.server.public_url = Some("https://calls.example.com".into());
            config.vapi.webhook_auth = Secret::new("a-secret-for-tools");
        },
        Vec::new,
    )
    .await;
    let org = server.org(json!({})).await;
    let found = server.get(&format!("/api/orgs/{}/tools/lint", org.id)).await;
    assert_eq!(found, json!({"ok": true, "items": []}));
    let tools = server.get(&format!("/api/orgs/{}/tools", org.id)).await;
    assert!(!tools.to_string().contains("a-secret-for-tools"), "{tools}");
    assert_eq!(tools["items"][0]["server"]["timeoutSeconds"], 10);
}
