//! When messages are sent, as an operator writes it.

use hookswitch_storage::{Lead, MessageRules, QuietHours};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{self, Wrong};

/// Most reminders of one appointment.
const MOST_REMINDERS: usize = 5;

/// `messages`, as written and read.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MessagesDocument {
    /// How long before an appointment its customer is reminded, as `1d`, `2h` or `45m`; at most 5.
    reminders: Vec<String>,
    /// When nobody is sent what can wait.
    quiet_hours: Option<QuietDocument>,
    /// The most messages that are handed over within an hour.
    hourly_limit: u32,
}

/// Local times as `HH:MM`, over midnight where `from` is the later.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuietDocument {
    from: String,
    to: String,
}

impl Default for MessagesDocument {
    fn default() -> Self {
        Self::from(&MessageRules::default())
    }
}

impl From<&MessageRules> for MessagesDocument {
    fn from(rules: &MessageRules) -> Self {
        let quiet = rules.quiet_hours.map(|quiet| QuietDocument {
            from: quiet.from.strftime("%H:%M").to_string(),
            to: quiet.to.strftime("%H:%M").to_string(),
        });
        Self {
            reminders: rules.reminders.iter().map(ToString::to_string).collect(),
            quiet_hours: quiet,
            hourly_limit: rules.hourly_limit,
        }
    }
}

/// The rules as they are stored.
pub(super) fn messages(document: MessagesDocument) -> Result<MessageRules, Wrong> {
    check::range("messages.hourly_limit", document.hourly_limit, 1, 100_000)?;
    Ok(MessageRules {
        reminders: leads(&document.reminders)?,
        quiet_hours: document.quiet_hours.map(quiet).transpose()?,
        hourly_limit: document.hourly_limit,
    })
}

/// Each once.
fn leads(texts: &[String]) -> Result<Vec<Lead>, Wrong> {
    if texts.len() > MOST_REMINDERS {
        let problem = format!("must have at most {MOST_REMINDERS} reminders");
        return Err(Wrong::new("messages.reminders", problem));
    }
    let mut leads = Vec::with_capacity(texts.len());
    for (place, text) in texts.iter().enumerate() {
        let lead: Lead = text.parse().map_err(|error: hookswitch_storage::InvalidLead| {
            Wrong::new(format!("messages.reminders[{place}]"), error.to_string())
        })?;
        if !leads.contains(&lead) {
            leads.push(lead);
        }
    }
    Ok(leads)
}

fn quiet(document: QuietDocument) -> Result<QuietHours, Wrong> {
    let time = |name: &str, text: &str| {
        let field = format!("messages.quiet_hours.{name}");
        check::clock(&field, text)
            .map_err(|_| Wrong::new(field, "must be a local time as `HH:MM`, for example `21:00`"))
    };
    let (from, to) = (time("from", &document.from)?, time("to", &document.to)?);
    if from == to {
        let problem = "must differ from `from`; to send nothing at all, remove the accounts";
        return Err(Wrong::new("messages.quiet_hours.to", problem));
    }
    Ok(QuietHours { from, to })
}
