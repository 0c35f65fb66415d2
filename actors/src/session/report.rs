//! What the reports after a call say together. Vapi sends more than one, and the network brings them in any order: each
//! field is that of the report which was made last. Pure; knows no session.

use hookswitch_storage::{CallReport, ReportTimes};
use jiff::Timestamp;

/// A field, and when the report that it is of was made.
type Reported<T> = (Option<T>, Option<Timestamp>);

/// A report as it came, made at this moment. `has_reason` if it also says why the call ended.
pub(super) fn made(report: CallReport, has_reason: bool, at: Option<Timestamp>) -> CallReport {
    let made_at = ReportTimes {
        cost: report.cost.and(at),
        duration_seconds: report.duration_seconds.and(at),
        summary: report.summary.as_ref().and(at),
        recording_url: report.recording_url.as_ref().and(at),
        success_evaluation: report.success_evaluation.as_ref().and(at),
        ended_reason: at.filter(|_| has_reason),
    };
    CallReport { made_at, ..report }
}

/// Whether the reason of a report was given before the one that is known from another.
pub(super) fn is_reason_older(new: &CallReport, known: Option<&CallReport>) -> bool {
    is_older(new.made_at.ended_reason, known.and_then(|known| known.made_at.ended_reason))
}

/// What is known after another report.
pub(super) fn merged(known: CallReport, new: CallReport) -> CallReport {
    let (was, is) = (known.made_at, new.made_at);
    let (cost, cost_at) = later((known.cost, was.cost), (new.cost, is.cost));
    let (duration_seconds, duration_at) = later(
        (known.duration_seconds, was.duration_seconds),
        (new.duration_seconds, is.duration_seconds),
    );
    let (summary, summary_at) = later((known.summary, was.summary), (new.summary, is.summary));
    let (recording_url, recording_at) =
        later((known.recording_url, was.recording_url), (new.recording_url, is.recording_url));
    let (success_evaluation, success_at) = later(
        (known.success_evaluation, was.success_evaluation),
        (new.success_evaluation, is.success_evaluation),
    );
    let made_at = ReportTimes {
        cost: cost_at,
        duration_seconds: duration_at,
        summary: summary_at,
        recording_url: recording_at,
        success_evaluation: success_at,
        ended_reason: was.ended_reason.max(is.ended_reason),
    };
    CallReport { cost, duration_seconds, summary, recording_url, success_evaluation, made_at }
}

/// The later of two; a report that does not say when it was made counts as made when it came.
fn later<T>(known: Reported<T>, new: Reported<T>) -> Reported<T> {
    if new.0.is_none() || (known.0.is_some() && is_older(new.1, known.1)) { known } else { new }
}

fn is_older(new: Option<Timestamp>, known: Option<Timestamp>) -> bool {
    new.zip(known).is_some_and(|(new, known)| new < known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn report(at: i64, cost: Option<f64>, summary: Option<&str>) -> CallReport {
        let report =
            CallReport { cost, summary: summary.map(str::to_owned), ..CallReport::default() };
        made(report, false, Some(Timestamp::from_second(at).unwrap()))
    }

    #[test]
    fn a_report_that_does_not_say_when_counts_as_made_when_it_came() {
        let undated = made(CallReport { cost: Some(2.0), ..CallReport::default() }, false, None);
        let dated = report(5, Some(1.0), None);
        assert_eq!(merged(dated.clone(), undated.clone()).cost, Some(2.0));
        assert_eq!(merged(undated, dated).cost, Some(1.0));
    }

    proptest! {
        #[test]
        fn reports_say_the_same_in_whichever_order_and_however_often_they_come(
            fields in prop::collection::vec((any::<bool>(), any::<bool>()), 1..6),
            order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
            again in 0..6_usize,
        ) {
            let reports: Vec<CallReport> = (0_i64..).zip(&fields).map(|(at, (has_cost, has_summary))| {
                let words = format!("summary {at}");
                report(at, has_cost.then_some(f64::from(i32::try_from(at).unwrap())), has_summary.then_some(&*words))
            }).collect();
            let in_order = reports.iter().cloned().reduce(merged).unwrap();
            let shuffled = order.iter().chain([&again]).filter_map(|at| reports.get(*at)).cloned();
            prop_assert_eq!(shuffled.reduce(merged).unwrap(), in_order);
        }
    }
}
