//! Finding a booking: `lookup_booking`. The caller's own only (R10).

use hookswitch_storage::{Booking, BookingStatus, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wording::{booked_at, claimed, refused, same_names};
use super::{Face, Given, Listing, ToolContext, ToolOutcome};
use crate::booking::{Claimant, Effects, find, phrases, tell_kept};

pub(super) fn faces() -> Vec<Face> {
    vec![Face::new(
        "lookup_booking",
        Listing::Both,
        "Find the caller's existing booking: by the phone number they are calling from together \
         with its date or the name it was made under, or by the full confirmation number.",
        lookup_booking,
    )]
}

/// Arguments of `lookup_booking` (P048).
#[derive(Serialize, Deserialize, JsonSchema)]
struct LookupBooking {
    /// Phone number the booking was made with; the number they are calling from by default
    customer_phone: Option<String>,
    /// Full confirmation number
    booking_reference: Option<String>,
    /// Name the booking was made under
    customer_name: Option<String>,
    /// Date of the booking, in YYYY-MM-DD format
    date: Option<String>,
}

#[derive(Serialize)]
struct FoundText {
    success: bool,
    message: String,
    data: FoundData,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bookings: Vec<FoundData>,
    #[serde(rename = "readBack", skip_serializing_if = "Option::is_none")]
    read_back: Option<String>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundData {
    booking_id: String,
    confirmation_number: String,
    status: BookingStatus,
    date: String,
    time: String,
    customer_name: String,
    service: String,
}

impl From<&Booking> for FoundData {
    fn from(booking: &Booking) -> Self {
        let at = booked_at(booking);
        Self {
            booking_id: booking.id.to_string(),
            confirmation_number: booking.confirmation.clone(),
            status: booking.status,
            date: at.date().to_string(),
            time: at.written_time(),
            customer_name: booking.customer_name.clone(),
            service: booking.service_id.to_string(),
        }
    }
}

async fn lookup_booking(context: ToolContext, arguments: LookupBooking) -> ToolOutcome {
    let claimant = Claimant {
        reference: arguments.booking_reference,
        phone: arguments.customer_phone,
        name: arguments.customer_name,
        date: arguments.date,
    };
    let read_back = claimed(&context, &claimant);
    let mut effects = Effects { read_back, ..Effects::default() };
    let kept = tell_kept(&context, &mut effects).await;
    let found = match find(&context, &claimant, &mut effects).await {
        Ok(found) => found,
        Err(mut refusal) => {
            if let Some(kept) = kept {
                refusal.message = format!("{} {kept}", refusal.message);
            }
            return refused(&refusal, same_names, effects);
        }
    };
    let message = match found.as_slice() {
        [booking] if !booking.is_active() => phrases::already_cancelled(booked_at(booking)),
        [booking] if booking.outcome == Outcome::Unknown => phrases::not_sure(booked_at(booking)),
        [booking] if booking.status == BookingStatus::Pending => {
            phrases::requested(booked_at(booking), &booking.confirmation)
        }
        [booking] => phrases::found(booked_at(booking), &booking.confirmation),
        several => phrases::found_several(&several.iter().map(booked_at).collect::<Vec<_>>()),
    };
    let message = match &kept {
        Some(kept) => format!("{message} {kept}"),
        None => message,
    };
    let mut bookings: Vec<FoundData> = found.iter().map(FoundData::from).collect();
    let data = bookings[0].clone();
    if bookings.len() == 1 {
        bookings.clear();
    }
    let read_back = effects.read_back.clone();
    let body = FoundText { success: true, message, data, bookings, read_back };
    ToolOutcome::new(Given::json(&body, true), effects)
}
