//! The typed door to provider actors: finds or starts the actor of an org's connection, with a seat
//! among those that share its provider's limit. No ractor type leaves.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use hookswitch_storage::{Connection, ConnectionId, ConnectionStatus, OrgId, Store};
use ractor::Actor;
use tokio::sync::Mutex;

use super::exchange::LastAsked;
use super::forgotten::Forgotten;
use super::spent::spent;
use super::standing::Standing;
use super::{CameBack, Condition, Health, Provider, ProviderArgs, ProviderHandle};
use crate::booking::{BUILTIN, BuiltinCalendar, OutsideCalendar};
use crate::bounds::{MAX_PROVIDER_LINE, MAX_PROVIDER_REQUESTS};
use crate::orgs::OrgEntry;
use crate::outbound::{Line, Seat, SeatPlan};
use crate::ports::{Adapters, BookingProvider, Clock, ProviderError, TokenIssuer};
use crate::supervisor::Nursery;

/// All provider connections. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    store: Store,
    adapters: Arc<dyn Adapters>,
    nursery: Nursery,
    came_back: CameBack,
    keep_slots: Duration,
    /// The lines before those limits that several connections share, by what they are set for.
    lines: Arc<DashMap<String, Arc<Line>>>,
    running: Arc<DashMap<ConnectionId, ProviderHandle>>,
    /// Held while a connection's actor is started, so that none starts twice; what it takes to read of one
    /// holds up no other.
    starting: Arc<DashMap<ConnectionId, Arc<Mutex<()>>>>,
    forgotten: Arc<Forgotten>,
    standing: Standing,
}

impl Connections {
    pub(crate) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        adapters: Arc<dyn Adapters>,
        nursery: Nursery,
        came_back: CameBack,
        keep_slots: Duration,
    ) -> Self {
        let (lines, starting, forgotten) = (Arc::default(), Arc::default(), Arc::default());
        let running: Arc<DashMap<_, _>> = Arc::default();
        let standing = Standing { store: store.clone(), clock, running: Arc::downgrade(&running) };
        Self {
            store,
            adapters,
            nursery,
            came_back,
            keep_slots,
            lines,
            running,
            starting,
            forgotten,
            standing,
        }
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
        let seen = self.forgotten.seen();
        let connections = self.store.connections(org.id()).await.map_err(unavailable)?;
        let usable = |connection: &&Connection| connection.status == ConnectionStatus::Connected;
        let default = org.settings().default_connection.as_ref();
        let chosen = connections
            .iter()
            .filter(|connection| connection.status != ConnectionStatus::Disconnected)
            .find(|connection| Some(&connection.id) == default)
            .or_else(|| connections.iter().filter(usable).min_by_key(|c| c.created_at));
        match chosen {
            Some(connection) => self.start(connection, seen).await,
            None => Err(ProviderError::NeedsHuman("no calendar is connected".into())),
        }
    }

    /// Those of these connections that the operator has not switched off, in this order; also those whose
    /// provider refuses us: they are not full but out of reach.
    ///
    /// # Errors
    /// As [`Self::of_org`], if none of them can be used.
    pub async fn these(
        &self,
        org: &OrgId,
        ids: &[ConnectionId],
    ) -> Result<Vec<ProviderHandle>, ProviderError> {
        let seen = self.forgotten.seen();
        let known = self.store.connections(org).await.map_err(|error| {
            tracing::error!(org.id = %org, %error, "connections could not be read");
            ProviderError::Unavailable { retry_after: None }
        })?;
        let mut usable = Vec::with_capacity(ids.len());
        let mut refused =
            ProviderError::NeedsHuman("no calendar of the service is connected".into());
        for id in ids {
            let connected = known.iter().find(|connection| {
                connection.id == *id && connection.status != ConnectionStatus::Disconnected
            });
            let Some(connection) = connected else { continue };
            let running = self.running.get(id).map(|handle| handle.clone());
            match running.filter(ProviderHandle::is_alive) {
                Some(handle) => usable.push(handle),
                None => match self.start(connection, seen).await {
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
        let seen = self.forgotten.seen();
        let connection = self.read(org, id).await?;
        self.start(&connection, seen).await
    }

    async fn read(&self, org: &OrgId, id: &ConnectionId) -> Result<Connection, ProviderError> {
        match self.store.connection(org, id).await {
            Ok(Some(connection)) => Ok(connection),
            Ok(None) => Err(ProviderError::NotFound),
            Err(error) => {
                tracing::error!(org.id = %org, %error, "connection could not be read");
                Err(ProviderError::Unavailable { retry_after: None })
            }
        }
    }

    /// Forgets a connection that was changed or removed; its actor ends when its requests have.
    pub fn forget(&self, id: &ConnectionId) {
        self.forgotten.connection(id);
        self.stop(id);
    }

    fn stop(&self, id: &ConnectionId) {
        if let Some((_, handle)) = self.running.remove(id) {
            handle.actor.stop(None);
        }
    }

    /// Forgets every connection of an org that was removed.
    pub(crate) fn forget_org(&self, org: &OrgId) {
        self.forgotten.org(org);
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

    /// The authorization server behind a connection; `None` where its credentials need none.
    pub(crate) fn issuer(&self, connection: &Connection) -> Option<Arc<dyn TokenIssuer>> {
        self.adapters.issuer(connection)
    }

    /// How a connection is. One that nobody has used yet is [`Health::Closed`]: nothing speaks
    /// against it.
    pub async fn health(&self, id: &ConnectionId) -> Health {
        self.condition(id).await.unwrap_or_default().health
    }

    /// How a connection stands; `None` if nobody has used it yet.
    pub async fn condition(&self, id: &ConnectionId) -> Option<Condition> {
        let running = self.running.get(id).map(|handle| handle.clone());
        running?.condition().await
    }

    /// The provider says, or it is otherwise known, that what is free there may have changed: what
    /// it answered before is not given any more.
    pub fn changed_there(&self, id: &ConnectionId) {
        if let Some(handle) = self.running.get(id) {
            handle.changed_there();
        }
    }

    /// Starts a connection's actor unless it runs. If it was forgotten after the first `seen`, it is read
    /// again: else an actor with what it was before would stay.
    async fn start(
        &self,
        connection: &Connection,
        seen: u64,
    ) -> Result<ProviderHandle, ProviderError> {
        let lock = Arc::clone(&self.starting.entry(connection.id.clone()).or_default());
        let one = lock.lock().await;
        let started = self.start_alone(connection, seen).await;
        // The map's and ours: nobody else waits for it.
        self.starting.remove_if(&connection.id, |_, lock| Arc::strong_count(lock) == 2);
        drop(one);
        started
    }

    async fn start_alone(
        &self,
        connection: &Connection,
        mut seen: u64,
    ) -> Result<ProviderHandle, ProviderError> {
        let running = self.running.get(&connection.id).map(|handle| handle.clone());
        if let Some(handle) = running.filter(ProviderHandle::is_alive) {
            return Ok(handle);
        }
        let mut handle = self.run(connection).await?;
        loop {
            if !self.forgotten.since(connection, seen) {
                return Ok(handle);
            }
            seen = self.forgotten.seen();
            self.stop(&connection.id);
            handle = self.run(&self.read(&connection.org, &connection.id).await?).await?;
        }
    }

    async fn run(&self, connection: &Connection) -> Result<ProviderHandle, ProviderError> {
        let adapter = self.adapter(connection)?;
        // Our own calendar needs nobody else's answers, so nothing is laid over them.
        let outside = (!adapter.is_local())
            .then(|| Arc::new(OutsideCalendar::new(self.store.clone(), &connection.id)));
        let moves_with_party = adapter.moves_with_party();
        let args = ProviderArgs {
            connection: connection.id.clone(),
            org: connection.org.clone(),
            seat: self.seat(connection, &*adapter).await,
            adapter,
            keep_slots: self.keep_slots,
            came_back: self.came_back.clone(),
        };
        let started = Actor::spawn_linked(None, Provider, args, self.nursery.cell()).await;
        let (actor, _) = started.map_err(|error| {
            tracing::error!(connection.id = %connection.id, %error, "provider actor did not start");
            ProviderError::Unavailable { retry_after: None }
        })?;
        let (id, org) = (connection.id.clone(), connection.org.clone());
        let asked = LastAsked::default();
        let standing = self.standing.clone();
        let handle = ProviderHandle { id, org, actor, outside, moves_with_party, asked, standing };
        self.running.insert(connection.id.clone(), handle.clone());
        Ok(handle)
    }

    fn adapter(&self, connection: &Connection) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        if connection.provider == BUILTIN {
            return Ok(Arc::new(BuiltinCalendar::new(self.store.clone(), &connection.id)));
        }
        let unknown = || format!("provider `{}` is not known", connection.provider);
        let adapter = self.adapters.adapter(connection);
        adapter.ok_or_else(|| ProviderError::NeedsHuman(unknown()))
    }

    /// A seat among those that share the adapter's limit, or alone.
    async fn seat(&self, connection: &Connection, adapter: &dyn BookingProvider) -> Arc<Seat> {
        let (bookings, now) = (adapter.booking_allowances(), self.standing.clock.now());
        let booked = match spent(&self.store, connection, &bookings, now).await {
            Ok(booked) => booked,
            Err(error) => {
                // The provider refuses what is too much all the same.
                tracing::error!(connection.id = %connection.id, %error, "bookings are counted anew");
                Vec::new()
            }
        };
        let limit = adapter.shared_limit();
        let plan = SeatPlan {
            of_all: limit.as_ref().map(|limit| limit.allowance),
            allowances: adapter.allowances(),
            bookings,
            booked,
            at_once: MAX_PROVIDER_REQUESTS,
            most_waiting: MAX_PROVIDER_LINE,
        };
        match limit {
            None => Line::alone().seat(&plan),
            Some(limit) => {
                // What was sent before a connection was made anew, as after each change, counts on.
                self.lines.retain(|_, line| !line.is_forgotten());
                let known = self.lines.entry(limit.key.clone());
                // Seated while the entry is held, or another start would take the line for forgotten.
                known.or_insert_with(|| Line::shared(&limit)).seat(&plan)
            }
        }
    }
}
