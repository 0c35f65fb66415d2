//! The actor alone, with a directory that does what the test says.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use hookswitch_storage::{MasterKey, Secret, Store, StoreOptions};
use tokio::sync::Notify;

use super::*;
use crate::bounds::BREAKER_FAILURES;
use crate::ports::SystemClock;

#[derive(Clone, Copy, PartialEq)]
enum Habit {
    Waits,
    Fails,
    Panics,
}

struct Fake {
    habit: Habit,
    asked: AtomicUsize,
    go_on: Notify,
}

#[async_trait]
impl CustomerDirectory for Fake {
    async fn search(
        &self,
        _: &DirectoryAccess,
        _: &str,
    ) -> Result<DirectoryAnswer, DirectoryError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.habit {
            Habit::Waits => {
                self.go_on.notified().await;
                Ok(DirectoryAnswer { contacts: Vec::new(), complete: true })
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
        let fake = Arc::new(Fake { habit, asked: AtomicUsize::new(0), go_on: Notify::new() });
        let api_key = Secret::from("key".to_owned());
        let folder = tempfile::tempdir().unwrap();
        let mut options = StoreOptions::new(folder.path().join("data"));
        options.master_key = Some(MasterKey::from_bytes([7; 32]));
        options.reserve_bytes = 0;
        let store = Store::open(options).await.unwrap();
        let args = DirectoryArgs {
            org: OrgId::random(),
            access: Arc::new(DirectoryAccess { workspace_id: "1".into(), api_key }),
            directory: Arc::clone(&fake) as Arc<dyn CustomerDirectory>,
            log: ProviderLog::new(store, Arc::new(SystemClock)),
        };
        let (actor, _) = Actor::spawn(None, Directory, args).await.unwrap();
        Self { fake, actor, _folder: folder }
    }

    fn ask(&self, call: Option<&str>, digits: &str) -> oneshot::Receiver<Asked> {
        let call = call.map(|call| call.parse().unwrap());
        let (reply_to, reply) = oneshot::channel();
        let question = Question { call, digits: digits.into() };
        let message = DirectoryMsg::Ask { question, urgency: Urgency::Now, reply_to };
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
