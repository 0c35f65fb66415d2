//! Which of a directory's contacts is the person that was asked for. Directories search by parts
//! of numbers, so strangers come along; only a contact with exactly the number counts. The one
//! exception is an answer of a single contact without any number, as in the founding document's
//! example: there the search itself is the proof.

use super::numbers::meant;
use crate::booking::people;
use crate::ports::{DirectoryAnswer, DirectoryContact};

/// What a directory knows of a number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// Nobody has it.
    Nobody,
    /// One person, with what is certain about them; without a number if it could not be compared.
    One(DirectoryContact),
    /// More than one person; which of them must be asked.
    Several,
    /// Nobody among those that were given, but not all were.
    Unclear,
}

/// Looks for `number` (E.164) among the contacts; `country` is how theirs without a code are read.
pub(crate) fn find(answer: &DirectoryAnswer, number: &str, country: &str) -> Match {
    let has_number = |contact: &&DirectoryContact| {
        let phone = contact.phone.as_deref().and_then(|phone| meant(phone, country));
        phone.as_deref() == Some(number)
    };
    let mut found = answer.contacts.iter().filter(has_number).cloned();
    let Some(first) = found.next() else {
        return match answer.contacts.as_slice() {
            [only] if only.phone.is_none() => Match::One(only.clone()),
            _ if answer.complete => Match::Nobody,
            _ => Match::Unclear,
        };
    };
    let one = found
        .try_fold(first, |known, other| same_person(&known, &other).then(|| agreed(known, other)));
    one.map_or(Match::Several, Match::One)
}

fn same_person(a: &DirectoryContact, b: &DirectoryContact) -> bool {
    match (&a.name, &b.name) {
        (Some(a), Some(b)) => people::same_person(a, b),
        _ => a == b,
    }
}

/// Two entries of one person: what only one has is taken, where they differ nothing is certain.
fn agreed(a: DirectoryContact, b: DirectoryContact) -> DirectoryContact {
    let either = |a: Option<String>, b: Option<String>| match (a, b) {
        (Some(a), Some(b)) => (a == b).then_some(a),
        (a, b) => a.or(b),
    };
    let appointment =
        |c: &DirectoryContact| (c.appointment_date.clone(), c.appointment_time.clone());
    // A day of one entry with the time of another would be an appointment that nobody has.
    let (appointment_date, appointment_time) = match (appointment(&a), appointment(&b)) {
        (appointment, (None, None)) | ((None, None), appointment) => appointment,
        (a, b) if a == b => a,
        _ => (None, None),
    };
    DirectoryContact {
        name: a.name,
        phone: a.phone,
        email: either(a.email, b.email),
        appointment_date,
        appointment_time,
        household: either(a.household, b.household),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "+16267888831";

    fn contact(name: &str, phone: &str) -> DirectoryContact {
        DirectoryContact {
            name: Some(name.into()),
            phone: Some(phone.into()),
            ..DirectoryContact::default()
        }
    }

    fn find_in(contacts: Vec<DirectoryContact>) -> Match {
        find(&DirectoryAnswer { contacts, complete: true }, NUMBER, "US")
    }

    #[test]
    fn only_the_exact_number_counts_however_it_was_typed() {
        for phone in ["6267888831", "+1 626 788 8831", "(626) 788-8831", "16267888831"] {
            let benjie = contact("Benjie", phone);
            let strangers = [
                contact("A", "+4962678888310"),
                contact("B", "626788883"),
                DirectoryContact { phone: None, ..contact("C", "") },
            ];
            let contacts = strangers.iter().cloned().chain([benjie.clone()]).collect();
            assert_eq!(find_in(contacts), Match::One(benjie), "{phone}");
            assert_eq!(find_in(strangers.into()), Match::Nobody);
        }
    }

    #[test]
    fn a_single_contact_without_a_number_is_taken_at_the_searchs_word() {
        let nameless = DirectoryContact { phone: None, ..contact("Benjie", "") };
        assert_eq!(find_in(vec![nameless.clone()]), Match::One(nameless.clone()));
        assert_eq!(find_in(vec![nameless.clone(), nameless]), Match::Nobody);
    }

    #[test]
    fn two_people_with_one_number_are_several() {
        let contacts = vec![contact("Ann", "6267888831"), contact("Bob", "6267888831")];
        assert_eq!(find_in(contacts), Match::Several);
    }

    #[test]
    fn two_entries_of_one_person_give_what_both_agree_on() {
        let mut first = contact("Ann Lee", "6267888831");
        first.appointment_date = Some("12-15-2025".into());
        first.household = Some("Lee".into());
        let mut second = contact("ann lee", "+16267888831");
        second.household = Some("Smith".into());
        second.email = Some("ann@example.com".into());
        let Match::One(both) = find_in(vec![first, second]) else { panic!("one person") };
        assert_eq!(both.appointment_date.as_deref(), Some("12-15-2025"));
        assert_eq!(both.email.as_deref(), Some("ann@example.com"));
        assert_eq!(both.household, None);
    }

    #[test]
    fn a_page_of_strangers_says_nothing_of_the_pages_that_were_not_given() {
        let contacts = vec![contact("A", "+4962678888310")];
        let answer = DirectoryAnswer { contacts, complete: false };
        assert_eq!(find(&answer, NUMBER, "US"), Match::Unclear);
    }
}
