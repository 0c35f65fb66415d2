//! One connection, as those who use it see it: every request with its deadline, reads tried once more
//! where that may help, free slots with our own claims laid over them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_storage::{Booking, ConnectionId, OrgId};
use jiff::Timestamp;
use tokio::sync::oneshot;

use super::exchange::LastAsked;
use super::slots::{Answered, Fault, Look};
use super::standing::Standing;
use super::{Condition, Done, ProviderMsg, ProviderRef, Run, Tell, Work, unavailable};
use crate::booking::{FreeSlot, OutsideCalendar};
use crate::bounds::READ_AGAIN_AFTER;
use crate::outbound::Rank;
use crate::ports::{
    BookingProvider, CalendarEntry, CalendarEvent, DaySlots, EventQuery, ProviderAccount,
    ProviderBooking, ProviderError, ProviderRecord, SlotQuery,
};

/// One provider connection. Cheap to clone.
#[derive(Clone)]
pub struct ProviderHandle {
    pub(super) id: ConnectionId,
    pub(super) org: OrgId,
    pub(super) actor: ProviderRef,
    /// What is laid over the answers of a calendar outside.
    pub(super) outside: Option<Arc<OutsideCalendar>>,
    /// A move tells the provider how many people come.
    pub(super) moves_with_party: bool,
    pub(super) asked: LastAsked,
    pub(super) standing: Standing,
}

/// Whether an answer that was given before will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    /// To tell what is free, which may be taken the moment it is said.
    Offer,
    /// To book.
    OfNow,
    /// For words that nothing depends on: only what is known already, or on its way.
    Known,
}

impl ProviderHandle {
    /// The connection's id.
    #[must_use]
    pub fn id(&self) -> &ConnectionId {
        &self.id
    }

    /// Whether a claim in storage already is the booking.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.outside.is_none()
    }

    /// Whether a booking can move for another number of people than it was made for.
    #[must_use]
    pub(crate) fn moves_with_party(&self) -> bool {
        self.moves_with_party
    }

    pub(super) fn is_alive(&self) -> bool {
        self.actor.get_status() < ractor::ActorStatus::Draining
    }

    /// How the connection stands; `None` if its actor has gone.
    pub async fn condition(&self) -> Option<Condition> {
        let (reply_to, reply) = oneshot::channel();
        self.actor.cast(ProviderMsg::GetCondition { reply_to }).ok()?;
        tokio::time::timeout(Duration::from_secs(1), reply).await.ok()?.ok()
    }

    /// What is free at the provider may have changed.
    pub(super) fn changed_there(&self) {
        // Fails only when the connection was removed.
        let _ = self.actor.cast(ProviderMsg::Changed);
    }

    /// The account that the connection's credentials open; `None` where there are no accounts.
    ///
    /// # Errors
    /// As the provider; [`ProviderError::Unavailable`] when `deadline` passes.
    pub async fn account(
        &self,
        deadline: Instant,
    ) -> Result<Option<ProviderAccount>, ProviderError> {
        self.read(deadline, |again| {
            self.run(Rank::Read, again, deadline, |adapter| async move { adapter.account().await })
        })
        .await
    }

    /// Free slots, to be offered: the provider may have said so some seconds ago, or to somebody
    /// else who asks the same; our own claims are as of now.
    ///
    /// # Errors
    /// As the provider; [`ProviderError::Unavailable`] when `deadline` passes.
    pub async fn availability(
        &self,
        query: SlotQuery,
        deadline: Instant,
    ) -> Result<Vec<DaySlots>, ProviderError> {
        self.slots(query, As::Offer, deadline).await
    }

    /// Free slots by an answer that the provider gives to a request sent after this was asked.
    ///
    /// # Errors
    /// As [`Self::availability`].
    pub async fn availability_now(
        &self,
        query: SlotQuery,
        deadline: Instant,
    ) -> Result<Vec<DaySlots>, ProviderError> {
        self.slots(query, As::OfNow, deadline).await
    }

    /// Free slots, if the provider has said so already or is about to; nothing is asked for their sake.
    /// A calendar of our own always says.
    ///
    /// # Errors
    /// As [`Self::availability`]; [`ProviderError::Unavailable`] if nothing is known.
    pub(crate) async fn availability_known(
        &self,
        query: SlotQuery,
        deadline: Instant,
    ) -> Result<Vec<DaySlots>, ProviderError> {
        self.slots(query, As::Known, deadline).await
    }

    /// Has the provider asked before anybody needs the answer, unless that would cost somebody something.
    /// Returns at once; a calendar of our own is not asked.
    pub(crate) async fn foresee(&self, query: &SlotQuery) {
        let Some(outside) = &self.outside else { return };
        if let Ok(Some(asked)) = outside.question(query).await {
            self.asked.now();
            // Fails only when the connection was removed.
            let _ = self.actor.cast(ProviderMsg::Foresee(Box::new(asked)));
        }
    }

    /// What is offered while the provider is out of reach (P091), with `named`, which it named before.
    ///
    /// # Errors
    /// If our own storage cannot be read, or there is no provider outside.
    pub async fn availability_unasked(
        &self,
        query: &SlotQuery,
        named: &[FreeSlot],
    ) -> Result<Vec<DaySlots>, ProviderError> {
        let outside = self.outside.as_ref().ok_or_else(|| unavailable(None))?;
        outside.unasked(query, named).await
    }

    async fn slots(
        &self,
        query: SlotQuery,
        wanted: As,
        deadline: Instant,
    ) -> Result<Vec<DaySlots>, ProviderError> {
        let Some(outside) = &self.outside else {
            let asked = self.run(Rank::Read, false, deadline, move |adapter| async move {
                adapter.availability(&query).await
            });
            return asked.await.map_err(|fault| fault.error);
        };
        let named = match outside.question(&query).await? {
            None => Arc::default(),
            Some(asked) if wanted == As::Known => {
                let known = self.look(asked, wanted, false, deadline).await;
                known.map_err(|fault| fault.error)?
            }
            Some(asked) => {
                self.read(deadline, |again| self.look(asked.clone(), wanted, again, deadline))
                    .await?
            }
        };
        outside.lay_over(&query, &named).await
    }

    /// Books. A time-out is [`ProviderError::Unknown`]: the provider may have booked.
    ///
    /// # Errors
    /// As the provider.
    pub async fn book(
        &self,
        booking: Booking,
        deadline: Instant,
    ) -> Result<ProviderBooking, ProviderError> {
        self.write(deadline, move |adapter| async move { adapter.book(&booking).await }).await
    }

    /// Moves a booking. A time-out is [`ProviderError::Unknown`].
    ///
    /// # Errors
    /// As the provider.
    pub async fn reschedule(
        &self,
        booking: Booking,
        start: Timestamp,
        deadline: Instant,
    ) -> Result<ProviderBooking, ProviderError> {
        self.write(
            deadline,
            move |adapter| async move { adapter.reschedule(&booking, start).await },
        )
        .await
    }

    /// Cancels a booking. A time-out is [`ProviderError::Unknown`].
    ///
    /// # Errors
    /// As the provider.
    pub async fn cancel(
        &self,
        booking: Booking,
        reason: Option<String>,
        deadline: Instant,
    ) -> Result<(), ProviderError> {
        self.write(deadline, move |adapter| async move {
            adapter.cancel(&booking, reason.as_deref()).await
        })
        .await
    }

    /// Finds a booking at the provider by our reference.
    ///
    /// # Errors
    /// As the provider; [`ProviderError::Unavailable`] when `deadline` passes.
    pub async fn find(
        &self,
        booking: Booking,
        deadline: Instant,
    ) -> Result<Option<ProviderRecord>, ProviderError> {
        let booking = Arc::new(booking);
        self.read(deadline, |again| {
            let booking = Arc::clone(&booking);
            self.run(Rank::Read, again, deadline, move |adapter| async move {
                adapter.find(&booking).await
            })
        })
        .await
    }

    /// The calendars that the connection uses; `None` where there are none behind it.
    ///
    /// # Errors
    /// As the provider; [`ProviderError::Unavailable`] when `deadline` passes.
    pub async fn calendars(
        &self,
        deadline: Instant,
    ) -> Result<Option<Vec<CalendarEntry>>, ProviderError> {
        self.read(deadline, |again| {
            self.run(
                Rank::Read,
                again,
                deadline,
                |adapter| async move { adapter.calendars().await },
            )
        })
        .await
    }

    /// What keeps its calendars busy; `None` where the provider does not tell.
    ///
    /// # Errors
    /// As [`Self::calendars`].
    pub async fn events(
        &self,
        query: EventQuery,
        deadline: Instant,
    ) -> Result<Option<Vec<CalendarEvent>>, ProviderError> {
        let query = Arc::new(query);
        self.read(deadline, |again| {
            let query = Arc::clone(&query);
            self.run(Rank::Read, again, deadline, move |adapter| async move {
                adapter.events(&query).await
            })
        })
        .await
    }

    /// A write is asked for once: what became of one without an answer is looked up.
    async fn write<T, F, Fut>(&self, deadline: Instant, work: F) -> Result<T, ProviderError>
    where
        T: Send + 'static,
        F: FnOnce(Arc<dyn BookingProvider>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, ProviderError>> + Send + 'static,
    {
        let asked = self.run(Rank::Write, false, deadline, work).await;
        self.noted(
            asked.map_err(|fault| if fault.lost { ProviderError::Unknown } else { fault.error }),
        )
    }

    /// The same answer; credentials that are refused are no affair of this request alone.
    fn noted<T>(&self, answer: Result<T, ProviderError>) -> Result<T, ProviderError> {
        if matches!(answer, Err(ProviderError::Reconnect)) {
            self.standing.refused(&self.org, &self.id, self.actor.get_id());
        }
        answer
    }

    /// A read that failed is tried once more if that is soon enough to be heard and the provider
    /// was well before; the actor knows whether it was.
    async fn read<T, Fut>(
        &self,
        deadline: Instant,
        ask: impl Fn(bool) -> Fut,
    ) -> Result<T, ProviderError>
    where
        Fut: Future<Output = Result<T, Fault>>,
    {
        self.noted(Self::read_twice(deadline, ask).await)
    }

    async fn read_twice<T, Fut>(
        deadline: Instant,
        ask: impl Fn(bool) -> Fut,
    ) -> Result<T, ProviderError>
    where
        Fut: Future<Output = Result<T, Fault>>,
    {
        let left = || deadline.saturating_duration_since(Instant::now());
        let all = left();
        let fault = match ask(false).await {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        let pause = match &fault.error {
            ProviderError::Unavailable { retry_after } if fault.asked => {
                retry_after.unwrap_or_default().max(READ_AGAIN_AFTER)
            }
            _ => return Err(fault.error),
        };
        // One that took most of the time would take it again. So long as half of it is left, a late
        // answer is worth more to the caller than none.
        if left() < all / 2 + pause {
            return Err(fault.error);
        }
        tokio::time::sleep(pause).await;
        match ask(true).await {
            Ok(answer) => Ok(answer),
            Err(again) if again.asked => Err(again.error),
            Err(_) => Err(fault.error),
        }
    }

    async fn look(&self, query: SlotQuery, wanted: As, again: bool, deadline: Instant) -> Answered {
        self.asked.now();
        let (reply_to, reply) = oneshot::channel();
        let (fresh, known_only) = (wanted == As::OfNow, wanted == As::Known);
        let look = Look { query, fresh, again, known_only, deadline, reply_to };
        if self.actor.cast(ProviderMsg::Look(look)).is_err() {
            return Err(Fault::refused(unavailable(None)));
        }
        match tokio::time::timeout_at(deadline.into(), reply).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Fault::lost()),
        }
    }

    pub(super) async fn run<T, F, Fut>(
        &self,
        rank: Rank,
        again: bool,
        deadline: Instant,
        work: F,
    ) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(Arc<dyn BookingProvider>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, ProviderError>> + Send + 'static,
    {
        self.asked.now();
        let (refuse, refused) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |adapter| {
            let result = work(adapter);
            Box::pin(async move {
                let result = result.await;
                let done = Done::of(&result);
                let tell: Tell = Box::new(move || {
                    let _ = answer.send(result);
                });
                (done, tell)
            })
        });
        let run = Run { work, rank, again, deadline, refuse };
        if self.actor.cast(ProviderMsg::Run(run)).is_err() {
            return Err(Fault::refused(unavailable(None)));
        }
        let outcome = async {
            tokio::select! {
                // The work has begun: only its own answer counts from here.
                Ok(result) = answered => Some(result.map_err(Fault::asked)),
                Ok(refusal) = refused => Some(Err(Fault::refused(refusal))),
                // Both ends were dropped: the adapter panicked.
                else => None,
            }
        };
        match tokio::time::timeout_at(deadline.into(), outcome).await {
            Ok(Some(result)) => result,
            Ok(None) | Err(_) => Err(Fault::lost()),
        }
    }
}
