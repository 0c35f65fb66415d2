//! What goes on after the first callers: others ring, for as long as somebody watches. Owns who rings next, and that
//! the calendar never fills up, however long the demo runs.

use std::collections::VecDeque;
use std::time::Duration;

use hookswitch_actors::Feed;

use super::people::{Caller, MOST};
use super::stage::Stage;

/// Callers of one round.
const ROUND: u16 = 3;

/// Bookings that stand before somebody rings again to cancel the oldest.
const STANDING: usize = 6;

/// How often one looks whether somebody watches.
const LOOK: Duration = Duration::from_secs(1);

/// A moment of quiet between two rounds.
const QUIET: Duration = Duration::from_secs(4);

/// Lets callers ring until it is dropped. `first` is how many rang before.
pub(super) async fn play(stage: &Stage, feed: &Feed, first: u16) {
    let mut next = first;
    let mut standing: VecDeque<u16> = (0..first).filter(|n| Caller::number(*n).books()).collect();
    loop {
        while feed.watchers() == 0 || feed.live_calls() > 0 {
            tokio::time::sleep(LOOK).await;
        }
        tokio::time::sleep(QUIET).await;
        let mut cast = Vec::new();
        if standing.len() > STANDING
            && let Some(number) = standing.pop_front()
        {
            cast.push(Caller::number(number).who_cancels());
        }
        for _ in 0..ROUND {
            let caller = Caller::number(next);
            if caller.books() {
                standing.retain(|number| *number != next);
                standing.push_back(next);
            }
            cast.push(caller);
            next = (next + 1) % MOST;
        }
        // A call that fails says so in its own lines; the others go on.
        let _ = stage.play(cast).await;
    }
}
