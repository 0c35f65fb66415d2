//! The actor alone, with a directory that does what the test says.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{MasterKey, Secret, Store, StoreOptions};
use tokio::sync::Notify;

use super::lines::Lines;
use super::*;
use crate::bounds::BREAKER_FAILURES;
use crate::ports::{DirectoryLimits, SystemClock};

#[derive(Clone, Copy, PartialEq)]
enum Habit {
    Answers,
    Waits,
    WantsAPause,
    Fails,
    Panics,
}

struct Fake {
    habit: Habit,
    limits: Option<DirectoryLimits>,
    asked: AtomicUsize,
    go_on: Notify,
}

#[async_trait]
impl CustomerDirectory for Fake {
    fn limits(&self) -> Option<DirectoryLimits> {
        self.limits
    }

    async fn search(
        &self,
        _: &DirectoryAccess,
        _: &str,
    ) -> Result<DirectoryAnswer, DirectoryError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.habit {
            Habit::Answers => Ok(DirectoryAnswer { contacts: Vec::new(), complete: true }),
            Habit::Waits => {
                self.go_on.notified().await;
                Ok(DirectoryAnswer { contacts: Vec::new(), complete: true })
            }
            Habit::WantsAPause => {
                Err(DirectoryError::RateLimited { retry_after: Some(Duration::from_secs(30)) })
            }
            Habit::Fails => Err(DirectoryError::KeyRefused),
            Habit::Panics => panic!("told to"),
        }
    }
}

struct Running {
    fake: Arc<Fake>,
    actor: DirectoryRef,
    _folder: tempfile::TempDir,
}

impl Running {
    async fn start(habit: Habit) -> Self {
        Self::limited(habit, None, "key", &Lines::default()).await
    }

    /// With a key of its own or another's, at a directory that sets limits.
    async fn limited(
        habit: Habit,
        limits: Option<DirectoryLimits>,
        key: &str,
        lines: &Lines,
    ) -> Self {
        let (asked, go_on) = (AtomicUsize::new(0), Notify::new());
        let fake = Arc::new(Fake { habit, limits, asked, go_on });
        let api_key = Secret::from(key.to_owned());
        let access = DirectoryAccess { workspace_id: "1".into(), api_key };
        let folder = tempfile::tempdir().unwrap();
        let mut options = StoreOptions::new(folder.path().join("data"));
        options.master_key = Some(MasterKey::from_bytes([7; 32]));
        options.reserve_bytes = 0;
        let store = Store::open(options).await.unwrap();
        let args = DirectoryArgs {
            org: OrgId::random(),
            line: lines.of(&access, limits),
            access: Arc::new(access),
            directory: Arc::clone(&fake) as Arc<dyn CustomerDirectory>,
            log: ProviderLog::new(store, Arc::new(SystemClock)),
            feed: Feed::new("test".into(), 16),
            sign: Arc::default(),
        };
        let (actor, _) = Actor::spawn(None, Directory, args).await.unwrap();
        Self { fake, actor, _folder: folder }
    }

    fn ask(&self, call: Option<&str>, digits: &str) -> oneshot::Receiver<Asked> {
        self.ask_with(Urgency::Now, call, digits)
    }

    /// Asks about somebody new; gives whether the directory was asked.
    async fn is_let_through(&self, urgency: Urgency) -> bool {
        let number = uuid::Uuid::now_v7().to_string();
        match self.ask_with(urgency, None, &number).await.unwrap() {
            Ok(_) => true,
            Err(DirectoryError::RateLimited { retry_after: Some(_) }) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    fn ask_with(
        &self,
        urgency: Urgency,
        call: Option<&str>,
        digits: &str,
    ) -> oneshot::Receiver<Asked> {
        let call = call.map(|call| call.parse().unwrap());
        let (reply_to, reply) = oneshot::channel();
        let question = Question { call, digits: digits.into() };
        let message = DirectoryMsg::Ask { question, urgency, reply_to };
        self.actor.cast(message).unwrap();
        reply
    }

    fn asked(&self) -> usize {
        self.fake.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn one_question_of_a_call_is_put_once_and_answers_all_who_ask() {
    let running = Running::start(Habit::Waits).await;
    let first = running.ask(Some("call"), "6267888831");
    let second = running.ask(Some("call"), "6267888831");
    running.fake.go_on.notify_one();
    assert!(first.await.unwrap().is_ok());
    assert!(second.await.unwrap().is_ok());
    assert!(running.ask(Some("call"), "6267888831").await.unwrap().is_ok());
    assert_eq!(running.asked(), 1);
    running.fake.go_on.notify_one();
    assert!(running.ask(Some("another"), "6267888831").await.unwrap().is_ok());
    assert_eq!(running.asked(), 2, "what one call knows is no other's");
}

#[tokio::test]
async fn a_hanging_directory_gives_every_place_back() {
    let running = Running::start(Habit::Waits).await;
    let hanging: Vec<_> =
        (0..MAX_DIRECTORY_REQUESTS).map(|n| running.ask(None, &n.to_string())).collect();
    let refused = running.ask(None, "one too many").await.unwrap();
    assert_eq!(refused, Err(DirectoryError::Unavailable));
    for answer in hanging {
        assert_eq!(answer.await.unwrap(), Err(DirectoryError::Late));
    }
    assert_eq!(running.asked(), MAX_DIRECTORY_REQUESTS);
}

#[tokio::test]
async fn a_failing_directory_is_left_alone_and_all_hear_why() {
    let running = Running::start(Habit::Fails).await;
    for n in 0..BREAKER_FAILURES + 3 {
        let answer = running.ask(Some("call"), &n.to_string()).await.unwrap();
        assert_eq!(answer, Err(DirectoryError::KeyRefused));
    }
    assert_eq!(running.asked(), BREAKER_FAILURES as usize);
}

#[tokio::test]
async fn an_adapter_that_panics_is_out_of_reach_and_no_more() {
    let running = Running::start(Habit::Panics).await;
    for _ in 0..2 {
        let answer = running.ask(Some("call"), "6267888831").await.unwrap();
        assert_eq!(answer, Err(DirectoryError::Unavailable));
    }
    assert_eq!(running.asked(), 2);
}

const THREE_A_MINUTE: DirectoryLimits = DirectoryLimits { per_minute: 3, per_hour: 1_000 };

#[tokio::test]
async fn what_the_directory_allows_is_kept_by_ourselves_in_the_minute_and_in_the_hour() {
    let three_an_hour = DirectoryLimits { per_minute: 100, per_hour: 3 };
    for limits in [THREE_A_MINUTE, three_an_hour] {
        let lines = Lines::default();
        let running = Running::limited(Habit::Answers, Some(limits), "key", &lines).await;
        for _ in 0..3 {
            assert!(running.is_let_through(Urgency::Now).await, "{limits:?}");
        }
        assert!(!running.is_let_through(Urgency::Now).await, "{limits:?}");
        assert_eq!(running.asked(), 3, "the fourth was refused unasked");
    }
}

#[tokio::test]
async fn what_is_asked_ahead_leaves_room_for_callers_who_wait() {
    let lines = Lines::default();
    let running = Running::limited(Habit::Answers, Some(THREE_A_MINUTE), "key", &lines).await;
    assert!(running.is_let_through(Urgency::Ahead).await);
    assert!(running.is_let_through(Urgency::Ahead).await);
    assert!(!running.is_let_through(Urgency::Ahead).await, "the last one is a caller's");
    assert!(running.is_let_through(Urgency::Now).await);
    assert!(!running.is_let_through(Urgency::Now).await);
    assert_eq!(running.asked(), 3);
}

#[tokio::test]
async fn orgs_with_the_same_key_share_what_it_is_allowed_and_others_do_not() {
    let lines = Lines::default();
    let limits = Some(THREE_A_MINUTE);
    let one = Running::limited(Habit::Answers, limits, "the agency's", &lines).await;
    let two = Running::limited(Habit::Answers, limits, "the agency's", &lines).await;
    let other = Running::limited(Habit::Answers, limits, "its own", &lines).await;
    for running in [&one, &two, &one] {
        assert!(running.is_let_through(Urgency::Now).await);
    }
    assert!(!one.is_let_through(Urgency::Now).await);
    assert!(!two.is_let_through(Urgency::Now).await);
    assert_eq!((one.asked(), two.asked()), (2, 1));
    assert!(other.is_let_through(Urgency::Now).await);
    // Changed settings start another actor, and what was asked still counts.
    one.actor.stop_and_wait(None, None).await.unwrap();
    two.actor.stop_and_wait(None, None).await.unwrap();
    let again = Running::limited(Habit::Answers, limits, "the agency's", &lines).await;
    assert!(!again.is_let_through(Urgency::Now).await);
}

#[test]
fn however_many_orgs_have_a_key_a_tenth_of_what_it_is_allowed_goes_into_trying() {
    let lines = Lines::default();
    let limits = DirectoryLimits { per_minute: 100, per_hour: 1_000 };
    let access = DirectoryAccess { workspace_id: "1".into(), api_key: "shared".to_owned().into() };
    let _line = lines.of(&access, Some(limits));
    let now = Instant::now();
    let turns: Vec<_> = (0..300).map(|_| lines.probe_at(&access, now)).collect();
    assert_eq!(turns[0], now);
    assert!(turns.is_sorted(), "first come, first served");
    for (window, most) in [(60, 10), (3_600, 100)] {
        let within = Duration::from_secs(window);
        for (place, first) in turns.iter().enumerate() {
            let count = turns[place..].iter().take_while(|at| **at - *first < within).count();
            assert!(count <= most, "{count} in {window} s");
        }
    }
    let other = DirectoryAccess { api_key: "its own".to_owned().into(), ..access };
    assert_eq!(lines.probe_at(&other, now), now);
}

#[tokio::test]
async fn a_directory_that_wants_a_pause_gets_it_from_all_who_have_the_key() {
    let lines = Lines::default();
    let limits = Some(DirectoryLimits { per_minute: 100, per_hour: 1_000 });
    let one = Running::limited(Habit::WantsAPause, limits, "the agency's", &lines).await;
    let two = Running::limited(Habit::Answers, limits, "the agency's", &lines).await;
    let other = Running::limited(Habit::Answers, limits, "its own", &lines).await;
    assert!(two.is_let_through(Urgency::Now).await);
    assert!(!one.is_let_through(Urgency::Now).await);
    assert!(!two.is_let_through(Urgency::Now).await);
    assert_eq!((one.asked(), two.asked()), (1, 1), "refused unasked");
    assert!(other.is_let_through(Urgency::Now).await);
}
