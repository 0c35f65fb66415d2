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

/// A name of a usual length. Signs that look like plain ones become those: a single one of them would
/// more than halve what fits into a segment.
fn short(name: &str) -> String {
    let plain = |c: char| match c {
        '‘' | '’' | '´' => '\'',
        '“' | '”' => '"',
        '–' | '—' => '-',
        '\u{a0}' => ' ',
        c => c,
    };
    name.trim().chars().map(plain).take(LONGEST_NAME).collect()
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

/// A move or cancellation came to nothing: the booking stands as it was.
#[must_use]
pub fn unchanged(sender: &Sender<'_>, service: &str, at: LocalTime, code: &str) -> String {
    format!(
        "{}: sorry, the change could not be made. Still booked: {}, {}. Confirmation {code}. {} {END}",
        sender.name(),
        short(service),
        moment(at),
        sender.to_change("To change it")
    )
}

/// An appointment is near.
#[must_use]
pub fn reminder(sender: &Sender<'_>, service: &str, at: LocalTime) -> String {
    format!(
        "{}: reminder, {}, {}. Reply C to confirm. {} {END}",
        sender.name(),
        short(service),
        moment(at),
        sender.to_change("To change it")
    )
}

/// A wish to be called back is noted.
#[must_use]
pub fn callback_received(sender: &Sender<'_>) -> String {
    format!(
        "{}: we have your message and will call you back. {} {END}",
        sender.name(),
        sender.to_change("If it cannot wait")
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::messages::{Encoding, measure};

    #[test]
    fn every_text_is_two_segments_at_most_and_says_how_to_end_them() {
        let start = "2026-09-30T15:30:00Z".parse().unwrap();
        let at = crate::booking::local_time(start, "America/Chicago");
        let sender =
            Sender { name: &"Joe’s – Barber ".repeat(9), number: Some("+15125550100") };
        let service = "W".repeat(99);
        for text in [
            booked(&sender, &service, at, "KM73TN"),
            changed(&sender, &service, at, "KM73TN"),
            cancelled(&sender, &service, at),
            not_booked(&sender, &service, at),
            unchanged(&sender, &service, at, "KM73TN"),
            reminder(&sender, &service, at),
            callback_received(&sender),
            offer(&sender, &service, at, at),
        ] {
            let measured = measure(&text);
            assert_eq!(measured.encoding, Encoding::Gsm7, "{text}");
            assert!(measured.segments <= 2, "{text}");
            assert!(text.contains("Reply STOP") && text.contains("HELP"), "{text}");
        }
    }
}
