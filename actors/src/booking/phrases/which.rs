//! Questions that are asked back: when words can be meant in two ways or in none, and whether what
//! was heard is right, in English. Knows no rules.

use hookswitch_storage::NamingSet;
use jiff::civil::DateTime;

use crate::booking::speech::{spoken_date, spoken_email, spoken_number, spoken_start, spoken_time};
use crate::booking::when::LocalTime;

/// A new time that only another calendar has, such as another member of staff's.
#[must_use]
pub fn in_another_calendar(at: LocalTime, from: LocalTime) -> String {
    format!(
        "{} at {} is free, but in another calendar than your appointment, so it cannot simply be \
         moved. Shall I book it for you and then cancel the one for {} at {}?",
        spoken_date(at.date()),
        spoken_start(at),
        spoken_date(from.date()),
        spoken_start(from)
    )
}

/// For the agent: how a time of another calendar is had without losing the appointment first.
#[must_use]
pub fn book_anew_then_cancel(code: &str, names: NamingSet) -> String {
    let keep = match names {
        NamingSet::Snake => "keep_existing",
        NamingSet::Camel => "keepExisting",
    };
    format!(
        "If they agree, book that time with {keep} set to true. Only when it is booked, cancel the \
         appointment with confirmation number {code}."
    )
}

/// What was said is cancelled already, and the caller has another appointment that it fits.
#[must_use]
pub fn cancel_the_other_too(cancelled: LocalTime, other: LocalTime) -> String {
    format!(
        "Your appointment for {} at {} is cancelled. Shall I cancel the one for {} at {} as well?",
        spoken_date(cancelled.date()),
        spoken_start(cancelled),
        spoken_date(other.date()),
        spoken_start(other)
    )
}

/// For the agent: how that other one is named so that no other is meant.
#[must_use]
pub fn cancel_by_code(code: &str) -> String {
    format!("If they want that, cancel the appointment with confirmation number {code}.")
}

/// Two or more moments, one of which is meant. What they share is said once.
#[must_use]
pub fn which_of(moments: &[LocalTime]) -> String {
    let same_date = moments.iter().all(|at| at.date() == moments[0].date());
    let same_time = moments.iter().all(|at| at.time() == moments[0].time());
    let names = moments.iter().map(|at| match (same_date, same_time) {
        (true, _) => spoken_start(*at),
        (false, true) => spoken_date(at.date()),
        (false, false) => format!("{} at {}", spoken_date(at.date()), spoken_start(*at)),
    });
    let names: Vec<String> = names.collect();
    match moments.first() {
        Some(first) if same_date => {
            format!("Do you mean {} on {}?", names.join(" or "), spoken_date(first.date()))
        }
        _ => format!("Do you mean {}?", names.join(" or ")),
    }
}

/// As [`which_of`], for a time with an offset that fits one, while its digits fit the other.
#[must_use]
pub fn which_offset(moments: &[LocalTime]) -> String {
    format!("{} Please give the time without an offset from UTC.", which_of(moments))
}

/// A local time that the clocks jump over, and the first that there is after it.
#[must_use]
pub fn no_such_time(at: DateTime, next: Option<DateTime>) -> String {
    let lead = format!(
        "{} does not exist on {}, because the clocks go forward then.",
        spoken_time(at.time()),
        spoken_date(at.date())
    );
    match next {
        Some(next) if next.date() == at.date() => format!(
            "{lead} The next time after it is {}. Which time would you like?",
            spoken_time(next.time())
        ),
        Some(next) => format!(
            "{lead} The next time after it is {} on {}. Which time would you like?",
            spoken_time(next.time()),
            spoken_date(next.date())
        ),
        None => format!("{lead} Which other time would you like?"),
    }
}

/// A local time that comes twice.
#[must_use]
pub fn time_comes_twice(at: DateTime) -> String {
    let time = spoken_time(at.time());
    format!(
        "{time} comes twice on {}, because the clocks go back then. Do you mean the first or the \
         second {time}?",
        spoken_date(at.date())
    )
}

/// An e-mail address without its end, as it is likeliest.
#[must_use]
pub fn is_that_address(likely: &str) -> String {
    format!("Is that {}?", spoken_email(likely))
}

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

/// Reads details back so that the caller can put them right; `None` if there are none.
#[must_use]
pub fn read_back(heard: &Heard) -> Option<String> {
    let phone = heard.phone.as_deref().map(spoken_number);
    let email = heard.email.as_deref().map(spoken_email);
    let alone = heard.name.is_none() && (phone.is_none() || email.is_none());
    let labelled = |label: &str, words: String| {
        if alone { words } else { format!("{label} {words}") }
    };
    let parts: Vec<String> = [
        heard.name.clone(),
        phone.map(|words| labelled("phone number", words)),
        email.map(|words| labelled("e-mail", words)),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| format!("That's {}, is that right?", parts.join(", ")))
}
