//! Dates, times and lists as they are spoken in English.

use jiff::civil::{Date, Time, Weekday};

use super::spelled;
use crate::booking::when::{LocalTime, Turn};

/// A date with weekday and ordinal, without the year: `Saturday January 20th`.
#[must_use]
pub fn spoken_date(date: Date) -> String {
    let day = date.day();
    format!(
        "{} {} {day}{}",
        weekday_name(date.weekday()),
        month_name(date.month()),
        ordinal_suffix(day)
    )
}

/// A time on the twelve-hour clock, minutes only when there are any: `9 AM`, `2:30 PM`.
/// Seconds are left out; midnight is `12 AM`, noon `12 PM`.
#[must_use]
pub fn spoken_time(time: Time) -> String {
    let half = if time.hour() < 12 { "AM" } else { "PM" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    match time.minute() {
        0 => format!("{hour} {half}"),
        minute => format!("{hour}:{minute:02} {half}"),
    }
}

/// The time of day of a moment: `9 AM`; `the second 1:30 AM` when clocks show it twice that day.
#[must_use]
pub fn spoken_start(at: LocalTime) -> String {
    let time = spoken_time(at.time());
    match at.turn() {
        None => time,
        Some(Turn::First) => format!("the first {time}"),
        Some(Turn::Second) => format!("the second {time}"),
    }
}

/// A length of time: `30 minutes`, `1 hour`, `2 hours`, `1 hour and 30 minutes`, `3 days`.
#[must_use]
pub fn spoken_minutes(minutes: u32) -> String {
    let counted = |count: u32, unit: &str| match count {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    };
    match (minutes / 60, minutes % 60) {
        (0, minutes) => counted(minutes, "minute"),
        (hours, 0) if hours % 24 == 0 => counted(hours / 24, "day"),
        (hours, 0) => counted(hours, "hour"),
        (hours, minutes) => {
            format!("{} and {}", counted(hours, "hour"), counted(minutes, "minute"))
        }
    }
}

/// Items joined for the ear: `9 AM`, `9 AM and 10 AM`, `9 AM, 10 AM, and 2 PM`.
/// Empty for no items.
#[must_use]
pub fn spoken_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [head @ .., last] => format!("{}, and {last}", head.join(", ")),
    }
}

/// The English name of a weekday.
#[must_use]
pub fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// The English name of a month, 1 to 12; empty for any other number, which no [`Date`] has.
#[must_use]
pub fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month)
        .ok()
        .and_then(|month| month.checked_sub(1))
        .and_then(|index| NAMES.get(index))
        .copied()
        .unwrap_or_default()
}

fn ordinal_suffix(day: i8) -> &'static str {
    match (day / 10, day % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// A phone number digit by digit, in the groups that are given: `plus four four, two zero seven`.
#[must_use]
pub fn spoken_number(groups: &[String]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| spelled(group, &SPELLED)).collect();
    groups.join(", ")
}

/// An e-mail address as it is said: `jane dot doe seven at example dot com`.
#[must_use]
pub fn spoken_email(address: &str) -> String {
    spelled(address, &SPELLED)
}

/// The names of digits and signs, in the order of [`super::SIGNS`].
const SPELLED: [&str; 16] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "at",
    "dot",
    "underscore",
    "dash",
    "plus",
    "apostrophe",
];
