//! Questions that are asked back, in English; the meaning of each is in the file above.

use jiff::civil::DateTime;

use super::Heard;
use crate::booking::speech::en::{
    spoken_date, spoken_email, spoken_number, spoken_start, spoken_time,
};
use crate::booking::when::LocalTime;

pub(super) fn in_another_calendar(at: LocalTime, from: LocalTime) -> String {
    format!(
        "{} at {} is free, but in another calendar than your appointment, so it cannot simply be \
         moved. Shall I book it for you and then cancel the one for {} at {}?",
        spoken_date(at.date()),
        spoken_start(at),
        spoken_date(from.date()),
        spoken_start(from)
    )
}

pub(super) fn instead_of(at: LocalTime, name: &str) -> String {
    format!(
        "I have already booked {} at {} for {name}. Is this instead of that, or as well?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn cancel_the_other_too(cancelled: LocalTime, other: LocalTime) -> String {
    format!(
        "Your appointment for {} at {} is cancelled. Shall I cancel the one for {} at {} as well?",
        spoken_date(cancelled.date()),
        spoken_start(cancelled),
        spoken_date(other.date()),
        spoken_start(other)
    )
}

pub(super) fn which_of(moments: &[LocalTime]) -> String {
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

pub(super) fn which_offset(moments: &[LocalTime]) -> String {
    format!("{} Please give the time without an offset from UTC.", which_of(moments))
}

pub(super) fn no_such_time(at: DateTime, next: Option<DateTime>) -> String {
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

pub(super) fn time_comes_twice(at: DateTime) -> String {
    let time = spoken_time(at.time());
    format!(
        "{time} comes twice on {}, because the clocks go back then. Do you mean the first or the \
         second {time}?",
        spoken_date(at.date())
    )
}

pub(super) fn is_that_address(likely: &str) -> String {
    format!("Is that {}?", spoken_email(likely))
}

pub(super) fn read_back(heard: &Heard) -> Option<String> {
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
