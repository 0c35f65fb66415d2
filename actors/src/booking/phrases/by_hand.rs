//! What those who watch an org are told of bookings that its own people made or changed by hand, in
//! English. Names no person. Knows no rules.

/// Name of [`MADE`].
pub const MADE_CODE: &str = "booking_made_by_hand";

/// For watchers.
pub const MADE: &str = "A booking was made by hand.";

/// Name of [`MOVED`].
pub const MOVED_CODE: &str = "booking_moved_by_hand";

/// For watchers.
pub const MOVED: &str = "A booking was moved by hand.";

/// Name of [`CANCELLED`].
pub const CANCELLED_CODE: &str = "booking_cancelled_by_hand";

/// For watchers.
pub const CANCELLED: &str = "A booking was cancelled by hand.";
