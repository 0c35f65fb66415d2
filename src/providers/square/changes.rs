//! What changed at a Square location since it was last asked: Square has no such question, so what lies
//! ahead is listed and told apart by when it was touched.

use hookswitch_actors::ports::{Changes, ProviderError};
use jiff::{SignedDuration, Timestamp};

use super::client::Client;
use super::find;
use super::map;
use super::wire::BookingBody;

/// How far back a booking may lie and still matter.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// Span of one question.
const STEP: SignedDuration = SignedDuration::from_hours(31 * 24);
/// Questions: two months ahead. What lies further away is looked at when it comes nearer, or when
/// Square posts it.
const STEPS: usize = 2;
/// Changes may show a little later than those that were made after them.
const LATE: SignedDuration = SignedDuration::from_secs(60);
/// Before every change.
const NEVER: &str = "1970-01-01T00:00:00Z";

/// The bookings around `now` that were touched since `cursor`, which is the moment of the newest change
/// that was seen.
pub(super) async fn since(
    client: &Client,
    location: &str,
    cursor: Option<&str>,
    now: Timestamp,
) -> Result<Changes, ProviderError> {
    let mut listed = Vec::new();
    let mut from = now.checked_sub(BACK).unwrap_or(Timestamp::MIN);
    for _ in 0..STEPS {
        let to = from.checked_add(STEP).unwrap_or(Timestamp::MAX);
        listed.extend(find::list(client, ("location_id", location), (from, to)).await?);
        from = to;
    }
    Ok(told_apart(&listed, cursor))
}

fn told_apart(listed: &[BookingBody], cursor: Option<&str>) -> Changes {
    let newest = listed.iter().filter_map(|body| body.updated_at).max();
    let Some(cursor) = cursor else {
        let cursor = newest.map_or_else(|| NEVER.to_owned(), |newest| newest.to_string());
        return Changes { cursor, ..Changes::default() };
    };
    let Ok(since) = cursor.parse::<Timestamp>() else {
        // Kept by something else than this file.
        let records = listed.iter().map(map::record).collect();
        let cursor = newest.map_or_else(|| NEVER.to_owned(), |newest| newest.to_string());
        return Changes { records, cursor, missed: true };
    };
    let after = since.checked_sub(LATE).unwrap_or(Timestamp::MIN);
    let changed = |body: &&BookingBody| body.updated_at.is_none_or(|at| at >= after);
    let records = listed.iter().filter(changed).map(map::record).collect();
    let cursor = newest.map_or(since, |newest| newest.max(since)).to_string();
    Changes { records, cursor, missed: false }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn body(id: &str, touched: Option<&str>) -> BookingBody {
        let body = json!({"id": id, "status": "ACCEPTED", "start_at": "2026-12-01T10:00:00Z",
            "updated_at": touched});
        serde_json::from_value(body).unwrap()
    }

    fn ids(changes: &Changes) -> Vec<&str> {
        changes.records.iter().map(|record| record.external_id.as_str()).collect()
    }

    #[test]
    fn the_first_question_begins_at_the_newest_change_and_names_none() {
        let listed = [body("B1", Some("2026-11-01T09:00:00Z")), body("B2", None)];
        let first = told_apart(&listed, None);
        assert_eq!((first.cursor.as_str(), first.records.len()), ("2026-11-01T09:00:00Z", 0));
        assert_eq!(told_apart(&[], None).cursor, NEVER);
    }

    #[test]
    fn what_was_touched_since_is_named_and_the_cursor_never_goes_back() {
        let listed = [
            body("old", Some("2026-11-01T08:00:00Z")),
            body("late", Some("2026-11-01T08:59:30Z")),
            body("new", Some("2026-11-01T09:30:00Z")),
            body("unsaid", None),
        ];
        let changes = told_apart(&listed, Some("2026-11-01T09:00:00Z"));
        assert_eq!(ids(&changes), ["late", "new", "unsaid"]);
        assert_eq!((changes.cursor.as_str(), changes.missed), ("2026-11-01T09:30:00Z", false));
        let later = told_apart(&listed[..1], Some("2026-11-01T09:00:00Z"));
        assert_eq!((later.cursor.as_str(), later.records.len()), ("2026-11-01T09:00:00Z", 0));
    }

    #[test]
    fn a_cursor_that_is_none_of_ours_means_that_everything_is_looked_at() {
        let changes = told_apart(&[body("B1", Some("2026-11-01T09:00:00Z"))], Some("x"));
        assert!(changes.missed);
        assert_eq!(ids(&changes), ["B1"]);
    }
}
