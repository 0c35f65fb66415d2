//! Messages to customers on their way out: one folder a carrier. Knows no booking and no text.

pub(crate) mod twilio;
