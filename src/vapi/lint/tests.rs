//! One test for each rule: what is right passes, and each mistake is named with its remedy.
#![allow(clippy::unwrap_used, reason = "tests")]

use hookswitch_actors::tools::{Face, Toolbox};
use hookswitch_storage::{NamingSet, Settings};
use serde_json::{Value, json};

use super::{Beside, Finding, Severity, lint_assistant, lint_prompt, lint_tools};
use crate::config::{Secret, Vapi};
use crate::vapi::assistant::BEGIN;
use crate::vapi::{ServerBlock, tool_definition};

fn settings(set: &str, required: &Value, counts: &str) -> Settings {
    serde_json::from_value(json!({
        "name": "Clinic", "timezone": "America/Chicago", "country": "US", "business_hours": {},
        "services": [{"id": "table", "name": "Table", "duration_minutes": 60,
            "capacity_counts": counts}],
        "webhook_auth": [], "tool_names": set,
        "booking": {"min_lead_minutes": 0, "horizon_days": 30, "max_offers": 4, "hold_seconds": 300,
            "outage_policy": "defaults", "required_fields": required},
    }))
    .unwrap()
}

fn server() -> ServerBlock {
    let vapi = Vapi { webhook_auth: Secret::new("secret"), ..Vapi::default() };
    let deadline = std::time::Duration::from_millis(5_500);
    ServerBlock::of_tools(&vapi, "https://calls.example.com", deadline).unwrap()
}

fn definitions(settings: &Settings) -> Vec<Value> {
    let toolbox = Toolbox::standard();
    let faces = toolbox.faces().filter(|face| face.is_listed_with(settings.tool_names));
    faces.map(|face| tool_definition(face, settings, &server())).collect()
}

fn one() -> Value {
    let face = Toolbox::standard();
    let face = face.face("check_availability").unwrap();
    tool_definition(face, &settings("snake", &Value::Null, "bookings"), &server())
}

fn rules(findings: &[Finding]) -> Vec<(&'static str, Severity)> {
    findings.iter().map(|finding| (finding.rule, finding.severity)).collect()
}

#[test]
fn our_own_tools_pass_in_every_variant() {
    let mut seen = 0;
    for set in ["snake", "camel"] {
        for required in [Value::Null, json!([]), json!(["customer_email", "customer_phone"])] {
            for counts in ["bookings", "guests"] {
                let tools = definitions(&settings(set, &required, counts));
                seen += tools.len();
                assert_eq!(lint_tools(&tools, 5_500), [], "{set} {required} {counts}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn each_mistake_of_a_definition_is_named() {
    let long = "x".repeat(1_000);
    let mistakes: [(&str, Value, &str); 17] = [
        ("/function/name", json!("book a slot"), "name"),
        ("/function/name", json!("x".repeat(65)), "name"),
        ("/function/name", json!(""), "name"),
        ("/function/description", json!(long), "description"),
        ("/function/description", json!("Checks."), "description"),
        ("/function/parameters", json!({"type": "string"}), "parameters"),
        ("/function/parameters/required", json!(["nothing"]), "required"),
        ("/function/parameters/properties/date", json!({"description": "a date"}), "parameters"),
        ("/function/parameters/properties/date", json!({"type": "string"}), "parameters"),
        (
            "/function/parameters/properties/date",
            json!({"type": "array", "description": "d"}),
            "parameters",
        ),
        ("/function/strict", json!(true), "strict"),
        ("/async", json!(true), "async"),
        ("/server/url", json!(""), "server_url"),
        ("/server/url", json!("http://calls.example.com"), "server_url"),
        ("/server/headers", json!({}), "server_auth"),
        ("/server/timeoutSeconds", json!(5), "timeout"),
        ("/messages/0/type", json!("request-started"), "message"),
    ];
    for (place, value, rule) in mistakes {
        let mut tool = one();
        *tool.pointer_mut(place).unwrap_or_else(|| panic!("nothing at {place}")) = value.clone();
        let findings = lint_tools(&[tool], 5_500);
        assert!(!findings.is_empty(), "{place} = {value} passed");
        for finding in &findings {
            assert_eq!(finding.rule, rule, "{place} = {value}: {finding:?}");
            assert!(!finding.remedy.is_empty(), "{finding:?}");
        }
    }
    assert_eq!(rules(&lint_tools(&[one(), one()], 5_500)), [("same_name", Severity::Error)]);
}

#[test]
fn a_strict_schema_that_is_closed_and_complete_passes() {
    let mut tool = one();
    tool["function"]["strict"] = json!(true);
    tool["function"]["parameters"] = json!({"type": "object", "additionalProperties": false,
        "properties": {"who": {"type": "object", "description": "them", "additionalProperties": false,
            "properties": {"name": {"type": "string", "description": "n"}}, "required": ["name"]}},
        "required": ["who"]});
    assert_eq!(lint_tools(std::slice::from_ref(&tool), 5_500), []);
    let inner = "/function/parameters/properties/who";
    *tool.pointer_mut(&format!("{inner}/required")).unwrap() = json!([]);
    assert_eq!(rules(&lint_tools(&[tool], 5_500)), [("strict", Severity::Error)]);
}

#[test]
fn what_an_org_requires_of_callers_is_required_by_its_schema_and_names_the_variant() {
    let toolbox = Toolbox::standard();
    let face = |name: &str| toolbox.face(name).unwrap();
    let required = |face: &Face, settings: &Settings| face.schema_for(settings)["required"].clone();
    let plain = settings("snake", &Value::Null, "bookings");
    let with = |fields: Value| settings("snake", &fields, "bookings");
    let book = face("create_booking");
    assert_eq!(required(book, &plain), json!(["date", "time", "customer_name"]));
    let email = with(json!(["customer_email"]));
    assert_eq!(required(book, &email), json!(["date", "time", "customer_name", "customer_email"]));
    let clinic = face("bookClinicAppointment");
    let least = ["appointmentDate", "appointmentTime", "patientName"];
    assert_eq!(
        required(clinic, &with(json!([]))),
        json!(least),
        "the e-mail is not asked for then"
    );

    assert_eq!(book.variant_for(&plain), "");
    assert_eq!(book.variant_for(&email), "requires:customer_email");
    let named = with(json!(["customer_email", "customer_name"]));
    assert_eq!(book.variant_for(&named), book.variant_for(&email), "a name is always required");
    assert_eq!(face("end_call").variant_for(&email), "", "it knows no such detail");
    let guests = settings("snake", &Value::Null, "guests");
    assert_eq!(face("check_availability").variant_for(&guests), "guests");
    assert_eq!(face("checkAvailability").variant_for(&guests), "guests");
    assert!(!face("checkAvailability").schema_for(&plain).to_string().contains("party_size"));
    assert!(!book.schema_for(&email).to_string().contains("x-"), "marks of ours are sent");
}

fn names(set: NamingSet) -> Vec<&'static str> {
    let toolbox = Toolbox::standard();
    toolbox.faces().filter(|face| face.is_listed_with(set)).map(Face::name).collect()
}

fn known() -> Vec<&'static str> {
    Toolbox::standard().faces().map(Face::name).collect()
}

#[test]
fn a_prompt_that_names_a_tool_of_the_other_set_is_told_which_is_meant() {
    let camel = names(NamingSet::Camel);
    let findings = lint_prompt("prompt", "Then call create_booking.", &camel, &known(), true);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].says.contains("create_booking"), "{findings:?}");
    assert!(findings[0].remedy.contains("bookClinicAppointment"), "{findings:?}");
    let snake = names(NamingSet::Snake);
    let findings = lint_prompt("prompt", "Use checkAvailability first.", &snake, &known(), true);
    assert!(findings[0].remedy.contains("check_availability"), "{findings:?}");
}

#[test]
fn a_tool_that_nobody_has_is_found_and_other_words_are_not() {
    let snake = names(NamingSet::Snake);
    let look = |text: &str| lint_prompt("prompt", text, &snake, &known(), true).len();
    assert_eq!(look("Use the send_brochure tool, then send_brochure() again."), 1);
    assert_eq!(look("Always call payInvoice at the end."), 1);
    for innocent in [
        "Call check_availability, then create_booking.",
        "Greet {{customer_name}} and call {{ upcoming_booking }} by its name.",
        "Our app is called iPhone and eBay.",
        "{% if kept_slot %}use it{% endif %}",
        "Write dates as YYYY_MM_DD.",
    ] {
        assert_eq!(look(innocent), 0, "{innocent}");
    }
}

#[test]
fn where_not_all_tools_are_known_only_our_own_names_are_looked_for() {
    let camel = names(NamingSet::Camel);
    let look = |text: &str| lint_prompt("prompt", text, &camel, &known(), false).len();
    assert_eq!(look("Use the send_brochure tool."), 0, "it may be somebody else's");
    assert_eq!(look("Use the create_booking tool."), 1);
}

fn assistant() -> Value {
    json!({"model": {"provider": "openai", "model": "gpt-4.1", "maxTokens": 300, "toolIds": ["t-1"],
        "messages": [{"role": "system", "content": "Be kind."}]},
        "serverMessages": ["tool-calls"]})
}

fn look(
    assistant: &Value,
    others: &[Value],
    has_public_key: bool,
) -> Vec<(&'static str, Severity)> {
    let (ours, ids) = (names(NamingSet::Camel), ["t-1".to_owned()]);
    let known = known();
    let beside =
        Beside { ours: &ours, our_ids: &ids, known: &known, others: Some(others), has_public_key };
    let findings = lint_assistant(assistant, beside);
    assert!(findings.iter().all(|finding| !finding.remedy.is_empty()), "{findings:?}");
    rules(&findings)
}

#[test]
fn each_mistake_of_an_assistant_is_named() {
    use Severity::{Error, Warning};
    assert_eq!(look(&assistant(), &[], false), []);
    let with = |place: &str, name: &str, value: Value| {
        let mut assistant = assistant();
        let object = if place.is_empty() { &mut assistant } else { &mut assistant[place] };
        object[name] = value;
        assistant
    };
    let says = |text: &str| json!([{"role": "system", "content": text}]);
    let inline = |tool: Value| with("model", "tools", json!([tool]));
    let cases = [
        (with("", "model", Value::Null), "model", Error),
        (with("model", "maxTokens", json!(100)), "max_tokens", Warning),
        (with("model", "toolRefs", json!([{"toolId": "t-1", "version": 2}])), "pinned", Warning),
        (with("model", "messages", says("Use create_booking.")), "prompt_names", Warning),
        (with("model", "messages", says(&format!("{BEGIN}\nold"))), "prompt_marks", Warning),
        (with("model", "messages", says("Booking Capabilities:\n- all")), "prompt_twice", Warning),
        (with("", "serverMessages", json!(["phone-call-control"])), "carrier_control", Warning),
        (
            with("", "monitorPlan", json!({"controlAuthenticationEnabled": true})),
            "monitor",
            Warning,
        ),
        (inline(json!({"type": "endCall"})), "native_tool", Error),
        (
            inline(json!({"type": "transferCall", "function": {"name": "toFrontDesk"}})),
            "native_tool",
            Warning,
        ),
        (inline(json!({"type": "function", "function": {"name": "endCall"}})), "same_name", Error),
    ];
    for (assistant, rule, severity) in cases {
        assert_eq!(look(&assistant, &[], false), [(rule, severity)], "{assistant}");
    }
    let others = [json!({"type": "endCall", "id": "x"})];
    assert_eq!(look(&assistant(), &others, false), [("native_tool", Error)], "linked by its id");
    let locked = with("", "monitorPlan", json!({"controlAuthenticationEnabled": true}));
    assert_eq!(look(&locked, &[], true), []);
    let foreign = inline(json!({"type": "function", "function": {"name": "pay_invoice"}}));
    let mut foreign = foreign;
    foreign["model"]["messages"] = says("Then call pay_invoice.");
    assert_eq!(look(&foreign, &[], false), [], "a tool of theirs may be named");
}
