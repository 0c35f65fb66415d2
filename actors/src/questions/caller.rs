//! Who is calling, before anybody has spoken: our own customer record first, then whoever else may
//! know. A number can be forged, so what is found is fit for a greeting and proves nothing (R10).

use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hookswitch_storage::{
    Booking, BookingFilter, BookingStatus, CallId, CustomerQuery, Page, StoreError,
};

use crate::bounds::WELCOME_LOOK_UP;
use crate::calls::Shared;
use crate::directory::matching::Match;
use crate::orgs::OrgEntry;

/// Bookings of a caller that are looked at; they come soonest first.
const BOOKINGS: usize = 20;

/// What is known of a caller.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownCaller {
    /// Full name.
    pub name: String,
    /// What their next booking is for; not when, which is theirs to say (R10).
    pub upcoming: Option<String>,
}

impl std::fmt::Debug for KnownCaller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KnownCaller(..)")
    }
}

/// Looks for the one person behind an E.164 number.
pub(super) async fn look_up(
    shared: &Shared,
    org: &OrgEntry,
    call: Option<&CallId>,
    number: &str,
) -> Option<KnownCaller> {
    let own = match own_record(shared, org, number).await {
        Ok(own) => own,
        Err(error) => {
            tracing::warn!(org.id = %org.id(), %error, "caller could not be looked up");
            Own::Nobody
        }
    };
    match own {
        Own::Known(known) => Some(known),
        // Who of them it is has to be asked; others would only add to the confusion.
        Own::Several => None,
        Own::Nobody => {
            let sources = shared.caller_sources.iter();
            // One that hangs must not silence the others.
            let asked: FuturesUnordered<_> =
                sources.map(|source| source.name_of(org.id(), number)).collect();
            let mut known = std::pin::pin!(asked.filter_map(std::future::ready));
            let name = tokio::select! {
                Some(name) = known.next() => name,
                Some(name) = name_in_directory(shared, org, call, number) => name,
                else => return None,
            };
            Some(KnownCaller { name, upcoming: None })
        }
    }
}

/// The name of the one person whom the org's customer directory has under the number.
async fn name_in_directory(
    shared: &Shared,
    org: &OrgEntry,
    call: Option<&CallId>,
    number: &str,
) -> Option<String> {
    let deadline = Instant::now() + WELCOME_LOOK_UP;
    match shared.directories.find(org, call, number, deadline).await? {
        Ok(Match::One(contact)) => contact.name,
        Ok(_) => None,
        Err(error) => {
            tracing::warn!(org.id = %org.id(), %error, "caller not found in the directory");
            None
        }
    }
}

enum Own {
    Known(KnownCaller),
    Several,
    Nobody,
}

async fn own_record(shared: &Shared, org: &OrgEntry, number: &str) -> Result<Own, StoreError> {
    let query = CustomerQuery::Phone(number.to_owned());
    let mut found = shared.store.find_customers(org.id(), &query, 2).await?;
    let customer = match found.len() {
        0 => return Ok(Own::Nobody),
        1 => found.remove(0),
        _ => return Ok(Own::Several),
    };
    let filter = BookingFilter {
        from: Some(shared.clock.now()),
        customer: Some(customer.id),
        ..BookingFilter::default()
    };
    let page = Page { limit: BOOKINGS, cursor: None };
    let bookings = shared.store.bookings(org.id(), &filter, &page).await?.items;
    let next = bookings
        .iter()
        .filter(|booking| booking.status != BookingStatus::Cancelled)
        .min_by_key(|booking| booking.start);
    let upcoming = next.map(|booking| service_of(org, booking));
    Ok(Own::Known(KnownCaller { name: customer.name, upcoming }))
}

fn service_of(org: &OrgEntry, booking: &Booking) -> String {
    let service = org.settings().services.iter().find(|service| service.id == booking.service_id);
    service.map_or(booking.service_id.as_str(), |service| service.name.as_str()).to_owned()
}
