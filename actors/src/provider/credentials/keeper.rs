//! Keeps the tokens of one connection: hands out the one that is good, and sees to it that there is
//! exactly one renewal at a time, however many wait for it. What a renewal does is in `renewal`.
//!
//! ```text
//! held or stored, good -------------> given at once; near its end a renewal runs behind it
//! over, refused or none --> renewal, in a task of its own --> all who wait get what it brings
//! renewal failed -----------> rest: nobody asks the authorization server, all are told at once
//! renewal panicked ---------> the next who needs a token begins another
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hookswitch_storage::{Connection, ConnectionId, OrgId, Secret, Store};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::renewal::Unsaved;
use crate::ports::{AccessTokens, Clock, Grant, ProviderError, TokenIssuer};

/// Pause after a failed renewal, doubling; Calendly allows eight requests a minute.
const FIRST_REST: Duration = Duration::from_secs(2);
/// Longest pause.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// A token that is refused though it is younger than this is not cured by another.
const YOUNG: SignedDuration = SignedDuration::from_secs(60);
/// How often a caller begins or joins a renewal: one that panics, and one after it.
const TRIES: u32 = 3;

/// What a renewal brought.
pub(super) type Brought = Result<Grant, ProviderError>;

/// The keeper of one connection.
pub(super) struct Keeper {
    pub(super) org: OrgId,
    pub(super) connection: ConnectionId,
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    state: Mutex<State>,
    myself: Weak<Keeper>,
}

struct State {
    issuer: Arc<dyn TokenIssuer>,
    held: Option<Grant>,
    renewing: Option<watch::Receiver<Option<Brought>>>,
    /// The era in which that was begun.
    renewing_since: u64,
    /// Changes with each [`Keeper::start_over`]; what began before it is not held afterwards.
    era: u64,
    rests_until: Option<Instant>,
    failures: u32,
    memory: Memory,
}

/// What one renewal leaves for the next.
#[derive(Default, Clone)]
pub(super) struct Memory {
    /// The refresh token that was refused for good.
    pub(super) dead: Option<String>,
    /// A grant that the disk would not take yet.
    pub(super) unsaved: Option<Unsaved>,
}

impl Keeper {
    pub(super) fn new(
        connection: &Connection,
        store: Store,
        clock: Arc<dyn Clock>,
        issuer: Arc<dyn TokenIssuer>,
    ) -> Arc<Self> {
        let state = State {
            issuer,
            held: None,
            renewing: None,
            renewing_since: 0,
            era: 0,
            rests_until: None,
            failures: 0,
            memory: Memory::default(),
        };
        Arc::new_cyclic(|myself| Self {
            org: connection.org.clone(),
            connection: connection.id.clone(),
            store,
            clock,
            state: Mutex::new(state),
            myself: myself.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection may have been changed: what is stored counts from here on.
    pub(super) fn start_over(&self, issuer: Arc<dyn TokenIssuer>) {
        let mut state = self.lock();
        state.issuer = issuer;
        state.held = None;
        state.era += 1;
        state.rests_until = None;
        state.failures = 0;
    }

    /// A token that is good and is not `refused`.
    async fn token(&self, refused: Option<&str>) -> Result<Secret, ProviderError> {
        for _ in 0..TRIES {
            self.take_up(refused).await;
            let mut renewing = match self.held_or_renewing(refused)? {
                Ready::Held(token) => return Ok(token),
                Ready::Soon(renewing) => renewing,
            };
            let brought = renewing.wait_for(Option::is_some).await;
            match brought.ok().and_then(|brought| brought.clone()) {
                Some(Ok(grant)) if Some(grant.access_token.as_str()) == refused => {}
                Some(Ok(grant)) => return Ok(grant.access_token.into()),
                Some(Err(error)) => return Err(error),
                // It panicked; there is another chance.
                None => {}
            }
        }
        Err(ProviderError::Unavailable { retry_after: None })
    }

    /// Takes up what is stored, where nothing is held yet: after a start nobody waits for a renewal whose
    /// token is still good, however near its end it is. Nor does anybody after a change of the connection
    /// wait for one that was begun before it.
    async fn take_up(&self, refused: Option<&str>) {
        let era = {
            let state = self.lock();
            if state.held.is_some() || !state.issuer.is_kept() || state.renews_by_now() {
                return;
            }
            state.era
        };
        let Ok(grant) = self.stored_grant().await else { return };
        let is_good =
            !grant.is_over(self.clock.now()) && Some(grant.access_token.as_str()) != refused;
        let mut state = self.lock();
        if is_good && state.era == era && state.held.is_none() && !state.renews_by_now() {
            state.held = Some(grant);
        }
    }

    fn held_or_renewing(&self, refused: Option<&str>) -> Result<Ready, ProviderError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let refused_now =
            state.held.as_ref().is_some_and(|held| Some(held.access_token.as_str()) == refused);
        if refused_now {
            let held = state.held.take();
            if held.is_some_and(|held| now.duration_since(held.obtained_at) < YOUNG) {
                return Err(ProviderError::Reconnect);
            }
        }
        let running = state.running();
        let rest = state.rests_until.and_then(|at| at.checked_duration_since(Instant::now()));
        if let Some(held) = state.held.as_ref().filter(|held| !held.is_over(now)) {
            let token = Secret::from(held.access_token.clone());
            if running.is_none() && rest.is_none() && is_due(held, &*state.issuer, now) {
                self.begin(&mut state, None);
            }
            return Ok(Ready::Held(token));
        }
        match (running, rest) {
            (Some(renewing), _) => Ok(Ready::Soon(renewing)),
            (None, Some(rest)) => Err(ProviderError::Unavailable { retry_after: Some(rest) }),
            (None, None) => Ok(Ready::Soon(self.begin(&mut state, refused.map(str::to_owned)))),
        }
    }

    /// Begins a renewal in a task of its own, so that a caller who gives up does not end it.
    fn begin(
        &self,
        state: &mut State,
        refused: Option<String>,
    ) -> watch::Receiver<Option<Brought>> {
        let (tell, told) = watch::channel(None);
        (state.renewing, state.renewing_since) = (Some(told.clone()), state.era);
        let (issuer, era, mut memory) =
            (Arc::clone(&state.issuer), state.era, state.memory.clone());
        // Who asks holds the keeper, so it is there.
        let Some(keeper) = self.myself.upgrade() else { return told };
        tokio::spawn(async move {
            let brought = keeper.renew(&*issuer, refused.as_deref(), &mut memory).await;
            keeper.settle(era, memory, &brought);
            let _ = tell.send(Some(brought));
        });
        told
    }

    fn settle(&self, era: u64, memory: Memory, brought: &Brought) {
        let mut state = self.lock();
        state.renewing = None;
        state.memory = memory;
        if state.era != era {
            // What was stored when it began may be another's by now.
            return;
        }
        match brought {
            Ok(grant) => {
                state.held = Some(grant.clone());
                (state.failures, state.rests_until) = (0, None);
            }
            // There is nothing to wait for; the next looks whether somebody has connected again.
            Err(ProviderError::Reconnect) => {}
            Err(error) => {
                let asked = match error {
                    ProviderError::Unavailable { retry_after } => *retry_after,
                    _ => None,
                };
                let rest = FIRST_REST.saturating_mul(1 << state.failures.min(5)).min(LONGEST_REST);
                state.failures += 1;
                let rest = asked.map_or(rest, |asked| asked.clamp(rest, LONGEST_REST));
                state.rests_until = Some(Instant::now() + rest);
            }
        }
    }
}

enum Ready {
    Held(Secret),
    Soon(watch::Receiver<Option<Brought>>),
}

impl State {
    /// The renewal that is under way, unless it panicked.
    fn running(&self) -> Option<watch::Receiver<Option<Brought>>> {
        self.renewing.clone().filter(|renewing| renewing.has_changed().is_ok())
    }

    /// Whether one is under way that knows of everything.
    fn renews_by_now(&self) -> bool {
        self.renewing_since == self.era && self.running().is_some()
    }
}

/// Whether it is time to renew a grant: a while before its end, but not when it has just been given,
/// which happens with short-lived tokens.
pub(super) fn is_due(grant: &Grant, issuer: &dyn TokenIssuer, now: Timestamp) -> bool {
    let Some(end) = grant.expires_at else { return false };
    let ahead = SignedDuration::try_from(issuer.ahead()).unwrap_or(SignedDuration::MAX);
    let most = end.duration_since(grant.obtained_at).max(SignedDuration::ZERO) * 4 / 5;
    end.duration_since(now) <= ahead.min(most)
}

#[async_trait]
impl AccessTokens for Keeper {
    async fn current(&self) -> Result<Secret, ProviderError> {
        self.token(None).await
    }

    async fn instead_of(&self, refused: &Secret) -> Result<Secret, ProviderError> {
        self.token(refused.text()).await
    }
}
