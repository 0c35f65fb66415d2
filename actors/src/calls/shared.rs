//! What every session, tool and background task of this process has in common. Owns nothing but the handles;
//! what each is for is said where it is defined.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_storage::{
    Booking, BookingFilter, BookingId, CallKey, Customer, CustomerSummary, Page, Store,
};

use super::settle::Unreported;
use super::{CallsParts, Sessions};
use crate::booking::{Holds, Opened};
use crate::directory::Directories;
use crate::feed::Feed;
use crate::jobs::Bell;
use crate::messages::{Handovers, MailLine};
use crate::orgs::Orgs;
use crate::ports::{CallControl, CallLookup, CallerSource, Clock, Mailer, Messenger};
use crate::provider::{CameBack, Connections};
use crate::provider_log::ProviderLog;
use crate::registration::Registrations;
use crate::supervisor::Nursery;
use crate::sync::Syncs;
use crate::tool_health::ToolHealth;
use crate::tools::RepeatKey;
use crate::turns::{Turns, WriteGates};

/// What every session and tool shares.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) orgs: Orgs,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) feed: Feed,
    pub(crate) holds: Holds,
    pub(crate) opened: Opened,
    pub(crate) connections: Connections,
    pub(crate) directories: Directories,
    pub(crate) sessions: Sessions,
    /// Whose turn it is upon a booking at a provider.
    pub(crate) turns: Turns<BookingId>,
    /// Whose turn it is upon a tool call that came more than once.
    pub(crate) repeats: Turns<RepeatKey>,
    /// What tools of a call that write wait at.
    pub(crate) gates: WriteGates<CallKey>,
    /// The exchange with every connection's provider.
    pub(crate) syncs: Syncs,
    /// Wakes the worker of durable jobs.
    pub(crate) bell: Bell,
    pub(crate) messenger: Arc<dyn Messenger>,
    /// How long a booking's answer waits for it.
    pub(crate) message_wait: Duration,
    pub(crate) mailer: Arc<dyn Mailer>,
    /// Whose mails are being handed over.
    pub(crate) mail_line: MailLine,
    /// Days of free slots that are asked for when a call begins.
    pub(crate) days_ahead: u32,
    /// Who waits for a message to be handed over.
    pub(crate) handovers: Handovers,
    /// What sessions are linked to.
    pub(crate) nursery: Nursery,
    pub(crate) control: Arc<dyn CallControl>,
    /// What the voice platform itself says of a call.
    pub(crate) lookup: Arc<dyn CallLookup>,
    /// Calls that ended and have no report yet.
    pub(crate) unreported: Unreported,
    pub(crate) caller_sources: Vec<Arc<dyn CallerSource>>,
    pub(crate) tool_health: ToolHealth,
    /// What is registered with the voice platform.
    pub(crate) registrations: Registrations,
}

impl Shared {
    /// A customer as a call knows them. The last visit is the latest booking that has passed, or
    /// what the record knows from elsewhere, whichever is later.
    pub(crate) async fn summary_of(&self, customer: &Customer) -> CustomerSummary {
        let filter = BookingFilter {
            to: Some(self.clock.now()),
            customer: Some(customer.id),
            ..BookingFilter::default()
        };
        let page = Page { limit: 10_000, cursor: None };
        let visited = match self.store.bookings(&customer.org, &filter, &page).await {
            Ok(bookings) => bookings.items.iter().filter(|b| b.is_active()).map(local_date).max(),
            Err(_) => None,
        };
        CustomerSummary {
            id: Some(customer.id),
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            email: customer.email.clone(),
            last_visit: customer.last_visit.max(visited.flatten()),
        }
    }
}

fn local_date(booking: &Booking) -> Option<jiff::civil::Date> {
    booking.start.in_tz(&booking.time_zone).ok().map(|zoned| zoned.date())
}

/// All of it, of a server that starts.
pub(super) fn parts_shared(
    parts: &CallsParts,
    nursery: Nursery,
    provider_nursery: Nursery,
    came_back: CameBack,
) -> Shared {
    Shared {
        store: parts.store.clone(),
        orgs: parts.orgs.clone(),
        clock: Arc::clone(&parts.clock),
        feed: parts.feed.clone(),
        holds: Holds::default(),
        opened: Opened::default(),
        connections: Connections::new(
            parts.store.clone(),
            Arc::clone(&parts.clock),
            Arc::clone(&parts.adapters),
            provider_nursery.clone(),
            came_back,
            parts.settings.keep_slots,
        ),
        directories: Directories::new(
            Arc::clone(&parts.directory),
            provider_nursery,
            ProviderLog::new(parts.store.clone(), Arc::clone(&parts.clock)),
            parts.feed.clone(),
        ),
        sessions: Sessions::default(),
        turns: Turns::default(),
        repeats: Turns::default(),
        gates: WriteGates::default(),
        syncs: Syncs::new(parts.settings.sync.clone()),
        bell: Bell::default(),
        messenger: Arc::clone(&parts.messenger),
        message_wait: parts.settings.message_wait,
        days_ahead: parts.settings.days_ahead,
        mailer: Arc::clone(&parts.mailer),
        mail_line: MailLine::default(),
        handovers: Handovers::default(),
        nursery,
        control: Arc::clone(&parts.control),
        lookup: Arc::clone(&parts.lookup),
        unreported: Unreported::default(),
        caller_sources: parts.caller_sources.clone(),
        tool_health: ToolHealth::default(),
        registrations: Registrations::new(Arc::clone(&parts.platform), parts.toolbox.clone()),
    }
}
