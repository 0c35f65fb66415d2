//! The account: who may do what, where, and with which services. Called with the lock held; knows no HTTP.
//! What becomes of bookings is in `bookings`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::clock::Clock;
use super::answers::No;
use super::bookings::Kept;
use super::calendar::{Member, Variation};
use super::customers::Customers;
use super::operation::Operation;
use crate::server::random_text;

/// The seller's id.
pub(super) const MERCHANT: &str = "MLWILLOWSTREET";

/// Every permission of a buyer's token.
const BUYERS: [&str; 7] = [
    "APPOINTMENTS_READ",
    "APPOINTMENTS_WRITE",
    "APPOINTMENTS_BUSINESS_SETTINGS_READ",
    "CUSTOMERS_READ",
    "CUSTOMERS_WRITE",
    "ITEMS_READ",
    "MERCHANT_PROFILE_READ",
];
/// What makes it the seller's own.
const SELLERS: [&str; 2] = ["APPOINTMENTS_ALL_READ", "APPOINTMENTS_ALL_WRITE"];

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Everything that the seller may, such as two bookings at one time.
    Seller,
    /// What a customer may, and no more.
    Buyer,
    /// What the seller may, without this permission.
    Without(&'static str),
}

/// The account that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The good token.
    pub access_token: String,
    /// What it may do.
    pub rights: Rights,
    /// IANA zone of the location.
    pub zone: String,
    /// What its clock shows when it starts; it runs on from there.
    pub now: Timestamp,
    /// Ids of its active locations; bookings are of the first.
    pub locations: Vec<String>,
    /// Who can be booked.
    pub members: Vec<Member>,
    /// What can be booked.
    pub services: Vec<Variation>,
    /// Whether the seller accepts each of a customer's bookings by hand.
    pub requires_acceptance: bool,
    /// Whether customers may change and cancel.
    pub allows_changes: bool,
    /// How long before the start they may no longer.
    pub cancellation_window: SignedDuration,
    /// Whether the seller pays for a plan that lets applications write.
    pub has_plan: bool,
    /// Searches in which a new customer does not show yet.
    pub search_lag: u32,
    /// Most bookings on a page.
    pub page: usize,
}

impl Setup {
    /// A seller with one location, one service of half an hour and one who does it.
    #[must_use]
    pub fn new(access_token: &str, zone: &str, now: Timestamp) -> Self {
        Self {
            access_token: access_token.to_owned(),
            rights: Rights::Seller,
            zone: zone.to_owned(),
            now,
            locations: vec!["LWILLOW1".into()],
            members: vec![Member::new("TM1")],
            services: vec![Variation::new("VAR1", "Consultation", 30, &["TM1"])],
            requires_acceptance: false,
            allows_changes: true,
            cancellation_window: SignedDuration::ZERO,
            has_plan: true,
            search_lag: 0,
            page: 100,
        }
    }
}

pub struct Account {
    pub(super) setup: Setup,
    pub(super) zone: TimeZone,
    pub(super) customers: Customers,
    pub(super) bookings: Vec<Kept>,
    pub(super) races: bool,
    clock: Clock,
    done: BTreeMap<String, (Value, Value)>,
    subscriptions: BTreeMap<String, String>,
    old_tokens: Vec<String>,
}

impl Account {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            zone: TimeZone::get(&setup.zone).unwrap_or(TimeZone::UTC),
            customers: Customers::lagging(setup.search_lag),
            bookings: Vec::new(),
            races: false,
            clock: Clock::from(setup.now),
            done: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            old_tokens: Vec::new(),
            setup,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn set_token(&mut self, token: &str) {
        let old = std::mem::replace(&mut self.setup.access_token, token.to_owned());
        self.old_tokens.push(old);
    }

    pub(super) fn set_rights(&mut self, rights: Rights) {
        self.setup.rights = rights;
    }

    pub(super) fn change_service(&mut self, variation: &str) {
        for service in self.setup.services.iter_mut().filter(|service| service.id == variation) {
            service.version += 1_000;
        }
    }

    fn scopes(&self) -> Vec<&'static str> {
        let mut scopes = BUYERS.to_vec();
        if self.setup.rights != Rights::Buyer {
            scopes.extend(SELLERS);
        }
        if let Rights::Without(missing) = self.setup.rights {
            scopes.retain(|scope| *scope != missing);
        }
        scopes
    }

    pub(super) fn is_seller(&self) -> bool {
        self.setup.rights != Rights::Buyer
    }

    /// Whether the bearer of `token` may do it.
    pub(super) fn admit(&self, token: Option<&str>, operation: Operation) -> Result<(), No> {
        match token {
            Some(token) if token == self.setup.access_token => {}
            Some(old) if self.old_tokens.iter().any(|token| token == old) => {
                return Err(No::credentials(401, "ACCESS_TOKEN_EXPIRED"));
            }
            _ => return Err(No::credentials(401, "UNAUTHORIZED")),
        }
        if operation.scope().is_some_and(|scope| !self.scopes().contains(&scope)) {
            return Err(No::credentials(403, "INSUFFICIENT_SCOPES"));
        }
        let writes = matches!(operation, Operation::Create | Operation::Update | Operation::Cancel);
        if writes && self.is_seller() && !self.setup.has_plan {
            return Err(No::no_plan());
        }
        Ok(())
    }

    /// Does what a key was not used for before; says again what it was used for. Only what was done is
    /// remembered.
    pub(super) fn once(
        &mut self,
        kind: &str,
        body: &Value,
        act: impl FnOnce(&mut Self) -> Result<Value, No>,
    ) -> Result<Value, No> {
        let Some(key) = body["idempotency_key"].as_str() else { return act(self) };
        if key.is_empty() || key.len() > 255 {
            let detail = "Must be between 1 and 255 characters.";
            return Err(No::wrong("VALUE_TOO_LONG", "idempotency_key", detail));
        }
        let key = format!("{kind} {key}");
        match self.done.get(&key) {
            Some((sent, _)) if sent != body => return Err(No::key_reused()),
            Some((_, answer)) => return Ok(answer.clone()),
            None => {}
        }
        let answer = act(self)?;
        self.done.insert(key, (body.clone(), answer.clone()));
        Ok(answer)
    }

    pub(super) fn token_status(&self) -> Value {
        json!({"scopes": self.scopes(), "client_id": "sq0idp-stand-in", "merchant_id": MERCHANT,
            "expires_at": ""})
    }

    pub(super) fn locations(&self) -> Value {
        let shown: Vec<Value> = self.setup.locations.iter().map(|id| self.location(id)).collect();
        json!({"locations": shown})
    }

    fn location(&self, id: &str) -> Value {
        json!({"id": id, "name": format!("Desk {id}"), "business_name": "Willow Street Dental",
            "timezone": self.setup.zone, "status": "ACTIVE", "merchant_id": MERCHANT,
            "type": "PHYSICAL", "country": "US", "currency": "USD"})
    }

    pub(super) fn show_location(&self, id: &str) -> Result<Value, No> {
        self.is_here(id)?;
        Ok(json!({"location": self.location(id)}))
    }

    pub(super) fn is_here(&self, id: &str) -> Result<(), No> {
        if self.setup.locations.iter().any(|location| location == id) {
            return Ok(());
        }
        Err(No::not_found("Location"))
    }

    pub(super) fn profile(&self) -> Value {
        let setup = &self.setup;
        let policy = if setup.requires_acceptance { "REQUIRES_ACCEPTANCE" } else { "ACCEPT_ALL" };
        json!({"business_booking_profile": {
            "seller_id": MERCHANT,
            "booking_enabled": true,
            "booking_policy": policy,
            "allow_user_cancel": setup.allows_changes,
            "support_seller_level_writes": setup.has_plan,
            "business_appointment_settings": {
                "location_types": ["BUSINESS_LOCATION"],
                "alignment_time": "SERVICE_DURATION",
                "min_booking_lead_time_seconds": 0,
                "max_booking_lead_time_seconds": 31_536_000,
                "cancellation_window_seconds": setup.cancellation_window.as_secs(),
            },
        }})
    }

    pub(super) fn services(&self) -> Value {
        let item = |service: &Variation| {
            json!({"type": "ITEM", "id": format!("IT{}", service.id), "is_deleted": false,
                "present_at_all_locations": true,
                "item_data": {"name": service.name, "product_type": "APPOINTMENTS_SERVICE",
                    "variations": [{"type": "ITEM_VARIATION", "id": service.id,
                        "version": service.version, "is_deleted": false,
                        "item_variation_data": {"item_id": format!("IT{}", service.id),
                            "name": "Regular", "service_duration": service.minutes * 60_000,
                            "available_for_booking": true,
                            "team_member_ids": service.members}}]}})
        };
        json!({"items": self.setup.services.iter().map(item).collect::<Vec<_>>()})
    }

    /// Subscriptions are the application's: a token that belongs to it may make them.
    pub(super) fn subscribe(&mut self, body: &Value) -> Result<Value, No> {
        let subscription = &body["subscription"];
        let url = subscription["notification_url"].as_str().unwrap_or_default();
        if !url.starts_with("https://") {
            let field = "subscription.notification_url";
            return Err(No::wrong("INVALID_VALUE", field, "Must be an https address."));
        }
        if body["idempotency_key"].as_str().is_some_and(|key| key.len() > 45) {
            return Err(No::wrong("VALUE_TOO_LONG", "idempotency_key", "Too long."));
        }
        let id = format!("wbhk_{}", random_text(20));
        let mut made = subscription.clone();
        made["id"] = json!(id);
        made["signature_key"] = json!(random_text(22));
        self.subscriptions.insert(id, url.to_owned());
        Ok(json!({"subscription": made}))
    }

    pub(super) fn unsubscribe(&mut self, id: &str) -> Result<Value, No> {
        match self.subscriptions.remove(id) {
            Some(_) => Ok(json!({})),
            None => Err(No::not_found("Subscription")),
        }
    }
}
