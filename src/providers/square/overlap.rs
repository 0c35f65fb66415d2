//! Two bookings of one person at one time. With a seller's own permissions Square takes both, so what
//! was just made is looked at once more: of two that were made side by side the younger gives way.

use hookswitch_actors::ports::ProviderError;
use jiff::{SignedDuration, Timestamp};

use super::client::Client;
use super::find;
use super::wire::{self, BookingBody};

/// Appointments that began so long before may still go on.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// Of bookings that were touched earlier than this before ours, Square knew when it named the slot as
/// free: the seller wants them side by side.
const SIDE_BY_SIDE: SignedDuration = SignedDuration::from_mins(5);

/// Whether somebody else was given the same time of the same person a moment before.
pub(super) async fn was_raced(
    client: &Client,
    mine: &BookingBody,
    end: Timestamp,
) -> Result<bool, ProviderError> {
    let mut members: Vec<&str> =
        mine.segments().iter().map(|part| part.team_member_id.as_str()).collect();
    members.sort_unstable();
    members.dedup();
    let from = mine.start_at.checked_sub(LONGEST).unwrap_or(Timestamp::MIN);
    for member in members {
        let listed = find::list(client, ("team_member_id", member), (from, end)).await?;
        if listed.iter().any(|other| is_before(other, mine, end)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether `other` overlaps `mine`, which ends at `end`, and was there a moment earlier.
fn is_before(other: &BookingBody, mine: &BookingBody, end: Timestamp) -> bool {
    if other.id == mine.id || !other.is_standing() {
        return false;
    }
    let their_end = wire::end(other.start_at, other.segments());
    // One whose length is not said lies at least at its start.
    let until = their_end.unwrap_or(other.start_at).max(other.start_at);
    let overlaps =
        other.start_at < end && (mine.start_at < until || mine.start_at == other.start_at);
    let (Some(theirs), Some(ours)) = (touched(other), touched(mine)) else { return false };
    let earliest = ours.checked_sub(SIDE_BY_SIDE).unwrap_or(Timestamp::MIN);
    overlaps && earliest <= theirs && (theirs, &other.id) < (ours, &mine.id)
}

/// When it took its time.
fn touched(body: &BookingBody) -> Option<Timestamp> {
    body.updated_at.or(body.created_at)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn body(id: &str, start: &str, made: &str, status: &str) -> BookingBody {
        let body = json!({"id": id, "status": status, "start_at": start, "created_at": made,
            "updated_at": made, "appointment_segments": [
                {"team_member_id": "TM1", "duration_minutes": 30}]});
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn the_younger_of_two_gives_way_and_never_both() {
        const TEN: &str = "2026-12-01T10:00:00Z";
        let end = "2026-12-01T10:30:00Z".parse().unwrap();
        let mine = body("B5", TEN, "2026-11-01T09:00:00Z", "ACCEPTED");
        for (id, start, made, status, gives_way) in [
            ("B1", TEN, "2026-11-01T08:59:59Z", "ACCEPTED", true),
            ("B1", "2026-12-01T09:45:00Z", "2026-11-01T08:59:59Z", "PENDING", true),
            ("B1", "2026-12-01T10:29:00Z", "2026-11-01T08:59:59Z", "ACCEPTED", true),
            ("B1", "2026-12-01T09:30:00Z", "2026-11-01T08:59:59Z", "ACCEPTED", false),
            ("B1", "2026-12-01T10:30:00Z", "2026-11-01T08:59:59Z", "ACCEPTED", false),
            ("B1", TEN, "2026-11-01T08:59:59Z", "CANCELLED_BY_SELLER", false),
            ("B1", TEN, "2026-11-01T09:00:01Z", "ACCEPTED", false),
            ("B1", TEN, "2026-11-01T09:00:00Z", "ACCEPTED", true),
            ("B9", TEN, "2026-11-01T09:00:00Z", "ACCEPTED", false),
            ("B1", TEN, "2026-11-01T08:00:00Z", "ACCEPTED", false),
            ("B5", TEN, "2026-11-01T08:59:59Z", "ACCEPTED", false),
        ] {
            let other = body(id, start, made, status);
            assert_eq!(is_before(&other, &mine, end), gives_way, "{other:?}");
            if gives_way {
                let their_end = wire::end(other.start_at, other.segments()).unwrap();
                assert!(!is_before(&mine, &other, their_end), "not both: {other:?}");
            }
        }
    }
}
