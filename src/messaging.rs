//! Messages on their way out: one folder a carrier. Knows no booking and no text.

pub(crate) mod smtp;
pub(crate) mod twilio;
