//! Keepers against an authorization server whose refresh tokens are good for one use, in good days and
//! in bad ones.

mod authority;

use std::time::Duration;

use hookswitch_storage::{
    Connection, ConnectionStatus, Org, OrgId, Settings, Store, StoreOptions, WebhookId,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::ports::{Grant, ProviderError, SetClock};
use authority::{Authority, Mode};

const LIFE: SignedDuration = SignedDuration::from_hours(2);

fn morning() -> Timestamp {
    "2026-09-22T14:30:00Z".parse().unwrap()
}

struct House {
    store: Store,
    clock: Arc<SetClock>,
    keepers: Keepers,
    authority: Arc<Authority>,
    connection: Connection,
    _folder: TempDir,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions::new(folder.path().join("data"))).await.unwrap();
        let clock = Arc::new(SetClock::starting_at(morning()));
        let org = OrgId::random();
        let settings = serde_json::json!({"name": "Willow Street Dental", "timezone": "America/Chicago",
            "country": "US", "webhook_auth": [], "business_hours": {}, "services": []});
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let (id, webhook_id) = (org.clone(), WebhookId::random());
        let org_row = Org { id, webhook_id, created_at: morning(), version: 1, settings };
        store.create_org(org_row, vec![], "test", morning()).await.unwrap();
        let authority = Arc::new(Authority::new(Arc::clone(&clock), LIFE));
        let mut connection = Connection::new(org, "calendly", morning());
        connection.credentials =
            Some(sealed_with(&store, &connection.org, &authority.first_grant()));
        store.put_connection(connection.clone(), "test", morning()).await.unwrap();
        let keepers = Keepers::new(store.clone(), clock.clone());
        Self { store, clock, keepers, authority, connection, _folder: folder }
    }

    /// One whose access token has just come to its end, and a keeper of it.
    async fn with_an_ended_token() -> (Self, Arc<dyn AccessTokens>) {
        let house = Self::open().await;
        let keeper = house.keeper();
        house.pass(LIFE);
        (house, keeper)
    }

    fn keeper(&self) -> Arc<dyn AccessTokens> {
        self.keepers.of(&self.connection, self.authority.clone())
    }

    /// As after a restart: nothing is remembered but what is stored.
    fn after_restart(&self) -> Arc<dyn AccessTokens> {
        Keepers::new(self.store.clone(), self.clock.clone())
            .of(&self.connection, self.authority.clone())
    }

    fn pass(&self, time: SignedDuration) {
        self.clock.set(self.clock.now().checked_add(time).unwrap());
    }

    async fn stored(&self) -> Connection {
        let (org, id) = (&self.connection.org, &self.connection.id);
        self.store.connection(org, id).await.unwrap().unwrap()
    }

    async fn stored_grant(&self) -> Grant {
        grant_in(&self.store, &self.stored().await).unwrap()
    }

    /// The grants that are to be taken back, if nobody else lives on their account.
    async fn farewells(&self) -> Vec<Grant> {
        let jobs = self.store.jobs(&self.connection.org).await.unwrap();
        let ended = |job: hookswitch_storage::Job| {
            let connection = serde_json::from_value(job.payload["connection"].clone()).unwrap();
            grant_in(&self.store, &connection).unwrap()
        };
        jobs.into_iter().map(ended).collect()
    }

    /// Somebody connects again, by a grant of their own.
    async fn connect_again(&self) -> Grant {
        let entered = self.authority.first_grant();
        let sealed = sealed_with(&self.store, &self.connection.org, &entered);
        let change = move |connection: &mut Connection| {
            connection.credentials = Some(sealed);
            None
        };
        let (org, id) = (&self.connection.org, &self.connection.id);
        self.store.change_connection(org, id, change, "me", morning()).await.unwrap();
        entered
    }
}

async fn token(keeper: &Arc<dyn AccessTokens>) -> Result<String, ProviderError> {
    Ok(keeper.current().await?.text().unwrap().to_owned())
}

/// Somebody who waits for a token in a task of their own.
fn waits_for(keeper: &Arc<dyn AccessTokens>) -> JoinHandle<Result<String, ProviderError>> {
    let keeper = Arc::clone(keeper);
    tokio::spawn(async move { token(&keeper).await })
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_who_wait_share_one_renewal_and_it_is_on_disk_before_they_go_on() {
    let house = House::open().await;
    let keeper = house.keeper();
    let old = token(&keeper).await.unwrap();
    house.pass(LIFE);
    let waiting: Vec<_> = (0..500).map(|_| waits_for(&keeper)).collect();
    let mut given = Vec::new();
    for one in waiting {
        given.push(one.await.unwrap().unwrap());
    }
    given.dedup();
    assert_eq!(given.len(), 1);
    assert_ne!(given[0], old);
    assert_eq!(house.authority.asked(), 1);
    assert_eq!(house.stored_grant().await.access_token, given[0]);
}

#[tokio::test]
async fn five_hundred_whose_token_was_refused_share_one_renewal() {
    let house = House::open().await;
    let keeper = house.keeper();
    let old = keeper.current().await.unwrap();
    house.pass(SignedDuration::from_mins(30));
    let again = futures_util::future::join_all((0..500).map(|_| keeper.instead_of(&old))).await;
    assert!(again.iter().all(|one| one.as_ref().is_ok_and(|one| *one != old)));
    assert_eq!(house.authority.asked(), 1);
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed_behind_those_who_use_it() {
    let house = House::open().await;
    let keeper = house.keeper();
    let old = token(&keeper).await.unwrap();
    house.pass(LIFE - SignedDuration::from_mins(2));
    house.authority.next(Mode::Slow);
    assert_eq!(token(&keeper).await.unwrap(), old, "nobody waits while it is good");
    house.authority.was_asked(1).await;
    house.authority.go_on();
    authority::until(async || token(&keeper).await.unwrap() != old).await;
    assert_eq!(house.authority.asked(), 1);
}

#[tokio::test]
async fn a_slow_renewal_is_one_for_all_and_goes_on_when_who_asked_for_it_gives_up() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.next(Mode::Slow);
    let first = tokio::time::timeout(Duration::from_millis(50), keeper.current()).await;
    assert!(first.is_err(), "it waits as long as it may");
    let others: Vec<_> = (0..20).map(|_| waits_for(&keeper)).collect();
    house.authority.was_asked(1).await;
    house.authority.go_on();
    for other in others {
        assert!(other.await.unwrap().is_ok());
    }
    assert_eq!(house.authority.asked(), 1);
}

#[tokio::test]
async fn after_a_renewal_that_panicked_the_next_caller_renews() {
    let (house, keeper) = House::with_an_ended_token().await;
    for _ in 0..3 {
        house.authority.next(Mode::Panics);
    }
    let refused = token(&keeper).await.unwrap_err();
    assert_eq!(refused, ProviderError::Unavailable { retry_after: None });
    assert!(token(&keeper).await.is_ok());
    assert_eq!(house.authority.asked(), 4);
}

#[tokio::test]
async fn a_server_that_was_killed_between_answer_and_write_tells_the_operator_to_connect_again() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.next(Mode::HangsAfter);
    let hangs = tokio::time::timeout(Duration::from_millis(50), keeper.current()).await;
    assert!(hangs.is_err());
    house.authority.was_asked(1).await;
    let keeper = house.after_restart();
    assert_eq!(token(&keeper).await, Err(ProviderError::Reconnect));
    let stored = house.stored().await;
    assert_eq!(stored.status, ConnectionStatus::Error);
    assert!(stored.problem.as_ref().unwrap().contains("was cut off"), "{:?}", stored.problem);
    assert!(stored.problem.unwrap().contains("connect again"));
    // Who connects again is at home again, without a restart.
    house.connect_again().await;
    assert!(token(&keeper).await.is_ok());
}

#[tokio::test]
async fn a_renewal_whose_request_did_not_arrive_is_sent_again() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.next(Mode::LostBefore);
    assert!(token(&keeper).await.is_ok());
    assert_eq!(house.stored_grant().await.renewal_begun_at, None);
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_ends_in_words_for_the_operator() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.next(Mode::LostAfter);
    assert_eq!(token(&keeper).await, Err(ProviderError::Reconnect));
    let stored = house.stored().await;
    assert_eq!(stored.status, ConnectionStatus::Error);
    assert!(stored.problem.unwrap().contains("was cut off"));
    let asked = house.authority.asked();
    assert_eq!(token(&keeper).await, Err(ProviderError::Reconnect));
    assert_eq!(house.authority.asked(), asked, "a dead grant is not asked for again");
}

#[tokio::test]
async fn a_revoked_grant_is_told_at_once_and_used_until_its_end() {
    let house = House::open().await;
    let keeper = house.keeper();
    let old = token(&keeper).await.unwrap();
    let end = house.stored_grant().await.expires_at;
    house.authority.revoke_all();
    house.pass(LIFE - SignedDuration::from_mins(2));
    assert_eq!(token(&keeper).await.unwrap(), old);
    authority::until(async || house.stored().await.problem.is_some()).await;
    let stored = house.stored().await;
    assert_eq!(stored.status, ConnectionStatus::Connected, "calls still go through");
    assert!(stored.problem.unwrap().contains("revoked"));
    assert_eq!(stored.expires_at, end);
    house.pass(SignedDuration::from_mins(2));
    assert_eq!(token(&keeper).await, Err(ProviderError::Reconnect));
    assert_eq!(house.stored().await.status, ConnectionStatus::Error);
}

#[tokio::test]
async fn a_token_that_is_still_good_is_used_after_a_restart_whatever_becomes_of_its_renewal() {
    for trouble in [Some(Mode::Down), Some(Mode::Slow), None] {
        let house = House::open().await;
        let old = house.stored_grant().await.access_token;
        house.pass(LIFE - SignedDuration::from_mins(2));
        match trouble {
            Some(mode) => house.authority.next(mode),
            None => house.authority.revoke_all(),
        }
        let keeper = house.after_restart();
        let given = tokio::time::timeout(Duration::from_secs(2), token(&keeper)).await;
        assert_eq!(given.unwrap().unwrap(), old, "nobody waits for what goes on behind them");
        house.authority.was_asked(1).await;
        assert_eq!(token(&keeper).await.unwrap(), old);
    }
}

#[tokio::test]
async fn after_a_change_nobody_waits_for_a_renewal_that_was_begun_before_it() {
    let house = House::open().await;
    let keeper = house.keeper();
    let old = token(&keeper).await.unwrap();
    house.pass(LIFE - SignedDuration::from_mins(2));
    house.authority.revoke_all();
    house.authority.next(Mode::Slow);
    assert_eq!(token(&keeper).await.unwrap(), old);
    house.authority.was_asked(1).await;
    // The connection's options were changed, and its actor is another.
    let next = house.keeper();
    let given = tokio::time::timeout(Duration::from_secs(5), token(&next)).await;
    assert_eq!(given.unwrap(), Ok(old.clone()), "it is good for two more minutes");
    house.authority.go_on();
    authority::until(async || house.stored().await.problem.is_some()).await;
    assert_eq!(token(&next).await, Ok(old));
}

#[tokio::test]
async fn who_connects_while_a_renewal_runs_is_not_overwritten() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.next(Mode::Slow);
    let waiting = waits_for(&keeper);
    house.authority.was_asked(1).await;
    let entered = house.connect_again().await;
    // The connection's actor is put away, and the next has the same keeper.
    let next = house.keeper();
    house.authority.go_on();
    assert_eq!(waiting.await.unwrap().unwrap(), entered.access_token);
    assert_eq!(token(&next).await.unwrap(), entered.access_token);
    assert_eq!(house.stored_grant().await, entered);
    assert_eq!(house.authority.revoked().len(), 0, "it may be the same account");
    let lost = house.farewells().await;
    assert_eq!(lost.len(), 1, "what nobody uses is given back, if nobody lives on that account");
    assert_ne!(lost[0], entered);
}

#[tokio::test]
async fn where_refresh_tokens_do_not_change_nothing_is_given_back_that_somebody_uses() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.rotates_no_more();
    house.authority.next(Mode::Slow);
    let waiting = waits_for(&keeper);
    house.authority.was_asked(1).await;
    let entered = house.connect_again().await;
    house.authority.go_on();
    assert_eq!(waiting.await.unwrap().unwrap(), entered.access_token);
    assert_eq!(house.authority.revoked().len() + house.farewells().await.len(), 0);
}

#[tokio::test]
async fn a_renewal_of_a_connection_that_was_removed_leaves_what_it_brought_to_the_farewell() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.next(Mode::Slow);
    let waiting = waits_for(&keeper);
    house.authority.was_asked(1).await;
    let (org, id) = (&house.connection.org, &house.connection.id);
    house.store.remove_connection(org, id, |_| None, "me", morning()).await.unwrap();
    house.authority.go_on();
    assert_eq!(waiting.await.unwrap(), Err(ProviderError::Reconnect));
    assert_eq!(house.authority.revoked().len(), 0, "another connection may live on the account");
    assert_eq!(house.farewells().await.len(), 1);
}

#[tokio::test]
async fn a_refused_grant_that_was_replaced_meanwhile_is_no_dead_one() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.revoke_all();
    house.authority.next(Mode::Slow);
    let waiting = waits_for(&keeper);
    house.authority.was_asked(1).await;
    let entered = house.connect_again().await;
    house.authority.go_on();
    assert_eq!(waiting.await.unwrap().unwrap(), entered.access_token);
    let stored = house.stored().await;
    assert_eq!((stored.status, stored.problem), (ConnectionStatus::Connected, None));
}

#[tokio::test]
async fn an_authorization_server_that_is_out_of_reach_is_left_alone_for_a_while() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.next(Mode::Down);
    let down = ProviderError::Unavailable { retry_after: None };
    assert_eq!(token(&keeper).await, Err(down));
    let resting = token(&keeper).await.unwrap_err();
    assert!(matches!(resting, ProviderError::Unavailable { retry_after: Some(_) }), "{resting}");
    assert_eq!(house.authority.asked(), 1);
    assert_eq!(house.stored().await.status, ConnectionStatus::Connected);
}

#[tokio::test]
async fn what_is_wrong_with_the_server_itself_is_told_and_taken_back_when_it_is_right_again() {
    let (house, keeper) = House::with_an_ended_token().await;
    house.authority.next(Mode::Refuses);
    let refused = token(&keeper).await.unwrap_err();
    assert!(matches!(&refused, ProviderError::NeedsHuman(why) if why.contains("CALENDLY")));
    let stored = house.stored().await;
    assert_eq!(stored.status, ConnectionStatus::Error);
    assert!(stored.problem.unwrap().contains("CALENDLY_CLIENT_SECRET"));
    assert!(token(&house.after_restart()).await.is_ok());
    let stored = house.stored().await;
    assert_eq!((stored.status, stored.problem), (ConnectionStatus::Connected, None));
}

#[tokio::test]
async fn a_token_that_is_refused_though_it_is_new_is_not_renewed_again_and_again() {
    let (house, keeper) = House::with_an_ended_token().await;
    for _ in 0..20 {
        let new = keeper.current().await.unwrap();
        assert_eq!(keeper.instead_of(&new).await, Err(ProviderError::Reconnect));
    }
    assert_eq!(house.authority.asked(), 1);
}

#[tokio::test]
async fn tokens_that_can_be_had_at_any_time_are_not_kept() {
    let mut house = House::open().await;
    let authority = Authority::new(Arc::clone(&house.clock), LIFE).without_refresh_tokens();
    house.authority = Arc::new(authority);
    let before = house.stored().await;
    let keeper = house.keeper();
    let first = token(&keeper).await.unwrap();
    assert_eq!(token(&keeper).await.unwrap(), first);
    house.pass(LIFE);
    assert_ne!(token(&keeper).await.unwrap(), first);
    assert_eq!(house.authority.asked(), 2);
    assert_eq!(house.stored().await, before);
}
