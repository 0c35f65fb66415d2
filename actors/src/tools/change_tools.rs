//! Moving and cancelling: `reschedule_booking`, `rescheduleAppointment`, `update_event`,
//! `cancel_booking`, `cancelAppointment` and `delete_event`.

use hookswitch_storage::{BookingStatus, NamingSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wording::{booked_at, claimed, refused, same_names};
use super::{Face, Given, Listing, ToolContext, ToolOutcome};
use crate::booking::{
    ChangeRequest, Changed, Claimant, Effects, Refusal, cancel, phrases, reschedule,
};

const MOVE: &str = "Move an existing appointment to a new time. Give its confirmation number, or \
    the date or name it was made under. Check availability for the new day first.";
const CANCEL: &str = "Cancel an existing appointment. Give its confirmation number, or the date or \
    name it was made under. Call this only after the customer has confirmed that they want to cancel.";

pub(super) fn faces() -> Vec<Face> {
    let (snake, camel) = (Listing::Set(NamingSet::Snake), Listing::Set(NamingSet::Camel));
    vec![
        Face::new("reschedule_booking", snake, MOVE, reschedule_booking),
        Face::new("rescheduleAppointment", camel, MOVE, reschedule_camel),
        Face::new("update_event", snake, MOVE, update_event),
        Face::new("cancel_booking", snake, CANCEL, cancel_booking),
        Face::new("cancelAppointment", camel, CANCEL, cancel_camel),
        Face::new("delete_event", snake, CANCEL, delete_event),
    ]
}

/// Arguments of `reschedule_booking`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct RescheduleBooking {
    /// Full confirmation number
    booking_reference: Option<String>,
    /// Phone number the booking was made with; the number they are calling from by default
    customer_phone: Option<String>,
    /// Name the booking was made under
    customer_name: Option<String>,
    /// Present date of the booking, in YYYY-MM-DD format
    date: Option<String>,
    /// New date, in YYYY-MM-DD format; the present one by default
    new_date: Option<String>,
    /// New time, 24 hours, for example 14:30
    new_time: String,
}

async fn reschedule_booking(context: ToolContext, arguments: RescheduleBooking) -> ToolOutcome {
    let request = ChangeRequest {
        claimant: Claimant {
            reference: arguments.booking_reference,
            phone: arguments.customer_phone,
            name: arguments.customer_name,
            date: arguments.date,
        },
        new_date: arguments.new_date.unwrap_or_default(),
        new_time: arguments.new_time,
    };
    run_move(context, request).await
}

/// Arguments of `rescheduleAppointment`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RescheduleCamel {
    /// Full confirmation number
    confirmation_number: Option<String>,
    /// Phone number the appointment was made with; the number they are calling from by default
    patient_phone: Option<String>,
    /// Name the appointment was made under
    patient_name: Option<String>,
    /// Present date of the appointment, YYYY-MM-DD
    appointment_date: Option<String>,
    /// New date, YYYY-MM-DD; the present one by default
    new_date: Option<String>,
    /// New time, HH:MM, 24 hours
    new_time: String,
}

async fn reschedule_camel(context: ToolContext, arguments: RescheduleCamel) -> ToolOutcome {
    let request = ChangeRequest {
        claimant: Claimant {
            reference: arguments.confirmation_number,
            phone: arguments.patient_phone,
            name: arguments.patient_name,
            date: arguments.appointment_date,
        },
        new_date: arguments.new_date.unwrap_or_default(),
        new_time: arguments.new_time,
    };
    run_move(context, request).await
}

/// Arguments of `update_event`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct UpdateEvent {
    /// Id of the event, or its confirmation number
    event_id: String,
    /// New start, ISO 8601 in the business's local time
    start_time: String,
    /// New end; the service's own length counts
    end_time: Option<String>,
    /// Calendar of the event
    calendar_id: Option<String>,
}

async fn update_event(context: ToolContext, arguments: UpdateEvent) -> ToolOutcome {
    if arguments.event_id.trim().is_empty() {
        return refused(&Refusal::missing("event_id"), same_names, Effects::default());
    }
    let claimant = Claimant { reference: Some(arguments.event_id), ..Claimant::default() };
    let request =
        ChangeRequest { claimant, new_date: String::new(), new_time: arguments.start_time };
    run_move(context, request).await
}

#[derive(Serialize)]
struct MovedText {
    success: bool,
    message: String,
    #[serde(rename = "confirmationNumber")]
    confirmation: String,
    data: MovedData,
    #[serde(rename = "readBack", skip_serializing_if = "Option::is_none")]
    read_back: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MovedData {
    booking_id: String,
    confirmation_number: String,
    status: BookingStatus,
    date: String,
    time: String,
}

async fn run_move(context: ToolContext, request: ChangeRequest) -> ToolOutcome {
    let read_back = claimed(&context, &request.claimant);
    let mut effects = Effects { read_back, ..Effects::default() };
    match reschedule(&context, request, &mut effects).await {
        Ok(changed) => {
            let (Changed::Moved(booking, _) | Changed::Already(booking)) = &changed;
            let at = booked_at(booking);
            let message = match &changed {
                _ if booking.status == BookingStatus::Pending => {
                    phrases::requested(at, &booking.confirmation)
                }
                Changed::Moved(_, from) => phrases::moved(*from, at, &booking.confirmation),
                Changed::Already(_) => phrases::already_there(at, &booking.confirmation),
            };
            let body = MovedText {
                success: true,
                message,
                confirmation: booking.confirmation.clone(),
                data: MovedData {
                    booking_id: booking.id.to_string(),
                    confirmation_number: booking.confirmation.clone(),
                    status: booking.status,
                    date: at.date().to_string(),
                    time: at.written_time(),
                },
                read_back: effects.read_back.clone(),
            };
            ToolOutcome::new(Given::json(&body, true), effects)
        }
        Err(refusal) => refused(&refusal, same_names, effects),
    }
}

/// Arguments of `cancel_booking` (P047).
#[derive(Serialize, Deserialize, JsonSchema)]
struct CancelBooking {
    /// Full confirmation number
    booking_reference: Option<String>,
    /// Phone number the booking was made with; the number they are calling from by default
    customer_phone: Option<String>,
    /// Name the booking was made under
    customer_name: Option<String>,
    /// Date of the booking, in YYYY-MM-DD format
    date: Option<String>,
    /// Why it is cancelled
    reason: Option<String>,
}

async fn cancel_booking(context: ToolContext, arguments: CancelBooking) -> ToolOutcome {
    let claimant = Claimant {
        reference: arguments.booking_reference,
        phone: arguments.customer_phone,
        name: arguments.customer_name,
        date: arguments.date,
    };
    run_cancel(context, claimant, arguments.reason).await
}

/// Arguments of `cancelAppointment`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CancelCamel {
    /// Full confirmation number
    confirmation_number: Option<String>,
    /// Phone number the appointment was made with; the number they are calling from by default
    patient_phone: Option<String>,
    /// Name the appointment was made under
    patient_name: Option<String>,
    /// Date of the appointment, YYYY-MM-DD
    appointment_date: Option<String>,
    /// Why it is cancelled
    reason: Option<String>,
}

async fn cancel_camel(context: ToolContext, arguments: CancelCamel) -> ToolOutcome {
    let claimant = Claimant {
        reference: arguments.confirmation_number,
        phone: arguments.patient_phone,
        name: arguments.patient_name,
        date: arguments.appointment_date,
    };
    run_cancel(context, claimant, arguments.reason).await
}

/// Arguments of `delete_event`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct DeleteEvent {
    /// Id of the event, or its confirmation number
    event_id: String,
    /// Calendar of the event
    calendar_id: Option<String>,
}

async fn delete_event(context: ToolContext, arguments: DeleteEvent) -> ToolOutcome {
    if arguments.event_id.trim().is_empty() {
        return refused(&Refusal::missing("event_id"), same_names, Effects::default());
    }
    let claimant = Claimant { reference: Some(arguments.event_id), ..Claimant::default() };
    run_cancel(context, claimant, None).await
}

#[derive(Serialize)]
struct CancelledText {
    success: bool,
    message: String,
    data: CancelledData,
    #[serde(rename = "readBack", skip_serializing_if = "Option::is_none")]
    read_back: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CancelledData {
    booking_id: String,
    cancelled_date: String,
    cancelled_time: String,
}

async fn run_cancel(
    context: ToolContext,
    claimant: Claimant,
    reason: Option<String>,
) -> ToolOutcome {
    let read_back = claimed(&context, &claimant);
    let mut effects = Effects { read_back, ..Effects::default() };
    match cancel(&context, &claimant, reason, &mut effects).await {
        Ok((booking, now)) => {
            let at = booked_at(&booking);
            let message = if now { phrases::cancelled(at) } else { phrases::already_cancelled(at) };
            let body = CancelledText {
                success: true,
                message,
                data: CancelledData {
                    booking_id: booking.id.to_string(),
                    cancelled_date: at.date().to_string(),
                    cancelled_time: at.written_time(),
                },
                read_back: effects.read_back.clone(),
            };
            ToolOutcome::new(Given::json(&body, true), effects)
        }
        Err(refusal) => refused(&refusal, same_names, effects),
    }
}
