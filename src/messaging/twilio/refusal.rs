//! What Twilio's errors mean for a message. Twilio splits its numbers over time, so that those that are
//! not known here are judged by the HTTP status alone.

use hookswitch_actors::ports::MessengerError;
use reqwest::StatusCode;

use super::wire;
use crate::providers::http::{self, Answer};

/// What to make of an answer that is no success.
pub(super) fn of(answer: &Answer) -> MessengerError {
    let code = wire::problem(&answer.body).code;
    let by_code = code.and_then(of_code);
    by_code.unwrap_or_else(|| of_status(answer, code))
}

fn of_code(number: u32) -> Option<MessengerError> {
    let code = Some(number);
    let problem = in_words(number)?.to_owned();
    Some(match number {
        21_610 => MessengerError::OptedOut { code },
        20_003 | 20_404 | 21_408 | 21_606 | 21_608 | 21_659..=21_661 => {
            MessengerError::Account { problem, code }
        }
        20_429 => MessengerError::Busy { retry_after: None },
        _ => MessengerError::Refused { problem, code },
    })
}

fn of_status(answer: &Answer, code: Option<u32>) -> MessengerError {
    match answer.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => MessengerError::Account {
            problem: "Twilio refuses the account; check `twilio.account_sid` and set \
                `twilio.auth_token` anew"
                .into(),
            code,
        },
        StatusCode::NOT_FOUND => MessengerError::Account {
            problem: "Twilio knows no such account; check `twilio.account_sid`".into(),
            code,
        },
        StatusCode::TOO_MANY_REQUESTS => {
            MessengerError::Busy { retry_after: http::pause(&answer.headers) }
        }
        status if status.is_client_error() => {
            MessengerError::Refused { problem: format!("Twilio answered HTTP {status}"), code }
        }
        // What broke there may have broken after the message was taken.
        _ => MessengerError::Unknown,
    }
}

/// What a number of Twilio's means, and what an operator can do; `None` for one that is not known.
pub(crate) fn in_words(code: u32) -> Option<&'static str> {
    Some(match code {
        20_003 => "Twilio refuses the account; set `twilio.auth_token` anew",
        20_404 => "Twilio knows no such account or sender; check the `twilio` settings",
        20_429 => "Twilio takes no more messages for now",
        21_211 => "the number is not one that can get messages; ask the customer again",
        21_265 | 21_266 | 21_614 | 21_635 => "the number cannot get text messages (landline?)",
        21_408 => "the account may not send to that country; allow it in Twilio's console",
        21_606 | 21_659 | 21_660 | 21_661 => {
            "the sender is no number of the account that can send; check `twilio.from`"
        }
        21_608 => "a trial account sends to verified numbers only; upgrade it or verify the number",
        21_610 => "the number has asked for no more messages",
        21_612 => "there is no way from the sender to that number",
        21_617 => "the message is too long; please report this",
        30_003 => "the phone is off or out of reach",
        30_005 | 30_006 => "the number is unknown, or a landline",
        30_007 => "the carrier filtered the message; check the registration of the sender",
        30_008 => "the carrier gave no reason",
        30_022 | 30_023 => "the sender's rate or daily limit at US carriers is used up",
        30_032 => "the toll-free number is not verified; verify it in Twilio's console",
        30_034 => "the sender is not registered for US business messages (10DLC); register it",
        _ => return None,
    })
}
