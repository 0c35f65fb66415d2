//! Sentences about handing a call over and ending it, and the notes that the agent's model is
//! given while a call goes on, in English. Knows no rules.

/// What the caller hears at once when they are to be connected.
pub const ONE_MOMENT: &str = "One moment, please.";

/// No colleague can be reached through this call.
pub const CANNOT_CONNECT: &str = "I'm sorry, I cannot connect you to a colleague right now. \
    May I take a message so that someone calls you back?";

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
