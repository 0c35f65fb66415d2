//! An authorization server within the test: each refresh token is good for one use, and each request
//! fares as it is told.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use tokio::sync::Semaphore;

use crate::ports::{Clock, Grant, RenewError, SetClock, TokenIssuer};

/// How a renewal fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As it should, when [`Authority::go_on`] says so.
    Slow,
    /// Our side falls over.
    Panics,
    /// Done, and never answered.
    HangsAfter,
    /// Nothing was done, and the answer is lost.
    LostBefore,
    /// Done, and the answer is lost.
    LostAfter,
    /// Out of reach.
    Down,
    /// It does not know us.
    Refuses,
}

#[derive(Default)]
struct Inner {
    next: VecDeque<Mode>,
    good: BTreeSet<String>,
    made: u32,
    asked: usize,
    revoked: Vec<String>,
    /// Refresh tokens stay as they are.
    constant: bool,
}

pub(super) struct Authority {
    clock: Arc<SetClock>,
    life: SignedDuration,
    refreshes: bool,
    slow: Semaphore,
    inner: Mutex<Inner>,
}

impl Authority {
    pub(super) fn new(clock: Arc<SetClock>, life: SignedDuration) -> Self {
        let (slow, inner) = (Semaphore::new(0), Mutex::default());
        Self { clock, life, refreshes: true, slow, inner }
    }

    pub(super) fn without_refresh_tokens(self) -> Self {
        Self { refreshes: false, ..self }
    }

    pub(super) fn rotates_no_more(&self) {
        self.inner.lock().unwrap().constant = true;
    }

    pub(super) fn next(&self, mode: Mode) {
        self.inner.lock().unwrap().next.push_back(mode);
    }

    pub(super) fn go_on(&self) {
        self.slow.add_permits(1);
    }

    pub(super) fn asked(&self) -> usize {
        self.inner.lock().unwrap().asked
    }

    pub(super) fn revoked(&self) -> Vec<String> {
        self.inner.lock().unwrap().revoked.clone()
    }

    pub(super) fn revoke_all(&self) {
        self.inner.lock().unwrap().good.clear();
    }

    /// Waits until it was asked so often.
    pub(super) async fn was_asked(&self, times: usize) {
        until(async || self.asked() >= times).await;
    }

    /// What somebody gets who has just agreed.
    pub(super) fn first_grant(&self) -> Grant {
        let now = self.clock.now();
        let mut inner = self.inner.lock().unwrap();
        inner.made += 1;
        let refresh = format!("refresh-{}", inner.made);
        inner.good.insert(refresh.clone());
        Grant {
            access_token: format!("access-{}", inner.made),
            refresh_token: Some(refresh).filter(|_| self.refreshes),
            expires_at: now.checked_add(self.life).ok(),
            refresh_expires_at: None,
            obtained_at: now,
            renewal_begun_at: None,
        }
    }

    fn exchange(&self, old: Option<&Grant>) -> Result<Grant, RenewError> {
        if self.refreshes {
            let refresh = old.and_then(|old| old.refresh_token.as_ref());
            let good = refresh.is_some_and(|one| self.inner.lock().unwrap().good.remove(one));
            if !good {
                return Err(RenewError::Dead);
            }
        }
        Ok(self.first_grant())
    }
}

#[async_trait]
impl TokenIssuer for Authority {
    fn is_kept(&self) -> bool {
        self.refreshes
    }

    fn rotates(&self) -> bool {
        !self.inner.lock().unwrap().constant
    }

    fn ahead(&self) -> Duration {
        Duration::from_secs(300)
    }

    async fn renew(&self, old: Option<&Grant>) -> Result<Grant, RenewError> {
        let mode = {
            let mut inner = self.inner.lock().unwrap();
            inner.asked += 1;
            inner.next.pop_front()
        };
        match mode {
            None => {}
            Some(Mode::Slow) => self.slow.acquire().await.unwrap().forget(),
            Some(Mode::Panics) => panic!("a renewal is told to"),
            Some(Mode::HangsAfter) => {
                let _ = self.exchange(old);
                std::future::pending::<()>().await;
            }
            Some(Mode::LostBefore) => return Err(RenewError::Lost),
            Some(Mode::LostAfter) => {
                let _ = self.exchange(old);
                return Err(RenewError::Lost);
            }
            Some(Mode::Down) => return Err(RenewError::Unavailable { retry_after: None }),
            Some(Mode::Refuses) => {
                return Err(RenewError::Refused("correct CALENDLY_CLIENT_SECRET".into()));
            }
        }
        self.exchange(old)
    }

    async fn revoke(&self, grant: &Grant) -> Result<(), RenewError> {
        self.inner.lock().unwrap().revoked.push(grant.access_token.clone());
        Ok(())
    }
}

/// Waits for a condition, at most ten seconds.
pub(super) async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let started = std::time::Instant::now();
    while !holds().await {
        assert!(started.elapsed() < Duration::from_secs(10), "waited in vain");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
