//! Which of the org's assistants takes an inbound call: by the number that was dialled, by whether the
//! business is open, by the language of where the caller's number is from.

use hookswitch_storage::{InboundRule, InboundWhen};
use jiff::Timestamp;

use crate::booking::people;
use crate::orgs::OrgEntry;
use crate::session::facts::CallFacts;

/// Languages of the countries that most numbers are from, by ISO codes; the most spoken of each. It
/// only chooses among assistants that the operator has made for a language.
const SPOKEN: [(&str, &[&str]); 10] = [
    (
        "es",
        &[
            "AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GQ", "GT", "HN", "MX", "NI",
            "PA", "PE", "PY", "SV", "UY", "VE",
        ],
    ),
    ("en", &["US", "CA", "GB", "IE", "AU", "NZ", "JM", "BS", "BB", "TT", "ZA", "NG", "GH", "KE"]),
    ("fr", &["FR", "BE", "CA", "CH", "LU", "MC", "SN", "CI", "CM", "ML"]),
    ("de", &["DE", "AT", "CH", "LI", "LU"]),
    ("pt", &["PT", "BR", "AO", "MZ", "CV"]),
    ("it", &["IT", "CH", "SM", "VA"]),
    ("nl", &["NL", "BE", "SR"]),
    ("pl", &["PL"]),
    ("tr", &["TR", "CY"]),
    ("ar", &["AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "QA", "SA", "TN"]),
];

/// The assistant that takes a call which comes in at `now`: the first rule that fits says which, else
/// it is the first of the org's assistants. `None` if it has none.
pub(super) fn taker<'a>(org: &'a OrgEntry, facts: &CallFacts, now: Timestamp) -> Option<&'a str> {
    let settings = org.settings();
    let mut rules = settings.inbound.iter();
    let rule = rules.find(|rule| fits(rule, org, facts, now));
    let chosen = rule.map(|rule| rule.assistant_id.as_str());
    chosen.or_else(|| settings.assistant_ids.first().map(String::as_str))
}

fn fits(rule: &InboundRule, org: &OrgEntry, facts: &CallFacts, now: Timestamp) -> bool {
    let country = &org.settings().country;
    let dialled = || {
        let dialled = facts.dialled.as_deref().and_then(|number| people::phone(number, country));
        dialled.is_some_and(|number| rule.phone_numbers.contains(&number))
    };
    let at_that_time = |when| org.is_open(now) == (when == InboundWhen::Open);
    let speaks = |language: &String| {
        let from = facts.caller.number.as_deref().and_then(people::country_of);
        from.is_some_and(|from| {
            SPOKEN.iter().any(|(code, where_)| code == language && where_.contains(&from.as_str()))
        })
    };
    (rule.phone_numbers.is_empty() || dialled())
        && rule.when.is_none_or(at_that_time)
        && rule.language.as_ref().is_none_or(speaks)
}
