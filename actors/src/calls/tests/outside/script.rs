//! A provider that does as it is told: keeps bookings of its own, loses answers, hangs, is out of
//! reach. It makes what it is asked to make as often as it is asked, so that asking twice shows.

mod late;
mod plan;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hookswitch_storage::{Booking, BookingId, Connection, ConnectionId};
use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore};

use crate::booking::slots::{self, SlotRules, Span};
use crate::ports::{
    Adapters, BookingProvider, Changes, DaySlots, ProviderAccount, ProviderBooking, ProviderError,
    ProviderRecord, ProviderState, SlotQuery,
};

pub(super) use plan::{Asked, Hand, Mode};

#[derive(Debug, Clone)]
struct Entry {
    reference: BookingId,
    /// In which calendar; `None` is in all of them.
    calendar: Option<ConnectionId>,
    external_id: String,
    start: Timestamp,
    end: Timestamp,
    state: ProviderState,
}

#[derive(Default)]
struct Inner {
    entries: Vec<Entry>,
    next: VecDeque<Mode>,
    otherwise: Option<Mode>,
    reads: Option<Mode>,
    next_reads: VecDeque<Mode>,
    reads_at: Vec<Instant>,
    refused_reads: usize,
    allows: Option<(u32, u32)>,
    asked: Vec<Asked>,
    /// Sent, while the connection hangs.
    sent: Vec<Entry>,
    /// On its way since then.
    late: Vec<(Instant, Entry)>,
    /// How many fit beside each other into a calendar.
    capacity: usize,
    /// What the provider's people did, oldest first, by the provider's ids; `None` if it cannot be asked.
    changed: Option<Vec<Entry>>,
    /// Questions for what changed.
    questions: usize,
    account: &'static str,
}

/// The provider. Clones are the same one.
#[derive(Clone)]
pub(in super::super) struct Script {
    /// Whose calendar this adapter reads and writes.
    calendar: Option<ConnectionId>,
    inner: Arc<Mutex<Inner>>,
    slow: Arc<Semaphore>,
    hanging: Arc<Notify>,
}

impl Script {
    pub(in super::super) fn new() -> Self {
        Self::with_room(1)
    }

    /// With calendars into which so many fit beside each other.
    pub(super) fn with_room(capacity: u32) -> Self {
        let inner = Inner { capacity: usize::try_from(capacity).unwrap(), ..Inner::default() };
        Self {
            calendar: None,
            inner: Arc::new(Mutex::new(inner)),
            slow: Arc::new(Semaphore::new(0)),
            hanging: Arc::default(),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.inner.lock().unwrap())
    }

    /// The next writes go so, one after the other.
    pub(super) fn next(&self, modes: &[Mode]) {
        self.with(|inner| inner.next.extend(modes));
    }

    /// The next write goes so, whatever was planned.
    pub(super) fn plan(&self, mode: Mode) {
        self.with(|inner| inner.next = VecDeque::from([mode]));
    }

    /// All requests go so from now on, unless a write was told otherwise.
    pub(super) fn always(&self, mode: Mode) {
        self.with(|inner| {
            inner.otherwise = Some(mode);
            inner.reads = Some(mode);
        });
    }

    /// All reads go so from now on.
    pub(super) fn reads(&self, mode: Mode) {
        self.with(|inner| inner.reads = Some(mode));
    }

    /// The next questions for free slots go so, one after the other.
    pub(super) fn next_reads(&self, modes: &[Mode]) {
        self.with(|inner| inner.next_reads.extend(modes));
    }

    /// When it was asked for free slots.
    pub(super) fn reads_at(&self) -> Vec<Instant> {
        self.with(|inner| inner.reads_at.clone())
    }

    /// How many reads of all kinds it refused, those of the exchange among them.
    pub(super) fn refused_reads(&self) -> usize {
        self.with(|inner| inner.refused_reads)
    }

    /// So many requests a second, and so many at once, for connections that are used from now on.
    pub(super) fn allow(&self, limit: (u32, u32)) {
        self.with(|inner| inner.allows = Some(limit));
    }

    /// Somebody books half an hour from this moment, past us.
    pub(super) fn book_elsewhere(&self, start: &str) {
        let start: Timestamp = start.parse().unwrap();
        let entry = Entry {
            reference: BookingId::random(),
            calendar: None,
            external_id: "elsewhere".into(),
            start,
            end: start + Duration::from_secs(1_800),
            state: ProviderState::Confirmed,
        };
        self.with(|inner| inner.entries.push(entry));
    }

    /// What hangs may go on.
    pub(super) fn go_on(&self) {
        self.slow.add_permits(1);
    }

    /// The provider decides about all that is provisional.
    pub(super) fn decide(&self, state: ProviderState) {
        self.with(|inner| {
            for entry in inner.entries.iter_mut().filter(|e| e.state == ProviderState::Pending) {
                entry.state = state;
            }
        });
    }

    /// From now on it can be asked what changed.
    pub(super) fn answers(&self) {
        self.with(|inner| inner.changed = Some(Vec::new()));
    }

    /// It has forgotten what it said before.
    pub(super) fn forget_changes(&self) {
        self.with(|inner| inner.changed = Some(Vec::new()));
    }

    /// The credentials open another account from now on.
    pub(super) fn other_account(&self) {
        self.with(|inner| {
            inner.account = "another";
            inner.entries.clear();
        });
    }

    /// What its people do with a booking of ours by hand; gives the provider's id.
    pub(super) fn by_hand(&self, of: BookingId, act: Hand) -> Option<String> {
        self.with(|inner| {
            let stands = |entry: &Entry| entry.state != ProviderState::Cancelled;
            let place = inner.entries.iter().position(|e| e.reference == of && stands(e))?;
            let entry = &mut inner.entries[place];
            match act {
                Hand::Move(start) => {
                    let length = entry.end.duration_since(entry.start);
                    (entry.start, entry.end) = (start, start + length);
                }
                Hand::Cancel | Hand::Remove => entry.state = ProviderState::Cancelled,
                Hand::Confirm => entry.state = ProviderState::Confirmed,
            }
            let entry = entry.clone();
            if act == Hand::Remove {
                inner.entries.remove(place);
            }
            let id = entry.external_id.clone();
            inner.changed.iter_mut().for_each(|changed| changed.push(entry.clone()));
            Some(id)
        })
    }

    /// How often it was asked what changed.
    pub(super) fn questions(&self) -> usize {
        self.with(|inner| inner.questions)
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.with(|inner| inner.asked.clone())
    }

    /// How often it was asked to make a booking.
    pub(super) fn creates(&self) -> usize {
        self.asked().iter().filter(|asked| matches!(asked, Asked::Book(_))).count()
    }

    /// How often it was asked what it has.
    pub(super) fn finds(&self) -> usize {
        self.asked().iter().filter(|asked| matches!(asked, Asked::Find(_))).count()
    }

    /// What stands, by our reference.
    pub(super) fn standing(&self) -> Vec<(BookingId, Timestamp)> {
        let stands = |entry: &&Entry| entry.state != ProviderState::Cancelled;
        self.with(|inner| {
            inner.entries.iter().filter(stands).map(|e| (e.reference, e.start)).collect()
        })
    }

    /// How this write goes.
    fn mode(&self, asked: Asked) -> Mode {
        self.with(|inner| {
            inner.asked.push(asked);
            inner.next.pop_front().or(inner.otherwise).unwrap_or(Mode::Fine)
        })
    }

    /// How a read goes of which nothing in particular was planned.
    fn read(&self) -> Result<(), ProviderError> {
        let mode = self.with(|inner| inner.reads);
        self.read_as(mode)
    }

    fn read_as(&self, mode: Option<Mode>) -> Result<(), ProviderError> {
        let retry_after = match mode {
            Some(Mode::Down) => None,
            Some(Mode::AsksToWait) => Some(Duration::from_secs(30)),
            Some(Mode::Panics) => panic!("told to"),
            _ => return Ok(()),
        };
        self.with(|inner| inner.refused_reads += 1);
        Err(ProviderError::Unavailable { retry_after })
    }

    /// Lets a write go as `mode` says.
    async fn go<T>(
        &self,
        mode: Mode,
        act: impl FnOnce(&mut Inner) -> T,
    ) -> Result<T, ProviderError> {
        match mode {
            Mode::Down | Mode::AsksToWait | Mode::Panics => Err(down()),
            Mode::Refused => Err(ProviderError::NeedsHuman("switched off".into())),
            Mode::Taken => Err(ProviderError::SlotTaken),
            Mode::LostBefore => Err(ProviderError::Unknown),
            Mode::HangBefore => {
                self.hanging.notified().await;
                Err(ProviderError::Unknown)
            }
            Mode::LostAfter | Mode::Late => {
                self.with(act);
                Err(ProviderError::Unknown)
            }
            Mode::HangAfter | Mode::HangLate => {
                self.with(act);
                self.hanging.notified().await;
                Err(ProviderError::Unknown)
            }
            Mode::Slow => {
                self.slow.acquire().await.unwrap().forget();
                Ok(self.with(act))
            }
            Mode::Fine | Mode::Provisional => Ok(self.with(act)),
        }
    }
}

fn down() -> ProviderError {
    ProviderError::Unavailable { retry_after: None }
}

#[async_trait]
impl BookingProvider for Script {
    fn rate_limit(&self) -> Option<(u32, u32)> {
        self.with(|inner| inner.allows)
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        self.read()?;
        let id = self.with(|inner| inner.account.to_owned());
        Ok(Some(ProviderAccount { name: id.clone(), id: Some(id) }))
    }

    async fn changes(&self, cursor: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        self.read()?;
        Ok(self.with(|inner| {
            inner.questions += 1;
            let changed = inner.changed.as_ref()?;
            let asked = cursor.and_then(|cursor| cursor.parse::<usize>().ok());
            let known = asked.filter(|from| *from <= changed.len());
            let new = &changed[known.unwrap_or(changed.len())..];
            let records = new.iter().map(|entry| ProviderRecord {
                end: Some(entry.end),
                ..ProviderRecord::new(entry.external_id.clone(), entry.start, entry.state)
            });
            let records = records.collect();
            let missed = cursor.is_some() && known.is_none();
            Some(Changes { records, cursor: changed.len().to_string(), missed })
        }))
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let mode = self.with(|inner| {
            inner.reads_at.push(Instant::now());
            inner.next_reads.pop_front().or(inner.reads)
        });
        self.read_as(mode)?;
        if self.with(|inner| inner.reads) == Some(Mode::Slow) {
            self.slow.acquire().await.unwrap().forget();
        }
        let standing = self.with(|inner| inner.entries.clone());
        let busy: Vec<Span> = standing
            .iter()
            .filter(|entry| entry.state != ProviderState::Cancelled)
            .filter(|entry| Some(entry.reference) != query.ignore)
            .filter(|entry| entry.calendar.is_none() || entry.calendar == self.calendar)
            .map(|entry| Span { start: entry.start, end: entry.end, units: 1 })
            .collect();
        let rules = SlotRules {
            settings: &query.org.settings,
            service: &query.service,
            places: query.places,
            zone: &query.zone,
            now: query.now,
        };
        let mut days = Vec::new();
        let mut date = query.from;
        while date <= query.to {
            let (slots, verdict) = slots::day(&rules, date, &busy);
            days.push(DaySlots { date, slots, verdict });
            date = date.tomorrow().unwrap();
        }
        Ok(days)
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        let mode = self.mode(Asked::Book(booking.id));
        let confirmed = mode != Mode::Provisional;
        let entry = Entry {
            reference: booking.id,
            calendar: self.calendar.clone(),
            external_id: format!("ext-{}", uuid::Uuid::now_v7()),
            start: booking.start,
            end: booking.end,
            state: if confirmed { ProviderState::Confirmed } else { ProviderState::Pending },
        };
        let external_id = entry.external_id.clone();
        // A moment in which others come in between.
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.go(mode, move |inner| match mode {
            Mode::Late => inner.late.push((Instant::now(), entry)),
            Mode::HangLate => inner.sent.push(entry),
            _ => inner.entries.push(entry),
        })
        .await?;
        Ok(ProviderBooking { external_id, confirmed })
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let mode = self.mode(Asked::Move(booking.id));
        let reference = booking.id;
        let moved = self.go(mode, |inner| {
            let entry = inner.entries.iter_mut().find(|entry| {
                entry.reference == reference && entry.state != ProviderState::Cancelled
            });
            let entry = entry.ok_or(ProviderError::NotFound)?;
            let length = entry.end.duration_since(entry.start);
            entry.start = start;
            entry.end = start + length;
            Ok(entry.external_id.clone())
        });
        Ok(ProviderBooking { external_id: moved.await??, confirmed: true })
    }

    async fn cancel(&self, booking: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        let mode = self.mode(Asked::Cancel(booking.id));
        let reference = booking.id;
        self.go(mode, |inner| {
            for entry in inner.entries.iter_mut().filter(|entry| entry.reference == reference) {
                entry.state = ProviderState::Cancelled;
            }
        })
        .await
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        self.read()?;
        let found = self.with(|inner| {
            inner.asked.push(Asked::Find(booking.id));
            let of_booking = inner.entries.iter().filter(|entry| entry.reference == booking.id);
            let stands = |entry: &&Entry| entry.state != ProviderState::Cancelled;
            of_booking.clone().find(stands).or(of_booking.clone().next_back()).cloned()
        });
        if self.with(|inner| inner.reads) == Some(Mode::Slow) {
            self.slow.acquire().await.unwrap().forget();
        }
        Ok(found.map(|entry| ProviderRecord::new(entry.external_id, entry.start, entry.state)))
    }
}

impl Adapters for Script {
    fn adapter(&self, connection: &Connection) -> Option<Arc<dyn BookingProvider>> {
        let calendar = Some(connection.id.clone());
        (connection.provider == "scripted")
            .then(|| Arc::new(Self { calendar, ..self.clone() }) as _)
    }
}
