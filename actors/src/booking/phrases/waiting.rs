//! Sentences about being called back and about waiting for a free slot. What is only for the agent's model
//! is English. Knows no rules.

use hookswitch_storage::WaitlistWindow;

use crate::booking::locale::in_every_language;
use crate::booking::when::LocalTime;

in_every_language! {
    /// A wish to be called back that was kept.
    fn call_back(preferred_time: Option<&str>, urgent: bool) -> String;
    /// A place in the waitlist, new or changed.
    fn on_the_waitlist(
        service: &str,
        window: &WaitlistWindow,
        is_new: bool,
        kept_minutes: u32,
    ) -> String;
    /// Times in the window of who wants to wait are free already.
    fn free_already(at: &[LocalTime]) -> String;
    /// The caller waits no more.
    fn left() -> &'static str;
    /// The caller did not wait.
    fn not_waiting() -> &'static str;
    /// A slot that is kept for the caller.
    fn kept(service: &str, at: LocalTime, until: LocalTime) -> String;
}

/// For the agent: how to keep a message while the calendar is out of reach (K7).
#[must_use]
pub fn keep_message_with(tool: &str) -> String {
    format!(
        "If they would like to leave a message, ask what it is about and keep it with {tool}; that \
         works while the calendar does not."
    )
}

mod en {
    use hookswitch_storage::WaitlistWindow;

    use crate::booking::speech::en::{spoken_date, spoken_list, spoken_start, spoken_time};
    use crate::booking::when::LocalTime;

    pub(super) fn call_back(preferred_time: Option<&str>, urgent: bool) -> String {
        let when = preferred_time.map(|when| format!(", {when} if possible")).unwrap_or_default();
        let urgent = if urgent { " and marked it as urgent" } else { "" };
        format!(
            "I've noted that you would like to be called back{when}{urgent}. Someone from our team will \
             call you. Is there anything else I can help you with?"
        )
    }

    pub(super) fn on_the_waitlist(
        service: &str,
        window: &WaitlistWindow,
        is_new: bool,
        kept_minutes: u32,
    ) -> String {
        let lead =
            if is_new { "You are on the waitlist" } else { "I've changed your waitlist entry:" };
        let days = if window.from == window.to {
            format!("on {}", spoken_date(window.from))
        } else {
            format!("from {} to {}", spoken_date(window.from), spoken_date(window.to))
        };
        let times = match (window.earliest, window.latest) {
            (Some(earliest), Some(latest)) => {
                format!(" between {} and {}", spoken_time(earliest), spoken_time(latest))
            }
            (Some(earliest), None) => format!(" from {} on", spoken_time(earliest)),
            (None, Some(latest)) => format!(" until {}", spoken_time(latest)),
            (None, None) => String::new(),
        };
        let minutes = if kept_minutes == 1 { "minute" } else { "minutes" };
        format!(
            "{lead} for {service} {days}{times}. If a time becomes free, it is offered to you in turn and \
             kept for you for {kept_minutes} {minutes}."
        )
    }

    pub(super) fn free_already(at: &[LocalTime]) -> String {
        let times: Vec<String> = at
            .iter()
            .map(|at| format!("{} at {}", spoken_date(at.date()), spoken_start(*at)))
            .collect();
        format!(
            "Some times are free right now: {}. Would you rather have one of those?",
            spoken_list(&times)
        )
    }

    pub(super) fn left() -> &'static str {
        "You are no longer on the waitlist. Is there anything else I can help you with?"
    }

    pub(super) fn not_waiting() -> &'static str {
        "I couldn't find you on the waitlist."
    }

    pub(super) fn kept(service: &str, at: LocalTime, until: LocalTime) -> String {
        let until_day = if until.date() == at.date() {
            String::new()
        } else {
            format!(" on {}", spoken_date(until.date()))
        };
        format!(
            "From the waitlist, {service} on {} at {} is kept for you until {}{until_day}. Shall I book it?",
            spoken_date(at.date()),
            spoken_start(at),
            spoken_start(until)
        )
    }
}

mod es {
    use hookswitch_storage::WaitlistWindow;

    use crate::booking::speech::es::{at_start, at_time, spoken_date, spoken_list, spoken_minutes};
    use crate::booking::when::LocalTime;

    pub(super) fn call_back(preferred_time: Option<&str>, urgent: bool) -> String {
        let when = preferred_time.map(|when| format!(", si es posible {when}")).unwrap_or_default();
        let urgent = if urgent { " y que es urgente" } else { "" };
        format!(
            "He anotado que desea que le llamemos{when}{urgent}. Alguien de nuestro equipo le llamará. \
             ¿Puedo ayudarle en algo más?"
        )
    }

    pub(super) fn on_the_waitlist(
        service: &str,
        window: &WaitlistWindow,
        is_new: bool,
        kept_minutes: u32,
    ) -> String {
        let lead =
            if is_new { "Está en la lista de espera" } else { "He cambiado su lista de espera:" };
        let days = if window.from == window.to {
            format!("el {}", spoken_date(window.from))
        } else {
            format!("del {} al {}", spoken_date(window.from), spoken_date(window.to))
        };
        // "De la una a las tres": what stands before a time is said without its "a".
        let from = |time| at_time(time).trim_start_matches("a ").to_owned();
        let times = match (window.earliest, window.latest) {
            (Some(earliest), Some(latest)) => {
                format!(", de {} a {}", from(earliest), from(latest))
            }
            (Some(earliest), None) => format!(", a partir de {}", from(earliest)),
            (None, Some(latest)) => format!(", hasta {}", from(latest)),
            (None, None) => String::new(),
        };
        format!(
            "{lead} para {service} {days}{times}. Si queda libre una hora, se la ofrecemos por turno y se \
             la guardamos {}.",
            spoken_minutes(kept_minutes)
        )
    }

    pub(super) fn free_already(at: &[LocalTime]) -> String {
        format!(
            "Ahora mismo hay horas libres: {}. ¿Prefiere una de ellas?",
            spoken_list(&at.iter().copied().map(moment).collect::<Vec<_>>())
        )
    }

    pub(super) fn left() -> &'static str {
        "Ya no está en la lista de espera. ¿Puedo ayudarle en algo más?"
    }

    pub(super) fn not_waiting() -> &'static str {
        "No le he encontrado en la lista de espera."
    }

    pub(super) fn kept(service: &str, at: LocalTime, until: LocalTime) -> String {
        let until = if until.date() == at.date() { at_start(until) } else { moment(until) };
        let until = until.trim_start_matches("a ");
        format!(
            "De la lista de espera, {service} {} está reservado para usted hasta {until}. ¿Se lo reservo?",
            moment(at)
        )
    }

    fn moment(at: LocalTime) -> String {
        format!("el {} {}", spoken_date(at.date()), at_start(at))
    }
}
