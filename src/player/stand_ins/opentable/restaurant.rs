//! The restaurant: its tables, which are kept and which reserved. Called with the lock held; knows no
//! HTTP.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::asked::Query;
use super::super::clock::Clock;
use super::Setup;
use super::answers::No;
use crate::server::random_text;

/// How long a party stays.
const STAY: SignedDuration = SignedDuration::from_mins(90);
/// For how long a table is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(5);
/// Distance between two starts, minutes.
const STEP: i64 = 30;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How many it seats.
    pub seats: u32,
    /// Its dining area.
    pub area: u64,
    /// Its kind, such as `default` or `outdoor`.
    pub kind: String,
    /// Whether it comes with an experience that wants a card.
    pub wants_card: bool,
}

impl Table {
    /// An ordinary table.
    #[must_use]
    pub fn new(seats: u32) -> Self {
        Self { seats, area: 1, kind: "default".into(), wants_card: false }
    }
}

/// One reservation as the restaurant keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Its number for the guest.
    pub confirmation: u64,
    /// Start.
    pub start: Timestamp,
    /// How many come.
    pub party: u32,
    /// Which of the tables.
    pub table: usize,
    /// The guest's names.
    pub name: (String, String),
    /// The guest's number without the country's code.
    pub phone: String,
    /// What the guest wishes.
    pub request: String,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Whether the guest agreed to texts.
    pub texts: bool,
}

struct Lock {
    table: usize,
    start: Timestamp,
    party: u32,
    until: Timestamp,
}

pub struct Restaurant {
    setup: Setup,
    zone: TimeZone,
    clock: Clock,
    kept: Vec<Kept>,
    locks: BTreeMap<String, Lock>,
    /// Answers by `X-Request-Id`: what is sent twice is done once.
    done: BTreeMap<String, Value>,
}

impl Restaurant {
    pub(super) fn new(setup: Setup) -> Self {
        let zone = TimeZone::get(&setup.zone).unwrap_or(TimeZone::UTC);
        let (kept, locks, done) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { clock: Clock::from(setup.now), setup, zone, kept, locks, done }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn is_open_to(&self, token: &str) -> bool {
        token == self.setup.access_token
    }

    pub(super) fn is_here(&self, restaurant: u64) -> bool {
        restaurant == self.setup.restaurant_id
    }

    /// A token for whoever the partner is.
    pub(super) fn token(&self, pair: &str) -> Result<Value, No> {
        let (id, secret) = &self.setup.partner;
        if pair != format!("{id}:{secret}") {
            return Err(No(401, Some("invalid_client"), "Bad credentials"));
        }
        Ok(json!({"access_token": self.setup.access_token, "token_type": "bearer",
            "expires_in": 1_219_199, "scope": "DEFAULT"}))
    }

    pub(super) fn change_credentials(&mut self, secret: &str, token: &str) {
        secret.clone_into(&mut self.setup.partner.1);
        token.clone_into(&mut self.setup.access_token);
    }

    pub(super) fn reservations(&self) -> &[Kept] {
        &self.kept
    }

    pub(super) fn locks(&self) -> usize {
        let now = self.now();
        self.locks.values().filter(|lock| lock.until > now).count()
    }

    fn moment(&self, text: &str) -> Result<Timestamp, No> {
        let shown: DateTime = text.parse().map_err(|_| No::INVALID)?;
        let moment = self.zone.to_ambiguous_timestamp(shown).compatible();
        moment.map_err(|_| No::INVALID)
    }

    fn shown(&self, at: Timestamp) -> String {
        self.zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// The tables that a party can have at a start, those of a reservation that changes among them.
    fn free(&self, start: Timestamp, party: u32, changing: Option<&str>) -> Vec<usize> {
        let shown = self.zone.to_datetime(start);
        let (opens, closes) = self.setup.hours;
        let open = (opens..=closes).contains(&shown.hour())
            && i64::from(shown.minute()) % STEP == 0
            && start > self.now();
        let near = |other: Timestamp| other.duration_since(start).abs() < STAY;
        let now = self.now();
        let taken = |table: usize| {
            let reserved = self.kept.iter().any(|kept| {
                !kept.cancelled
                    && kept.table == table
                    && near(kept.start)
                    && Some(kept.id.as_str()) != changing
            });
            let mut locks = self.locks.values();
            reserved
                || locks.any(|lock| lock.table == table && near(lock.start) && lock.until > now)
        };
        let seats = |table: &usize| self.setup.tables[*table].seats >= party;
        let all = 0..self.setup.tables.len();
        all.filter(|table| open && seats(table) && !taken(*table)).collect()
    }

    pub(super) fn availability(&self, query: &Query) -> Result<Value, No> {
        let number = |name: &str| query.number(name).and_then(|number| u32::try_from(number).ok());
        let party = number("party_size").filter(|party| (1..=20).contains(party));
        let party = party.ok_or(No::INVALID)?;
        let at = self.moment(query.text("start_date_time").unwrap_or_default())?;
        let reach = |name: &str| {
            let reach = number(name).filter(|minutes| *minutes <= self.setup.longest_window);
            reach.map(|minutes| SignedDuration::from_mins(i64::from(minutes))).ok_or(No::INVALID)
        };
        let (back, forth) = (reach("backward_minutes")?, reach("forward_minutes")?);
        let from = at.checked_sub(back).unwrap_or(at);
        let to = at.checked_add(forth).unwrap_or(at);
        let minute = self.zone.to_datetime(from).minute();
        let mut start = from.checked_add((-(i64::from(minute) % STEP)).minutes()).unwrap_or(from);
        let (mut times, mut available) = (Vec::new(), Vec::new());
        while start <= to {
            let free = if start >= from { self.free(start, party, None) } else { Vec::new() };
            if !free.is_empty() {
                let kinds: Vec<Value> = free.iter().map(|table| self.kind(*table)).collect();
                times.push(json!(self.shown(start)));
                available.push(json!({"time": self.shown(start), "availability_types": kinds}));
            }
            start = start.checked_add(STEP.minutes()).unwrap_or(Timestamp::MAX);
        }
        Ok(json!({"rid": self.setup.restaurant_id, "party_size": party,
            "restaurant_settings": {"scc_enabled": true}, "times": times,
            "times_available": available}))
    }

    fn kind(&self, table: usize) -> Value {
        let table = &self.setup.tables[table];
        let kind = if table.wants_card { "Experience" } else { "Standard" };
        json!({"type": kind, "diningArea": [{"id": table.area, "table_type": [table.kind]}]})
    }

    pub(super) fn lock(&mut self, body: &Value) -> Result<Value, No> {
        let start = self.moment(body["date_time"].as_str().unwrap_or_default())?;
        let party = body["party_size"].as_u64().and_then(|party| u32::try_from(party).ok());
        let party = party.ok_or(No::INVALID)?;
        let fits = |at: &usize| {
            let table = &self.setup.tables[*at];
            let area = body["dining_area_id"].as_u64();
            body["table_type"] == json!(table.kind) && area.is_none_or(|area| area == table.area)
        };
        let free = self.free(start, party, None).into_iter();
        let table = free.filter(fits).min_by_key(|at| self.setup.tables[*at].seats);
        let table = table.ok_or(No::TAKEN)?;
        let until = self.now().checked_add(KEPT_FOR).unwrap_or(Timestamp::MAX);
        let token = random_text(24);
        self.locks.insert(token.clone(), Lock { table, start, party, until });
        let shown = until.strftime("%Y-%m-%dT%H:%M").to_string();
        Ok(json!({"expires_at": shown, "reservation_token": token}))
    }

    pub(super) fn unlock(&mut self, token: &str) -> Result<(), No> {
        let taken_back = self.setup.takes_back && self.locks.remove(token).is_some();
        if taken_back { Ok(()) } else { Err(No::NOT_FOUND) }
    }

    pub(super) fn reserve(&mut self, body: &Value, id: Option<&str>) -> Result<Value, No> {
        if let Some(known) = id.and_then(|id| self.done.get(id)) {
            return Ok(known.clone());
        }
        let text = |name: &str| body[name].as_str().map(str::trim).filter(|text| !text.is_empty());
        let token = text("reservation_token").ok_or(No::DEAD)?;
        let now = self.now();
        let live = self.locks.get(token).filter(|lock| lock.until > now).ok_or(No::DEAD)?;
        let (Some(first), Some(last)) = (text("first_name"), text("last_name")) else {
            return Err(No::INVALID);
        };
        // A region here, a number where reservations are searched.
        let phone = &body["phone"];
        let (Some(number), Some("US")) = (phone["number"].as_str(), phone["country_code"].as_str())
        else {
            return Err(No::INVALID);
        };
        let kept = Kept {
            id: random_text(16),
            confirmation: 2_592 + self.kept.len() as u64,
            start: live.start,
            party: live.party,
            table: live.table,
            name: (first.to_owned(), last.to_owned()),
            phone: number.to_owned(),
            request: text("special_request").unwrap_or_default().to_owned(),
            cancelled: false,
            texts: body["sms_notifications_opt_in"] == true,
        };
        self.locks.remove(token);
        let shown = self.show(&kept);
        self.kept.push(kept);
        self.done.extend(id.map(|id| (id.to_owned(), shown.clone())));
        Ok(shown)
    }

    pub(super) fn search(&self, body: &Value) -> Result<Value, No> {
        let phone = &body["phone_number"];
        let (Some(number), Some(1)) = (phone["number"].as_str(), phone["country_code"].as_u64())
        else {
            return Err(No::INVALID);
        };
        let of_number = self.kept.iter().filter(|kept| kept.phone == number);
        let shown: Vec<Value> = of_number.map(|kept| self.show(kept)).collect();
        Ok(json!({"reservations": shown}))
    }

    fn at(&self, id: &str) -> Result<usize, No> {
        let standing = |kept: &Kept| kept.id == id && !kept.cancelled;
        self.kept.iter().position(standing).ok_or(No::NOT_FOUND)
    }

    pub(super) fn change(&mut self, id: &str, body: &Value) -> Result<Value, No> {
        let at = self.at(id)?;
        let start = self.moment(body["date_time"].as_str().unwrap_or_default())?;
        // A text in the only sample.
        let party = body["party_size"].as_str().and_then(|party| party.parse().ok());
        let party = party.ok_or(No::INVALID)?;
        let free = self.free(start, party, Some(id));
        let table = free.first().copied().ok_or(No::TAKEN)?;
        let kept = &mut self.kept[at];
        (kept.start, kept.party, kept.table) = (start, party, table);
        if let Some(request) = body["special_request"].as_str() {
            request.clone_into(&mut kept.request);
        }
        Ok(self.show(&self.kept[at]))
    }

    pub(super) fn cancel(&mut self, id: &str) -> Result<(), No> {
        let at = self.at(id)?;
        self.kept[at].cancelled = true;
        Ok(())
    }

    pub(super) fn cancel_by_hand(&mut self, id: &str) -> bool {
        self.cancel(id).is_ok()
    }

    pub(super) fn book_elsewhere(&mut self, start: Timestamp, party: u32) {
        let Some(table) = self.free(start, party, None).first().copied() else { return };
        self.kept.push(Kept {
            id: random_text(16),
            confirmation: 2_592 + self.kept.len() as u64,
            start,
            party,
            table,
            name: ("Somebody".into(), "Else".into()),
            phone: "3125550000".into(),
            request: String::new(),
            cancelled: false,
            texts: false,
        });
    }

    fn show(&self, kept: &Kept) -> Value {
        let status = if kept.cancelled { "Cancelled" } else { "Modifiable" };
        json!({"reservation_id": kept.id, "confirmation_number": kept.confirmation,
            "restaurant_id": self.setup.restaurant_id.to_string(),
            "date_time": self.shown(kept.start), "party_size": kept.party, "status": status,
            "special_request": kept.request})
    }
}
