//! Where the demo's callers ring: the sample organisation's line, the pace, and the time of day there.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::people::Caller;
use crate::cli::{Failure, turns};
use crate::player::{self, CallReport, Line, Pace, Scene};

/// Where people follow, the calls begin one after another and then run side by side.
const STAGGER: Duration = Duration::from_secs(7);

/// However many call, the last has begun by then.
const SPREAD: Duration = Duration::from_secs(24);

/// Where callers ring.
pub(super) struct Stage {
    pub(super) line: Line,
    pub(super) zone: TimeZone,
    /// How far the server's clock is ahead of this machine's.
    pub(super) ahead: SignedDuration,
    pub(super) pace: Pace,
}

impl Stage {
    /// Lets all of them ring; gives their names and reports in the order in which they began.
    pub(super) async fn play(
        &self,
        cast: Vec<Caller>,
    ) -> Result<Vec<(String, CallReport)>, Failure> {
        let scene = self.scene();
        let stagger = match self.pace {
            Pace::AtOnce => Duration::ZERO,
            Pace::Human => STAGGER.min(SPREAD / u32::try_from(cast.len()).unwrap_or(1).max(1)),
        };
        let width = cast.iter().map(|caller| caller.name.chars().count()).max().unwrap_or_default();
        let mut calls = JoinSet::new();
        for (index, caller) in cast.into_iter().enumerate() {
            if index > 0 {
                tokio::time::sleep(stagger).await;
            }
            let script = caller.script().map_err(|error| Failure::new(error.to_string()))?;
            let (line, pace) = (self.line.clone(), self.pace);
            calls.spawn(async move {
                let prefix = format!("{:<width$}  ", caller.name);
                let show = |turn: &player::TurnReport| turns::show(&prefix, turn);
                let report = player::play(line, &script, scene, pace, show).await;
                (index, caller.name, report)
            });
        }
        let mut reports = Vec::new();
        while let Some(ended) = calls.join_next().await {
            let (index, name, report) = ended.map_err(|_| {
                Failure::new("a scripted caller broke off; this is a fault of the demo itself")
            })?;
            reports.push((index, name, report.map_err(|error| Failure::new(error.to_string()))?));
        }
        reports.sort_by_key(|(index, ..)| *index);
        Ok(reports.into_iter().map(|(_, name, report)| (name, report)).collect())
    }

    /// The demo may run for days, and its clock runs on: today is what it is there now.
    fn scene(&self) -> Scene {
        let now = Timestamp::now();
        let there = now.checked_add(self.ahead).unwrap_or(now).to_zoned(self.zone.clone());
        Scene { today: there.date(), ahead: self.ahead }
    }
}
