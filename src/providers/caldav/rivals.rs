//! Whether a booking's event has its time for itself. CalDAV lets events overlap (RFC 4791 asks for no
//! check), so whoever has written looks afterwards, and who is not alone gives way.
//!
//! To an event of a person everyone gives way. Of two Hookswitches that wrote at one moment and see each
//! other, the one with the greater UID gives way at once; the other looks again, and gives way too if
//! the first does not: it may have looked before this one wrote. So never both stand, and one does
//! where both see each other.

use std::time::Duration;

use hookswitch_actors::ports::ProviderError;
use jiff::tz::TimeZone;

use super::busy::{Seen, within};
use super::client::Client;
use super::discover::Chosen;
use super::ical::Time;

/// How often one that is to stay looks.
const LOOKS: u32 = 4;
/// Between two looks.
const BETWEEN: Duration = Duration::from_millis(350);

/// An event of ours and who wrote it.
pub(super) struct Ours<'a> {
    pub(super) uid: &'a str,
    pub(super) connection: &'a str,
    pub(super) time: Time,
}

/// Whether ours has its time for itself.
pub(super) async fn alone(
    client: &Client,
    chosen: &Chosen,
    ours: &Ours<'_>,
    zone: &TimeZone,
) -> Result<bool, ProviderError> {
    for look in 0..LOOKS {
        if look > 0 {
            tokio::time::sleep(BETWEEN).await;
        }
        let mut seen = Vec::new();
        for calendar in chosen.all() {
            seen.extend(within(client, calendar, ours.time, zone).await?);
        }
        match verdict(&seen, ours) {
            Verdict::Alone => return Ok(true),
            Verdict::GiveWay => return Ok(false),
            Verdict::Stay => {}
        }
    }
    Ok(false)
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Alone,
    GiveWay,
    Stay,
}

fn verdict(seen: &[Seen], ours: &Ours<'_>) -> Verdict {
    let mut verdict = Verdict::Alone;
    for one in seen {
        let Some(time) = one.busy().filter(|time| time.overlaps(ours.time)) else { continue };
        match one {
            Seen::Event(_, event) if event.uid == ours.uid => {}
            // Those are claimed in our own storage, where places are counted.
            Seen::Event(_, event) if event.is_claimed_by(ours.connection) => {}
            Seen::Event(_, event)
                if event.booking.is_some()
                    && event.written == Some(time)
                    && event.uid.as_str() > ours.uid =>
            {
                verdict = Verdict::Stay;
            }
            // Where only times are shown, our own is among them if it is in that calendar, and
            // bookings go into no calendar whose events we cannot see.
            Seen::Event(..) | Seen::Busy(_) => return Verdict::GiveWay,
        }
    }
    verdict
}

#[cfg(test)]
mod tests;
