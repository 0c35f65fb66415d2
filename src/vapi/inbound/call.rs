//! Who and what a message is about. Owns the order in which the copies of one fact are asked:
//! the call's own snapshot first, then what the message repeats beside it.

use super::CallInfo;
use super::fields::{Call, Customer, Message, PhoneNumber};
use crate::vapi::lenient::{Leaf, Maybe};

pub(super) fn info(message: &Message<'_>) -> CallInfo {
    let empty = Call::default();
    let call = message.call.0.as_ref().unwrap_or(&empty);
    CallInfo {
        id: call.id.text().and_then(|id| id.parse().ok()),
        phone_number_id: first([
            call.phone_number_id,
            call.phone_number.leaf(|number| number.id),
            message.phone_number.leaf(|number| number.id),
            message.phone_number_id,
        ]),
        assistant_id: first([
            call.assistant_id,
            call.assistant.leaf(|assistant| assistant.id),
            message.assistant.leaf(|assistant| assistant.id),
            message.assistant_id,
            message.new_assistant.leaf(|assistant| assistant.id),
        ]),
        dialled_number: number(&[&message.phone_number, &call.phone_number]),
        caller_number: customer(call, message, |customer| customer.number),
        caller_name: customer(call, message, |customer| customer.name),
        call_type: call.kind.word(),
        control_url: call.monitor.leaf(|monitor| monitor.control_url).word(),
        listen_url: call.monitor.leaf(|monitor| monitor.listen_url).word(),
    }
}

/// The first that says anything.
pub(super) fn first<const N: usize>(leaves: [Leaf<'_>; N]) -> Option<String> {
    leaves.into_iter().find_map(Leaf::word)
}

fn number(places: &[&Maybe<PhoneNumber<'_>>]) -> Option<String> {
    places.iter().find_map(|place| place.leaf(|number| number.number).word())
}

fn customer<'a>(
    call: &Call<'a>,
    message: &Message<'a>,
    field: impl Fn(&Customer<'a>) -> Leaf<'a>,
) -> Option<String> {
    first([call.customer.leaf(&field), message.customer.leaf(&field)])
}
