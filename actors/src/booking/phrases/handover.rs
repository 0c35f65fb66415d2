//! Sentences about handing a call over and ending it, and the notes that the agent's model is
//! given while a call goes on, which are English. Knows no rules.

use crate::booking::locale::in_every_language;

in_every_language! {
    /// What the caller hears at once when they are to be connected.
    fn one_moment() -> &'static str;
    /// No colleague can be reached through this call.
    fn cannot_connect() -> &'static str;
    /// Nobody is there to take the call at this hour.
    fn closed() -> &'static str;
    /// The caller is being connected already.
    fn being_connected() -> &'static str;
    /// The last sentence of a call.
    fn goodbye() -> &'static str;
    /// The last sentence of a call that took too long.
    fn goodbye_time_limit() -> &'static str;
    /// What the caller hears as the last thing before they are connected.
    fn connecting(department: &str) -> String;
}

/// For the agent: what it announced did not happen.
pub const TRANSFER_FAILED: &str = "The transfer did not go through and the caller is still on the \
    line. Apologise, and offer to take a message or to have someone call back.";

/// The caller was to be connected, and has the agent again.
pub const BACK_AGAIN: &str = "I'm sorry, nobody can take your call right now.";

/// For the agent: what a tool found, after the caller had been told to wait.
#[must_use]
pub fn late_result(tool: &str, result: &str) -> String {
    format!(
        "The tool {tool}, which was still working, has finished. Its result: {result} \
         Tell the caller now, if it still matters."
    )
}

/// For the agent: the call is nearly as long as it may be.
#[must_use]
pub fn time_is_short(seconds: u64) -> String {
    format!(
        "This call may last {} more. Bring it to a good end: finish what is under way, say what was \
         agreed, and end the call with the reason time_limit before then.",
        spoken_seconds(seconds)
    )
}

fn spoken_seconds(seconds: u64) -> String {
    let counted = |count: u64, unit: &str| match count {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    };
    match seconds {
        0..120 => counted(seconds, "second"),
        _ => counted(seconds / 60, "minute"),
    }
}

/// For those who call back: what a caller wanted whom nobody took.
#[must_use]
pub fn nobody_took_the_call(department: Option<&str>, summary: &str) -> String {
    let whom = department.map_or_else(|| "a colleague".to_owned(), |name| name.replace('_', " "));
    match summary.trim() {
        "" => format!("Wanted to be connected with {whom}, and nobody took the call."),
        about => format!("Wanted to be connected with {whom}, and nobody took the call: {about}"),
    }
}

/// A department's name as it is said; `None` for the one that has no name of its own.
fn named(department: &str) -> Option<String> {
    (!department.eq_ignore_ascii_case("general")).then(|| department.replace('_', " "))
}

mod en {
    pub(super) fn one_moment() -> &'static str {
        "One moment, please."
    }

    pub(super) fn cannot_connect() -> &'static str {
        "I'm sorry, I cannot connect you to a colleague right now. May I take a message so that someone \
         calls you back?"
    }

    pub(super) fn closed() -> &'static str {
        "I'm sorry, our colleagues are not there at this hour. May I take a message so that someone calls \
         you back?"
    }

    pub(super) fn being_connected() -> &'static str {
        "You are being connected. One moment, please."
    }

    pub(super) fn goodbye() -> &'static str {
        "Thank you for calling. Goodbye!"
    }

    pub(super) fn goodbye_time_limit() -> &'static str {
        "I'm sorry, we have reached the end of the time for this call. Thank you for calling. Goodbye!"
    }

    pub(super) fn connecting(department: &str) -> String {
        match super::named(department) {
            Some(name) => format!("I am connecting you with our {name} department now."),
            None => "I am connecting you with our team now.".into(),
        }
    }
}

mod es {
    pub(super) fn one_moment() -> &'static str {
        "Un momento, por favor."
    }

    pub(super) fn cannot_connect() -> &'static str {
        "Lo siento, ahora mismo no puedo pasarle con un compañero. ¿Quiere que tome un recado para que le \
         devuelvan la llamada?"
    }

    pub(super) fn closed() -> &'static str {
        "Lo siento, a esta hora no hay nadie que pueda atenderle. ¿Quiere que tome un recado para que le \
         devuelvan la llamada?"
    }

    pub(super) fn being_connected() -> &'static str {
        "Ya le estoy pasando la llamada. Un momento, por favor."
    }

    pub(super) fn goodbye() -> &'static str {
        "Gracias por llamar. ¡Hasta luego!"
    }

    pub(super) fn goodbye_time_limit() -> &'static str {
        "Lo siento, se ha acabado el tiempo de esta llamada. Gracias por llamar. ¡Hasta luego!"
    }

    pub(super) fn connecting(department: &str) -> String {
        match super::named(department) {
            Some(name) => format!("Le paso ahora con el departamento de {name}."),
            None => "Le paso ahora con nuestro equipo.".into(),
        }
    }
}
