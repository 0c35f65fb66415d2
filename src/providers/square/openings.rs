//! Square's free starts: how they are asked for within the limits of its search, and read. Knows no
//! claim and no other booking.

use futures_util::future::try_join_all;
use hookswitch_actors::ports::ProviderError;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::client::Client;
use super::refusal::{Asked, Refusal, accept, unreadable};
use super::wire::{self, Opening};

/// Shortest span that Square searches.
const SHORTEST: SignedDuration = SignedDuration::from_hours(24);
/// Longest span that is asked for at once; Square's description says 32 days, its people 31.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// What is to be free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// A new booking.
    New {
        /// Where.
        location: String,
        /// Which service variation.
        variation: String,
        /// By whom; anyone if there is none.
        any: Vec<String>,
        /// By whom not, where anyone may.
        none: Vec<String>,
    },
    /// The booking with this id of Square's, elsewhere.
    Moving(String),
}

impl Subject {
    fn filter(&self) -> Value {
        match self {
            Self::Moving(booking) => json!({"booking_id": booking}),
            Self::New { location, variation, any, none } => {
                let mut segment = json!({"service_variation_id": variation});
                if !any.is_empty() {
                    segment["team_member_id_filter"] = json!({"any": any});
                } else if !none.is_empty() {
                    segment["team_member_id_filter"] = json!({"none": none});
                }
                json!({"location_id": location, "segment_filters": [segment]})
            }
        }
    }
}

/// The free starts from `from` to before `to`, in the order that Square gives them.
pub(super) async fn search(
    client: &Client,
    subject: &Subject,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Opening>, ProviderError> {
    let parts = parts(from, to).into_iter().map(|span| part(client, subject, span));
    let mut openings: Vec<Opening> = try_join_all(parts).await?.into_iter().flatten().collect();
    // Square has been seen to name starts outside of what was asked for.
    openings.retain(|opening| from <= opening.start_at && opening.start_at < to);
    let mut seen = std::collections::HashSet::new();
    openings.retain(|opening| {
        let by = opening.appointment_segments.iter().map(|segment| segment.team_member_id.clone());
        seen.insert((opening.start_at, by.collect::<Vec<_>>()))
    });
    Ok(openings)
}

/// A span in parts that Square searches, each long enough and none too long.
fn parts(from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut parts = Vec::new();
    let mut start = from;
    while start < to {
        let end = start.checked_add(LONGEST).unwrap_or(to).min(to);
        let padded = start.checked_add(SHORTEST).unwrap_or(Timestamp::MAX).max(end);
        parts.push((start, padded));
        start = end;
    }
    parts
}

async fn part(
    client: &Client,
    subject: &Subject,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Opening>, ProviderError> {
    let mut filter = subject.filter();
    filter["start_at_range"] = json!({"start_at": from.to_string(), "end_at": to.to_string()});
    let body = json!({"query": {"filter": filter}});
    let sent = client.search(&["bookings", "availability", "search"], &body).await;
    let answer = accept(Asked::Openings, sent).map_err(Refusal::into_error)?;
    let page = wire::page::<Opening>(&answer.body, "availabilities").ok_or_else(unreadable)?;
    // A start that cannot be read is one less to offer, no reason to offer none.
    Ok(page.entries)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_short_day_is_asked_for_with_what_follows_it() {
        // The clocks go forward in Chicago: 23 hours.
        let day = parts(at("2027-03-14T06:00:00Z"), at("2027-03-15T05:00:00Z"));
        assert_eq!(day, [(at("2027-03-14T06:00:00Z"), at("2027-03-15T06:00:00Z"))]);
        assert!(parts(at("2027-03-14T06:00:00Z"), at("2027-03-14T06:00:00Z")).is_empty());
    }

    #[test]
    fn who_moves_asks_by_the_booking_alone() {
        let filter = Subject::Moving("B1".into()).filter();
        assert_eq!(filter, json!({"booking_id": "B1"}));
        let new = |any: &[&str], none: &[&str]| {
            let all = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
            let (location, variation) = ("L1".into(), "V1".into());
            let subject = Subject::New { location, variation, any: all(any), none: all(none) };
            subject.filter()["segment_filters"][0].clone()
        };
        assert_eq!(new(&[], &[]), json!({"service_variation_id": "V1"}));
        assert_eq!(new(&["A"], &["B"])["team_member_id_filter"], json!({"any": ["A"]}));
        assert_eq!(new(&[], &["B"])["team_member_id_filter"], json!({"none": ["B"]}));
    }

    proptest! {
        #[test]
        fn every_moment_of_a_span_is_asked_for_in_parts_that_square_takes(
            start in 1_700_000_000i64..1_900_000_000,
            seconds in 1i64..90 * 86_400,
        ) {
            let from = Timestamp::from_second(start).unwrap();
            let to = Timestamp::from_second(start + seconds).unwrap();
            let parts = parts(from, to);
            prop_assert_eq!(parts[0].0, from);
            prop_assert!(parts.last().unwrap().1 >= to);
            for pair in parts.windows(2) {
                prop_assert!(pair[1].0 <= pair[0].1, "no gap");
            }
            for (from, to) in parts {
                let length = to.duration_since(from);
                prop_assert!(length >= SignedDuration::from_hours(24));
                prop_assert!(length <= SignedDuration::from_hours(32 * 24));
            }
        }
    }
}
