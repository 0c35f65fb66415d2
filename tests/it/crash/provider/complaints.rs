//! What is wrong between what callers were told, what we have and what the provider has. Asks nobody.

use std::collections::{BTreeMap, BTreeSet};

use hookswitch::player::stand_ins::calcom::StandIn;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::{Wish, ends};

/// What was said to one caller, by the call and the name.
type Said<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Wish>>;

fn whose(booking: &Value) -> (&str, &str) {
    (booking["call_id"].as_str().unwrap(), booking["customer_name"].as_str().unwrap())
}

/// What is wrong between what was said, what we have and what the provider has: on a day, or at all.
pub(super) fn complaints(
    wishes: &[Wish],
    bookings: &[Value],
    stand_in: &StandIn,
    day: Option<Date>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let known: BTreeSet<&str> =
        bookings.iter().map(|booking| booking["id"].as_str().unwrap()).collect();
    let standing: Vec<&Value> =
        bookings.iter().filter(|booking| booking["status"] == "confirmed").collect();
    let mut theirs: BTreeMap<String, Timestamp> = BTreeMap::new();
    let of_day = |start: Timestamp| {
        day.is_none_or(|day| {
            let (from, to) = ends(day);
            from <= start && start < to
        })
    };
    for kept in stand_in.standing().into_iter().filter(|kept| of_day(kept.start)) {
        let mut words = kept.metadata.values().filter_map(Value::as_str);
        match words.find(|text| known.contains(text)) {
            Some(reference) => {
                if theirs.insert(reference.to_owned(), kept.start).is_some() {
                    wrong.push(format!("{reference} stands twice at the provider"));
                }
            }
            None => wrong.push(format!("nobody knows {kept:?}")),
        }
    }
    let ours: BTreeMap<String, Timestamp> = standing
        .iter()
        .map(|booking| {
            let text = |field: &str| booking[field].as_str().unwrap();
            (text("id").to_owned(), text("start").parse().unwrap())
        })
        .collect();
    if ours != theirs {
        wrong.push(format!("ours {ours:?}\ntheirs {theirs:?}"));
    }
    let starts: BTreeSet<_> = ours.values().collect();
    if starts.len() != ours.len() {
        wrong.push("a time is booked twice".into());
    }
    let mut said = Said::new();
    for wish in wishes {
        said.entry((&wish.call, &wish.name)).or_default().push(wish);
    }
    let mut had: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for booking in &standing {
        *had.entry(whose(booking)).or_default() += 1;
    }
    for (who, wishes) in &said {
        let count = had.get(who).copied().unwrap_or(0);
        let cancels = wishes.iter().any(|wish| wish.cancels());
        for wish in wishes {
            let answer = wish.answer.as_ref();
            if count > 1 {
                wrong.push(format!("{} was booked {count} times", wish.id));
            }
            let promised = wish.was_told("I've booked") || wish.was_told("I've moved");
            if promised && count == 0 && !cancels {
                wrong.push(format!("{} was told {answer:?} and has nothing", wish.id));
            }
            if wish.cancels() && wish.was_told("cancelled") && count > 0 {
                wrong.push(format!("{} was told {answer:?} and it stands", wish.id));
            }
        }
    }
    wrong.extend(misplaced(&said, &standing));
    wrong
}

/// Bookings that are not where their callers were told that they are.
fn misplaced(said: &Said<'_>, standing: &[&Value]) -> Vec<String> {
    let mut wrong = Vec::new();
    for booking in standing {
        let of_booking = said.get(&whose(booking)).map_or(&[][..], Vec::as_slice);
        let moved = of_booking.iter().find(|wish| wish.tool == "reschedule_booking");
        let said_moved = moved.is_some_and(|wish| wish.was_told("I've moved"));
        let at = booking["booking_time"].as_str().unwrap();
        let may_be =
            |wish: &&Wish| at == wish.time && (!said_moved || wish.tool == "reschedule_booking");
        if !of_booking.iter().any(may_be) {
            let told: Vec<_> = of_booking.iter().map(|wish| (&wish.id, &wish.answer)).collect();
            wrong.push(format!("{booking} is not where it was said to be: {told:?}"));
        }
    }
    wrong
}
