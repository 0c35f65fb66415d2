//! Texts that an operator writes once and that take something of each booking: `{notes}` and its like.
//! For answers to a vendor's own questions; knows no vendor.

use hookswitch_storage::Booking;

/// Takes a text out of a booking, if it has it.
type Part = fn(&Booking) -> Option<&str>;

/// What may stand in braces, and what it becomes.
const PLACEHOLDERS: [(&str, Part); 5] = [
    ("{notes}", |booking| booking.notes.as_deref()),
    ("{customer_name}", |booking| Some(&booking.customer_name)),
    ("{customer_phone}", |booking| booking.customer_phone.as_deref()),
    ("{customer_email}", |booking| booking.customer_email.as_deref()),
    ("{confirmation}", |booking| Some(&booking.confirmation)),
];

/// Whether all that stands in braces is known.
///
/// # Errors
/// In words, what may stand there.
pub(super) fn check(text: &str) -> Result<(), String> {
    let known = |rest: &str| PLACEHOLDERS.iter().any(|(name, _)| rest.starts_with(name));
    match text.match_indices('{').find(|(at, _)| !known(&text[*at..])) {
        None => Ok(()),
        Some(_) => {
            let names: Vec<&str> = PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
            Err(format!("has braces around something else than {}", names.join(", ")))
        }
    }
}

/// The text for a booking; `None` if it names something that the booking does not have.
pub(super) fn fill(template: &str, booking: &Booking) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    // Once through, so that what a caller said is never taken for a placeholder.
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        let (name, value) = PLACEHOLDERS.iter().find(|(name, _)| rest[at..].starts_with(name))?;
        text.push_str(value(booking)?);
        rest = &rest[at + name.len()..];
    }
    text.push_str(rest);
    Some(text)
}
