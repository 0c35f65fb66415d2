//! Sentences about whose booking it is, in English. Knows no rules.

/// The caller's number alone is not enough (R10).
pub const NEED_DETAIL: &str = "I see an appointment under this phone number. Before I go on, \
    please tell me its date or the name it was made under.";

/// The number is not the caller's, or there is none (R10).
pub const NEED_CODE: &str = "For that booking I need its full confirmation number. It has six \
    letters and digits. Could you give it to me?";

/// Too many wrong numbers or details were given.
pub const TOO_MANY_GUESSES: &str = "I'm sorry, I couldn't find a booking with what you gave me, \
    and I may not try any further. Would you like me to connect you with someone from our team?";
