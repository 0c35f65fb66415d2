//! Booking: `create_booking`, `create_appointment`, `book_appointment` and `bookClinicAppointment`.

use hookswitch_storage::{Booking, BookingStatus, NamingSet, Outcome, RequiredField};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wording::{booked_at, read_back, refused, same_names};
use super::{Face, Given, Listing, ToolContext, ToolOutcome};
use crate::booking::{BookRequest, Booked, Effects, book, phrases};
use crate::messages::sms_status;

const DESCRIPTION: &str = "Book an appointment at a time that was offered. Call this only after \
    the customer has explicitly confirmed the date, the time and their details.";

pub(super) fn faces() -> Vec<Face> {
    vec![
        Face::new("create_booking", Listing::Set(NamingSet::Snake), DESCRIPTION, create_booking),
        Face::new("create_appointment", Listing::Set(NamingSet::Snake), DESCRIPTION, appointment),
        Face::new("book_appointment", Listing::Never, DESCRIPTION, appointment),
        Face::new("bookClinicAppointment", Listing::Set(NamingSet::Camel), DESCRIPTION, clinic),
    ]
}

/// Arguments of `create_booking` (P046).
#[derive(Serialize, Deserialize, JsonSchema)]
struct CreateBooking {
    /// Date, in YYYY-MM-DD format
    date: String,
    /// Time, 24 hours, for example 10:00
    time: String,
    /// Full name of the customer
    customer_name: String,
    /// Phone number of the customer; the number they are calling from by default
    #[schemars(extend("x-detail" = "customer_phone"))]
    customer_phone: Option<String>,
    /// E-mail address of the customer
    #[schemars(extend("x-detail" = "customer_email"))]
    customer_email: Option<String>,
    /// Type of service
    service_type: Option<String>,
    /// Number of people
    party_size: Option<u32>,
    /// Anything the business should know
    notes: Option<String>,
    /// True if an earlier booking of this call for the same person stays as well
    keep_existing: Option<bool>,
}

#[derive(Serialize)]
struct BookingText {
    success: bool,
    message: String,
    #[serde(rename = "confirmationNumber")]
    confirmation: String,
    data: BookingData,
    #[serde(rename = "smsStatus")]
    sms_status: &'static str,
    #[serde(rename = "readBack", skip_serializing_if = "Option::is_none")]
    read_back: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BookingData {
    booking_id: String,
    confirmation_number: String,
    status: BookingStatus,
    date: String,
    time: String,
    customer_name: String,
    service: String,
}

impl BookingData {
    fn of(booking: &Booking) -> Self {
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

async fn create_booking(context: ToolContext, arguments: CreateBooking) -> ToolOutcome {
    let request = BookRequest {
        date: arguments.date,
        time: arguments.time,
        service: arguments.service_type,
        name: arguments.customer_name,
        phone: arguments.customer_phone,
        email: arguments.customer_email,
        party_size: arguments.party_size,
        notes: arguments.notes,
        keep_existing: arguments.keep_existing.unwrap_or(false),
        required: &[],
    };
    run(context, request, same_names).await
}

async fn run(
    context: ToolContext,
    request: BookRequest,
    names: fn(&'static str) -> &'static str,
) -> ToolOutcome {
    let mut effects = Effects::default();
    let given = Contact::of(&request);
    match book(&context, request, &mut effects).await {
        Ok(booked) => {
            let (booking, message, success) = worded(&booked);
            let body = BookingText {
                success,
                message,
                confirmation: booking.confirmation.clone(),
                data: BookingData::of(booking),
                sms_status: sms_status(&context, booking).await,
                read_back: given.read_back(&context, booking),
            };
            ToolOutcome::new(Given::json(&body, success), effects)
        }
        Err(refusal) => refused(&refusal, names, effects),
    }
}

/// Which ways to reach the customer were given, as opposed to known from the call.
struct Contact {
    phone: bool,
    email: bool,
}

impl Contact {
    fn of(request: &BookRequest) -> Self {
        let given = |text: &Option<String>| text.as_ref().is_some_and(|t| !t.trim().is_empty());
        Self { phone: given(&request.phone), email: given(&request.email) }
    }

    /// What is on record now, for the caller to confirm.
    fn read_back(&self, context: &ToolContext, booking: &Booking) -> Option<String> {
        let phone = booking.customer_phone.as_deref().filter(|_| self.phone);
        let email = booking.customer_email.as_deref().filter(|_| self.email);
        read_back(context, Some(&booking.customer_name), phone, email)
    }
}

/// What is said of a booking; "booked" only if it stands.
fn worded(booked: &Booked) -> (&Booking, String, bool) {
    let (Booked::Made(booking) | Booked::Corrected(booking, _)) = booked;
    let at = booked_at(booking);
    let code = &booking.confirmation;
    let message = match (booked, booking.outcome, booking.status) {
        (_, Outcome::Unknown, _) => return (booking, phrases::not_sure(at), false),
        (_, Outcome::Failed, _) => return (booking, phrases::could_not_book(at), false),
        (_, _, BookingStatus::Cancelled) => {
            return (booking, phrases::already_cancelled(at), false);
        }
        (_, _, BookingStatus::Pending) => phrases::requested(at, code),
        (Booked::Made(_), ..) => phrases::booked(at, code),
        (Booked::Corrected(_, from), ..) => phrases::moved(*from, at, code),
    };
    (booking, message, true)
}

/// Arguments of `create_appointment` and `book_appointment`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Appointment {
    /// Start, ISO 8601 in the business's local time, for example 2026-02-08T14:30:00
    #[serde(
        alias = "start_time",
        alias = "start_datetime",
        alias = "dateTime",
        alias = "datetime"
    )]
    start: Option<String>,
    /// Date, in YYYY-MM-DD format, if start is not given
    #[serde(alias = "appointment_date")]
    date: Option<String>,
    /// Time, 24 hours, if start is not given
    #[serde(alias = "appointment_time")]
    time: Option<String>,
    /// Full name of the customer
    #[serde(alias = "patient_name", alias = "name")]
    #[schemars(required)]
    customer_name: Option<String>,
    /// Phone number of the customer; the number they are calling from by default
    #[serde(alias = "patient_phone", alias = "phone")]
    #[schemars(extend("x-detail" = "customer_phone"))]
    customer_phone: Option<String>,
    /// E-mail address of the customer
    #[serde(alias = "patient_email", alias = "email")]
    #[schemars(extend("x-detail" = "customer_email"))]
    customer_email: Option<String>,
    /// Type of service
    #[serde(alias = "service")]
    service_type: Option<String>,
    /// Number of people
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-where" = "guests"))]
    party_size: Option<u32>,
    /// Reason for the visit, or anything the business should know
    #[serde(alias = "reason", alias = "description", alias = "summary")]
    notes: Option<String>,
    /// True if an earlier booking of this call for the same person stays as well
    keep_existing: Option<bool>,
}

async fn appointment(context: ToolContext, arguments: Appointment) -> ToolOutcome {
    let (date, time) = match (arguments.start, arguments.date, arguments.time) {
        (Some(start), _, _) => (String::new(), start),
        (None, Some(date), Some(time)) => (date, time),
        (None, Some(date), None) => (String::new(), date),
        (None, None, time) => (String::new(), time.unwrap_or_default()),
    };
    if date.trim().is_empty() && time.trim().is_empty() {
        let refusal = crate::booking::Refusal::missing("start");
        return refused(&refusal, same_names, Effects::default());
    }
    let request = BookRequest {
        date,
        time,
        service: arguments.service_type,
        name: arguments.customer_name.unwrap_or_default(),
        phone: arguments.customer_phone,
        email: arguments.customer_email,
        party_size: arguments.party_size,
        notes: arguments.notes,
        keep_existing: arguments.keep_existing.unwrap_or(false),
        required: &[],
    };
    run(context, request, same_names).await
}

/// Arguments of `bookClinicAppointment` (P166, P167).
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ClinicAppointment {
    /// Date, YYYY-MM-DD
    appointment_date: String,
    /// Time, HH:MM, 24 hours, for example 14:30
    appointment_time: String,
    /// Full name of the patient
    patient_name: String,
    /// E-mail address of the patient
    #[schemars(required, extend("x-detail" = "customer_email"))]
    patient_email: Option<String>,
    /// Phone number of the patient, for the confirmation message; recommended
    #[schemars(extend("x-detail" = "customer_phone"))]
    patient_phone: Option<String>,
    /// Type of service; consultation by default
    service_type: Option<String>,
    /// Minutes; the service's own length counts
    duration: Option<u32>,
    /// Number of people
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-where" = "guests"))]
    party_size: Option<u32>,
    /// True if an earlier booking of this call for the same person stays as well
    #[serde(alias = "keep_existing")]
    keep_existing: Option<bool>,
}

fn clinic_names(argument: &'static str) -> &'static str {
    match argument {
        "customer_name" => "patientName",
        "customer_phone" => "patientPhone",
        "customer_email" => "patientEmail",
        other => other,
    }
}

/// Fields of P168, then what helps the agent.
#[derive(Serialize)]
struct ClinicText {
    success: bool,
    appointment_id: String,
    #[serde(rename = "smsStatus")]
    sms_status: &'static str,
    message: String,
    confirmation: String,
    status: BookingStatus,
    date: String,
    time: String,
    #[serde(rename = "readBack", skip_serializing_if = "Option::is_none")]
    read_back: Option<String>,
}

async fn clinic(context: ToolContext, arguments: ClinicAppointment) -> ToolOutcome {
    let request = BookRequest {
        date: arguments.appointment_date,
        time: arguments.appointment_time,
        service: arguments.service_type,
        name: arguments.patient_name,
        phone: arguments.patient_phone,
        email: arguments.patient_email,
        party_size: arguments.party_size,
        notes: None,
        keep_existing: arguments.keep_existing.unwrap_or(false),
        required: &[RequiredField::CustomerEmail],
    };
    let mut effects = Effects::default();
    let given = Contact::of(&request);
    match book(&context, request, &mut effects).await {
        Ok(booked) => {
            let (booking, worded, success) = worded(&booked);
            let stands = booking.status == BookingStatus::Confirmed
                && booking.outcome == Outcome::Confirmed
                && matches!(booked, Booked::Made(_));
            let at = booked_at(booking);
            let body = ClinicText {
                success,
                appointment_id: booking.id.to_string(),
                sms_status: sms_status(&context, booking).await,
                message: if stands { phrases::appointment_booked().to_owned() } else { worded },
                confirmation: booking.confirmation.clone(),
                status: booking.status,
                date: at.date().to_string(),
                time: at.written_time(),
                read_back: given.read_back(&context, booking),
            };
            let mut given = Given::json(&body, success);
            if stands {
                given.speech = Some(phrases::booked(at, &booking.confirmation));
            }
            ToolOutcome::new(given, effects)
        }
        Err(refusal) => refused(&refusal, clinic_names, effects),
    }
}
