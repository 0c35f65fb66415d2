//! Sentences about handing a call over and ending it, and the notes that the agent's model is
//! given while a call goes on, in English. Knows no rules.

/// What the caller hears at once when they are to be connected.
pub const ONE_MOMENT: &str = "One moment, please.";

/// No colleague can be reached through this call.
pub const CANNOT_CONNECT: &str = "I'm sorry, I cannot connect you to a colleague right now. \
    May I take a message so that someone calls you back?";

/// Nobody is there to take the call at this hour.
pub const CLOSED: &str = "I'm sorry, our colleagues are not there at this hour. May I take a message \
    so that someone calls you back?";

/// The caller is being connected already.
pub const BEING_CONNECTED: &str = "You are being connected. One moment, please.";

/// The last sentence of a call.
pub const GOODBYE: &str = "Thank you for calling. Goodbye!";

/// The last sentence of a call that took too long.
pub const GOODBYE_TIME_LIMIT: &str =
    "I'm sorry, we have reached the end of the time for this call. Thank you for calling. Goodbye!";

/// For the agent: what it announced did not happen.
pub const TRANSFER_FAILED: &str = "The transfer did not go through and the caller is still on the \
    line. Apologise, and offer to take a message or to have someone call back.";

/// The caller was to be connected, and has the agent again.
pub const BACK_AGAIN: &str = "I'm sorry, nobody can take your call right now.";

/// What the caller hears as the last thing before they are connected.
#[must_use]
pub fn connecting(department: &str) -> String {
    if department.eq_ignore_ascii_case("general") {
        return "I am connecting you with our team now.".into();
    }
    let department = department.replace('_', " ");
    format!("I am connecting you with our {department} department now.")
}

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
