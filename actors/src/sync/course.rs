//! The task of one connection: when something is due or wanted it does one thing after another, so that
//! a provider is never asked twice for the same reason. Ends with the connection.

mod account;
mod health;
mod missing;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use hookswitch_storage::{
    BookingFilter, BookingId, BookingStatus, Connection, ConnectionStatus, Page, StoreError,
    SyncState,
};
use jiff::SignedDuration;
use tokio::sync::watch;

use super::look::{Eyes, Looked, Trouble};
use super::pace::{Pace, Ways, sooner};
use super::settings::SyncSettings;
use super::wanted::Wanted;
use super::{Follower, changes, ending, pulse, watches};
use crate::booking::BUILTIN;
use crate::bounds::{LOOKS_AT_ONCE, RESTART_WINDOW, WATCH_AGAIN};
use crate::calls::Shared;
use crate::ports::ProviderError;

/// A look that is planned.
#[derive(Debug, Clone, Copy)]
struct Plan {
    at: Instant,
    /// The provider said that it is gone, or did not have it when it was looked for.
    vanished: bool,
}

/// Where one connection's exchange stands.
pub(super) struct Course {
    follower: Arc<Follower>,
    pace: Pace,
    ways: Ways,
    plans: BTreeMap<BookingId, Plan>,
    /// Every booking, one after the other.
    walk: VecDeque<BookingId>,
    /// Some changes are in no answer, so that only looking at everything shows them.
    must_walk: bool,
    /// The cursor of the last answer, until all that it was about has been looked at.
    ahead: Option<String>,
    /// Bookings that the provider had not, and when that was first seen.
    missing: HashMap<BookingId, Instant>,
    poll_at: Instant,
    walk_at: Instant,
    step_at: Instant,
    watch_at: Instant,
    probe_at: Instant,
    rest_until: Option<Instant>,
    failures: u32,
    /// Whether it is to be tried however lately it was used: it did not work and is another now.
    try_anew: bool,
    /// What was said of its end.
    end: ending::Said,
}

/// Whether there is more to come.
enum Flow {
    GoesOn,
    Ends,
}

impl Course {
    /// A course that begins at once after a start of the server: much may have happened. A connection
    /// that is new has nothing to exchange yet.
    pub(super) fn new(follower: Arc<Follower>, settings: &SyncSettings, after_start: bool) -> Self {
        let pace = Pace::new(settings, &follower.connection);
        let now = Instant::now();
        let first = now + if after_start { pace.start() } else { pace.poll(Ways::default()) };
        Self {
            ways: Ways::default(),
            plans: BTreeMap::new(),
            walk: VecDeque::new(),
            must_walk: false,
            ahead: None,
            missing: HashMap::new(),
            poll_at: first,
            walk_at: first,
            step_at: now,
            watch_at: if after_start { first } else { now },
            probe_at: first.min(now + pace.probe(false)),
            rest_until: None,
            failures: 0,
            try_anew: false,
            end: ending::Said::default(),
            pace,
            follower,
        }
    }

    pub(super) async fn run(mut self, shared: Weak<Shared>, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = self.follower.bell.notified() => {}
                () = tokio::time::sleep_until(self.next().into()) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            let Some(shared) = shared.upgrade() else { return };
            let round = AssertUnwindSafe(self.round(&shared)).catch_unwind();
            let flow = tokio::select! {
                flow = round => flow,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match flow {
                Ok(Flow::GoesOn) => {}
                Ok(Flow::Ends) => {
                    let (syncs, mine) = (&shared.syncs, &self.follower);
                    let ended = syncs.followers.remove_if(&mine.connection, |_, follower| {
                        !follower.want(|wanted| wanted.rung)
                    });
                    if ended.is_some() {
                        return;
                    }
                }
                Err(_panic) => {
                    let connection = &self.follower.connection;
                    tracing::error!(connection.id = %connection, "an exchange failed inside");
                    self.rest_until = Some(Instant::now() + RESTART_WINDOW);
                }
            }
        }
    }

    /// When there is something to do again, unless it is wanted earlier.
    fn next(&self) -> Instant {
        let mut next = self.poll_at.min(self.walk_at).min(self.watch_at).min(self.probe_at);
        if let Some(plan) = self.plans.values().map(|plan| plan.at).min() {
            sooner(&mut next, plan);
        }
        if !self.walk.is_empty() {
            sooner(&mut next, self.step_at);
        }
        // However much is due, a provider in trouble rests, and nobody spins.
        let least = Instant::now() + Duration::from_millis(5);
        next.max(self.rest_until.unwrap_or(least)).max(least)
    }

    async fn round(&mut self, shared: &Arc<Shared>) -> Flow {
        let wanted = self.follower.want(std::mem::take);
        match self.pass(shared, wanted).await {
            Ok(flow) => flow,
            Err(StoreError::Closed) => {
                self.rest_until = Some(Instant::now() + Duration::from_secs(1));
                Flow::GoesOn
            }
            Err(error) => {
                tracing::error!(connection.id = %self.follower.connection, %error, "exchange halts");
                self.rest_until = Some(Instant::now() + self.pace.rest(3, None));
                Flow::GoesOn
            }
        }
    }

    async fn pass(&mut self, shared: &Arc<Shared>, wanted: Wanted) -> Result<Flow, StoreError> {
        let (org, id) = (&self.follower.org, &self.follower.connection);
        let found = shared.store.connection(org, id).await?;
        let Some(connection) = found.filter(|connection| connection.provider != BUILTIN) else {
            return Ok(Flow::Ends);
        };
        self.end.look(shared, &connection);
        if wanted.changed {
            self.begin_anew();
            if Self::is_to_be_learned(shared, &connection) {
                (self.try_anew, self.probe_at) = (true, Instant::now());
            }
        }
        if wanted.is_news() {
            self.note(shared, &connection, wanted).await?;
        }
        if self.rest_until.is_some_and(|until| until > Instant::now()) {
            return Ok(Flow::GoesOn);
        }
        self.rest_until = None;
        let provider = match shared.connections.get(&connection.org, &connection.id).await {
            Ok(provider) => provider,
            Err(error) => {
                self.failed(shared, &connection, &error).await?;
                return Ok(Flow::GoesOn);
            }
        };
        let eyes = Eyes { shared, provider: &provider, connection: &connection };
        let is_off = connection.status == ConnectionStatus::Disconnected;
        if is_off || !connection.sync_enabled {
            self.let_go(&eyes).await?;
        }
        if is_off {
            return Ok(Flow::Ends);
        }
        let exchanged =
            if connection.sync_enabled { self.exchange(&eyes).await } else { Ok(false) };
        let done = match exchanged {
            Ok(asked) => self.probe(&eyes).await.map(|probed| asked || probed),
            Err(trouble) => Err(trouble),
        };
        match done {
            Ok(asked) => {
                if asked {
                    self.failures = 0;
                    pulse::heard(shared, &connection, Ok(())).await?;
                }
            }
            Err(Trouble::Provider(error)) => self.failed(shared, &connection, &error).await?,
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(Flow::GoesOn)
    }

    /// The connection is another than before: whatever was put off because of it is not.
    fn begin_anew(&mut self) {
        let now = Instant::now();
        self.rest_until = None;
        if std::mem::take(&mut self.failures) > 0 {
            (self.try_anew, self.probe_at) = (true, now);
        }
        self.watch_at = now;
        let soon = now + self.pace.poll(Ways::default());
        for at in [&mut self.poll_at, &mut self.walk_at, &mut self.probe_at] {
            sooner(at, soon);
        }
    }

    /// Plans what the provider's posts ask for.
    async fn note(
        &mut self,
        shared: &Arc<Shared>,
        connection: &Connection,
        wanted: Wanted,
    ) -> Result<(), StoreError> {
        let now = Instant::now();
        if !connection.sync_enabled {
            return Ok(());
        }
        if wanted.ask {
            self.poll_at = now;
        }
        if wanted.all {
            self.walk_at = now;
            self.must_walk = true;
        }
        for id in &wanted.ids {
            let store = &shared.store;
            let booking = store.booking_by_external_id(&connection.org, &connection.id, id).await?;
            if let Some(booking) = booking.filter(|booking| booking.is_active()) {
                self.plan(booking.id, now, false);
            }
        }
        if let Ok(provider) = shared.connections.get(&connection.org, &connection.id).await {
            provider.forget_slots();
        }
        Ok(())
    }

    fn plan(&mut self, booking: BookingId, at: Instant, vanished: bool) {
        let plan = self.plans.entry(booking).or_insert(Plan { at, vanished });
        sooner(&mut plan.at, at);
        plan.vanished |= vanished;
    }

    /// The exchange itself; whether the provider was asked for anything.
    async fn exchange(&mut self, eyes: &Eyes<'_>) -> Result<bool, Trouble> {
        let now = Instant::now();
        let mut asked = false;
        let connection = eyes.connection;
        let mut state = eyes.shared.store.sync_state(&connection.org, &connection.id).await?;
        if self.watch_at <= now {
            let url = eyes.shared.syncs.settings.notice_url.as_ref();
            let url = url.map(|url| url.of(connection));
            let follower = Arc::clone(&self.follower);
            let _alone = follower.watching.lock().await;
            let kept = if follower.leaves.load(Ordering::Relaxed) {
                Ok(WATCH_AGAIN)
            } else {
                watches::keep(eyes, &mut state, url).await
            };
            match kept {
                Ok(pause) => self.watch_at = now + pause,
                Err(Trouble::Provider(error)) => {
                    // Without posts it is asked more often; bookings are not in danger.
                    tracing::warn!(connection.id = %connection.id, %error, "the provider posts nothing");
                    self.watch_at = now + WATCH_AGAIN;
                    self.follower.proven.store(false, Ordering::Relaxed);
                    if error == ProviderError::Reconnect {
                        return Err(error.into());
                    }
                }
                Err(trouble) => return Err(trouble),
            }
        }
        // Whether it was asked to post or an operator has set that up there.
        self.ways.posts = self.follower.proven.load(Ordering::Relaxed);
        if self.poll_at <= now {
            asked |= self.ask(eyes, &mut state).await?;
        }
        if self.walk_at <= now && self.walk.is_empty() {
            asked |= self.basis(eyes, &mut state).await? != missing::Basis::NoAccounts;
            self.begin_walk(eyes).await?;
            if self.walk.is_empty() && self.ahead.is_none() {
                self.up_to_date(eyes, &state).await?;
            }
        }
        if self.step_at <= now
            && let Some(next) = self.walk.pop_front()
        {
            self.plan(next, now, false);
            self.step_at = now + self.pace.step();
        }
        asked |= self.look(eyes, &mut state).await?;
        if self.plans.is_empty() && self.ahead.is_some() {
            state.cursor = self.ahead.take();
            self.up_to_date(eyes, &state).await?;
        }
        Ok(asked)
    }

    /// Asks what changed.
    async fn ask(&mut self, eyes: &Eyes<'_>, state: &mut SyncState) -> Result<bool, Trouble> {
        let since = self.ahead.clone().or_else(|| state.cursor.clone());
        let is_first = since.is_none();
        let heard = changes::ask(eyes, since).await?;
        let now = Instant::now();
        self.ways.answers = heard.is_some();
        self.poll_at = now + self.pace.poll(self.ways);
        let Some(heard) = heard else { return Ok(false) };
        for (booking, vanished) in heard.about {
            self.plan(booking, now, vanished);
        }
        self.ahead = Some(heard.cursor);
        if is_first || heard.missed {
            // What changed before the cursor began is in no answer.
            self.walk_at = now;
            self.must_walk = true;
        } else if self.walk.is_empty() && !self.must_walk && self.walk_at <= now {
            self.walk_at = now + self.pace.walk(self.ways);
        }
        Ok(true)
    }

    /// Plans to look at every booking to come.
    async fn begin_walk(&mut self, eyes: &Eyes<'_>) -> Result<(), StoreError> {
        let now = eyes.shared.clock.now();
        let mut page = Page::first(1_000);
        let filter = BookingFilter {
            // Long appointments may have begun long ago; the provider is asked only for what goes on.
            from: now.checked_sub(SignedDuration::from_hours(24)).ok(),
            connection: Some(eyes.connection.id.clone()),
            ..BookingFilter::default()
        };
        loop {
            let part = eyes.shared.store.bookings(&eyes.connection.org, &filter, &page).await?;
            let live = part.items.iter().filter(|booking| {
                booking.status != BookingStatus::Cancelled
                    && booking.end > now
                    && !booking.external_ids.is_empty()
            });
            self.walk.extend(live.map(|booking| booking.id));
            if part.next.is_none() {
                break;
            }
            page.cursor = part.next;
        }
        self.walk_at = Instant::now() + self.pace.walk(self.ways);
        self.must_walk = false;
        Ok(())
    }

    /// Looks at what is planned for now; whether the provider was asked.
    async fn look(&mut self, eyes: &Eyes<'_>, state: &mut SyncState) -> Result<bool, Trouble> {
        let now = Instant::now();
        let due = self.plans.iter().filter(|(_, plan)| plan.at <= now);
        let due: Vec<_> = due.map(|(id, plan)| (*id, *plan)).take(LOOKS_AT_ONCE).collect();
        let any = !due.is_empty();
        for (id, plan) in due {
            let looked = match eyes.look(id, plan.vanished).await {
                Ok(looked) => looked,
                Err(Trouble::Provider(error)) if !error.is_outage() => {
                    tracing::warn!(booking.id = %id, %error, "a booking could not be looked at");
                    Looked::Done
                }
                Err(trouble) => return Err(trouble),
            };
            self.plans.remove(&id);
            match looked {
                Looked::Done => {
                    self.missing.remove(&id);
                }
                Looked::Again(after) => self.plan(id, Instant::now() + after, plan.vanished),
                Looked::Missing => self.missed(eyes, state, id).await?,
            }
        }
        if any && self.plans.is_empty() && self.ahead.is_none() {
            self.up_to_date(eyes, state).await?;
        }
        Ok(any)
    }

    /// All that is known to have changed has been looked at.
    async fn up_to_date(&self, eyes: &Eyes<'_>, state: &SyncState) -> Result<(), StoreError> {
        let (connection, at) = (eyes.connection, Some(eyes.shared.clock.now()));
        let store = &eyes.shared.store;
        store.keep_sync(&connection.org, &connection.id, state.clone(), at).await.map(|_| ())
    }
}
