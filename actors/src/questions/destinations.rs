//! Where a call may go: to a person of the org's, to another assistant of the org's, or out to a
//! contact. A call never goes where it came from, since that would ring for ever.

use hookswitch_storage::TransferPlan;
use jiff::Timestamp;

use crate::booking::locale::say_in;
use crate::booking::{people, phrases};
use crate::orgs::OrgEntry;
use crate::session::facts::CallFacts;
use crate::tools::{Ends, anybody, is_own_line};

/// A person to whom a call can be handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    /// The department's name.
    pub department: String,
    /// E.164 number.
    pub number: String,
    /// What the caller hears meanwhile.
    pub words: &'static str,
    /// What is dialled once the number has answered.
    pub extension: Option<String>,
    /// In which way the call is handed over; `None` where no agent has spoken with the caller.
    pub plan: Option<TransferPlan>,
}

impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Destination").field("department", &self.department).finish_non_exhaustive()
    }
}

impl OrgEntry {
    /// The department that has this E.164 number.
    #[must_use]
    pub fn department_at(&self, number: &str) -> Option<&str> {
        let mut departments = self.settings().departments.iter();
        departments
            .find(|(_, department)| department.number == number)
            .map(|(name, _)| name.as_str())
    }
}

/// To whom a call is handed over when nobody said to whom: the department `general`, else the first
/// by name. `None` if there is none at this hour but the ends of the call itself and the org's own lines.
#[must_use]
pub fn hand_over(org: &OrgEntry, facts: &CallFacts, now: Timestamp) -> Option<Destination> {
    let (caller, dialled) = (facts.caller.number.as_deref(), facts.dialled.as_deref());
    let (name, at) = anybody(org, Ends { caller, dialled, at: Some(now) })?;
    Some(Destination {
        department: name.to_owned(),
        number: at.number.clone(),
        words: say_in(org.settings().locale, phrases::questions::connecting_you),
        extension: at.extension.clone(),
        plan: Some(at.transfer.clone()),
    })
}

/// The assistant to which a call is handed over: the first of `named` that is one of the org's
/// own. The model wrote the names, so any other is refused, as is the one that is speaking.
#[must_use]
pub fn assistant_for_handoff<'a>(
    org: &OrgEntry,
    named: &'a [String],
    speaking: Option<&str>,
) -> Option<&'a str> {
    let own = &org.settings().assistant_ids;
    let mut named = named.iter().map(String::as_str);
    named.find(|name| own.iter().any(|own| own == name) && speaking != Some(*name))
}

/// Whether a campaign may call this contact: the org is known (`org`), and the number is one and
/// not the org's own. Whom a campaign calls is otherwise its owner's decision.
#[must_use]
pub fn may_dial(org: Option<&OrgEntry>, number: Option<&str>) -> bool {
    let Some((org, number)) = org.zip(number) else { return false };
    people::phone(number, &org.settings().country).is_some_and(|number| !is_own_line(org, &number))
}
