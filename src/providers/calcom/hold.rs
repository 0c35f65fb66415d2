//! Keeping a start at Cal.com while it is booked (its slot reservations): it is offered to nobody else and
//! kept for nobody else, which is all that this does. Making a booking neither needs nor looks at it, so
//! that without it a booking is made all the same. Owns that what was kept is given back, whatever
//! becomes of the booking; and that it comes free by itself within a minute when nobody is left to do that.
//! Its id is not kept on disk for the next start of the server: a crash can come before the id does, so that
//! the time has to be short anyway, and meanwhile the booking that it was for is being settled. Facts:
//! Cal.com's published description and source, not tried.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookswitch_actors::ports::{ProviderError, afterwards};
use hookswitch_storage::Booking;
use serde_json::Value;
use tokio::sync::oneshot;

use super::client::{Client, Family};
use super::event_type::Details;
use super::{map, wire};

/// How long an answer is still waited for in order to give back what it keeps, and how long giving back
/// may take.
const LATE: Duration = Duration::from_secs(20);
/// How long the caller waits for a start to be given back, so that the next look sees it.
const GIVING_BACK: Duration = Duration::from_secs(1);
/// For how long a start is asked to be kept, minutes: longer than a booking may take, and how long it is
/// hidden in vain at the most when the server dies meanwhile. Without this Cal.com keeps it for five.
const KEPT_FOR: u32 = 1;
/// For how long it is not tried again where it is not allowed.
const NOT_ALLOWED_FOR: Duration = Duration::from_secs(600);
/// For how long it is not tried again where it failed.
const FAILED_FOR: Duration = Duration::from_secs(60);

/// What one account keeps.
pub(super) struct Holds {
    client: Arc<Client>,
    wanted: bool,
    /// Only the event type's owner, or one of its team, may say for how long.
    may_say_how_long: Arc<AtomicBool>,
    rests_until: Mutex<Option<Instant>>,
}

/// A start that is kept; given back when dropped.
pub(super) struct Hold {
    client: Arc<Client>,
    uid: Option<String>,
}

/// What Cal.com says to being asked.
enum Reserved {
    Kept(Hold),
    /// Not as it was asked, which may be because it was said for how long.
    NotSo,
    /// Somebody else has it.
    Taken,
    /// Not with this key, this plan or this event type.
    NotAllowed,
    /// Nothing that tells.
    Failed,
}

impl Holds {
    pub(super) fn new(client: Arc<Client>, wanted: bool) -> Self {
        let may_say_how_long = Arc::new(AtomicBool::new(true));
        Self { client, wanted, may_say_how_long, rests_until: Mutex::default() }
    }

    /// Keeps the start of a booking that is about to be asked for; `None` where that is not to be had.
    ///
    /// # Errors
    /// [`ProviderError::SlotTaken`] if somebody else keeps it or has it.
    pub(super) async fn take(
        &self,
        booking: &Booking,
        event_type: u64,
        details: Option<&Details>,
    ) -> Result<Option<Hold>, ProviderError> {
        // A start that several may have would be kept from the others.
        let is_shared = booking.capacity > 1 || details.is_some_and(|details| details.seats > 1);
        // Asked for a second time, it may be kept by the first.
        let is_first = booking
            .intent
            .as_ref()
            .is_none_or(|intent| intent.asked_at.is_some_and(|asked| asked <= booking.created_at));
        if !self.wanted || is_shared || !is_first || self.rests() {
            return Ok(None);
        }
        let body = |minutes| map::reserve(booking, event_type, details, minutes);
        let (of_ours, of_theirs) = (body(Some(KEPT_FOR)), body(None));
        let may_say = Arc::clone(&self.may_say_how_long);
        let (give, given) = oneshot::channel();
        let client = Arc::clone(&self.client);
        // In a task of its own: what is kept although nobody waits for the answer any more is given back.
        afterwards(LATE, async move {
            if may_say.load(Ordering::Relaxed) {
                match reserve(Arc::clone(&client), &of_ours).await {
                    Reserved::NotSo => {}
                    answer => return drop(give.send(answer)),
                }
            }
            let answer = reserve(client, &of_theirs).await;
            if matches!(answer, Reserved::Kept(_) | Reserved::Taken) {
                may_say.store(false, Ordering::Relaxed);
            }
            let _ = give.send(answer);
        });
        match tokio::time::timeout(self.client.patience_for_advice(), given).await {
            Ok(Ok(Reserved::Kept(hold))) => return Ok(Some(hold)),
            Ok(Ok(Reserved::Taken)) => return Err(ProviderError::SlotTaken),
            Ok(Ok(Reserved::NotAllowed | Reserved::NotSo)) => self.rest(NOT_ALLOWED_FOR),
            Ok(Ok(Reserved::Failed) | Err(_)) | Err(_) => self.rest(FAILED_FOR),
        }
        Ok(None)
    }

    fn rests(&self) -> bool {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| until > Instant::now())
    }

    fn rest(&self, pause: Duration) {
        let mut until = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = Some(Instant::now() + pause);
    }
}

async fn reserve(client: Arc<Client>, body: &Value) -> Reserved {
    let sent = client.post(Family::Slots, &["slots", "reservations"], body).await;
    let Ok(answer) = sent else { return Reserved::Failed };
    match answer.status.as_u16() {
        200..=299 => match wire::reservation(&answer.body) {
            Some(uid) => Reserved::Kept(Hold { client, uid: Some(uid) }),
            None => Reserved::Failed,
        },
        409 | 422 => Reserved::Taken,
        408 | 429 | 500.. => Reserved::Failed,
        400 | 401 | 403 => Reserved::NotSo,
        _ => Reserved::NotAllowed,
    }
}

impl Hold {
    /// Gives it back, and waits for that as long as a caller may.
    pub(super) async fn release(mut self) {
        let Some(uid) = self.uid.clone() else { return };
        let given_back = give_back(&self.client, &uid);
        if tokio::time::timeout(GIVING_BACK, given_back).await.is_ok() {
            self.uid = None;
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let Some(uid) = self.uid.take() else { return };
        let client = Arc::clone(&self.client);
        afterwards(LATE, async move { give_back(&client, &uid).await });
    }
}

/// Whatever comes of it is fine: it comes free by itself.
async fn give_back(client: &Client, uid: &str) {
    let _ = client.delete(Family::Slots, &["slots", "reservations", uid]).await;
}
