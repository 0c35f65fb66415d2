//! What is behind a connection's token: the seller, the place, and what the token may do. Read seldom and
//! kept for a while, so that no caller waits for it twice. Knows no booking.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookswitch_actors::ports::{ProviderAccount, ProviderError};
use tokio::sync::OnceCell;

use super::client::Client;
use super::refusal::{Asked, NO_PLAN, Refusal, accept, unreadable};
use super::wire::{self, LocationBody, ProfileBody};

/// For how long what a token may do is taken as known.
const GOOD_FOR: Duration = Duration::from_secs(3600);
/// For how long it is not asked for again when that could not be found out.
const NOT_AGAIN_FOR: Duration = Duration::from_secs(60);
/// How long finding it out may take within a request that a caller waits for.
const PATIENCE: Duration = Duration::from_secs(1);
/// Most locations that are named to an operator.
const NAMED: usize = 20;

/// The permissions without which nothing can be booked.
const NEEDED: [&str; 5] = [
    "APPOINTMENTS_READ",
    "APPOINTMENTS_WRITE",
    "CUSTOMERS_READ",
    "CUSTOMERS_WRITE",
    "MERCHANT_PROFILE_READ",
];
/// The permissions that make a token the seller's own.
const SELLERS: [&str; 2] = ["APPOINTMENTS_ALL_READ", "APPOINTMENTS_ALL_WRITE"];

/// One account, at one place.
pub(super) struct Account {
    client: Client,
    given: Option<String>,
    sole: OnceCell<String>,
    scopes: Mutex<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    until: Instant,
    scopes: Option<Vec<String>>,
}

impl Account {
    /// At the location with the `given` id, else at the only one that there is.
    pub(super) fn new(client: Client, given: Option<String>) -> Self {
        Self { client, given, sole: OnceCell::new(), scopes: Mutex::new(None) }
    }

    /// Where bookings are made.
    ///
    /// # Errors
    /// [`ProviderError::NeedsHuman`] if the operator has to choose, with the choice.
    pub(super) async fn location(&self) -> Result<&str, ProviderError> {
        match &self.given {
            Some(given) => Ok(given),
            None => Ok(self.sole.get_or_try_init(|| self.only_location()).await?),
        }
    }

    async fn only_location(&self) -> Result<String, ProviderError> {
        let sent = self.client.get(&["locations"], &[]).await;
        let answer = accept(Asked::Read, sent).map_err(Refusal::into_error)?;
        let page = wire::page::<LocationBody>(&answer.body, "locations").ok_or_else(unreadable)?;
        let mut active = page.entries;
        active.retain(|location| location.status.as_deref() != Some("INACTIVE"));
        if active.len() == 1
            && let Some(only) = active.pop()
        {
            return Ok(only.id);
        }
        let named = active.iter().take(NAMED).map(|location| {
            format!("{} ({})", location.name.as_deref().unwrap_or("without a name"), location.id)
        });
        let named: Vec<String> = named.collect();
        Err(ProviderError::NeedsHuman(match named.as_slice() {
            [] => "the Square account has no active location".to_owned(),
            some => format!(
                "set options.location_id to one of the Square account's locations: {}",
                some.join(", ")
            ),
        }))
    }

    /// What the token may do; `None` if that cannot be found out now.
    async fn scopes(&self) -> Option<Vec<String>> {
        let known = self.scopes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| Instant::now() < known.until) {
            return known.scopes;
        }
        let sent = tokio::time::timeout(PATIENCE, self.client.token_status()).await.ok();
        let answer = sent.and_then(|sent| accept(Asked::Read, sent).ok());
        let token = answer.and_then(|answer| wire::token(&answer.body));
        let scopes = token.map(|token| token.scopes).filter(|scopes| !scopes.is_empty());
        let good_for = if scopes.is_some() { GOOD_FOR } else { NOT_AGAIN_FOR };
        let known = Known { until: Instant::now() + good_for, scopes: scopes.clone() };
        *self.scopes.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        scopes
    }

    /// Whether Square looks after overlaps itself, as it does for a buyer's permissions. A seller's own
    /// are allowed to book twice, and so may be those that cannot be found out.
    pub(super) async fn is_guarded(&self) -> bool {
        self.scopes().await.is_some_and(|scopes| !is_sellers(&scopes))
    }

    /// What the seller lets customers do.
    pub(super) async fn profile(&self) -> Result<ProfileBody, ProviderError> {
        let sent = self.client.get(&["bookings", "business-booking-profile"], &[]).await;
        let answer = accept(Asked::Read, sent).map_err(Refusal::into_error)?;
        wire::part(&answer.body, "business_booking_profile").ok_or_else(unreadable)
    }

    /// Who the seller is.
    ///
    /// # Errors
    /// [`ProviderError::NeedsHuman`] if free times could be seen but nothing could be booked.
    pub(super) async fn seller(&self) -> Result<ProviderAccount, ProviderError> {
        let place = self.location().await?;
        let path = ["locations", place];
        let (sent, scopes, profile) =
            tokio::join!(self.client.get(&path, &[]), self.scopes(), self.profile());
        let answer = match accept(Asked::Read, sent) {
            Ok(answer) => answer,
            Err(Refusal::Clear(ProviderError::NotFound)) => {
                return Err(ProviderError::NeedsHuman(
                    "Square does not know the location; correct options.location_id".into(),
                ));
            }
            Err(other) => return Err(other.into_error()),
        };
        let location: LocationBody = wire::part(&answer.body, "location").ok_or_else(unreadable)?;
        if let Some(scopes) = &scopes {
            may_book(scopes)?;
        }
        // Without the permission to see it, the profile is left to show when it matters.
        if let Ok(profile) = profile {
            is_open(&profile, scopes.as_deref())?;
        }
        let id = location.merchant_id.unwrap_or(location.id);
        let name = [location.business_name, location.name].into_iter().flatten();
        let name = name.map(|name| name.trim().to_owned()).find(|name| !name.is_empty());
        Ok(ProviderAccount { name: name.unwrap_or_else(|| id.clone()), id: Some(id) })
    }
}

fn is_sellers(scopes: &[String]) -> bool {
    SELLERS.iter().all(|needed| scopes.iter().any(|scope| scope == needed))
}

fn may_book(scopes: &[String]) -> Result<(), ProviderError> {
    let missing: Vec<&str> =
        NEEDED.into_iter().filter(|needed| !scopes.iter().any(|scope| scope == needed)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(ProviderError::NeedsHuman(format!(
        "Square's token lacks the permissions {}; connect again with them",
        missing.join(", ")
    )))
}

fn is_open(profile: &ProfileBody, scopes: Option<&[String]>) -> Result<(), ProviderError> {
    if profile.booking_enabled == Some(false) {
        return Err(ProviderError::NeedsHuman(
            "Square Appointments takes no bookings for this account; switch online booking on there"
                .into(),
        ));
    }
    let as_seller = scopes.is_some_and(is_sellers);
    if as_seller && profile.support_seller_level_writes == Some(false) {
        return Err(ProviderError::NeedsHuman(NO_PLAN.into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    #[test]
    fn missing_permissions_are_named() {
        assert_eq!(may_book(&all(&NEEDED)), Ok(()));
        let error = may_book(&all(&NEEDED[..3])).map_err(|error| error.to_string());
        let expected = "the operator must act: Square's token lacks the permissions \
            CUSTOMERS_WRITE, MERCHANT_PROFILE_READ; connect again with them";
        assert_eq!(error, Err(expected.to_owned()));
    }

    #[test]
    fn a_sellers_own_permissions_need_a_plan_and_a_buyers_do_not() {
        let profile = |open, plan| ProfileBody {
            booking_enabled: Some(open),
            support_seller_level_writes: Some(plan),
            ..ProfileBody::default()
        };
        let sellers = all(&SELLERS);
        assert_eq!(is_open(&profile(true, true), Some(&sellers)), Ok(()));
        assert!(is_open(&profile(true, false), Some(&sellers)).is_err());
        assert_eq!(is_open(&profile(true, false), Some(&all(&NEEDED))), Ok(()));
        assert_eq!(is_open(&profile(true, false), None), Ok(()), "who knows");
        assert!(is_open(&profile(false, true), None).is_err());
        assert!(!is_sellers(&all(&SELLERS[..1])), "both are needed");
    }
}
