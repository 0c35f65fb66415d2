//! Whatever names, notes and subjects hold, a mail has the headers that it should have, one recipient and
//! no markup but our own; and its invitation is one event.

use calcard::icalendar::{ICalendar, ICalendarComponentType};
use hookswitch_actors::ports::{Appointment, Letter, Mail, MailAccount};
use hookswitch_storage::{BookingId, MessageId, OrgId, SmtpSecurity};
use proptest::prelude::*;

use super::*;

fn account(name: &str) -> MailAccount {
    MailAccount {
        org: OrgId::random(),
        name: name.to_owned(),
        host: "mail.example.com".into(),
        port: 25,
        security: SmtpSecurity::None,
        sign_in: None,
        from: "desk@example.com".into(),
    }
}

fn letter_of(text: &str) -> Mail {
    let appointment = Appointment {
        booking: BookingId::random(),
        cancelled: false,
        sequence: 3,
        start: "2026-09-24T15:00:00Z".parse().unwrap(),
        end: "2026-09-24T15:30:00Z".parse().unwrap(),
        title: text.to_owned(),
        description: text.to_owned(),
        attendee: text.to_owned(),
    };
    Mail {
        id: MessageId::random(),
        to: "ann@example.org".into(),
        letter: Letter {
            subject: text.to_owned(),
            lead: vec![text.to_owned()],
            facts: vec![("Name", text.to_owned())],
            close: vec![text.to_owned()],
        },
        appointment: Some(appointment),
        at: "2026-09-22T14:30:00Z".parse().unwrap(),
    }
}

/// Texts as a caller, a model or an attacker may give them.
fn texts() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "Ann\r\nBcc: all@example.net",
        "\nSubject: free\n\nbody",
        "\r\n.\r\nMAIL FROM:<x@y>",
        "\" <evil@example.net>, \"",
        "<script>alert(1)</script>",
        "=?utf-8?q?=0ABcc:_x?=",
        "END:VEVENT\nBEGIN:VEVENT",
        "Zoë Müller; \\n, \u{2028}日本",
    ]);
    prop_oneof![any::<String>(), nasty.prop_map(str::to_owned), "[ -~\r\n]{0,300}"]
}

/// The names of a mail's own headers, in order.
fn headers(mail: &str) -> Vec<String> {
    let head = mail.split("\r\n\r\n").next().unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split_once(':').unwrap().0.to_ascii_lowercase()).collect()
}

proptest! {
    #[test]
    fn nothing_that_is_said_becomes_a_header_or_a_recipient(name in texts(), said in texts()) {
        let composed = super::mail(&account(&name), &letter_of(&said)).unwrap();
        let text = String::from_utf8(composed.bytes).unwrap();
        prop_assert!(text.is_ascii());
        let mut found = headers(&text);
        found.sort_unstable();
        prop_assert_eq!(
            found,
            [
                "auto-submitted", "content-type", "date", "from", "message-id", "mime-version",
                "subject", "to",
            ]
        );
        prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a bare line end");
        prop_assert_eq!(composed.to.to_string(), "ann@example.org");
    }

    #[test]
    fn an_invitation_is_one_event_whatever_is_said(name in texts(), said in texts()) {
        let mail = letter_of(&said);
        let appointment = mail.appointment.clone().unwrap();
        let text = invitation::of(&account(&name), &mail, &appointment);
        for line in text.split("\r\n") {
            prop_assert!(line.len() <= 75, "{} is not folded", line);
            prop_assert!(!line.contains(['\r', '\n']));
        }
        let calendar = ICalendar::parse(&text).unwrap();
        let events = calendar.components.iter();
        let events: Vec<_> =
            events.filter(|it| it.component_type == ICalendarComponentType::VEvent).collect();
        prop_assert_eq!(events.len(), 1);
        let uid = format!("{}@hookswitch", appointment.booking);
        prop_assert_eq!(events[0].uid(), Some(uid.as_str()));
        let named = |name: &str| events[0].entries.iter().filter(|it| it.name.as_str() == name).count();
        prop_assert_eq!((named("ATTENDEE"), named("ORGANIZER"), named("DTSTART")), (1, 1, 1));
    }

    #[test]
    fn no_markup_is_taken_from_what_is_said(said in texts()) {
        let page = markup::of(&letter_of(&said).letter);
        let tags = page.matches('<').count();
        let plain = markup::of(&letter_of(&said.replace(['<', '>', '&', '"', '\''], "")).letter);
        prop_assert_eq!(tags, plain.matches('<').count(), "a tag of the caller's own in {}", page);
    }
}

#[test]
fn the_same_message_has_the_same_id_each_time_and_another_has_another() {
    let (account, first) = (account("Desk"), letter_of("Ann"));
    let id = |mail: &Mail| super::mail(&account, mail).unwrap().message_id;
    let later = Mail { at: "2026-09-22T15:30:00Z".parse().unwrap(), ..first.clone() };
    assert_eq!(id(&first), id(&later));
    assert_ne!(id(&first), id(&letter_of("Ann")));
    assert!(id(&first).ends_with("@example.com>"));
}

#[test]
fn what_is_no_address_is_refused_and_not_tried_again() {
    let mail = Mail { to: "ann at example".into(), ..letter_of("Ann") };
    let refused = super::mail(&account("Desk"), &mail);
    assert!(matches!(refused, Err(MessengerError::Refused { .. })));
}
