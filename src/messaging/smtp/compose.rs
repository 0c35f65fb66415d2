//! A mail as it travels (RFC 5322, MIME): text, HTML and an iCalendar object, inside for mail programs that
//! act on it and attached for those that do not. Whatever a caller said is content here: names lose what
//! could end a header, and the library encodes the rest.

use std::time::SystemTime;

use hookswitch_actors::ports::{Mail, MailAccount, MessengerError};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::{invitation, markup};

/// Longest subject, characters; more is shown nowhere.
const LONGEST_SUBJECT: usize = 200;

/// A mail ready to be handed over.
pub(super) struct Composed {
    pub(super) from: Address,
    pub(super) to: Address,
    /// With its brackets.
    pub(super) message_id: String,
    pub(super) bytes: Vec<u8>,
}

/// An address, if it is one.
pub(super) fn address(text: &str) -> Option<Address> {
    text.parse().ok()
}

/// The mail as it is to be sent.
pub(super) fn mail(account: &MailAccount, mail: &Mail) -> Result<Composed, MessengerError> {
    let from = address(&account.from).ok_or_else(|| MessengerError::Account {
        problem: "the sender's address cannot be used; check `smtp.from`".into(),
        code: None,
    })?;
    let unfit = || MessengerError::Refused {
        problem:
            "the address cannot be used; ask the customer again, or correct it in `smtp.notify`"
                .into(),
        code: None,
    };
    let to = address(&mail.to).ok_or_else(unfit)?;
    let message_id = format!("<{}@{}>", mail.id, from.domain());
    let built = Message::builder()
        .from(Mailbox::new(Some(one_line(&account.name)), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(one_line(&mail.letter.subject))
        .date(SystemTime::from(mail.at))
        .message_id(Some(message_id.clone()))
        // Answering machines let such mails be (RFC 3834).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".into(),
        ))
        .multipart(parts(account, mail).ok_or_else(unfit)?);
    let built = built.map_err(|_| unfit())?;
    Ok(Composed { from, to, message_id, bytes: built.formatted() })
}

fn parts(account: &MailAccount, mail: &Mail) -> Option<MultiPart> {
    let text = SinglePart::plain(plain(&mail.letter.text()));
    let html = SinglePart::html(markup::of(&mail.letter));
    let body = MultiPart::alternative().singlepart(text).singlepart(html);
    let Some(appointment) = &mail.appointment else { return Some(body) };
    let calendar = invitation::of(account, mail, appointment);
    let method = invitation::method(appointment);
    let inside = format!("text/calendar; charset=utf-8; method={method}");
    let attached = format!("application/ics; name=\"invite.ics\"; method={method}");
    let inside =
        SinglePart::builder().header(ContentType::parse(&inside).ok()?).body(calendar.clone());
    let attached =
        Attachment::new("invite.ics".into()).body(calendar, ContentType::parse(&attached).ok()?);
    Some(MultiPart::mixed().multipart(body.singlepart(inside)).singlepart(attached))
}

/// A text without what a mail may not hold, as a line end that is half of one.
fn plain(text: &str) -> String {
    text.chars().filter(|char| *char == '\n' || !char.is_control()).collect()
}

/// A text on one line, and of no more than a header may hold.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(LONGEST_SUBJECT).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
