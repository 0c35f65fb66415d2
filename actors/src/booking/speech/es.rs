//! Dates, times and lists as they are spoken in Spanish. The same functions as in English, and two that
//! only Spanish needs.

use jiff::civil::{Date, Time, Weekday};

use super::spelled;
use crate::booking::when::{LocalTime, Turn};

/// A date with weekday, without the year: `sábado 20 de enero`.
#[must_use]
pub fn spoken_date(date: Date) -> String {
    let day = if date.day() == 1 { "primero".to_owned() } else { date.day().to_string() };
    format!("{} {day} de {}", weekday_name(date.weekday()), month_name(date.month()))
}

/// A time on the twelve-hour clock with its part of the day: `9 de la mañana`, `2:30 de la tarde`.
#[must_use]
pub fn spoken_time(time: Time) -> String {
    let part = match time.hour() {
        0 if time.minute() == 0 => return "12 de la noche".into(),
        12 if time.minute() == 0 => return "12 del mediodía".into(),
        0..=5 => "de la madrugada",
        6..=11 => "de la mañana",
        12..=19 => "de la tarde",
        _ => "de la noche",
    };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    match time.minute() {
        0 => format!("{hour} {part}"),
        minute => format!("{hour}:{minute:02} {part}"),
    }
}

/// The time of day of a moment; `1:30 de la madrugada, la segunda vez` when clocks show it twice.
#[must_use]
pub fn spoken_start(at: LocalTime) -> String {
    let time = spoken_time(at.time());
    match at.turn() {
        None => time,
        Some(Turn::First) => format!("{time}, la primera vez"),
        Some(Turn::Second) => format!("{time}, la segunda vez"),
    }
}

/// At that time: one o'clock is singular, all others are not.
#[must_use]
pub fn at_start(at: LocalTime) -> String {
    format!("{} {}", article(at.time()), spoken_start(at))
}

/// As [`at_start`], for a time without a zone.
#[must_use]
pub fn at_time(time: Time) -> String {
    format!("{} {}", article(time), spoken_time(time))
}

fn article(time: Time) -> &'static str {
    if time.hour() % 12 == 1 { "a la" } else { "a las" }
}

/// A length of time: `30 minutos`, `1 hora y 30 minutos`, `3 días`.
#[must_use]
pub fn spoken_minutes(minutes: u32) -> String {
    let counted = |count: u32, unit: &str| match count {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    };
    match (minutes / 60, minutes % 60) {
        (0, minutes) => counted(minutes, "minuto"),
        (hours, 0) if hours % 24 == 0 => counted(hours / 24, "día"),
        (hours, 0) => counted(hours, "hora"),
        (hours, minutes) => format!("{} y {}", counted(hours, "hora"), counted(minutes, "minuto")),
    }
}

/// Items joined for the ear: `a`, `a y b`, `a, b y c`. Empty for no items.
#[must_use]
pub fn spoken_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} y {last}", head.join(", ")),
    }
}

/// A phone number digit by digit, in the groups that are given: `más cuatro cuatro, dos cero siete`.
#[must_use]
pub fn spoken_number(groups: &[String]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| spelled(group, &SPELLED)).collect();
    groups.join(", ")
}

/// An e-mail address as it is said: `jane punto doe siete arroba example punto com`.
#[must_use]
pub fn spoken_email(address: &str) -> String {
    spelled(address, &SPELLED)
}

/// The names of digits and signs, in the order of [`super::SIGNS`].
const SPELLED: [&str; 16] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "arroba",
    "punto",
    "guion bajo",
    "guion",
    "más",
    "apóstrofo",
];

/// The Spanish name of a weekday.
#[must_use]
pub fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "lunes",
        Weekday::Tuesday => "martes",
        Weekday::Wednesday => "miércoles",
        Weekday::Thursday => "jueves",
        Weekday::Friday => "viernes",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}

/// The Spanish name of a month, 1 to 12; empty for any other number, which no [`Date`] has.
#[must_use]
pub fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ];
    let place = usize::try_from(month).ok().and_then(|month| month.checked_sub(1));
    place.and_then(|place| NAMES.get(place)).copied().unwrap_or_default()
}
