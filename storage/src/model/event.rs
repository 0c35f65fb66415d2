//! The domain events of a call. Every change of a call is one of these: kept, folded into the
//! call's state by a pure function, and shown to watchers. Knows no outside format.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{BookingId, ConnectionId, CustomerId, ResourceId, ServiceId, ToolCallId};
use crate::model::{BookingStatus, Outcome, TransferSign};

/// One change of one call. Written so that applying it twice does no harm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "field names are the field's terms; variants say what happened")]
pub enum CallEvent {
    /// The first message of the call was seen. Fixes today's date and the zone for the whole call.
    /// Comes again, completed, when a later message says what the first left out.
    CallStarted {
        direction: Direction,
        caller: Caller,
        /// Today in the org's zone when the call started.
        today: Date,
        time_zone: String,
        assistant_id: Option<String>,
        phone_number_id: Option<String>,
        links: CallLinks,
    },
    /// Vapi reported a status.
    StatusChanged { status: String },
    /// Something was said.
    Transcript {
        speaker: Speaker,
        text: String,
        is_final: bool,
        /// Whether it was read in a copy of the whole conversation, not heard as a transcript.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        from_copy: bool,
    },
    /// A tool began to run.
    ToolStarted { tool_call_id: ToolCallId, name: String },
    /// A tool ended.
    ToolFinished {
        tool_call_id: ToolCallId,
        name: String,
        /// False for a business refusal as well as for a failure.
        success: bool,
        duration_ms: u64,
        /// What the agent was told, shortened.
        message: String,
    },
    /// It is now known who is calling.
    CustomerIdentified { customer: CustomerSummary },
    /// Slots were given to the agent.
    SlotsOffered { slots: Vec<OfferedSlot> },
    /// A slot is kept from other callers for a while.
    SlotHeld { slot: OfferedSlot, until: Timestamp },
    /// A booking was made.
    BookingMade { booking: BookingSummary },
    /// A booking moved or its state changed.
    BookingChanged { booking: BookingSummary },
    /// A booking was cancelled.
    BookingCancelled { booking: BookingSummary },
    /// A booking could not be made.
    BookingFailed {
        reason: String,
        /// The name for which it was wanted, where it was asked back whether that takes the place of
        /// another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// An attempt to book failed; the total for the call so far.
    AttemptCounted { attempts: u32 },
    /// The caller is to be handed over.
    TransferRequested {
        department: Option<String>,
        number: Option<String>,
        summary: String,
        /// Whether the person hears something before the caller is connected.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        warm: bool,
        /// Whether it takes a command of ours; otherwise the voice platform does it by itself.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_command: bool,
    },
    /// Something was heard of the hand-over to this number; of the one under way if none is named.
    TransferChanged { sign: TransferSign, number: Option<String> },
    /// Someone stepped in.
    ControlSent { action: String, by: String },
    /// Something a supervisor should know.
    Warning { code: String, message: String },
    /// The call ended.
    CallEnded { reason: String },
    /// The session was rebuilt from its events.
    SessionRestored,
}

/// Who called whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A customer called.
    #[default]
    Inbound,
    /// We called.
    Outbound,
    /// A web call.
    Web,
}

/// Who is on the line, as signalled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// E.164 number; `None` when withheld.
    pub number: Option<String>,
    /// Name, if signalled or known.
    pub name: Option<String>,
}

/// Who spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The voice agent.
    Agent,
    /// The caller.
    Caller,
}

/// Where Vapi takes commands for this call. As good as a password: never shown, never logged.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLinks {
    /// Control URL.
    pub control_url: Option<String>,
    /// Audio URL.
    pub listen_url: Option<String>,
}

impl std::fmt::Debug for CallLinks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallLinks(..)")
    }
}

/// A customer, as a call knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerSummary {
    /// Our record, if there is one.
    pub id: Option<CustomerId>,
    /// Full name.
    pub name: String,
    /// E.164 number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Date of the last visit, local to the org.
    pub last_visit: Option<Date>,
}

/// A slot that was given to the agent of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedSlot {
    /// Start.
    pub start: Timestamp,
    /// End, without buffer.
    pub end: Timestamp,
    /// What would be booked.
    pub service_id: ServiceId,
    /// What it would occupy.
    pub resource: ResourceId,
    /// The connection that offered it.
    pub connection_id: ConnectionId,
    /// IANA zone in which it was offered.
    pub time_zone: String,
    /// For how many people it was offered, if that was said.
    #[serde(default)]
    pub party_size: Option<u32>,
    /// Whether it was spoken, not only returned as data; spoken slots are held.
    pub spoken: bool,
}

/// A booking, as a call knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingSummary {
    /// Our stable id.
    pub id: BookingId,
    /// Where it stands.
    pub status: BookingStatus,
    /// The provider's side.
    pub outcome: Outcome,
    /// What was booked.
    pub service_id: ServiceId,
    /// Start.
    pub start: Timestamp,
    /// End, without buffer.
    pub end: Timestamp,
    /// IANA zone in which it was agreed.
    pub time_zone: String,
    /// Name it was made under.
    pub customer_name: String,
    /// Confirmation code.
    pub confirmation: String,
    /// When its customer said that they will come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_confirmed_at: Option<Timestamp>,
}

impl From<&crate::model::Booking> for BookingSummary {
    fn from(booking: &crate::model::Booking) -> Self {
        Self {
            id: booking.id,
            status: booking.status,
            outcome: booking.outcome,
            service_id: booking.service_id.clone(),
            start: booking.start,
            end: booking.end,
            time_zone: booking.time_zone.clone(),
            customer_name: booking.customer_name.clone(),
            confirmation: booking.confirmation.clone(),
            customer_confirmed_at: booking.customer_confirmed_at,
        }
    }
}
