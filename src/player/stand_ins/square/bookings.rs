//! The account's bookings and what may become of them. Called with the lock held; knows no HTTP.

use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::asked::Query;
use super::account::Account;
use super::answers::No;
use super::calendar::Variation;
use super::input::{self, Search, Sent, SentSegment};
use crate::server::random_text;

/// Where a booking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Standing {
    /// It stands.
    Accepted,
    /// The seller has yet to accept it.
    Pending,
    /// The seller declined it.
    Declined,
    /// The customer cancelled it.
    CancelledByCustomer,
    /// The seller cancelled it.
    CancelledBySeller,
    /// The customer did not come.
    NoShow,
}

/// One booking as the account keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Grows with each change.
    pub version: i64,
    /// Where it stands.
    pub status: Standing,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Where it is.
    pub location: String,
    /// Whose it is.
    pub customer: Option<String>,
    /// What the customer reads.
    pub customer_note: Option<String>,
    /// What the seller reads.
    pub seller_note: Option<String>,
    /// What was booked.
    pub variation: String,
    /// Who does it.
    pub member: String,
    /// Whether it was made with the token; others are the seller's own.
    pub by_token: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Kept {
    /// Whether it stands or waits for the seller.
    #[must_use]
    pub fn stands(&self) -> bool {
        matches!(self.status, Standing::Accepted | Standing::Pending)
    }
}

impl Account {
    pub(super) fn bookings(&self) -> &[Kept] {
        &self.bookings
    }

    fn service(&self, id: &str) -> Result<Variation, No> {
        let found = self.setup.services.iter().find(|service| service.id == id).cloned();
        found.ok_or_else(|| No::not_found("Service variation"))
    }

    /// Whether a member is free; `moving` is not in its own way.
    fn is_free(
        &self,
        member: &str,
        (start, end): (Timestamp, Timestamp),
        moving: Option<&str>,
    ) -> bool {
        !self.bookings.iter().any(|kept| {
            kept.stands()
                && kept.member == member
                && kept.start < end
                && start < kept.end
                && Some(kept.id.as_str()) != moving
        })
    }

    /// Whether a customer could book it.
    fn is_open(
        &self,
        service: &Variation,
        member: &str,
        start: Timestamp,
        moving: Option<&str>,
    ) -> bool {
        let length = service.length();
        let end = start.checked_add(length).unwrap_or(start);
        let date = start.to_zoned(self.zone.clone()).date();
        let works = self.setup.members.iter().any(|known| {
            known.id == member && known.starts(date, &self.zone, length).contains(&start)
        });
        start > self.now()
            && service.members.iter().any(|able| able == member)
            && works
            && self.is_free(member, (start, end), moving)
    }

    /// Free starts, each with the first who is free then.
    pub(super) fn availability(&self, body: &Value) -> Result<Value, No> {
        let search = Search::read(body)?;
        let (variation, by, moving) = match (&search.booking, &search.segment) {
            (Some(booking), _) => {
                let kept = self.bookings.iter().find(|kept| kept.id == *booking);
                let kept = kept.ok_or_else(|| No::not_found("Booking"))?;
                (kept.variation.clone(), Value::Null, Some(kept.id.clone()))
            }
            (None, Some((variation, by))) => (variation.clone(), by.clone(), None),
            (None, None) => return Err(No::not_found("Service variation")),
        };
        if let Some(location) = &search.location {
            self.is_here(location)?;
        }
        let service = self.service(&variation)?;
        let names = |list: &str, member: &str| {
            by[list].as_array().map(|names| names.iter().any(|name| name == member))
        };
        let mut openings = std::collections::BTreeMap::new();
        let last = search.to.to_zoned(self.zone.clone()).date();
        let mut date = search.from.to_zoned(self.zone.clone()).date();
        while date <= last {
            for member in &self.setup.members {
                let is_meant = names("any", &member.id) != Some(false)
                    && names("none", &member.id) != Some(true);
                for start in member.starts(date, &self.zone, service.length()) {
                    let within = search.from <= start && start < search.to;
                    if within
                        && is_meant
                        && self.is_open(&service, &member.id, start, moving.as_deref())
                    {
                        openings.entry(start).or_insert_with(|| member.id.clone());
                    }
                }
            }
            date = date.saturating_add(1.day());
        }
        let show = |(start, member): (Timestamp, String)| {
            json!({"start_at": start, "location_id": self.setup.locations[0],
                "appointment_segments": [{"duration_minutes": service.minutes,
                    "service_variation_id": service.id,
                    "service_variation_version": service.version,
                    "team_member_id": member, "any_team_member": by.is_null(),
                    "intermission_minutes": 0}]})
        };
        Ok(json!({"availabilities": openings.into_iter().map(show).collect::<Vec<_>>(),
            "errors": []}))
    }

    /// Makes a booking; as a request if the seller has to accept it.
    pub(super) fn create(&mut self, body: &Value, as_request: bool) -> Result<Value, No> {
        let sent = Sent::read(body)?;
        let required = |field: &str| {
            No::wrong("MISSING_REQUIRED_PARAMETER", field, "Missing required parameter.")
        };
        let start = sent.start.ok_or_else(|| required("booking.start_at"))?;
        let location = sent.location.ok_or_else(|| required("booking.location_id"))?;
        self.is_here(&location)?;
        let segment = sent.segment.ok_or_else(|| required("booking.appointment_segments"))?;
        if let Some(customer) = &sent.customer
            && !self.customers.has(customer)
        {
            return Err(No::wrong("NOT_FOUND", "booking.customer_id", "Customer not found."));
        }
        self.race(&segment.member, &segment.variation, start);
        let service = self.may_be_at(&segment, start, None)?;
        let waits = as_request || (self.setup.requires_acceptance && !self.is_seller());
        let now = self.now();
        let kept = Kept {
            id: random_text(14),
            version: 0,
            status: if waits { Standing::Pending } else { Standing::Accepted },
            start,
            end: start.checked_add(service.length()).unwrap_or(start),
            location,
            customer: sent.customer,
            customer_note: sent.customer_note,
            seller_note: sent.seller_note,
            variation: service.id,
            member: segment.member,
            by_token: true,
            created_at: now,
            updated_at: now,
        };
        let shown = self.show(&kept);
        self.bookings.push(kept);
        Ok(json!({"booking": shown}))
    }

    /// The service, if this member may do it then.
    fn may_be_at(
        &self,
        segment: &SentSegment,
        start: Timestamp,
        moving: Option<&str>,
    ) -> Result<Variation, No> {
        let service = self.service(&segment.variation)?;
        if segment.version != service.version {
            let field = "booking.appointment_segments[0].service_variation_version";
            return Err(No::wrong("BAD_REQUEST", field, "The service has changed."));
        }
        if start <= self.now() {
            let detail = "The start is in the past.";
            return Err(No::wrong("INVALID_TIME", "booking.start_at", detail));
        }
        let open = self.is_open(&service, &segment.member, start, moving);
        // A seller may book twice and out of hours.
        if !open && !self.is_seller() {
            return Err(No::taken());
        }
        Ok(service)
    }

    /// Somebody else books the same, a moment before, if that was asked for.
    fn race(&mut self, member: &str, variation: &str, start: Timestamp) {
        if std::mem::take(&mut self.races) {
            self.book_elsewhere(variation, member, start);
        }
    }

    pub(super) fn book_elsewhere(&mut self, variation: &str, member: &str, start: Timestamp) {
        let length = self.service(variation).map(|service| service.length()).unwrap_or_default();
        let now = self.now();
        self.bookings.push(Kept {
            id: random_text(14),
            version: 0,
            status: Standing::Accepted,
            start,
            end: start.checked_add(length).unwrap_or(start),
            location: self.setup.locations[0].clone(),
            customer: None,
            customer_note: None,
            seller_note: None,
            variation: variation.to_owned(),
            member: member.to_owned(),
            by_token: false,
            created_at: now,
            updated_at: now,
        });
    }

    fn place(&self, id: &str) -> Result<usize, No> {
        let sees = |kept: &Kept| self.is_seller() || kept.by_token;
        let found = self.bookings.iter().position(|kept| kept.id == id && sees(kept));
        found.ok_or_else(|| No::not_found("Booking"))
    }

    pub(super) fn get(&self, id: &str) -> Result<Value, No> {
        Ok(json!({"booking": self.show(&self.bookings[self.place(id)?])}))
    }

    pub(super) fn shown(&self, id: &str) -> Option<Value> {
        let kept = self.bookings.iter().find(|kept| kept.id == id);
        kept.map(|kept| self.show(kept))
    }

    /// Whether it may be changed at all, in this version.
    fn may_change(&self, kept: &Kept, version: Option<i64>, field: &str) -> Result<(), No> {
        if version.is_some_and(|version| version != kept.version) {
            return Err(No::stale(field));
        }
        if !kept.stands() {
            return Err(No::wrong("BAD_REQUEST", "booking.status", "The booking is over."));
        }
        if self.is_seller() {
            return Ok(());
        }
        if !self.setup.allows_changes {
            return Err(No::credentials(403, "FORBIDDEN"));
        }
        if kept.start.duration_since(self.now()) < self.setup.cancellation_window {
            return Err(No::request(400, "BAD_REQUEST", None, "Too late to change."));
        }
        Ok(())
    }

    /// Changes a booking.
    pub(super) fn update(&mut self, id: &str, body: &Value) -> Result<Value, No> {
        let sent = Sent::read(body)?;
        let place = self.place(id)?;
        let old = self.bookings[place].clone();
        self.may_change(&old, sent.version, "booking.version")?;
        let start = sent.start.unwrap_or(old.start);
        let current = self.service(&old.variation)?;
        let segment = sent.segment.unwrap_or_else(|| SentSegment {
            member: old.member.clone(),
            variation: old.variation.clone(),
            version: current.version,
        });
        self.race(&segment.member, &segment.variation, start);
        let service = self.may_be_at(&segment, start, Some(id))?;
        let now = self.now();
        let kept = &mut self.bookings[place];
        kept.start = start;
        kept.end = start.checked_add(service.length()).unwrap_or(start);
        kept.member = segment.member;
        kept.version += 1;
        kept.updated_at = now;
        self.get(id)
    }

    pub(super) fn cancel(&mut self, id: &str, body: &Value) -> Result<Value, No> {
        let place = self.place(id)?;
        let old = self.bookings[place].clone();
        self.may_change(&old, body["booking_version"].as_i64(), "booking_version")?;
        let status = match self.is_seller() {
            true => Standing::CancelledBySeller,
            false => Standing::CancelledByCustomer,
        };
        self.set_standing(id, status);
        self.get(id)
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Kept)) -> bool {
        let now = self.now();
        let found = self.bookings.iter_mut().find(|kept| kept.id == id);
        found.is_some_and(|kept| {
            change(kept);
            kept.version += 1;
            kept.updated_at = now;
            true
        })
    }

    pub(super) fn set_standing(&mut self, id: &str, standing: Standing) -> bool {
        self.change(id, |kept| kept.status = standing)
    }

    pub(super) fn move_by_hand(&mut self, id: &str, start: Timestamp) -> bool {
        self.change(id, |kept| {
            let length = kept.end.duration_since(kept.start);
            kept.start = start;
            kept.end = start.checked_add(length).unwrap_or(start);
        })
    }

    /// The bookings that a query asks for, a page at a time.
    pub(super) fn list(&self, query: &Query) -> Result<Value, No> {
        const KNOWN: [&str; 7] = [
            "limit",
            "cursor",
            "customer_id",
            "team_member_id",
            "location_id",
            "start_at_min",
            "start_at_max",
        ];
        if let Some(name) = query.names().find(|name| !KNOWN.contains(name)) {
            return Err(No::wrong("UNKNOWN_QUERY_PARAMETER", name, "Unknown parameter."));
        }
        let from = input::moment_in(query, "start_at_min")?.unwrap_or_else(|| self.now());
        let month = SignedDuration::from_hours(31 * 24);
        let to = input::moment_in(query, "start_at_max")?;
        let to = to.unwrap_or_else(|| from.checked_add(month).unwrap_or(from));
        let is = |name: &str, value: Option<&str>| {
            query.text(name).is_none_or(|wanted| value == Some(wanted))
        };
        let mut found: Vec<&Kept> = self
            .bookings
            .iter()
            .filter(|kept| {
                (self.is_seller() || kept.by_token)
                    && from <= kept.start
                    && kept.start <= to
                    && is("location_id", Some(&kept.location))
                    && is("team_member_id", Some(&kept.member))
                    && is("customer_id", kept.customer.as_deref())
            })
            .collect();
        found.sort_by_key(|kept| kept.start);
        let wrong = || No::wrong("INVALID_CURSOR", "cursor", "Not a cursor of this query.");
        let skip = match query.text("cursor") {
            None => 0,
            Some(cursor) => cursor
                .strip_prefix("after-")
                .and_then(|skip| skip.parse().ok())
                .ok_or_else(wrong)?,
        };
        let limit = query.text("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100usize);
        let take = limit.clamp(1, self.setup.page.max(1));
        let page: Vec<Value> =
            found.iter().skip(skip).take(take).map(|kept| self.show(kept)).collect();
        let mut answer = json!({"bookings": page, "errors": []});
        if found.len() > skip + take {
            answer["cursor"] = json!(format!("after-{}", skip + take));
        }
        Ok(answer)
    }

    fn show(&self, kept: &Kept) -> Value {
        let minutes = kept.end.duration_since(kept.start).as_mins();
        let mut segment = json!({"duration_minutes": minutes, "team_member_id": kept.member,
            "any_team_member": false, "intermission_minutes": 0});
        // What was booked on the web comes without them.
        if kept.by_token {
            segment["service_variation_id"] = json!(kept.variation);
            let version = self.service(&kept.variation).map(|service| service.version);
            segment["service_variation_version"] = json!(version.unwrap_or_default());
        }
        let mut shown = json!({
            "id": kept.id, "version": kept.version, "status": kept.status,
            "created_at": kept.created_at, "updated_at": kept.updated_at,
            "start_at": kept.start, "location_id": kept.location,
            "appointment_segments": [segment], "transition_time_minutes": 0, "all_day": false,
            "location_type": "BUSINESS_LOCATION", "source": "API",
        });
        // A buyer does not see the seller's notes.
        let seller_note = kept.seller_note.as_ref().filter(|_| self.is_seller());
        for (name, value) in [
            ("customer_id", kept.customer.as_ref()),
            ("customer_note", kept.customer_note.as_ref()),
            ("seller_note", seller_note),
        ] {
            if let Some(value) = value {
                shown[name] = json!(value);
            }
        }
        shown
    }
}
