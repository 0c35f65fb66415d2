//! Tools that a prompt names: one that is not there is called all the same, and the call fails.

use std::collections::BTreeSet;

use super::Finding;

/// Words that, behind a name, say that it is a tool.
const BEHIND: [&str; 3] = ["tool", "tools", "function"];

/// Words that, before a name, say so.
const BEFORE: [&str; 6] = ["call", "calls", "calling", "use", "using", "invoke"];

/// Looks for tools in a prompt. `has` are the names that the assistant has, `known` all names that any
/// set of ours has. `has_all` if `has` is all that it has: then other words that look like a tool's name
/// are found as well.
#[must_use]
pub fn lint_prompt<'a>(
    about: &str,
    prompt: &'a str,
    has: &[&str],
    known: &[&str],
    has_all: bool,
) -> Vec<Finding> {
    let words = words(prompt);
    let mut said: BTreeSet<&'a str> = BTreeSet::new();
    let mut findings = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let name = word.text;
        if has.contains(&name) || !is_name(name) || said.contains(name) {
            continue;
        }
        if known.contains(&name) {
            said.insert(name);
            let remedy = match twin(name, has) {
                Some(twin) => format!("write `{twin}`, or change `tool_names`"),
                None => "take it out of the prompt, or have the tool linked".into(),
            };
            let says = format!("names the tool `{name}`, which this assistant does not have");
            findings.push(Finding::warning("prompt_names", about, says, remedy));
            continue;
        }
        let next = words.get(place + 1).map(|next| next.text.to_ascii_lowercase());
        let before = place.checked_sub(1).and_then(|place| words.get(place));
        let before = before.map(|before| before.text.to_ascii_lowercase());
        let among = |list: &[&str], word: Option<String>| {
            word.is_some_and(|word| list.iter().any(|one| *one == word))
        };
        if has_all && (word.is_called || among(&BEHIND, next) || among(&BEFORE, before)) {
            said.insert(name);
            let says = format!("seems to name a tool `{name}`, and there is none");
            let remedy = "correct the name, or give the assistant that tool";
            findings.push(Finding::warning("prompt_names", about, says, remedy));
        }
    }
    findings
}

/// A word of a prompt.
struct Word<'a> {
    text: &'a str,
    /// Whether a bracket follows, as behind a function.
    is_called: bool,
}

/// The words that are not part of a template of Vapi's.
fn words(prompt: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = prompt;
    while !rest.is_empty() {
        let template = [("{{", "}}"), ("{%", "%}")].into_iter().filter_map(|(from, to)| {
            let start = rest.find(from)?;
            let end = rest[start..].find(to)? + start + to.len();
            Some((start, end))
        });
        let (start, end) =
            template.min_by_key(|(start, _)| *start).unwrap_or((rest.len(), rest.len()));
        let text = &rest[..start];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        for word in text.split(|c| !is_word(c)).filter(|word| !word.is_empty()) {
            // Both are slices of one text.
            let behind = word.as_ptr() as usize - text.as_ptr() as usize + word.len();
            let is_called = text[behind..].starts_with('(');
            words.push(Word { text: word, is_called });
        }
        rest = &rest[end..];
    }
    words
}

/// Whether a word is written as tools are: `snake_case` or `camelCase`.
fn is_name(word: &str) -> bool {
    let starts_low = word.starts_with(|c: char| c.is_ascii_lowercase());
    let has_joint = word.contains('_') || word.contains(|c: char| c.is_ascii_uppercase());
    starts_low && has_joint && word.is_ascii()
}

/// The name of the same thing among those that are there, written in the other way.
fn twin<'a>(name: &str, has: &[&'a str]) -> Option<&'a str> {
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let same = has.iter().find(|one| plain(one) == plain(name)).copied();
    // Two of the sets differ by more than how they are written.
    let named = [
        ("create_booking", "bookClinicAppointment"),
        ("create_appointment", "bookClinicAppointment"),
        ("book_appointment", "bookClinicAppointment"),
        ("book_appointment", "create_booking"),
        ("reschedule_booking", "rescheduleAppointment"),
        ("update_event", "rescheduleAppointment"),
        ("cancel_booking", "cancelAppointment"),
        ("delete_event", "cancelAppointment"),
        ("lookup_customer", "lookupCaller"),
        ("get_availability", "checkAvailability"),
    ];
    same.or_else(|| {
        named.iter().find_map(|(snake, camel)| {
            let other = [(snake, camel), (camel, snake)].into_iter();
            let mut other = other.filter(|(one, _)| **one == name).map(|(_, other)| *other);
            other.find_map(|other| has.iter().find(|one| **one == other).copied())
        })
    })
}
