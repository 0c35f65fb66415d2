//! Brings a phone number that Vapi keeps to where the org's settings have it lead, puts it back to where it
//! led, and does so by a durable job when the settings change. Only numbers that the settings name are ever
//! asked for, and no two orgs name the same.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{OrgId, PhoneNumber, SYNC_NUMBER, SnapshotOf, StoreError, SyncNumber};

use super::bring::Trouble;
use super::look::{About, tell};
use super::snapshots::{earlier, remember};
use super::{BY_ITSELF, BackError, NumberReport};
use crate::calls::Shared;
use crate::jobs::{Ended, Order, Pace, Work};
use crate::orgs::OrgEntry;
use crate::ports::{NumberWish, Plan, PlatformError};

/// Why nothing was done to a number that was to be brought up to date.
const PUT_BACK: &str = "it was put back to where it led before, so that it is left alone";

/// Brings phone numbers up to date.
pub(crate) struct SyncNumbers;

#[async_trait]
impl Work for SyncNumbers {
    type Payload = SyncNumber;

    const KIND: &'static str = SYNC_NUMBER;

    fn pace(&self) -> Pace {
        let (first, longest) = (Duration::from_secs(10), Duration::from_secs(900));
        Pace { first, longest, most_runs: None }
    }

    async fn run(&self, shared: &Arc<Shared>, order: Order<SyncNumber>) -> Ended {
        let report =
            bring(shared, &order.org, &order.payload.number, BY_ITSELF, false, false).await;
        match report.problem {
            Some(problem) if problem.passes => Ended::Again { after: None, why: problem.message },
            // A wish that came meanwhile is seen by the next look.
            _ => Ended::Done,
        }
    }
}

/// Puts the jobs for what is wanted otherwise than before; whether there is any.
pub(super) async fn look(
    shared: &Arc<Shared>,
    org: &OrgEntry,
    is_start: bool,
) -> Result<bool, StoreError> {
    let known = shared.store.phone_numbers(org.id()).await?;
    let rules = &org.settings().vapi_numbers;
    if known.iter().any(|number| !rules.contains_key(&number.id)) {
        shared.store.forget_unnamed_numbers(org.id()).await?;
    }
    let mut any = false;
    for (id, rule) in rules {
        let sync = known.iter().find(|number| number.id == *id).map(|number| &number.sync);
        let wish = Some(shared.registrations.platform.number_digest(&NumberWish { org, rule }));
        let is_settled = sync.is_some_and(|sync| {
            let is_done = sync.wish == wish && sync.problem.is_none();
            // After a start the operator may have put right what stood in the way.
            sync.rolled_back || is_done || (sync.tried == wish && !is_start)
        });
        if !is_settled {
            any |= shared.store.want_number_sync(org.id(), id, shared.clock.now()).await?;
        }
    }
    Ok(any)
}

/// Brings every number that the settings name up to date, or tells what would be done.
pub(super) async fn bring_all(
    shared: &Arc<Shared>,
    org: &OrgEntry,
    by: &str,
    dry: bool,
) -> Result<Vec<NumberReport>, StoreError> {
    let known = shared.store.phone_numbers(org.id()).await?;
    let mut reports = Vec::new();
    for id in org.settings().vapi_numbers.keys() {
        let was_back = known.iter().any(|number| number.id == *id && number.sync.rolled_back);
        reports.push(bring(shared, org.id(), id, by, dry, was_back).await);
    }
    Ok(reports)
}

/// Brings one up to date. One that was put back is left alone, unless it `resumes`.
async fn bring(
    shared: &Arc<Shared>,
    org: &OrgId,
    id: &str,
    by: &str,
    dry: bool,
    resumes: bool,
) -> NumberReport {
    let mut report = NumberReport::of(id);
    let _alone = shared.registrations.alone("number", id).await;
    // The settings may be others by now, and the number another's.
    let Some(org) = shared.orgs.get(org) else { return report };
    let Some(rule) = org.settings().vapi_numbers.get(id) else { return report };
    let before = match shared.store.phone_number(org.id(), id).await {
        Ok(known) => known.unwrap_or_else(|| PhoneNumber::new(org.id().clone(), id.to_owned())),
        Err(error) => {
            report.problem = Some(Trouble::Store(error).problem());
            return report;
        }
    };
    if before.sync.rolled_back && !resumes {
        report.findings.push(PUT_BACK.into());
        return report;
    }
    let wish = NumberWish { org: &org, rule };
    let digest = shared.registrations.platform.number_digest(&wish);
    let mut after = before.clone();
    after.sync.rolled_back = false;
    after.sync.tried = Some(digest.clone());
    after.sync.tried_at = Some(shared.clock.now());
    let brought = follow(shared, &wish, &digest, by, dry, &mut report, &mut after).await;
    after.sync.problem = brought.err().map(|trouble| trouble.problem());
    report.problem.clone_from(&after.sync.problem);
    after.sync.findings.clone_from(&report.findings);
    if !dry {
        let (then, now) = (&before.sync, after.sync.clone());
        match shared.store.keep_phone_number(after).await {
            Ok(true) => tell(shared, org.id(), About::Number(id), then, &now),
            Ok(false) => {}
            Err(error) => report.problem = Some(Trouble::Store(error).problem()),
        }
    }
    report
}

async fn follow(
    shared: &Arc<Shared>,
    wish: &NumberWish<'_>,
    digest: &str,
    by: &str,
    dry: bool,
    report: &mut NumberReport,
    after: &mut PhoneNumber,
) -> Result<(), Trouble> {
    let platform = &shared.registrations.platform;
    platform.ready()?;
    if let Some(problem) = platform.number_obstacle(wish) {
        return Err(PlatformError::NoProof { problem }.into());
    }
    let id = after.id.clone();
    let kept = platform.phone_number(&id).await?;
    report.number.clone_from(&kept.number);
    after.number.clone_from(&kept.number);
    let plan = platform.plan_number(&kept, wish);
    let is_hopeless = after.sync.left_over.as_ref() == Some(&plan.digest);
    if !plan.is_empty() && !is_hopeless {
        if after.sync.wish.as_deref() == Some(digest) {
            let by_hand = plan.lines.iter().map(|line| format!("changed at Vapi: {line}"));
            report.findings.extend(by_hand);
        }
        report.changed = true;
        report.lines.clone_from(&plan.lines);
        if dry {
            return Ok(());
        }
        let what = (SnapshotOf::PhoneNumber, id.as_str());
        remember(shared, by, wish.org.id(), what, &kept.image).await?;
        platform.change_phone_number(&id, &kept, &plan).await?;
        tracing::info!(org.id = %wish.org.id(), number.id = %id, "brought a phone number up to date at Vapi");
        let left = platform.plan_number(&platform.phone_number(&id).await?, wish);
        let not_kept = left.lines.iter().map(|line| format!("not kept by Vapi: {line}"));
        report.findings.extend(not_kept);
        after.sync.left_over = (!left.is_empty()).then_some(left.digest);
    }
    if !dry {
        after.sync.wish = Some(digest.to_owned());
        after.sync.synced_at = Some(shared.clock.now());
    }
    Ok(())
}

/// Puts a number back to where it led before it was changed last, or tells what that would change. From then
/// on nothing changes it by itself.
pub(super) async fn roll_back(
    shared: &Arc<Shared>,
    org: &OrgId,
    id: &str,
    by: &str,
    dry: bool,
) -> Result<Plan, BackError> {
    let platform = &shared.registrations.platform;
    platform.ready().map_err(Trouble::Platform)?;
    let _alone = shared.registrations.alone("number", id).await;
    let is_named = |org: Arc<OrgEntry>| org.settings().vapi_numbers.contains_key(id);
    let known = shared.store.phone_number(org, id).await?;
    let known = known.filter(|_| shared.orgs.get(org).is_some_and(is_named));
    let (Some(before), Some(found)) = (known, earlier(shared, org, id).await?) else {
        return Err(BackError::NothingKept);
    };
    let kept = platform.phone_number(id).await.map_err(Trouble::Platform)?;
    let mut plan = platform.plan_number_back(&kept, &found.image);
    if dry {
        return Ok(plan);
    }
    let mut held = before.clone();
    held.sync.rolled_back = true;
    (held.sync.wish, held.sync.left_over, held.sync.problem) = (None, None, None);
    // Before anything is changed: a server that ended in between would undo it.
    shared.store.keep_phone_number(held).await?;
    if !plan.is_empty() {
        if let Err(error) = platform.change_phone_number(id, &kept, &plan).await {
            // What was refused was not done. Of anything else that cannot be said, so that it stays held.
            if !error.passes() {
                shared.store.keep_phone_number(before).await?;
            }
            return Err(Trouble::Platform(error).into());
        }
        let after = platform.phone_number(id).await.map_err(Trouble::Platform)?;
        let left = platform.plan_number_back(&after, &found.image).lines.into_iter();
        plan.lines.extend(left.map(|line| format!("not kept by Vapi: {line}")));
    }
    shared.store.forget_snapshot(found.snapshot, by, shared.clock.now()).await?;
    Ok(plan)
}
