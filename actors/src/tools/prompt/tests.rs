//! What the prompt says, in which order, and under which names.
#![allow(clippy::unwrap_used, reason = "tests")]

use hookswitch_storage::NamingSet;

use super::{compose, instructions};
use crate::tools::Toolbox;
use crate::tools::prompt::tests::org::settings;

mod org {
    use hookswitch_storage::Settings;

    /// A clinic as the demo has it, by way of its stored form.
    pub(super) fn settings() -> Settings {
        serde_json::from_value(serde_json::json!({
            "name": "Willow {{Street}} Dental",
            "timezone": "America/Chicago",
            "country": "US",
            "business_hours": {},
            "services": [],
            "departments": {"general": {"number": "+13125550190"}},
            "webhook_auth": [],
        }))
        .unwrap()
    }
}

/// Words that are written as a tool's name is.
fn tool_words(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words
        .filter(|word| {
            let mut letters = word.chars();
            let starts_low = letters.next().is_some_and(char::is_lowercase);
            starts_low && (word.contains('_') || letters.any(char::is_uppercase))
        })
        .collect()
}

#[test]
fn the_three_layers_come_in_order_and_the_last_word_is_the_agents() {
    let mut settings = settings();
    settings.prompt = Some("  Be warm. ".into());
    let text = compose(&settings, true, Some("You are Rosa."));
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no `{words}` in {text}"));
    assert!(place("SYSTEM RULES") < place("Your role is to:"));
    assert!(place("Booking Capabilities:") < place("Be warm."));
    assert!(place("Be warm.") < place("You are Rosa."));
}

#[test]
fn without_a_calendar_nothing_is_said_of_booking() {
    let text = compose(&settings(), false, None);
    for word in ["check_availability", "create_booking", "book", "Booking", "slot"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert!(text.contains("Take messages when appropriate"), "{text}");
    assert!(text.contains("end_call") && text.contains("transfer_call"), "{text}");
}

#[test]
fn every_tool_that_the_prompt_names_is_listed_with_the_orgs_own_set() {
    let toolbox = Toolbox::standard();
    let mut settings = settings();
    for set in [NamingSet::Snake, NamingSet::Camel] {
        settings.tool_names = set;
        let text = compose(&settings, true, None);
        let names = tool_words(&text);
        assert!(names.len() > 4, "{text}");
        for name in names.iter().filter(|name| **name != "time_limit") {
            let face = toolbox.face(name).unwrap_or_else(|| panic!("there is no {name}"));
            assert!(face.is_listed_with(set), "{name}");
        }
    }
}

#[test]
fn no_tool_is_named_that_the_assistant_does_not_have() {
    let toolbox = Toolbox::standard();
    let mut settings = settings();
    settings.departments.clear();
    let text = compose(&settings, true, None);
    assert!(!text.contains("transfer_call"), "nobody is there to take the call: {text}");
    assert!(text.contains("take a message with request_callback"), "{text}");
    for off in ["check_availability", "create_booking", "end_call", "request_callback"] {
        assert!(toolbox.face(off).is_some(), "{off}");
        settings.disabled_tools = [off.to_owned()].into();
        let text = compose(&settings, true, None);
        assert!(!text.contains(off), "{off} in {text}");
    }
}

#[test]
fn no_message_is_promised_that_nothing_sends() {
    let settings = settings();
    assert!(settings.twilio.is_none() && settings.smtp.is_none());
    let text = compose(&settings, true, None);
    assert!(text.contains("No message is sent."), "{text}");
    assert!(!text.contains("sent automatically"), "{text}");
}

#[test]
fn the_day_is_filled_in_by_vapi_in_the_zone_of_the_org() {
    let text = compose(&settings(), true, None);
    let today = r#"{{"now" | date: "%A, %B %d, %Y, %I:%M %p", "America/Chicago"}}"#;
    assert!(text.contains(today), "{text}");
    assert_eq!(text.matches("{{").count(), 1, "a name of braces became a template: {text}");
}

#[test]
fn all_seven_cases_of_a_transfer_and_the_time_limit_are_named() {
    let mut settings = settings();
    settings.calls.limit_seconds = 300;
    let text = compose(&settings, true, None);
    for case in ["A. ", "B. ", "C. ", "D. ", "E. ", "F. ", "G. ", "lasted 300 seconds"] {
        assert!(text.contains(case), "{case} in {text}");
    }
    assert!(!text.contains("H. ") && !text.contains("590"), "{text}");
}

#[test]
fn the_booking_variant_is_that_of_the_founding_document() {
    let expected = "Your role is to:\n\
        - Answer questions helpfully and professionally\n\
        - Assist with scheduling and appointments when asked\n\
        - Take messages when appropriate\n\n\
        Booking Capabilities:\n\
        - You can check availability and book appointments for customers\n\
        - When a customer wants to book, use the check_availability tool\n\
        - Always confirm the date, time, and customer name before creating a booking\n\
        - After booking, provide the confirmation number to the customer";
    assert_eq!(instructions(&settings(), true), expected);
    assert_eq!(
        instructions(&settings(), false),
        "Your role is to:\n- Answer questions helpfully and professionally\n\
         - Take messages when appropriate"
    );
}
