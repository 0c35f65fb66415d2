//! A provider that does as it is told: keeps bookings of its own, loses answers, hangs, is out of
//! reach. It makes what it is asked to make as often as it is asked, so that asking twice shows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{Booking, BookingId, Connection};
use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore};

use crate::booking::slots::{self, SlotRules, Span};
use crate::ports::{
    Adapters, BookingProvider, DaySlots, ProviderBooking, ProviderError, ProviderRecord,
    ProviderState, SlotQuery,
};

/// How one request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As it should.
    Fine,
    /// Refused before anything happened.
    Down,
    /// Nothing happened, and the answer is lost.
    LostBefore,
    /// Done, and the answer is lost.
    LostAfter,
    /// Nothing happens and no answer comes until the connection breaks.
    HangBefore,
    /// Done, and no answer comes until the connection breaks.
    HangAfter,
    /// Done, and answered when [`Script::go_on`] says so.
    Slow,
    /// Nothing happened when the answer was lost; it is done later, by [`Script::arrive`].
    Late,
    /// Accepted, to be decided later.
    Provisional,
    /// Somebody else has the slot.
    Taken,
    /// Refused for good.
    Refused,
}

/// What the provider was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Book(BookingId),
    Move(BookingId),
    Cancel(BookingId),
    Find(BookingId),
}

#[derive(Debug, Clone)]
struct Entry {
    reference: BookingId,
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
    asked: Vec<Asked>,
    late: Vec<Entry>,
}

/// The provider. Clones are the same one.
#[derive(Clone)]
pub(super) struct Script {
    inner: Arc<Mutex<Inner>>,
    slow: Arc<Semaphore>,
    hanging: Arc<Notify>,
}

impl Script {
    pub(super) fn new() -> Self {
        Self { inner: Arc::default(), slow: Arc::new(Semaphore::new(0)), hanging: Arc::default() }
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

    /// What hangs may go on.
    pub(super) fn go_on(&self) {
        self.slow.add_permits(1);
    }

    /// What hangs loses its connection, and nothing is planned for the next writes.
    pub(super) fn forget_hanging(&self) {
        self.hanging.notify_waiters();
        self.with(|inner| inner.next.clear());
    }

    /// What was sent late arrives, and is refused where somebody has the slot by now.
    pub(super) fn arrive(&self) {
        self.with(|inner| {
            for late in std::mem::take(&mut inner.late) {
                let is_free = inner.entries.iter().all(|entry| {
                    entry.state == ProviderState::Cancelled
                        || entry.end <= late.start
                        || late.end <= entry.start
                });
                if is_free {
                    inner.entries.push(late);
                }
            }
        });
    }

    /// What was sent late never arrives.
    pub(super) fn lose_late(&self) {
        self.with(|inner| inner.late.clear());
    }

    /// The provider decides about all that is provisional.
    pub(super) fn decide(&self, state: ProviderState) {
        self.with(|inner| {
            for entry in inner.entries.iter_mut().filter(|e| e.state == ProviderState::Pending) {
                entry.state = state;
            }
        });
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

    fn read_mode(&self) -> Result<(), ProviderError> {
        match self.with(|inner| inner.reads) {
            Some(Mode::Down) => Err(down()),
            _ => Ok(()),
        }
    }

    /// Lets a write go as `mode` says.
    async fn go<T>(
        &self,
        mode: Mode,
        act: impl FnOnce(&mut Inner) -> T,
    ) -> Result<T, ProviderError> {
        match mode {
            Mode::Down => Err(down()),
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
            Mode::HangAfter => {
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
    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        self.read_mode()?;
        let standing = self.with(|inner| inner.entries.clone());
        let busy: Vec<Span> = standing
            .iter()
            .filter(|entry| entry.state != ProviderState::Cancelled)
            .filter(|entry| Some(entry.reference) != query.ignore)
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
            external_id: format!("ext-{}", uuid::Uuid::now_v7()),
            start: booking.start,
            end: booking.end,
            state: if confirmed { ProviderState::Confirmed } else { ProviderState::Pending },
        };
        let external_id = entry.external_id.clone();
        // A moment in which others come in between.
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.go(mode, move |inner| {
            if mode == Mode::Late { inner.late.push(entry) } else { inner.entries.push(entry) }
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
        self.read_mode()?;
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
        (connection.provider == "scripted").then(|| Arc::new(self.clone()) as _)
    }
}
