//! The table at the end of the demo.

use crate::cli::output::{bad, dim, good, line};
use crate::player::CallReport;

/// Prints one row a call, then every failure.
pub(super) fn show(reports: &[(String, CallReport)]) {
    let width =
        reports.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default().max(6);
    let what = reports
        .iter()
        .map(|(_, report)| report.name.chars().count())
        .max()
        .unwrap_or_default()
        .max(4);
    let head = format!(
        "{:<width$}  {:<what$}  {:>5}  {:>5}  {:>9}  {:>9}  outcome",
        "caller", "call", "turns", "tools", "median ms", "slowest"
    );
    line(dim(&head));
    for (name, report) in reports {
        let times = report.tool_times();
        let at =
            |index: usize| times.get(index).map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
        let (median, slowest) = (at(times.len() / 2), at(times.len().saturating_sub(1)));
        let outcome = if report.passed() { good("as expected") } else { bad("FAILED") };
        line(format_args!(
            "{name:<width$}  {:<what$}  {:>5}  {:>5}  {median:>9}  {slowest:>9}  {outcome}",
            report.name,
            report.turns.len(),
            times.len(),
        ));
    }
    for (name, report) in reports {
        for (turn, failure) in report.failures() {
            line(format_args!("{} {name}, turn {turn}: {failure}", bad("FAILED")));
        }
    }
}
