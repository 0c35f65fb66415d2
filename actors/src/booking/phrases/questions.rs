//! Sentences for calls that are answered or handed over without a tool. What is only for the agent's model
//! is English. Knows no rules.

use crate::booking::locale::in_every_language;
use crate::booking::when::LocalTime;

/// There is no such assistant to whom the agent could hand the call over.
pub const NO_SUCH_ASSISTANT: &str = "There is no other assistant for this. Go on with the caller \
    yourself, or offer to take a message.";

in_every_language! {
    /// A call comes in and nobody is set up to take it.
    fn nobody_answers() -> &'static str;
    /// A call comes in that a person takes, since no assistant does.
    fn connecting_you() -> &'static str;
    /// There is nobody to whom the agent could hand the call over.
    fn nobody_to_connect() -> &'static str;
    /// Free times, for an agent that is about to speak.
    fn open_times(at: &[LocalTime]) -> String;
}

/// For the agent, while the call goes on: what would have been told before it spoke, had it been found in
/// time. `None` if that is nothing.
#[must_use]
pub fn found_later(
    name: Option<&str>,
    upcoming: Option<&str>,
    kept: Option<&str>,
    open: Option<&str>,
) -> Option<String> {
    let parts = [
        name.map(|name| format!("The number is that of {name}.")),
        upcoming.map(|service| format!("Their next booking is for: {service}.")),
        kept.map(|kept| format!("Kept for them: {kept}")),
        open.map(|open| format!("The next free times are {open}.")),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    (!known.is_empty()).then(|| {
        format!(
            "Found since this call began, for you to know and not to be answered. {}",
            known.join(" ")
        )
    })
}

mod en {
    use crate::booking::speech::en::{spoken_date, spoken_list, spoken_start};
    use crate::booking::when::LocalTime;

    pub(super) fn nobody_answers() -> &'static str {
        "I'm sorry, we cannot take your call right now. Please call again later."
    }

    pub(super) fn connecting_you() -> &'static str {
        "One moment, please. I am connecting you."
    }

    pub(super) fn nobody_to_connect() -> &'static str {
        "I'm sorry, I cannot connect you to anyone right now. Can I take a message so that someone calls \
         you back?"
    }

    pub(super) fn open_times(at: &[LocalTime]) -> String {
        let named: Vec<String> = at
            .iter()
            .map(|at| format!("{} at {}", spoken_date(at.date()), spoken_start(*at)))
            .collect();
        spoken_list(&named)
    }
}

mod es {
    use crate::booking::speech::es::{at_start, spoken_date, spoken_list};
    use crate::booking::when::LocalTime;

    pub(super) fn nobody_answers() -> &'static str {
        "Lo siento, ahora mismo no podemos atender su llamada. Por favor, llame de nuevo más tarde."
    }

    pub(super) fn connecting_you() -> &'static str {
        "Un momento, por favor. Le paso la llamada."
    }

    pub(super) fn nobody_to_connect() -> &'static str {
        "Lo siento, ahora mismo no puedo pasarle con nadie. ¿Quiere que tome un recado para que le \
         devuelvan la llamada?"
    }

    pub(super) fn open_times(at: &[LocalTime]) -> String {
        let named: Vec<String> =
            at.iter().map(|at| format!("{} {}", spoken_date(at.date()), at_start(*at))).collect();
        spoken_list(&named)
    }
}
