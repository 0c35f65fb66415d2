//! Questions that are asked back: when words can be meant in two ways or in none, and whether what
//! was heard is right. What is only for the agent's model is English. Knows no rules.

mod en;
mod es;

use hookswitch_storage::NamingSet;
use jiff::civil::DateTime;

use crate::booking::locale::in_every_language;
use crate::booking::when::LocalTime;

/// Details of a customer as they were understood.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// The name.
    pub name: Option<String>,
    /// The phone number, in the groups in which it is read.
    pub phone: Option<Vec<String>>,
    /// The e-mail address.
    pub email: Option<String>,
}

/// For the agent: how a time of another calendar is had without losing the appointment first.
#[must_use]
pub fn book_anew_then_cancel(code: &str, names: NamingSet) -> String {
    let keep = keep_existing(names);
    format!(
        "If they agree, book that time with {keep} set to true. Only when it is booked, cancel the \
         appointment with confirmation number {code}."
    )
}

/// For the agent: how it books for one of two people, and how for both.
#[must_use]
pub fn instead_or_as_well(names: NamingSet) -> String {
    let keep = keep_existing(names);
    format!(
        "If it takes the place of the other name, book the same once more. If both are to stand, book \
         it with {keep} set to true."
    )
}

fn keep_existing(names: NamingSet) -> &'static str {
    match names {
        NamingSet::Snake => "keep_existing",
        NamingSet::Camel => "keepExisting",
    }
}

/// For the agent: how that other one is named so that no other is meant.
#[must_use]
pub fn cancel_by_code(code: &str) -> String {
    format!("If they want that, cancel the appointment with confirmation number {code}.")
}

in_every_language! {
    /// A new time that only another calendar has, such as another member of staff's.
    fn in_another_calendar(at: LocalTime, from: LocalTime) -> String;
    /// A time that this call has booked already, for another name.
    fn instead_of(at: LocalTime, name: &str) -> String;
    /// What was said is cancelled already, and the caller has another appointment that it fits.
    fn cancel_the_other_too(cancelled: LocalTime, other: LocalTime) -> String;
    /// Two or more moments, one of which is meant. What they share is said once.
    fn which_of(moments: &[LocalTime]) -> String;
    /// As [`which_of`], for a time with an offset that fits one, while its digits fit the other.
    fn which_offset(moments: &[LocalTime]) -> String;
    /// A local time that the clocks jump over, and the first that there is after it.
    fn no_such_time(at: DateTime, next: Option<DateTime>) -> String;
    /// A local time that comes twice.
    fn time_comes_twice(at: DateTime) -> String;
    /// An e-mail address without its end, as it is likeliest.
    fn is_that_address(likely: &str) -> String;
    /// Reads details back so that the caller can put them right; `None` if there are none.
    fn read_back(heard: &Heard) -> Option<String>;
}
