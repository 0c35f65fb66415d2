//! What a customer's answer to a text message means. Knows no booking.

/// Words that end all messages and words that begin them again, alone in a message. Twilio sees to them
/// as well; what is kept here saves the sending.
const STOP: [&str; 8] =
    ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"];
const START: [&str; 3] = ["start", "unstop", "yes"];

/// Words by which somebody says that they will come.
const CONFIRM: [&str; 6] = ["c", "confirm", "confirmed", "yes", "y", "si"];

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    /// Whether the number wants messages, if that was said. `YES` says so only to who has ended them.
    pub(super) wants: Option<bool>,
    /// Whether it may be the answer to a reminder.
    pub(super) confirms: bool,
}

impl Answer {
    /// Reads a message, and what Twilio made of it if it says so (`START`, `STOP` or `HELP`).
    pub(super) fn read(body: &str, opt_out_type: Option<&str>) -> Self {
        let body = word(body);
        let kind = opt_out_type.map_or_else(|| body.clone(), word);
        let wants = match kind.as_str() {
            kind if STOP.contains(&kind) => Some(false),
            kind if START.contains(&kind) => Some(true),
            _ => None,
        };
        Self { wants, confirms: wants != Some(false) && CONFIRM.contains(&body.as_str()) }
    }
}

/// A text as a word: without case, and without what stands around it.
fn word(text: &str) -> String {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    text.replace('í', "i")
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn each_word_means_what_it_says_and_nothing_else_does() {
        let read = |body: &str, kind: Option<&str>| {
            let Answer { wants, confirms } = Answer::read(body, kind);
            (wants, confirms)
        };
        for (body, meant) in [
            (" Stop ", (Some(false), false)),
            ("CANCEL", (Some(false), false)),
            ("START", (Some(true), false)),
            ("Yes!", (Some(true), true)),
            ("c", (None, true)),
            ("\"C\".", (None, true)),
            ("Confirm", (None, true)),
            ("Sí", (None, true)),
            ("HELP", (None, false)),
            ("see you", (None, false)),
            ("c u later", (None, false)),
            ("yes but at 11", (None, false)),
            ("", (None, false)),
        ] {
            assert_eq!(read(body, None), meant, "{body}");
        }
        assert_eq!(read("Yes", Some("START")), (Some(true), true));
        assert_eq!(
            read("C", Some("STOP")),
            (Some(false), false),
            "Twilio has its own list of words"
        );
        assert_eq!(read("INFO", Some("HELP")), (None, false));
    }
}
