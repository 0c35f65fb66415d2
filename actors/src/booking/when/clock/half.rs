//! Which half of the day is meant: `am`, `p.m.`, `in the evening`. Called by its parent. Knows
//! what the words do to an hour, not how hours are written.

use jiff::civil::Time;

/// A half of the day, as named beside a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::booking::when) enum Half {
    /// From midnight to noon.
    Morning,
    /// From noon to midnight.
    Afternoon,
    /// The dark hours of both: eight at night is in the evening, two at night is not.
    Night,
}

impl Half {
    /// A word of its own beside a day or a time.
    pub(in crate::booking::when) fn of_word(word: &str) -> Option<Self> {
        match word {
            "morning" => Some(Self::Morning),
            "afternoon" | "evening" | "tonight" => Some(Self::Afternoon),
            "night" => Some(Self::Night),
            _ => None,
        }
    }

    /// The hour of the day; `None` for what nobody can mean, such as 13 AM.
    pub(super) fn hour(self, written: i8) -> Option<i8> {
        match (self, written) {
            (Self::Morning | Self::Night, 12) => Some(0),
            (Self::Morning, 0..12) | (Self::Night, 0..6) => Some(written),
            (Self::Afternoon, 1..12) | (Self::Night, 6..12) => Some(written + 12),
            // People also say `14:30 pm`, and there is nothing else they could mean.
            (Self::Afternoon, 12..24) | (Self::Night, 18..24) => Some(written),
            _ => None,
        }
    }

    /// Of two times twelve hours apart, the one in this half.
    pub(super) fn of_two(self, a: Time, b: Time) -> Time {
        let (early, late) = if a < b { (a, b) } else { (b, a) };
        match self {
            Self::Morning => early,
            Self::Afternoon => late,
            Self::Night if early.hour() < 6 => early,
            Self::Night => late,
        }
    }
}

/// Takes the half of the day from a lower-case text; `None` if the text names two different ones.
pub(super) fn split(text: &str) -> Option<(&str, Option<Half>)> {
    let (rest, half) = split_once(text);
    let (rest, again) = split_once(rest);
    match (half, again) {
        (Some(half), Some(again)) if half != again => None,
        _ => Some((rest, half)),
    }
}

fn split_once(text: &str) -> (&str, Option<Half>) {
    const AFTER: [(&str, Half); 4] = [
        (" in the morning", Half::Morning),
        (" in the afternoon", Half::Afternoon),
        (" in the evening", Half::Afternoon),
        (" at night", Half::Night),
    ];
    const BEFORE: [(&str, Half); 3] = [
        ("morning ", Half::Morning),
        ("afternoon ", Half::Afternoon),
        ("evening ", Half::Afternoon),
    ];
    for (phrase, half) in AFTER {
        if let Some(rest) = text.strip_suffix(phrase) {
            return (rest, Some(half));
        }
    }
    let bare = text.strip_prefix("in the ").unwrap_or(text);
    for (phrase, half) in BEFORE {
        if let Some(rest) = bare.strip_prefix(phrase) {
            return (rest.trim_start(), Some(half));
        }
    }
    // `pm`, `p.m.`, `p. m.`: letters from the end, with dots and spaces between them.
    let loose = |text: &'_ str| text.trim_end_matches(['.', ' ']).len();
    let Some(before_m) = text[..loose(text)].strip_suffix('m') else {
        return (text, None);
    };
    let before_m = &before_m[..loose(before_m)];
    if let Some(rest) = before_m.strip_suffix('a') {
        (rest, Some(Half::Morning))
    } else if let Some(rest) = before_m.strip_suffix('p') {
        (rest, Some(Half::Afternoon))
    } else {
        (text, None)
    }
}
