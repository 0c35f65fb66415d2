//! What a mail server's refusals, and its silence, mean for a mail. By the numbers of RFC 5321: 5 for good,
//! 4 for now. Server texts are not passed on; they may hold addresses.

use std::error::Error as StdError;
use std::io;

use hookswitch_actors::ports::MessengerError;
use lettre::transport::smtp::Error;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Greeting,
    Tls,
    SignIn,
    Sender,
    Recipient,
    Data,
    /// The mail itself: from here on, silence may mean that it was taken.
    Content,
}

/// What to make of an error at a step.
pub(super) fn of(step: Step, error: &Error) -> MessengerError {
    if let Some(code) = error.status().map(|code| u32::from(u16::from(code))) {
        return if error.is_permanent() { for_good(step, code) } else { put_off(code) };
    }
    if step == Step::Content {
        return MessengerError::Unknown;
    }
    match step {
        Step::Tls => of_tls(error, error.is_client()),
        Step::SignIn if error.is_client() => by_hand(
            "the mail server offers no sign-in by password; remove `smtp.username` or name another server",
        ),
        _ => MessengerError::Later {
            problem:
                "the mail server broke off, or speaks no SMTP; check `smtp.host`, `smtp.port` and \
                `smtp.security`"
                    .into(),
        },
    }
}

/// What to make of TLS that did not come about; `not_offered` if the server has none.
pub(super) fn of_tls(error: &(dyn StdError + 'static), not_offered: bool) -> MessengerError {
    if not_offered {
        return by_hand(
            "the mail server offers no STARTTLS; set `smtp.security` and `smtp.port` to what it speaks",
        );
    }
    if is_about_certificate(error) {
        return by_hand(
            "the mail server's certificate is not trusted for this name; check `smtp.host`, or have this \
             machine trust its authority",
        );
    }
    MessengerError::Later {
        problem: "TLS with the mail server failed; check `smtp.security` and `smtp.port`".into(),
    }
}

/// Only the operator can put this right.
pub(super) fn by_hand(problem: &str) -> MessengerError {
    MessengerError::Account { problem: problem.to_owned(), code: None }
}

/// The server has not answered in time, and nothing was sent.
pub(super) fn too_slow() -> MessengerError {
    MessengerError::Later { problem: "the mail server did not answer in time".into() }
}

fn put_off(code: u32) -> MessengerError {
    MessengerError::Later { problem: format!("the mail server takes nothing for now ({code})") }
}

fn for_good(step: Step, number: u32) -> MessengerError {
    let code = Some(number);
    let account = |problem: &str| MessengerError::Account {
        problem: format!("the mail server {problem} ({number})"),
        code,
    };
    let refused = |problem: &str| MessengerError::Refused {
        problem: format!("the mail server {problem} ({number})"),
        code,
    };
    match step {
        Step::Greeting => account("turns this server away; check `smtp.host`"),
        Step::Tls => account("refuses STARTTLS; set `smtp.security` to what it speaks"),
        Step::SignIn => {
            account("refuses the sign-in; set `smtp.username` and `smtp.password` anew")
        }
        Step::Sender => account("refuses the sender; check `smtp.from` and `smtp.username`"),
        Step::Recipient => refused(
            "refuses the address; ask the customer again or correct it in `smtp.notify`, or see whether \
             it sends to other domains",
        ),
        Step::Data | Step::Content => refused("refuses the mail"),
    }
}

/// Whether an error, or what caused it, is a certificate that is not good enough.
fn is_about_certificate(error: &(dyn StdError + 'static)) -> bool {
    let is_it = |error: &(dyn StdError + 'static)| {
        matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
    };
    let mut next = Some(error);
    while let Some(error) = next {
        // What an I/O error wraps is not among its sources.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if is_it(error) || inner.is_some_and(|inner| is_about_certificate(inner)) {
            return true;
        }
        next = error.source();
    }
    false
}
