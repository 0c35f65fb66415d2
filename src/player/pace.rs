//! How fast a played call goes: as fast as it can, or as people speak. Owns the lengths of pauses and where a
//! sentence is cut while it is spoken.

use std::time::Duration;

/// How fast a played call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Without waiting.
    AtOnce,
    /// So that people can follow: sentences take their time and arrive word by word, as speech recognition hears them.
    Human,
}

/// Speech has about fifteen characters a second; people who watch read faster than that.
const CHARACTER: Duration = Duration::from_millis(40);

/// A sentence takes no less and no more.
const SHORTEST: Duration = Duration::from_millis(700);
const LONGEST: Duration = Duration::from_millis(3_200);

/// Between one turn and the next.
const BREATH: Duration = Duration::from_millis(600);

/// Speech recognition corrects itself about so often.
const HEARD_EVERY: Duration = Duration::from_millis(450);

impl Pace {
    /// The pause before a turn.
    pub(super) fn before_a_turn(self) -> Duration {
        match self {
            Self::AtOnce => Duration::ZERO,
            Self::Human => BREATH,
        }
    }

    /// What is heard of a sentence before it is whole: its beginnings, and how long until each. The whole sentence
    /// follows after the last pause.
    pub(super) fn beginnings(self, text: &str) -> (Vec<&str>, Duration) {
        if self == Self::AtOnce {
            return (Vec::new(), Duration::ZERO);
        }
        let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let takes = CHARACTER.saturating_mul(characters).clamp(SHORTEST, LONGEST);
        let parts = (takes.as_millis() / HEARD_EVERY.as_millis()).max(1) as usize;
        let words: Vec<usize> =
            text.match_indices(' ').map(|(at, _)| at).chain([text.len()]).collect();
        let mut ends: Vec<usize> =
            (1..parts).map(|part| words[words.len() * part / parts]).collect();
        ends.dedup();
        ends.retain(|end| *end < text.len() && *end > 0);
        let parts = u32::try_from(ends.len() + 1).unwrap_or(u32::MAX);
        (ends.into_iter().map(|end| &text[..end]).collect(), takes / parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_grows_by_whole_words_and_takes_its_time() {
        let text = "Hi, this is Ann Ruiz. I would like to come in for a check-up — soon, if I may.";
        let (beginnings, each) = Pace::Human.beginnings(text);
        assert!(beginnings.len() >= 2, "{beginnings:?}");
        for pair in beginnings.windows(2) {
            assert!(pair[1].len() > pair[0].len() && pair[1].starts_with(pair[0]));
        }
        for part in &beginnings {
            assert!(text.starts_with(part) && text[part.len()..].starts_with(' '), "{part:?}");
        }
        let takes = each * (beginnings.len() as u32 + 1);
        assert!((SHORTEST / 2..=LONGEST).contains(&takes), "{takes:?}");
    }

    #[test]
    fn nothing_at_all_and_one_long_word_can_be_said() {
        for text in
            ["", "yes", " ", "Donaudampfschifffahrtsgesellschaftskapitän", "é é é é é é é é é é"]
        {
            let (beginnings, _) = Pace::Human.beginnings(text);
            assert!(beginnings.iter().all(|part| !part.is_empty() && part.len() < text.len()));
        }
    }

    #[test]
    fn at_once_nothing_is_waited_for() {
        assert_eq!(Pace::AtOnce.before_a_turn(), Duration::ZERO);
        assert_eq!(Pace::AtOnce.beginnings("Good morning to you."), (Vec::new(), Duration::ZERO));
    }
}
