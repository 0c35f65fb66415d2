//! Quotas as Calendly tells of them, and tokens that are refused.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use super::*;
use crate::player::stand_ins::calendly::{Operation, Setup, StandIn};

fn answer(status: u16, headers: &[(&'static str, &str)]) -> Answer {
    let headers = headers.iter().map(|(name, value)| {
        (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())
    });
    let status = StatusCode::from_u16(status).unwrap();
    Answer { status, headers: headers.collect(), body: Vec::new() }
}

fn rest_after(answer: &Answer) -> Option<u64> {
    let quota = Quota::new(true, LONGEST_PAUSE);
    quota.learn(answer);
    quota.refuses().and_then(|refusal| pause(&refusal.headers)).map(|rest| rest.as_secs())
}

#[test]
fn an_account_rests_when_its_quota_is_used_up_and_not_before() {
    let (remaining, reset) = ("x-ratelimit-remaining", "x-ratelimit-reset");
    assert_eq!(rest_after(&answer(200, &[(remaining, "3"), (reset, "40")])), None);
    let used_up = rest_after(&answer(200, &[(remaining, "0"), (reset, "40")]));
    assert!(used_up.is_some_and(|rest| (39..=40).contains(&rest)), "{used_up:?}");
    let told = rest_after(&answer(429, &[("retry-after", "7"), (reset, "40")]));
    assert!(told.is_some_and(|rest| (6..=7).contains(&rest)), "{told:?}");
    let most = rest_after(&answer(429, &[(reset, "86400")]));
    assert!(most.is_some_and(|rest| rest <= LONGEST_PAUSE.as_secs()), "{most:?}");
    assert_eq!(rest_after(&answer(429, &[])), None);
}

/// Gives an old token until it is refused.
struct Fresh {
    asked: AtomicUsize,
}

#[async_trait]
impl AccessTokens for Fresh {
    async fn current(&self) -> Result<Secret, ProviderError> {
        Ok(Secret::from("old".to_owned()))
    }

    async fn instead_of(&self, refused: &Secret) -> Result<Secret, ProviderError> {
        assert_eq!(refused.text(), Some("old"));
        match self.asked.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(Secret::from("new".to_owned())),
            _ => Err(ProviderError::Reconnect),
        }
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_request_repeated() {
    let setup = Setup {
        token: "new".into(),
        zone: "America/Chicago".into(),
        now: "2026-09-22T14:30:00Z".parse().unwrap(),
        event_types: Vec::new(),
        may_book: true,
        longest_span_days: 31,
    };
    let stand_in = StandIn::start(setup).await.unwrap();
    let wire = Arc::new(Wire::new(stand_in.url(), Duration::from_secs(4)).unwrap());
    let client = Client::new(wire, Arc::new(Fresh { asked: AtomicUsize::new(0) }));
    let answer = client.get(&["users", "me"], &[]).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    let asked = stand_in.asked_to(Operation::Me);
    let bearers: Vec<_> = asked.iter().filter_map(|it| it.header("authorization")).collect();
    assert_eq!(bearers, ["Bearer old", "Bearer new"]);
    assert_eq!(their_time(&answer).to_string(), "2026-09-22T14:30:00Z", "by its own clock");
    stand_in.set_token("newer");
    let refused = client.get(&["users", "me"], &[]).await.err();
    assert_eq!(refused, Some(Without::Token(ProviderError::Reconnect)));
}
