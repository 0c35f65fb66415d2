//! The ports to the outside world: what this package asks of a booking provider, of a customer
//! directory, of a live call and of a clock. Owns the questions, the answers and the ways they can
//! fail; knows no provider by name.

mod call_lookup;
mod caller_source;
mod clock;
mod control;
mod directory;
mod mailer;
mod messenger;
mod platform_error;
mod provider;
mod quota;
mod tokens;
mod voice_platform;

pub use call_lookup::{CallLookup, CallThere, NoLookup};
pub use caller_source::CallerSource;
pub use clock::{Clock, SetClock, SystemClock};
pub use control::{CallControl, ControlCommand, ControlError, Handover, NoControl};
pub use directory::{
    CustomerDirectory, DirectoryAccess, DirectoryAnswer, DirectoryContact, DirectoryError,
    DirectoryLimits, NoDirectory,
};
pub use mailer::{Appointment, Letter, Mail, MailAccount, Mailer, NoMailer};
pub use messenger::{Messenger, MessengerError, NoMessenger, Taken, Text, TextAccess, TextAccount};
pub use platform_error::PlatformError;
pub use provider::{
    Adapters, BookingProvider, CalendarEntry, CalendarEvent, Changes, DaySlots, EventQuery,
    NoAdapters, Notice, ProviderAccount, ProviderBooking, ProviderError, ProviderRecord,
    ProviderState, SharedLimit, SlotQuery, Watch, WatchTarget,
};
pub use quota::{
    Allowance, HeldBack, QuotaTold, UnderWay, UsedUp, afterwards, before_booking, before_request,
    has_room_for_bookings, quota_told,
};
pub use tokens::{AccessTokens, FixedToken, Grant, RenewError, TokenIssuer};
pub use voice_platform::{
    KeptAssistant, KeptNumber, KeptTool, Linted, NoPlatform, NumberWish, Plan, ToolSpec,
    VoicePlatform, Wish,
};
