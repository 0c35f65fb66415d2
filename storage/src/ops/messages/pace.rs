//! How many messages of an org were handed over within the last hour, by the minute. Kept, so that a
//! restart does not begin anew.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::rows::Tx;
use crate::trees::messages;

/// The time that is looked at, minutes.
const WINDOW: i64 = 60;

/// Counts one more message, or says when there is room for it.
pub(super) fn wait(
    tx: &mut Tx<'_>,
    org: &OrgId,
    limit: u32,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let minute = now.as_second().div_euclid(60);
    let mut counts = messages::pace(tx, org)?;
    // Those of a time to come are of a clock that was set back since.
    counts.retain(|(of, _)| (minute - WINDOW < *of) && (*of <= minute));
    if let Some(free) = next_room(&counts, limit) {
        let at = Timestamp::from_second((free + WINDOW) * 60);
        return Ok(Some(at.unwrap_or(Timestamp::MAX)));
    }
    match counts.last_mut() {
        Some((of, count)) if *of == minute => *count += 1,
        _ => counts.push((minute, 1)),
    }
    messages::put_pace(tx, org, &counts)?;
    Ok(None)
}

/// The minute whose messages have to be forgotten before there is room for one more; `None` if there
/// is room now.
fn next_room(counts: &[(i64, u32)], limit: u32) -> Option<i64> {
    let mut left = counts.iter().fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
    let mut last = None;
    for (minute, count) in counts {
        if left < limit {
            break;
        }
        left -= count;
        last = Some(*minute);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::next_room;

    #[test]
    fn there_is_room_when_enough_of_the_oldest_is_over() {
        let counts = [(1, 2), (5, 1), (9, 3)];
        assert_eq!(next_room(&counts, 7), None);
        assert_eq!(next_room(&counts, 6), Some(1));
        assert_eq!(next_room(&counts, 4), Some(5));
        assert_eq!(next_room(&counts, 3), Some(9));
        assert_eq!(next_room(&[], 1), None);
    }
}
