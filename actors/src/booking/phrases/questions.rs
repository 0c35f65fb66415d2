//! Sentences for calls that are answered or handed over without a tool, in English. Knows no rules.

/// A call comes in and nobody is set up to take it.
pub const NOBODY_ANSWERS: &str = "I'm sorry, we cannot take your call right now. \
    Please call again later.";

/// A call comes in that a person takes, since no assistant is set up.
pub const CONNECTING_YOU: &str = "One moment, please. I am connecting you.";

/// There is nobody to whom the agent could hand the call over.
pub const NOBODY_TO_CONNECT: &str = "I'm sorry, I cannot connect you to anyone right now. \
    Can I take a message so that someone calls you back?";

/// There is no such assistant to whom the agent could hand the call over.
pub const NO_SUCH_ASSISTANT: &str = "There is no other assistant for this. Go on with the caller \
    yourself, or offer to take a message.";
