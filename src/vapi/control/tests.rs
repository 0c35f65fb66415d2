//! Which control URLs are called, and the exact form of each command.

use hookswitch_actors::ports::{ControlCommand, Handover};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{VapiControl, body};

fn control(allow: &[&str]) -> VapiControl {
    let allow = allow.iter().map(|entry| entry.to_ascii_lowercase()).collect();
    VapiControl { client: None, allow, public_key: None }
}

#[test]
fn vapis_own_hosts_are_called_whatever_their_name() {
    let control = control(&[]);
    for url in [
        "https://aws-us-west-2-production1-phone-call-websocket.vapi.ai/7420f27a/control",
        "https://phone-call-websocket.aws-us-west-2-backend-production1.vapi.ai/7420f27a/control",
        "https://PHONE.VAPI.AI/7420f27a/transport",
        "https://phone.vapi.ai:443/x?y=1",
    ] {
        assert!(control.checked(url).is_some(), "{url}");
    }
}

#[test]
fn no_other_host_is_called() {
    let control = control(&["127.0.0.1:9000", "[::1]:9001"]);
    for url in [
        "",
        "control",
        "/control",
        "http://phone.vapi.ai/control",
        "ftp://phone.vapi.ai/control",
        "file:///etc/passwd",
        "wss://phone.vapi.ai/control",
        "https://vapi.ai/control",
        "https://.vapi.ai/control",
        "https://vapi.ai.example.com/control",
        "https://evilvapi.ai/control",
        "https://phone.vapi.ai.example.com/control",
        "https://phone.vapi.ai@example.com/control",
        "https://example.com/#.vapi.ai",
        "https://example.com/?.vapi.ai",
        "https://example.com\\.vapi.ai/control",
        "https://user@phone.vapi.ai/control",
        "https://user:secret@phone.vapi.ai/control",
        "https://:secret@phone.vapi.ai/control",
        "http://user@127.0.0.1:9000/control",
        "http://127.0.0.1/control",
        "http://127.0.0.1:9001/control",
        "http://127.1:9009/control",
        "http://localhost:9000/control",
        "https://localhost/control",
        "http://[::1]:9000/control",
        "http://[::ffff:127.0.0.1]:9000/control",
        "http://0.0.0.0:9000/control",
        "http://10.0.0.1/control",
        "https://192.168.1.1/control",
        "http://169.254.169.254/latest/meta-data",
        "ftp://127.0.0.1:9000/control",
        "<https://phone.vapi.ai/control>",
    ] {
        assert!(control.checked(url).is_none(), "{url}");
    }
}

#[test]
fn a_host_that_the_operator_allows_is_called_on_that_port_only() {
    let control = control(&["127.0.0.1:9000", "[::1]:9001", "Standin.Example:443"]);
    for url in [
        "http://127.0.0.1:9000/control",
        "https://127.0.0.1:9000/control",
        "http://0x7f.1:9000/control",
        "http://[::1]:9001/control",
        "https://standin.example/control",
    ] {
        assert!(control.checked(url).is_some(), "{url}");
    }
    assert!(control.checked("http://standin.example/control").is_none());
}

proptest! {
    #[test]
    fn whatever_is_called_is_a_host_of_vapi_by_https(
        url in "(https?|wss)://[a-z@:.\\\\/#?]{0,12}(vapi\\.ai)?[a-z@:.\\\\/#?]{0,8}",
    ) {
        if let Some(read) = control(&[]).checked(&url) {
            prop_assert_eq!(read.scheme(), "https");
            prop_assert!(read.host_str().is_some_and(|host| host.ends_with(".vapi.ai")));
            prop_assert!(read.username().is_empty() && read.password().is_none());
        }
    }
}

#[test]
fn each_command_has_exactly_the_form_that_vapi_documents() {
    let text = || "Hold on.".to_owned();
    let cases: [(ControlCommand, Value); 7] = [
        (
            ControlCommand::Say { text: text() },
            json!({"type": "say", "content": "Hold on.", "endCallAfterSpoken": false}),
        ),
        (
            ControlCommand::Inject { text: text(), respond: false },
            json!({"type": "add-message", "message": {"role": "system", "content": "Hold on."},
                "triggerResponseEnabled": false}),
        ),
        (
            ControlCommand::Inject { text: text(), respond: true },
            json!({"type": "add-message", "message": {"role": "system", "content": "Hold on."},
                "triggerResponseEnabled": true}),
        ),
        (ControlCommand::Mute, json!({"type": "control", "control": "mute-assistant"})),
        (ControlCommand::Unmute, json!({"type": "control", "control": "unmute-assistant"})),
        (ControlCommand::End, json!({"type": "end-call"})),
        (
            ControlCommand::Transfer(Box::new(Handover {
                number: "+15125550199".into(),
                announcement: text(),
                ..Handover::default()
            })),
            json!({"type": "transfer", "content": "Hold on.",
                "destination": {"type": "number", "number": "+15125550199"}}),
        ),
    ];
    for (command, expected) in cases {
        assert_eq!(body(&command), expected);
    }
}
