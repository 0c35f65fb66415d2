//! Answers that no tool gave: what the agent hears when a tool could not be run or is not done.

use serde::Serialize;

use super::Given;

#[derive(Serialize)]
struct Filler<'a> {
    success: bool,
    error: &'a str,
    message: &'a str,
}

fn filler(name: &str, error: &str, message: &str) -> Given {
    let given = Given::json(&Filler { success: false, error, message }, false);
    Given { name: name.to_owned(), ..given }
}

/// Too much at once (R7).
pub(crate) fn one_moment(name: &str) -> Given {
    filler(name, "busy", "One moment, please. Let me try that again in a few seconds.")
}

/// Not done before the deadline; the work goes on.
pub(crate) fn still_working(name: &str) -> Given {
    filler(
        name,
        "still_working",
        "I am still working on that. One moment, please; ask me again in a few seconds.",
    )
}

/// The id was used for another call of the tool.
pub(crate) fn key_reused(name: &str) -> Given {
    Given::error(
        name,
        "This tool call id was already used with other arguments. Please call the tool again.",
    )
}

/// The session died.
pub(crate) fn went_wrong(name: &str) -> Given {
    Given::error(name, "Something went wrong with this tool. Please try once more.")
}
