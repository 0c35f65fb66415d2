//! What is told of a tool and when, by what became of its calls.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use hookswitch_storage::OrgId;
use jiff::{Timestamp, ToSpan};

use super::ToolHealth;
use crate::feed::Feed;

struct Bench {
    health: ToolHealth,
    feed: Feed,
    org: OrgId,
    now: Timestamp,
    heard: tokio::sync::broadcast::Receiver<std::sync::Arc<crate::feed::OrgNotice>>,
}

impl Bench {
    fn new() -> Self {
        let feed = Feed::new("e".into(), 1_024);
        let heard = feed.notices();
        let now = "2026-09-22T14:30:00Z".parse().unwrap();
        Self { health: ToolHealth::default(), feed, org: OrgId::random(), now, heard }
    }

    fn calls(&mut self, count: usize, took_ms: u64, failed: bool) -> Vec<(&'static str, bool)> {
        for _ in 0..count {
            self.now += 1.second();
            let took = Duration::from_millis(took_ms);
            self.health.note(&self.feed, &self.org, "check_availability", took, failed, self.now);
        }
        let mut said = Vec::new();
        while let Ok(notice) = self.heard.try_recv() {
            assert_eq!(notice.org, self.org);
            said.push((notice.code, notice.warning));
        }
        said
    }
}

#[test]
fn a_tool_that_becomes_slow_is_told_of_once_and_again_when_it_is_fast() {
    let mut bench = Bench::new();
    assert_eq!(bench.calls(19, 3_000, false), [], "too few to say");
    assert_eq!(bench.calls(1, 3_000, false), [("tool_slow", true)]);
    assert_eq!(bench.calls(60, 3_000, false), [], "once until it recovers");
    assert_eq!(bench.health.totals()["check_availability"].slow_in, 1);
    assert_eq!(bench.calls(100, 100, false), [("tool_fast_again", false)]);
    assert_eq!(bench.calls(100, 3_000, false), [("tool_slow", true)]);
}

#[test]
fn a_tool_that_fails_in_more_than_five_of_a_hundred_is_told_of_once() {
    let mut bench = Bench::new();
    assert_eq!(bench.calls(95, 10, false), []);
    assert_eq!(bench.calls(5, 10, true), [], "ninety-five of a hundred are enough");
    assert_eq!(bench.calls(1, 10, true), [("tool_failing", true)]);
    assert_eq!(bench.calls(30, 10, true), []);
    assert_eq!(bench.calls(100, 10, false), [("tool_works_again", false)]);
    let totals = &bench.health.totals()["check_availability"];
    assert_eq!((totals.worked, totals.failed), (195, 36));
}

#[test]
fn what_lies_on_the_limit_is_not_told_of_again_and_again() {
    let mut bench = Bench::new();
    assert_eq!(bench.calls(20, 2_001, false), [("tool_slow", true)]);
    let mut said = Vec::new();
    for _ in 0..50 {
        said.extend(bench.calls(1, 1_990, false));
        said.extend(bench.calls(1, 2_010, false));
    }
    assert_eq!(said, []);
}

#[test]
fn what_happened_a_quarter_of_an_hour_ago_does_not_count() {
    let mut bench = Bench::new();
    bench.calls(19, 9_000, true);
    bench.now += 16.minutes();
    assert_eq!(bench.calls(19, 9_000, true), [], "they are too few again");
}

#[test]
fn durations_are_counted_in_classes_that_hold_them_once() {
    let mut bench = Bench::new();
    bench.calls(2, 40, false);
    bench.calls(1, 1_500, false);
    bench.calls(1, 60_000, true);
    let totals = &bench.health.totals()["check_availability"];
    assert_eq!(totals.classes.iter().sum::<u64>(), 3, "a minute is beyond all of them");
    assert_eq!((totals.classes[3], totals.classes[8]), (2, 1));
    assert!((totals.seconds - 61.58).abs() < 0.001, "{}", totals.seconds);
}
