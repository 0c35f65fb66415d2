//! Where a booking's event is put: paths made of its start, so that two writers who want one start also
//! want one path, which a server gives to one of them only. Pure.

use jiff::Timestamp;
use reqwest::Url;

use super::ical::stamp;

/// Most events that may have been put at one start, those that moved away since among them.
pub(super) const SEATS: u32 = 40;

/// The path for a start in a calendar. `seat` counts up from 0 while paths are taken by events that are
/// not in the way.
pub(super) fn path(calendar: &Url, start: Timestamp, seat: u32) -> Url {
    let mut url = calendar.clone();
    let name = match seat {
        0 => format!("slot-{}.ics", stamp(start)),
        more => format!("slot-{}-{}.ics", stamp(start), more + 1),
    };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(&name);
    }
    url
}
