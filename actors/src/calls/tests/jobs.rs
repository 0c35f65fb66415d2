//! The worker of durable jobs: what is due runs, nobody waits for somebody else, and neither a
//! panic nor a restart loses anything.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{Job, JobId, JobState, OrgId};
use serde::Deserialize;

use super::{House, Plan, until};
use crate::calls::Shared;
use crate::jobs::{Ended, Order, Pace, Work, Worker};

/// What the jobs of one test do; jobs know their test by its name.
#[derive(Default)]
struct Log {
    runs: Mutex<Vec<String>>,
    at_once: Mutex<BTreeMap<OrgId, (usize, usize)>>,
}

fn log_of(test: &str) -> Arc<Log> {
    static LOGS: OnceLock<Mutex<BTreeMap<String, Arc<Log>>>> = OnceLock::new();
    let mut logs = LOGS.get_or_init(Mutex::default).lock().unwrap();
    Arc::clone(logs.entry(test.to_owned()).or_default())
}

impl Log {
    fn runs(&self, name: &str) -> usize {
        self.runs.lock().unwrap().iter().filter(|run| *run == name).count()
    }
}

#[derive(Deserialize)]
struct Chore {
    test: String,
    name: String,
}

struct Chores;

#[async_trait]
impl Work for Chores {
    type Payload = Chore;

    const KIND: &'static str = "chore";

    fn pace(&self) -> Pace {
        Pace {
            first: Duration::from_secs(10),
            longest: Duration::from_secs(60),
            most_runs: Some(3),
        }
    }

    async fn run(&self, _: &Arc<Shared>, order: Order<Chore>) -> Ended {
        let Chore { test, name } = order.payload;
        let log = log_of(&test);
        log.runs.lock().unwrap().push(name.clone());
        match name.as_str() {
            "panics" => panic!("told to"),
            "fails" => Ended::Again { after: None, why: "no luck".into() },
            "slow" => {
                {
                    let mut at_once = log.at_once.lock().unwrap();
                    let (now, most) = at_once.entry(order.org.clone()).or_default();
                    *now += 1;
                    *most = (*most).max(*now);
                }
                tokio::time::sleep(Duration::from_millis(60)).await;
                log.at_once.lock().unwrap().get_mut(&order.org).unwrap().0 -= 1;
                Ended::Done
            }
            _ => Ended::Done,
        }
    }
}

fn plan() -> Plan {
    Plan { worker: || Worker::default().with(Chores), ..Plan::default() }
}

fn chore(house: &House, test: &str, name: &str, in_seconds: i64) -> Job {
    let due = house.calls.clock().now() + jiff::SignedDuration::from_secs(in_seconds);
    Job {
        id: JobId::random(),
        org: house.org.id().clone(),
        kind: "chore".into(),
        payload: serde_json::json!({"test": test, "name": name}),
        due,
        attempts: 0,
        state: JobState::Waiting,
        last_error: None,
    }
}

async fn put(house: &House, job: &Job) {
    house.calls.store().put_job(job.clone()).await.unwrap();
    house.calls.shared.bell.ring();
}

async fn left(house: &House) -> Vec<Job> {
    house.calls.store().jobs(house.org.id()).await.unwrap()
}

#[tokio::test]
async fn what_is_due_runs_at_once_and_what_is_not_waits_for_the_clock() {
    let house = House::build(plan()).await;
    let log = log_of("due");
    put(&house, &chore(&house, "due", "later", 3_600)).await;
    put(&house, &chore(&house, "due", "now", 0)).await;
    until("what is due", || log.runs("now") == 1).await;
    assert_eq!(log.runs("later"), 0);
    house.wait(3_600);
    until("what is due later", || log.runs("later") == 1).await;
    while !left(&house).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_job_that_panics_is_tried_again_then_given_up_and_harms_no_other() {
    let house = House::build(plan()).await;
    let log = log_of("panics");
    put(&house, &chore(&house, "panics", "panics", 0)).await;
    put(&house, &chore(&house, "panics", "fine", 0)).await;
    until("the sound one", || log.runs("fine") == 1).await;
    for runs in 1..=3 {
        until("the next try", || log.runs("panics") == runs).await;
        house.wait(61);
    }
    let dead = loop {
        let job = left(&house).await.into_iter().find(|job| job.state == JobState::Dead);
        match job {
            Some(job) => break job,
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    assert_eq!(dead.attempts, 3);
    assert!(dead.last_error.unwrap().contains("panicked"));
    put(&house, &chore(&house, "panics", "fine", 0)).await;
    until("work after it", || log.runs("fine") == 2).await;
    assert_eq!(log.runs("panics"), 3);
}

#[tokio::test]
async fn one_org_does_not_keep_another_waiting() {
    let house = House::build(plan()).await;
    let log = log_of("fair");
    let other = {
        let mut org = (*house.org.org).clone();
        org.id = OrgId::random();
        org.webhook_id = hookswitch_storage::WebhookId::random();
        let id = org.id.clone();
        house.calls.orgs().create(org, Vec::new(), "test", super::morning()).await.unwrap();
        id
    };
    for _ in 0..60 {
        house.calls.store().put_job(chore(&house, "fair", "slow", -60)).await.unwrap();
    }
    let mut late = chore(&house, "fair", "theirs", -1);
    late.org = other;
    put(&house, &late).await;
    until("the other org's job", || log.runs("theirs") == 1).await;
    assert!(log.runs("slow") < 40, "it had to wait for the first org");
    until("all of them", || log.runs("slow") == 60).await;
    let (_, most) = log.at_once.lock().unwrap()[house.org.id()];
    assert!(most > 1 && most <= crate::bounds::MAX_JOBS_PER_ORG, "{most} at once");
}

#[tokio::test]
async fn a_job_outlives_a_crash_with_its_count_of_tries() {
    let house = House::build(plan()).await;
    let log = log_of("crash");
    let job = chore(&house, "crash", "fails", 0);
    put(&house, &job).await;
    until("the first try", || log.runs("fails") == 1).await;
    while left(&house).await[0].attempts == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let house = house.crash(plan()).await;
    let kept = left(&house).await.remove(0);
    assert_eq!((kept.attempts, kept.last_error.as_deref()), (1, Some("no luck")));
    assert!(kept.due > job.due);
    house.wait(61);
    until("the second try", || log.runs("fails") == 2).await;
}

#[tokio::test]
async fn work_that_this_version_does_not_know_is_left_alone() {
    let house = House::build(plan()).await;
    let mut job = chore(&house, "unknown", "x", 0);
    job.kind = "of_the_future".into();
    put(&house, &job).await;
    while left(&house).await[0].attempts == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let kept = left(&house).await.remove(0);
    assert_eq!((kept.state, &kept.payload), (JobState::Waiting, &job.payload));
}
