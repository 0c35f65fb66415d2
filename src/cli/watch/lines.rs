//! A feed frame in words. Owns the lines that `watch` prints; reads the feed's published shape and passes over
//! what it does not know, so that a newer server can be watched.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::cli::output::clean;

/// Longest text shown of what was said, characters.
const LONGEST: usize = 160;
/// Letters at the end of a call id that tell calls apart on a screen.
const ID_TAIL: usize = 8;

/// The lines of a frame; true marks those that a supervisor should not miss.
pub(super) fn of(frame: &Value) -> Vec<(String, bool)> {
    match frame["type"].as_str() {
        Some("snapshot") => snapshot(frame),
        Some("event") => event(frame).into_iter().collect(),
        Some("lagged") => {
            vec![(
                format!("          {} events were missed; a fresh list follows", frame["missed"]),
                true,
            )]
        }
        _ => Vec::new(),
    }
}

fn snapshot(frame: &Value) -> Vec<(String, bool)> {
    let calls = frame["calls"].as_array().map(Vec::as_slice).unwrap_or_default();
    let count = match calls.len() {
        0 => "no live calls".to_owned(),
        1 => "1 live call".to_owned(),
        many => format!("{many} live calls"),
    };
    let mut lines = vec![(format!("{}: {count}", text(&frame["org"])), true)];
    for call in calls {
        let mut parts = vec![
            time(&call["started_at"]),
            short_id(&call["call_id"]),
            who(&call["caller"]),
            text(&call["status"]),
        ];
        if let Some(tools) = call["tools_in_flight"].as_array().filter(|tools| !tools.is_empty()) {
            parts.push(format!("{} running", counted(tools.len(), "tool")));
        }
        if let Some(bookings) = call["bookings"].as_array().filter(|bookings| !bookings.is_empty())
        {
            parts.push(counted(bookings.len(), "booking"));
        }
        if let Some(attempts) = call["attempts"].as_u64().filter(|attempts| *attempts > 0) {
            parts.push(format!("{attempts} failed to book"));
        }
        parts.extend(call["warnings"].as_array().into_iter().flatten().map(|warning| {
            format!(
                "warning: {}",
                text(if warning.is_string() { warning } else { &warning["message"] })
            )
        }));
        parts.retain(|part| !part.is_empty());
        lines.push((format!("  {}", parts.join("  ")), true));
    }
    lines
}

fn event(frame: &Value) -> Option<(String, bool)> {
    let (what, important) = describe(&frame["event"])?;
    Some((format!("{}  {}  {what}", time(&frame["at"]), short_id(&frame["call_id"])), important))
}

fn describe(event: &Value) -> Option<(String, bool)> {
    let field = |name: &str| text(&event[name]);
    Some(match event["type"].as_str()? {
        "call_started" => (format!("call from {}", who(&event["caller"])), true),
        "status_changed" => (format!("status {}", field("status")), false),
        // Partial transcripts are said again in full.
        "transcript" if event["is_final"] == false => return None,
        "transcript" => (format!("{}: \u{201c}{}\u{201d}", field("speaker"), field("text")), true),
        "tool_started" => (format!("{} runs", field("name")), false),
        "tool_finished" => {
            let outcome = if event["success"] == true { "done" } else { "refused" };
            let ms = &event["duration_ms"];
            (format!("{} {outcome} in {ms} ms: {}", field("name"), field("message")), true)
        }
        "customer_identified" => {
            (format!("the caller is {}", text(&event["customer"]["name"])), true)
        }
        "slots_offered" => {
            let count = event["slots"].as_array().map_or(0, Vec::len);
            (format!("{} offered", counted(count, "time")), false)
        }
        "slot_held" => (
            format!("{} held until {}", local(&event["slot"], "start"), time(&event["until"])),
            false,
        ),
        "booking_made" => (booking("booked", &event["booking"]), true),
        "booking_changed" => (booking("changed", &event["booking"]), true),
        "booking_cancelled" => (booking("cancelled", &event["booking"]), true),
        "booking_failed" => (format!("not booked: {}", field("reason")), true),
        "attempt_counted" => (format!("failed attempts to book: {}", event["attempts"]), true),
        "transfer_requested" => {
            (format!("to be handed over {}: {}", field("department"), field("summary")), true)
        }
        "transfer_changed" => (format!("the hand-over: {}", field("sign").replace('_', " ")), true),
        "control_sent" => (format!("{} by {}", field("action"), field("by")), true),
        "warning" => (format!("warning: {}", field("message")), true),
        "call_ended" => (format!("call ended: {}", field("reason")), true),
        "session_restored" => ("the session was restored".to_owned(), true),
        other => (clean(other, LONGEST), false),
    })
}

fn booking(what: &str, booking: &Value) -> String {
    let (name, code) = (text(&booking["customer_name"]), text(&booking["confirmation"]));
    format!("{what}: {name}, {} ({code})", local(booking, "start"))
}

/// A time in the zone in which it was agreed.
fn local(value: &Value, field: &str) -> String {
    let zone = value["time_zone"]
        .as_str()
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC);
    match value[field].as_str().and_then(|at| at.parse::<Timestamp>().ok()) {
        Some(at) => at.to_zoned(zone).strftime("%a %-d %b %H:%M").to_string(),
        None => text(&value[field]),
    }
}

/// The watcher's own local time.
fn time(value: &Value) -> String {
    match value.as_str().and_then(|at| at.parse::<Timestamp>().ok()) {
        Some(at) => at.to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string(),
        None => "--:--:--".to_owned(),
    }
}

fn who(caller: &Value) -> String {
    let (name, number) = (text(&caller["name"]), text(&caller["number"]));
    match (name.is_empty(), number.is_empty()) {
        (true, true) => "a withheld number".to_owned(),
        (true, false) => number,
        (false, true) => name,
        (false, false) => format!("{name} {number}"),
    }
}

fn short_id(value: &Value) -> String {
    let id = text(value);
    let skip = id.chars().count().saturating_sub(ID_TAIL);
    format!("{:<ID_TAIL$}", id.chars().skip(skip).collect::<String>())
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn text(value: &Value) -> String {
    clean(value.as_str().unwrap_or_default(), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn only(event: Value) -> String {
        let frame = json!({"type": "event", "seq": 1, "org": "org_a", "call_id": "0199-abcd-12345678",
            "at": "2026-11-21T10:00:00Z", "event": event});
        of(&frame).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn a_booking_is_shown_in_the_time_in_which_it_was_agreed() {
        let line = only(
            json!({"type": "booking_made", "booking": {"customer_name": "Ann Ruiz", "confirmation": "K7Q2",
            "start": "2026-09-15T14:30:00Z", "time_zone": "America/Chicago"}}),
        );
        assert!(line.ends_with("12345678  booked: Ann Ruiz, Tue 15 Sep 09:30 (K7Q2)"), "{line}");
    }

    #[test]
    fn a_partial_transcript_is_not_shown_and_a_final_one_is() {
        assert_eq!(
            only(
                json!({"type": "transcript", "speaker": "caller", "text": "Hel", "is_final": false})
            ),
            ""
        );
        let line = only(
            json!({"type": "transcript", "speaker": "caller", "text": "Hello\u{1b}[2J", "is_final": true}),
        );
        assert!(line.contains("caller: \u{201c}Hello [2J\u{201d}"), "{line}");
    }

    #[test]
    fn an_unknown_event_is_named_and_not_dropped() {
        assert!(only(json!({"type": "moon_landed"})).ends_with("moon_landed"));
    }

    #[test]
    fn a_snapshot_lists_every_live_call_with_what_matters() {
        let frame = json!({"type": "snapshot", "org": "org_a", "epoch": "e", "seq": 1, "calls": [
            {"call_id": "c-1", "status": "in-progress", "started_at": "2026-11-21T10:00:00Z", "attempts": 2,
             "caller": {"number": "+13125550142", "name": null}, "bookings": [{}], "tools_in_flight": [], "warnings": []},
        ]});
        let lines: Vec<String> = of(&frame).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines[0], "org_a: 1 live call");
        assert!(
            lines[1].ends_with("+13125550142  in-progress  1 booking  2 failed to book"),
            "{lines:?}"
        );
    }
}
