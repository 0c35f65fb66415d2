//! The typed door to provider actors: finds or starts the actor of an org's connection and runs
//! requests through it, each with a time limit. No ractor type leaves.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use hookswitch_storage::{Booking, Connection, ConnectionId, ConnectionStatus, OrgId, Store};
use jiff::Timestamp;
use tokio::sync::{Mutex, oneshot};

use super::{CameBack, Done, Health, ProviderMsg, ProviderRef};
use crate::booking::{BUILTIN, BuiltinCalendar, OutsideCalendar};
use crate::orgs::OrgEntry;
use crate::ports::{
    Adapters, BookingProvider, DaySlots, ProviderAccount, ProviderBooking, ProviderError,
    ProviderRecord, SlotQuery,
};
use crate::supervisor::Nursery;

/// All provider connections. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    store: Store,
    adapters: Arc<dyn Adapters>,
    nursery: Nursery,
    came_back: CameBack,
    running: Arc<DashMap<ConnectionId, ProviderHandle>>,
    /// Starting is rare; one at a time keeps it simple and never starts an actor twice.
    starting: Arc<Mutex<()>>,
}

/// One provider connection. Cheap to clone.
#[derive(Clone)]
pub struct ProviderHandle {
    id: ConnectionId,
    org: OrgId,
    actor: ProviderRef,
    local: bool,
}

impl Connections {
    pub(crate) fn new(
        store: Store,
        adapters: Arc<dyn Adapters>,
        nursery: Nursery,
        came_back: CameBack,
    ) -> Self {
        let (running, starting) = (Arc::default(), Arc::default());
        Self { store, adapters, nursery, came_back, running, starting }
    }

    /// The connection that an org's bookings go to: its default one, also while its provider refuses
    /// us (another calendar would book what that one has taken); if the operator switched it off
    /// or there is none, the oldest that is connected.
    ///
    /// # Errors
    /// [`ProviderError::NeedsHuman`] if the org has none, [`ProviderError::Unavailable`] if
    /// storage or the actor cannot be reached.
    pub async fn of_org(&self, org: &OrgEntry) -> Result<ProviderHandle, ProviderError> {
        if let Some(id) = &org.settings().default_connection {
            let running = self.running.get(id).map(|handle| handle.clone());
            if let Some(handle) = running.filter(ProviderHandle::is_alive) {
                return Ok(handle);
            }
        }
        let unavailable = |error| {
            tracing::error!(org.id = %org.id(), %error, "connections could not be read");
            ProviderError::Unavailable { retry_after: None }
        };
        let connections = self.store.connections(org.id()).await.map_err(unavailable)?;
        let usable = |connection: &&Connection| connection.status == ConnectionStatus::Connected;
        let default = org.settings().default_connection.as_ref();
        let chosen = connections
            .iter()
            .filter(|connection| connection.status != ConnectionStatus::Disconnected)
            .find(|connection| Some(&connection.id) == default)
            .or_else(|| connections.iter().filter(usable).min_by_key(|c| c.created_at));
        match chosen {
            Some(connection) => self.start(connection).await,
            None => Err(ProviderError::NeedsHuman("no calendar is connected".into())),
        }
    }

    /// Those of these connections that are connected, in this order.
    ///
    /// # Errors
    /// As [`Self::of_org`], if none of them can be used.
    pub async fn these(
        &self,
        org: &OrgId,
        ids: &[ConnectionId],
    ) -> Result<Vec<ProviderHandle>, ProviderError> {
        let known = self.store.connections(org).await.map_err(|error| {
            tracing::error!(org.id = %org, %error, "connections could not be read");
            ProviderError::Unavailable { retry_after: None }
        })?;
        let mut usable = Vec::with_capacity(ids.len());
        let mut refused =
            ProviderError::NeedsHuman("no calendar of the service is connected".into());
        for id in ids {
            let connected = known.iter().find(|connection| {
                connection.id == *id && connection.status == ConnectionStatus::Connected
            });
            let Some(connection) = connected else { continue };
            let running = self.running.get(id).map(|handle| handle.clone());
            match running.filter(ProviderHandle::is_alive) {
                Some(handle) => usable.push(handle),
                None => match self.start(connection).await {
                    Ok(handle) => usable.push(handle),
                    Err(error) => refused = error,
                },
            }
        }
        if usable.is_empty() { Err(refused) } else { Ok(usable) }
    }

    /// The connection with this id, if the org has it and it can be used.
    ///
    /// # Errors
    /// As [`Self::of_org`].
    pub async fn get(
        &self,
        org: &OrgId,
        id: &ConnectionId,
    ) -> Result<ProviderHandle, ProviderError> {
        let running = self.running.get(id).map(|handle| handle.clone());
        if let Some(handle) = running.filter(|handle| handle.is_alive() && handle.org == *org) {
            return Ok(handle);
        }
        match self.store.connection(org, id).await {
            Ok(Some(connection)) => self.start(&connection).await,
            Ok(None) => Err(ProviderError::NotFound),
            Err(error) => {
                tracing::error!(org.id = %org, %error, "connection could not be read");
                Err(ProviderError::Unavailable { retry_after: None })
            }
        }
    }

    /// Forgets a connection that was changed or removed; its actor ends when its requests have.
    pub fn forget(&self, id: &ConnectionId) {
        if let Some((_, handle)) = self.running.remove(id) {
            handle.actor.stop(None);
        }
    }

    /// Forgets every connection of an org that was removed.
    pub(crate) fn forget_org(&self, org: &OrgId) {
        self.running.retain(|_, handle| {
            if handle.org == *org {
                handle.actor.stop(None);
            }
            handle.org != *org
        });
    }

    /// Whether this version can speak to the provider of a connection.
    #[must_use]
    pub fn can_use(&self, connection: &Connection) -> bool {
        connection.provider == BUILTIN || self.adapters.adapter(connection).is_some()
    }

    /// How a connection is. One that nobody has used yet is [`Health::Closed`]: nothing speaks
    /// against it.
    pub async fn health(&self, id: &ConnectionId) -> Health {
        let running = self.running.get(id).map(|handle| handle.clone());
        match running {
            Some(handle) => handle.health().await.unwrap_or(Health::Closed),
            None => Health::Closed,
        }
    }

    async fn start(&self, connection: &Connection) -> Result<ProviderHandle, ProviderError> {
        let _one = self.starting.lock().await;
        let running = self.running.get(&connection.id).map(|handle| handle.clone());
        if let Some(handle) = running.filter(ProviderHandle::is_alive) {
            return Ok(handle);
        }
        let adapter: Arc<dyn BookingProvider> = if connection.provider == BUILTIN {
            Arc::new(BuiltinCalendar::new(self.store.clone(), &connection.id))
        } else {
            let vendor = self.adapters.adapter(connection).ok_or_else(|| {
                ProviderError::NeedsHuman(format!(
                    "provider `{}` is not known",
                    connection.provider
                ))
            })?;
            Arc::new(OutsideCalendar::new(self.store.clone(), &connection.id, vendor))
        };
        let local = adapter.is_local();
        let actor = super::spawn(connection, adapter, self.came_back.clone(), self.nursery.cell()).await.map_err(|error| {
            tracing::error!(connection.id = %connection.id, %error, "provider actor did not start");
            ProviderError::Unavailable { retry_after: None }
        })?;
        let handle =
            ProviderHandle { id: connection.id.clone(), org: connection.org.clone(), actor, local };
        self.running.insert(connection.id.clone(), handle.clone());
        Ok(handle)
    }
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
        self.local
    }

    fn is_alive(&self) -> bool {
        self.actor.get_status() < ractor::ActorStatus::Draining
    }

    /// How the connection is; `None` if its actor has gone.
    pub async fn health(&self) -> Option<Health> {
        let (reply_to, reply) = oneshot::channel();
        self.actor.cast(ProviderMsg::GetHealth { reply_to }).ok()?;
        tokio::time::timeout(Duration::from_secs(1), reply).await.ok()?.ok()
    }

    /// The account that the connection's credentials open; `None` where there are no accounts.
    ///
    /// # Errors
    /// As the provider; [`ProviderError::Unavailable`] when `deadline` passes.
    pub async fn account(
        &self,
        deadline: Instant,
    ) -> Result<Option<ProviderAccount>, ProviderError> {
        let late = ProviderError::Unavailable { retry_after: None };
        self.run(deadline, late, |adapter| async move { adapter.account().await }).await
    }

    /// Free slots.
    ///
    /// # Errors
    /// As the provider; [`ProviderError::Unavailable`] when `deadline` passes.
    pub async fn availability(
        &self,
        query: SlotQuery,
        deadline: Instant,
    ) -> Result<Vec<DaySlots>, ProviderError> {
        let late = ProviderError::Unavailable { retry_after: None };
        self.run(deadline, late, move |adapter| async move { adapter.availability(&query).await })
            .await
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
        self.run(deadline, ProviderError::Unknown, move |adapter| async move {
            adapter.book(&booking).await
        })
        .await
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
        self.run(deadline, ProviderError::Unknown, move |adapter| async move {
            adapter.reschedule(&booking, start).await
        })
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
        self.run(deadline, ProviderError::Unknown, move |adapter| async move {
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
        let late = ProviderError::Unavailable { retry_after: None };
        self.run(deadline, late, move |adapter| async move { adapter.find(&booking).await }).await
    }

    async fn run<T, F, Fut>(
        &self,
        deadline: Instant,
        late: ProviderError,
        work: F,
    ) -> Result<T, ProviderError>
    where
        T: Send + 'static,
        F: FnOnce(Arc<dyn BookingProvider>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, ProviderError>> + Send + 'static,
    {
        let (refuse, refused) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        let work = move |adapter| {
            let result = work(adapter);
            let boxed: super::WorkFuture = Box::pin(async move {
                let result = result.await;
                let done = match &result {
                    Err(error) if error.is_outage() => Done::Outage,
                    _ => Done::Healthy,
                };
                let _ = answer.send(result);
                done
            });
            boxed
        };
        let message = ProviderMsg::Run { work: Box::new(work), deadline, refuse };
        if self.actor.cast(message).is_err() {
            return Err(ProviderError::Unavailable { retry_after: None });
        }
        let outcome = async {
            tokio::select! {
                // The work has begun: only its own answer counts from here.
                Ok(result) = answered => Some(result),
                Ok(refusal) = refused => Some(Err(refusal)),
                // Both ends were dropped: the adapter panicked.
                else => None,
            }
        };
        match tokio::time::timeout_at(deadline.into(), outcome).await {
            Ok(Some(result)) => result,
            Ok(None) | Err(_) => Err(late),
        }
    }
}
