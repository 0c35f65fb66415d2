//! A message to a customer or to the business, as stored: what it is about, and what became of it. Its text is made when
//! it is sent, from what is true then; what was sent is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{BookingId, CallbackId, JobId, MessageId, OrgId, WaitlistId};

/// The kind of job that sends a message. Written in the operation that gives cause for it.
pub const SEND_MESSAGE: &str = "send_message";

/// What a job of the kind [`SEND_MESSAGE`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMessage {
    /// The message.
    pub message: MessageId,
}

/// One message to one number or address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who sends it.
    pub org: OrgId,
    /// How it travels.
    #[serde(default)]
    pub channel: Channel,
    /// What it says.
    pub purpose: Purpose,
    /// What it is about.
    pub about: About,
    /// To whom: a number, E.164, or an address, by the channel.
    pub to: String,
    /// Where it stands.
    pub state: MessageState,
    /// The text as it was last handed over.
    #[serde(default)]
    pub body: Option<String>,
    /// The carrier's id of it.
    #[serde(default)]
    pub external_id: Option<String>,
    /// What went wrong last, in words for operators, without numbers or names of people.
    #[serde(default)]
    pub problem: Option<String>,
    /// The carrier's number of what went wrong.
    #[serde(default)]
    pub problem_code: Option<u32>,
    /// When it was last handed over, before the carrier's answer; what was handed over may have been
    /// sent although no answer came. Of a mail, the first time of those whose answers were lost.
    #[serde(default)]
    pub handed_over_at: Option<Timestamp>,
    /// When it is no longer worth sending.
    pub expires_at: Timestamp,
    /// The appointment, or the end of what is kept, before which it has to be there, if it is to wait for
    /// the end of the org's quiet hours; `None` if it never does.
    #[serde(default)]
    pub waits_before: Option<Timestamp>,
    /// Until when it does not wait all the same, since its reader has just done what it answers.
    #[serde(default)]
    pub awake_until: Option<Timestamp>,
    /// The job that sends it.
    pub job: JobId,
    /// When there was cause for it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// As a text message, by the org's carrier.
    #[default]
    Sms,
    /// As an e-mail, by the org's mail server.
    Email,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A booking stands.
    Booked,
    /// A booking is at another time.
    Changed,
    /// A booking is cancelled.
    Cancelled,
    /// A booking that was promised came to nothing.
    NotBooked,
    /// A move or cancellation that was in doubt came to nothing: the booking stands as it was.
    Unchanged,
    /// A slot is kept for somebody who waits.
    WaitlistOffer,
    /// Somebody wants to be called back; told to the business, not to a customer.
    Callback,
    /// An appointment is near.
    Reminder,
    /// A wish to be called back is noted; told to whoever has it.
    CallbackReceived,
}

impl Purpose {
    /// Its name, as written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::NotBooked => "not_booked",
            Self::Unchanged => "unchanged",
            Self::WaitlistOffer => "waitlist_offer",
            Self::Callback => "callback",
            Self::Reminder => "reminder",
            Self::CallbackReceived => "callback_received",
        }
    }
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A booking.
    Booking(BookingId),
    /// A booking as long as it starts then.
    Visit(BookingId, Timestamp),
    /// A place in the waitlist, and the start of the slot that is kept.
    Waitlist(WaitlistId, Timestamp),
    /// A wish to be called back.
    Callback(CallbackId),
}

/// Where a message stands. It never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// Waits to be handed over.
    Queued,
    /// Is being handed over, or was, with an unknown outcome.
    Sending,
    /// The carrier took it.
    Accepted,
    /// The carrier passed it on.
    Sent,
    /// It arrived.
    Delivered,
    /// It will not arrive.
    Failed,
    /// It was not to be sent any more, or never was to be.
    Skipped,
}

impl MessageState {
    /// Whether it is still ours to hand over.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }
}
