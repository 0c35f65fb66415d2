//! Who is being booked by us at this moment, so that two bookings made side by side do not go to one
//! person: with a seller's own permissions Square takes both. Holds no longer than Square needs to
//! show what it took. Knows no request.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hookswitch_storage::BookingId;
use jiff::Timestamp;

use super::wire::{self, Opening};

/// For how long somebody is kept, whatever becomes of the request: longer than it may take.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// The team members who are being booked.
#[derive(Default)]
pub(super) struct Staff {
    kept: Mutex<HashMap<BookingId, Kept>>,
}

struct Kept {
    members: Vec<String>,
    from: Timestamp,
    to: Timestamp,
    until: Instant,
}

impl Staff {
    /// Who is being booked for others between `from` and `to`.
    pub(super) fn busy(&self, not: &BookingId, from: Timestamp, to: Timestamp) -> Vec<String> {
        let kept = self.lock();
        let mut busy: Vec<String> = kept
            .iter()
            .filter(|(booking, kept)| *booking != not && kept.from < to && from < kept.to)
            .flat_map(|(_, kept)| kept.members.clone())
            .collect();
        busy.sort();
        busy.dedup();
        busy
    }

    /// Keeps the people of an opening for a booking. False if one of them is being booked for
    /// another.
    pub(super) fn keep(&self, booking: &BookingId, opening: &Opening, end: Timestamp) -> bool {
        let to = wire::end(opening.start_at, &opening.appointment_segments).unwrap_or(end);
        let members: Vec<String> =
            opening.appointment_segments.iter().map(|part| part.team_member_id.clone()).collect();
        let mut kept = self.lock();
        let taken = kept.iter().any(|(other, kept)| {
            other != booking
                && kept.from < to
                && opening.start_at < kept.to
                && kept.members.iter().any(|member| members.contains(member))
        });
        if taken {
            return false;
        }
        let until = Instant::now() + KEPT_FOR;
        kept.insert(*booking, Kept { members, from: opening.start_at, to, until });
        true
    }

    /// Nobody is being booked for this booking any more.
    pub(super) fn release(&self, booking: &BookingId) {
        self.lock().remove(booking);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BookingId, Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        kept.retain(|_, kept| now < kept.until);
        kept
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::wire::Segment;
    use super::*;

    fn opening(start: &str, member: &str) -> Opening {
        let segment = Segment {
            team_member_id: member.into(),
            duration_minutes: Some(30),
            ..Segment::default()
        };
        Opening { start_at: start.parse().unwrap(), appointment_segments: vec![segment] }
    }

    #[test]
    fn one_person_is_kept_for_one_booking_at_a_time() {
        let staff = Staff::default();
        let (first, second) = (BookingId::random(), BookingId::random());
        let ten = opening("2026-12-01T10:00:00Z", "TM1");
        let half = "2026-12-01T10:30:00Z".parse().unwrap();
        assert!(staff.keep(&first, &ten, half));
        assert!(staff.keep(&first, &ten, half), "once more for the same booking");
        assert!(!staff.keep(&second, &opening("2026-12-01T10:15:00Z", "TM1"), half));
        assert!(staff.keep(&second, &opening("2026-12-01T10:15:00Z", "TM2"), half));
        assert_eq!(staff.busy(&second, ten.start_at, half), ["TM1"]);
        assert_eq!(staff.busy(&BookingId::random(), ten.start_at, half), ["TM1", "TM2"]);
        assert!(
            staff.busy(&BookingId::random(), half, "2026-12-01T10:40:00Z".parse().unwrap())
                == ["TM2"]
        );
        staff.release(&first);
        assert!(staff.keep(&second, &ten, half), "a booking keeps one time only");
    }
}
