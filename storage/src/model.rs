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
mod event;
mod handover;
mod intent;
mod job;
mod message;
mod org;
mod registration;
mod sync;
mod token;
mod voice;
mod waitlist;
mod webhook_auth;

pub use agent::{Agent, AgentProblem, AgentSync, AssistantSnapshot, SYNC_AGENT, SyncAgent};
pub use audit::AuditEntry;
pub use booking::{Booking, BookingChange, BookingStatus, ChangeKind, Outcome, Source};
pub use call::{
    AnswerRecord, CallKey, CallLogEntry, CallRecord, CallReport, LogKind, ReportTimes, StoredEvent,
};
pub use callback::{Callback, CallbackState, Urgency};
pub use connection::{BUILTIN, Connection, ConnectionStatus};
pub use customer::{Customer, CustomerDraft};
pub use event::{
    BookingSummary, CallEvent, CallLinks, Caller, CustomerSummary, Direction, OfferedSlot, Speaker,
};
pub use handover::{Department, TransferMode, TransferPlan, TransferSign};
pub use intent::{Act, Intent, MoveTo, ToolCallRef};
pub use job::{Job, JobState, SETTLE_BOOKING, SettleBooking};
pub use message::{About, Channel, Message, MessageState, Purpose, SEND_MESSAGE, SendMessage};
pub use org::{
    BookingRules, BusinessHours, CapacityCounts, CustomerConnect, NamingSet, Org, OutagePolicy,
    RequiredField, Service, Settings, Smtp, SmtpSecurity, TimeRange, Twilio, TwilioSender,
};
pub use registration::{Registration, ToolLink};
pub use sync::{KeptWatch, SyncState};
pub use token::{ApiToken, Role};
pub use voice::{CallRules, InboundRule, InboundWhen, Locale};
pub use waitlist::{
    KeptSlot, OfferNotice, WAITLIST_OFFER, WaitlistEntry, WaitlistState, WaitlistWindow,
};
pub use webhook_auth::{HmacEncoding, HmacHash, HmacPlan, WebhookAuth, WebhookAuthMode};
