//! Text messages to customers, in English. Plain letters, so that a message stays one or two segments;
//! each says who sends it, how to reach them and how to end the messages. Knows no rules.
//!
//! None says to answer `CANCEL`: carriers take that word for the wish to get no more messages.

use crate::booking::speech::en::spoken_start;
use crate::booking::when::LocalTime;

/// Longest name of a business or a service in a message, characters.
const LONGEST_NAME: usize = 40;

/// Who sends.
pub struct Sender<'a> {
    /// The business.
    pub name: &'a str,
    /// The number to call, E.164.
    pub number: Option<&'a str>,
}

impl Sender<'_> {
    fn name(&self) -> String {
        short(self.name)
    }

    fn to_change(&self, what: &str) -> String {
        match self.number {
            Some(number) => format!("{what}, call {number}."),
            None => format!("{what}, call us."),
        }
    }
}

const END: &str = "Reply STOP to end texts, HELP for help.";

fn short(name: &str) -> String {
    name.trim().chars().take(LONGEST_NAME).collect()
}

fn moment(at: LocalTime) -> String {
    format!("{} at {}", at.date().strftime("%a, %b %-d"), spoken_start(at))
}

/// A booking stands.
#[must_use]
pub fn booked(sender: &Sender<'_>, service: &str, at: LocalTime, code: &str) -> String {
    format!(
        "{}: booked, {}, {}. Confirmation {code}. {} {END}",
        sender.name(),
        short(service),
        moment(at),
        sender.to_change("To change it")
    )
}

/// A booking is at another time now.
#[must_use]
pub fn changed(sender: &Sender<'_>, service: &str, at: LocalTime, code: &str) -> String {
    format!(
        "{}: moved, {}, now {}. Confirmation {code}. {} {END}",
        sender.name(),
        short(service),
        moment(at),
        sender.to_change("To change it")
    )
}

/// A booking is cancelled.
#[must_use]
pub fn cancelled(sender: &Sender<'_>, service: &str, at: LocalTime) -> String {
    format!(
        "{}: {} on {} is cancelled. {} {END}",
        sender.name(),
        short(service),
        moment(at),
        sender.to_change("For another time")
    )
}

/// A booking that was promised, or stood, came to nothing.
#[must_use]
pub fn not_booked(sender: &Sender<'_>, service: &str, at: LocalTime) -> String {
    format!(
        "{}: sorry, {} on {} could not be confirmed and is not booked. {} {END}",
        sender.name(),
        short(service),
        moment(at),
        sender.to_change("For another time")
    )
}

/// A slot is kept for somebody who waits.
#[must_use]
pub fn offer(sender: &Sender<'_>, service: &str, at: LocalTime, until: LocalTime) -> String {
    format!(
        "{}: a time is free for {}: {}. It is kept for you until {}. {} {END}",
        sender.name(),
        short(service),
        moment(at),
        spoken_start(until),
        sender.to_change("To take it")
    )
}
