//! Every record that is ever written. Owns the stored shapes and nothing that acts on them:
//! rules live in the actors package, outside formats in the root package.
//!
//! Each record is stored as JSON behind one version byte, so that a later version can read
//! an earlier one. Fields may be added with a serde default; none may change its meaning.

mod audit;
mod booking;
mod call;
mod connection;
mod customer;
mod event;
mod job;
mod org;
mod token;

pub use audit::AuditEntry;
pub use booking::{Booking, BookingChange, BookingStatus, ChangeKind, Outcome, Source};
pub use call::{AnswerRecord, CallKey, CallLogEntry, CallRecord, CallReport, LogKind, StoredEvent};
pub use connection::{Connection, ConnectionStatus};
pub use customer::{Customer, CustomerDraft};
pub use event::{
    BookingSummary, CallEvent, CallLinks, Caller, CustomerSummary, Direction, OfferedSlot, Speaker,
};
pub use job::{Job, JobState};
pub use org::{
    BookingRules, BusinessHours, CustomerConnect, Department, HmacEncoding, HmacHash, HmacPlan,
    NamingSet, Org, OutagePolicy, RequiredField, Service, Settings, TimeRange, WebhookAuth,
    WebhookAuthMode,
};
pub use token::{ApiToken, Role};
