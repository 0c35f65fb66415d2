//! What the people of an org are told of a tool that is not well, in English.

/// A tool takes too long.
#[must_use]
pub fn slow(tool: &str, average_ms: u64) -> String {
    format!(
        "The tool {tool} takes {}.{} seconds on average; callers wait. Look at how its calendar answers.",
        average_ms / 1_000,
        average_ms % 1_000 / 100
    )
}

/// A tool fails too often.
#[must_use]
pub fn failing(tool: &str, failed: u64, calls: u64) -> String {
    format!(
        "The tool {tool} failed in {failed} of its last {calls} calls. Look at the warnings of its \
         connections and at the server's log."
    )
}

/// Bringing assistants up to date fails often (P150).
pub const SYNC_FAILING: &str = "More than 5 of 100 runs that bring assistants up to date at Vapi failed in \
    the last hour. Look at the agents and at what `hookswitch tools audit` says.";

/// It fails most of the time (P151).
pub const SYNC_CRITICAL: &str = "More than 20 of 100 runs that bring assistants up to date at Vapi failed \
    in the last hour; agents may lack tools. Look at the agents and at what `hookswitch doctor` says.";

/// It works again.
pub const SYNC_WORKS_AGAIN: &str = "Assistants are brought up to date at Vapi again.";

/// It is fast again.
#[must_use]
pub fn fast_again(tool: &str) -> String {
    format!("The tool {tool} answers in time again.")
}

/// It works again.
#[must_use]
pub fn works_again(tool: &str) -> String {
    format!("The tool {tool} works again.")
}
