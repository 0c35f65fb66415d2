//! Who rings in the demo. Owns names, numbers and days, chosen so that no two callers want the same thing.

use crate::player::{Script, ScriptError, scripts};

const FIRST: [&str; 12] = [
    "Ann", "Omar", "Mei", "Lucas", "Priya", "Tomasz", "Grace", "Diego", "Hanna", "Kofi", "Elif",
    "Noah",
];
const LAST: [&str; 12] = [
    "Ruiz", "Haddad", "Tanaka", "Berg", "Sharma", "Nowak", "Okafor", "Morales", "Lind", "Mensah",
    "Demir", "Clarke",
];
/// Area codes of Chicago and around; with 555-0100 to 0199 the numbers belong to nobody.
const AREAS: [u16; 5] = [312, 773, 872, 708, 847];
/// Days ahead over which bookings are spread, well within the default horizon of 180 days.
const DAYS: u16 = 60;
/// Different callers that there are. A multiple of the plays, so that counting on from the last leads to the first.
pub(super) const MOST: u16 = 498;
const PLAYS: [&str; 3] = [scripts::BOOK, scripts::CHANGE_AND_CANCEL, scripts::HAND_OVER];

/// One scripted caller.
pub(super) struct Caller {
    /// Full name, unique.
    pub(super) name: String,
    /// E.164, unique.
    pub(super) phone: String,
    email: String,
    day: String,
    play: &'static str,
}

impl Caller {
    /// The caller with this number, from 0 to 499.
    pub(super) fn number(number: u16) -> Self {
        let at = usize::from(number);
        let first = FIRST[at % FIRST.len()];
        let last = LAST[(at + at / FIRST.len()) % LAST.len()];
        // 144 pairs of names; later callers are the next generation.
        let generation = ["", " Jr", " III", " IV"][(at / (FIRST.len() * LAST.len())) % 4];
        Self {
            name: format!("{first} {last}{generation}"),
            phone: format!("+1{}55501{:02}", AREAS[(at / 100) % AREAS.len()], number % 100),
            email: format!("{first}.{last}{number}@example.com").to_lowercase(),
            day: format!("{{{{workday+{}}}}}", 1 + number % DAYS),
            play: PLAYS[at % PLAYS.len()],
        }
    }

    /// Whether they leave a booking behind.
    pub(super) fn books(&self) -> bool {
        self.play == scripts::BOOK
    }

    /// The same caller, who rings again to cancel what they booked.
    pub(super) fn who_cancels(self) -> Self {
        Self { play: scripts::CANCEL_LATER, ..self }
    }

    /// The script, with this caller as its person.
    pub(super) fn script(&self) -> Result<Script, ScriptError> {
        let mut script = Script::parse(self.play)?;
        for (name, value) in [
            ("name", &self.name),
            ("phone", &self.phone),
            ("email", &self.email),
            ("day", &self.day),
        ] {
            if let Some(variable) = script.variables.get_mut(name) {
                variable.clone_from(value);
            }
        }
        script.check()?;
        Ok(script)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_callers_share_a_name_a_number_or_an_address() {
        let all: Vec<Caller> = (0..500).map(Caller::number).collect();
        for unique in [
            all.iter().map(|caller| &caller.name).collect::<BTreeSet<_>>(),
            all.iter().map(|caller| &caller.phone).collect(),
            all.iter().map(|caller| &caller.email).collect(),
        ] {
            assert_eq!(unique.len(), 500);
        }
    }

    #[test]
    fn the_first_three_callers_play_the_three_scripts() {
        let names: BTreeSet<String> =
            (0..3).map(|number| Caller::number(number).script().unwrap().name).collect();
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn counting_on_from_the_last_caller_leads_to_the_first_play() {
        assert_eq!(MOST % 3, 0);
        assert!(Caller::number(0).books() && !Caller::number(MOST - 1).books());
    }

    #[test]
    fn a_caller_who_cancels_is_the_same_person() {
        let script = Caller::number(3).who_cancels().script().unwrap();
        assert_eq!(script.name, "cancels a booking");
        assert_eq!(script.variables["phone"], Caller::number(3).phone);
    }

    #[test]
    fn a_caller_speaks_under_their_own_name_and_number() {
        let caller = Caller::number(4);
        let script = caller.script().unwrap();
        assert_eq!(script.variables["name"], caller.name);
        assert_eq!(script.variables["phone"], caller.phone);
    }
}
