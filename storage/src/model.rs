//! Every record that is ever written. Owns the stored shapes and nothing that acts on them:
//! rules live in the actors package, outside formats in the root package.
//!
//! Each record is stored as JSON behind one version byte, so that a later version can read
//! an earlier one. Fields may be added with a serde default; none may change its meaning.

mod agent;
mod audit;
mod booking;
mod call;
mod callback;
mod connection;
mod customer;
mod departure;
mod event;
mod handover;
mod intent;
mod job;
mod message;
mod org;
mod phone_number;
mod registration;
mod reminder;
mod sync;
mod timing;
mod token;
mod voice;
mod waitlist;
mod webhook_auth;

pub use agent::{
    Agent, AgentProblem, AgentSync, AssistantSnapshot, SYNC_AGENT, SnapshotOf, SyncAgent,
};
pub use audit::AuditEntry;
pub use booking::{Booking, BookingChange, BookingStatus, ChangeKind, Outcome, Source};
pub use call::{
    AnswerRecord, CallKey, CallLogEntry, CallRecord, CallReport, LogKind, ReportTimes, StoredEvent,
};
pub use callback::{Callback, CallbackState, Urgency};
pub use connection::{BUILTIN, Connection, ConnectionStatus};
pub use customer::{Customer, CustomerDraft};
pub use departure::Departure;
pub use event::{
    BookingSummary, CallEvent, CallLinks, Caller, CustomerSummary, Direction, OfferedSlot, Speaker,
};
pub use handover::{Department, TransferMode, TransferPlan, TransferSign};
pub use intent::{Act, Intent, MoveTo, ToolCallRef};
pub use job::{Job, JobState, SETTLE_BOOKING, SettleBooking};
pub use message::{About, Channel, Message, MessageState, Purpose, SEND_MESSAGE, SendMessage};
pub use org::{
    BookingRules, BusinessHours, CapacityCounts, CustomerConnect, NamingSet, Org, OutagePolicy,
    RequiredField, Service, Settings, Smtp, SmtpSecurity, TimeRange, Twilio, TwilioKey,
    TwilioSender,
};
pub use phone_number::{PhoneNumber, SYNC_NUMBER, SyncNumber};
pub use registration::{Registration, ToolLink};
pub use reminder::{PLAN_REMINDERS, REMIND, RemindBooking};
pub use sync::{KeptWatch, SyncState};
pub use timing::{InvalidLead, Lead, MessageRules, QuietHours};
pub use token::{ApiToken, Role};
pub use voice::{CallRules, InboundRule, InboundWhen, Locale, NumberRule};
pub use waitlist::{
    KeptSlot, OfferNotice, WAITLIST_OFFER, WaitlistEntry, WaitlistState, WaitlistWindow,
};
pub use webhook_auth::{HmacEncoding, HmacHash, HmacPlan, WebhookAuth, WebhookAuthMode};
