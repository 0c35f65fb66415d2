//! How calls and their events look to watchers: the one place where internal state becomes JSON.
//! A viewer sees numbers masked; nobody sees the URLs that control a call.

use hookswitch_actors::booking::{local_time, people};
use hookswitch_actors::{CallState, Changed, Field, HeldSlot, Transfer};
use hookswitch_storage::{BookingSummary, CallEvent, Caller, CustomerSummary, OfferedSlot, Role};
use serde_json::{Map, Value, json};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Those who work with callers.
    Full,
    /// Those who only look on: numbers are masked.
    Masked,
}

impl Audience {
    pub(super) fn of(role: Role) -> Self {
        if role == Role::Viewer { Self::Masked } else { Self::Full }
    }

    /// Its place among the renderings that are kept of an event.
    pub(super) fn index(self) -> usize {
        match self {
            Self::Full => 0,
            Self::Masked => 1,
        }
    }

    pub(super) fn number(self, number: &str) -> String {
        match self {
            Self::Full => number.to_owned(),
            Self::Masked => people::masked_phone(number),
        }
    }

    pub(super) fn email(self, address: &str) -> String {
        match self {
            Self::Full => address.to_owned(),
            Self::Masked => people::masked_email(address),
        }
    }

    /// Free text, in which a viewer sees no digits that could be a number.
    pub(super) fn text(self, text: &str) -> String {
        match self {
            Self::Full => text.to_owned(),
            Self::Masked => without_numbers(text),
        }
    }
}

/// Digits in a row from which on they may identify someone.
const IDENTIFYING: usize = 5;

fn without_numbers(text: &str) -> String {
    let joins = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '+');
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    let flush = |run: &mut String, shown: &mut String| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        if digits >= IDENTIFYING {
            let after = run.trim_end_matches(joins).len();
            shown.push_str("•••");
            shown.push_str(&run[after..]);
        } else {
            shown.push_str(run);
        }
        run.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() || (!run.is_empty() && joins(c)) {
            run.push(c);
        } else {
            flush(&mut run, &mut shown);
            shown.push(c);
        }
    }
    flush(&mut run, &mut shown);
    shown
}

/// The whole state of a call.
pub(super) fn state_view(state: &CallState, audience: Audience) -> Value {
    let mut view = Map::new();
    view.insert("call_id".into(), json!(state.key.call));
    view.insert("org".into(), json!(state.key.org));
    for (name, value) in fields(state, Changed::ALL, audience) {
        view.insert(name, value);
    }
    Value::Object(view)
}

/// The fields of a state that an event changed, whole.
pub(super) fn changed_view(state: &CallState, changed: Changed, audience: Audience) -> Value {
    Value::Object(fields(state, changed, audience).collect())
}

fn fields(
    state: &CallState,
    changed: Changed,
    audience: Audience,
) -> impl Iterator<Item = (String, Value)> {
    changed.fields().map(move |field| {
        let (name, value) = field_view(state, field, audience);
        (name.to_owned(), value)
    })
}

fn field_view(state: &CallState, field: Field, audience: Audience) -> (&'static str, Value) {
    match field {
        Field::Status => ("status", json!(state.status)),
        Field::Direction => ("direction", json!(state.direction)),
        Field::Caller => ("caller", caller_view(&state.caller, audience)),
        Field::Customer => {
            ("customer", json!(state.customer.as_ref().map(|c| customer_view(c, audience))))
        }
        Field::StartedAt => ("started_at", json!(state.started_at)),
        Field::Today => ("today", json!(state.today)),
        Field::OfferedSlots => {
            let slots: Vec<Value> = state.offered_slots.iter().map(slot_view).collect();
            ("offered_slots", json!(slots))
        }
        Field::HeldSlot => ("held_slot", json!(state.held_slot.as_ref().map(held_view))),
        Field::Bookings => {
            let bookings: Vec<Value> = state.bookings.iter().map(booking_view).collect();
            ("bookings", json!(bookings))
        }
        Field::Attempts => ("attempts", json!(state.attempts)),
        Field::ToolsInFlight => {
            let tools = state.tools_in_flight.iter().map(|tool| {
                json!({
                    "tool_call_id": tool.tool_call_id,
                    "name": tool.name,
                    "started_at": tool.started_at,
                })
            });
            ("tools_in_flight", tools.collect())
        }
        Field::TranscriptTail => {
            let lines = state.transcript_tail.iter().map(|line| {
                json!({
                    "at": line.at,
                    "speaker": line.speaker,
                    "text": audience.text(&line.text),
                    "final": line.is_final,
                })
            });
            ("transcript_tail", lines.collect())
        }
        Field::Warnings => {
            let warnings = state.warnings.iter().map(|warning| {
                let message = audience.text(&warning.message);
                json!({"at": warning.at, "code": warning.code, "message": message})
            });
            ("warnings", warnings.collect())
        }
        Field::Watchers => ("watchers", json!(state.watchers)),
        Field::Controller => ("controller", json!(state.controller)),
        Field::Transfer => {
            let transfer = state.transfer.as_ref();
            ("transfer", json!(transfer.map(|transfer| transfer_view(transfer, audience))))
        }
    }
}

fn transfer_view(transfer: &Transfer, audience: Audience) -> Value {
    json!({
        "department": transfer.department,
        "number": audience.number(&transfer.number),
        "summary": audience.text(&transfer.summary),
        "stage": transfer.stage().name(),
        "requested_at": transfer.requested_at,
    })
}

fn caller_view(caller: &Caller, audience: Audience) -> Value {
    json!({
        "number": caller.number.as_deref().map(|number| audience.number(number)),
        "name": caller.name,
    })
}

fn customer_view(customer: &CustomerSummary, audience: Audience) -> Value {
    json!({
        "id": customer.id,
        "name": customer.name,
        "phone": customer.phone.as_deref().map(|number| audience.number(number)),
        "email": customer.email.as_deref().map(|address| audience.email(address)),
        "last_visit": customer.last_visit,
    })
}

fn slot_view(slot: &OfferedSlot) -> Value {
    let at = local_time(slot.start, &slot.time_zone);
    json!({
        "start": slot.start,
        "end": slot.end,
        "date": at.date(),
        "time": at.datetime().strftime("%H:%M").to_string(),
        "time_zone": slot.time_zone,
        "service_id": slot.service_id,
        "connection_id": slot.connection_id,
        "spoken": slot.spoken,
    })
}

fn held_view(held: &HeldSlot) -> Value {
    let mut view = slot_view(&held.slot);
    view["until"] = json!(held.until);
    view
}

fn booking_view(booking: &BookingSummary) -> Value {
    let at = local_time(booking.start, &booking.time_zone);
    json!({
        "id": booking.id,
        "status": booking.status,
        "outcome": booking.outcome,
        "service_id": booking.service_id,
        "start": booking.start,
        "end": booking.end,
        "booking_date": at.date(),
        "booking_time": at.datetime().strftime("%H:%M").to_string(),
        "time_zone": booking.time_zone,
        "customer_name": booking.customer_name,
        "confirmation": booking.confirmation,
    })
}

/// One event, by its contract name.
pub(super) fn event_view(event: &CallEvent, audience: Audience) -> Value {
    match event {
        CallEvent::CallStarted {
            direction,
            caller,
            today,
            time_zone,
            assistant_id,
            phone_number_id,
            ..
        } => json!({
            "type": "call_started",
            "direction": direction,
            "caller": caller_view(caller, audience),
            "today": today,
            "time_zone": time_zone,
            "assistant_id": assistant_id,
            "phone_number_id": phone_number_id,
        }),
        CallEvent::StatusChanged { status } => {
            json!({"type": "status_changed", "status": status})
        }
        CallEvent::Transcript { speaker, text, is_final, .. } => json!({
            "type": "transcript",
            "speaker": speaker,
            "text": audience.text(text),
            "final": is_final,
        }),
        CallEvent::ToolStarted { tool_call_id, name } => {
            json!({"type": "tool_started", "tool_call_id": tool_call_id, "name": name})
        }
        CallEvent::ToolFinished { tool_call_id, name, success, duration_ms, message } => json!({
            "type": "tool_finished",
            "tool_call_id": tool_call_id,
            "name": name,
            "success": success,
            "duration_ms": duration_ms,
            "message": audience.text(message),
        }),
        CallEvent::CustomerIdentified { customer } => {
            json!({"type": "customer_identified", "customer": customer_view(customer, audience)})
        }
        CallEvent::SlotsOffered { slots } => {
            let slots: Vec<Value> = slots.iter().map(slot_view).collect();
            json!({"type": "slots_offered", "slots": slots})
        }
        CallEvent::SlotHeld { slot, until } => {
            json!({"type": "slot_held", "slot": slot_view(slot), "until": until})
        }
        CallEvent::BookingMade { booking } => {
            json!({"type": "booking_made", "booking": booking_view(booking)})
        }
        CallEvent::BookingChanged { booking } => {
            json!({"type": "booking_changed", "booking": booking_view(booking)})
        }
        CallEvent::BookingCancelled { booking } => {
            json!({"type": "booking_cancelled", "booking": booking_view(booking)})
        }
        CallEvent::BookingFailed { reason, .. } => {
            json!({"type": "booking_failed", "reason": reason})
        }
        CallEvent::AttemptCounted { attempts } => {
            json!({"type": "attempt_counted", "attempts": attempts})
        }
        CallEvent::TransferRequested { department, number, summary, warm, .. } => json!({
            "type": "transfer_requested",
            "department": department,
            "number": number.as_deref().map(|number| audience.number(number)),
            "summary": audience.text(summary),
            "warm": warm,
        }),
        CallEvent::TransferChanged { sign, number } => json!({
            "type": "transfer_changed",
            "sign": sign,
            "number": number.as_deref().map(|number| audience.number(number)),
        }),
        CallEvent::ControlSent { action, by } => {
            json!({"type": "control_sent", "action": action, "by": by})
        }
        CallEvent::Warning { code, message } => {
            json!({"type": "warning", "code": code, "message": audience.text(message)})
        }
        CallEvent::CallEnded { reason } => json!({"type": "call_ended", "reason": reason}),
        CallEvent::SessionRestored => json!({"type": "session_restored"}),
    }
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn a_viewer_reads_no_number_but_times_and_counts_stay() {
        let cases = [
            ("Call me at 512-555-0143, please.", "Call me at •••, please."),
            ("It is (512) 555 0143", "It is (•••"),
            ("at 10:30 on the 24th of 2026", "at 10:30 on the 24th of 2026"),
            ("no digits", "no digits"),
            ("5125550143", "•••"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_numbers(text), expected);
        }
    }
}
