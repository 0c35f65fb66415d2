//! `hookswitch doctor`: looks at everything that commonly keeps calls from working, and says what
//! to do. Changes nothing, except that a checked connection notes what its provider said.

mod machine;
mod server;

use std::process::ExitCode;

use serde_json::json;

use super::api::Access;
use super::output::{bad, dim, good, line};
use super::{Failure, logs};

/// Flags of `doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only the connections of this organisation
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Good,
    /// Works, but perhaps not as meant.
    Doubtful,
    /// Calls or bookings will fail.
    Bad,
}

impl Grade {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Doubtful => "warning",
            Self::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug)]
struct Finding {
    what: String,
    grade: Grade,
    says: String,
    /// What to do; empty if nothing is.
    remedy: String,
}

impl Finding {
    fn good(what: impl Into<String>, says: impl Into<String>) -> Self {
        Self { what: what.into(), grade: Grade::Good, says: says.into(), remedy: String::new() }
    }

    fn doubtful(
        what: impl Into<String>,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (what, says, remedy) = (what.into(), says.into(), remedy.into());
        Self { what, grade: Grade::Doubtful, says, remedy }
    }

    fn bad(what: impl Into<String>, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { grade: Grade::Bad, ..Self::doubtful(what, says, remedy) }
    }
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    let mut findings = Vec::new();
    if args.access.reach.url.is_none() {
        findings.extend(machine::look(&args.access.reach.sources()));
    }
    findings.extend(server::look(&args.access, args.org.as_deref()).await);
    let wrong = findings.iter().filter(|finding| finding.grade == Grade::Bad).count();
    if args.json {
        let items: Vec<_> = findings
            .iter()
            .map(|finding| {
                json!({"what": finding.what, "state": finding.grade.word(), "says": finding.says,
                    "remedy": finding.remedy})
            })
            .collect();
        line(json!({"ok": wrong == 0, "items": items}));
    } else {
        findings.iter().for_each(show);
    }
    match wrong {
        0 => Ok(ExitCode::SUCCESS),
        1 => Err(Failure::new("one thing is bad; do what stands beside it, then run doctor again")),
        many => Err(Failure::new(format!(
            "{many} things are bad; do what stands beside them, then run doctor again"
        ))),
    }
}

fn show(finding: &Finding) {
    let word = format!("{:<8}", finding.grade.word());
    let word = match finding.grade {
        Grade::Good => good(&word),
        Grade::Doubtful => dim(&word),
        Grade::Bad => bad(&word),
    };
    line(format_args!("{word} {:<14} {}", finding.what, finding.says));
    if !finding.remedy.is_empty() {
        line(format_args!("{:<23} -> {}", "", finding.remedy));
    }
}
