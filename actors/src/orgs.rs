//! The orgs as every call needs them: settings, time zone and webhook secrets in memory, found by
//! any of the marks that a webhook carries. Storage is the truth; this is its reading glass.
//! Knows no HTTP and does not judge secrets.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use hookswitch_storage::{
    Connection, ConnectionId, CreateOrg, Job, OfferedSlot, Org, OrgId, PutSettings, Secret,
    Service, ServiceId, Settings, Store, StoreError, TimeRange, WebhookAuthMode, WebhookId,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::ports::DirectoryAccess;
use crate::to_its_end::to_its_end;

/// Field name under which webhook secrets are sealed.
pub const WEBHOOK_SECRET_FIELD: &str = "webhook_auth";

/// Field name under which the key of the customer directory is sealed.
pub const CUSTOMERCONNECT_KEY_FIELD: &str = "customerconnect.api_key";

/// One org, ready for use.
#[derive(Debug)]
pub struct OrgEntry {
    /// The record.
    pub org: Arc<Org>,
    /// Its time zone, resolved.
    pub zone: TimeZone,
    /// The secrets of `settings.webhook_auth`, in the same order.
    pub webhook_secrets: Vec<Secret>,
    /// Access to the org's customer directory, if it has one.
    pub directory: Option<DirectoryAccess>,
}

impl OrgEntry {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &OrgId {
        &self.org.id
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.org.settings
    }

    /// The service that is called `wanted`, by id or by name.
    #[must_use]
    pub fn service_named(&self, wanted: &str) -> Option<&Service> {
        let fold = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
        let wanted = fold(wanted);
        self.settings()
            .services
            .iter()
            .find(|service| fold(service.id.as_str()) == wanted || fold(&service.name) == wanted)
    }

    /// Whether the business is open, by its hours and closed dates.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        let local = now.to_zoned(self.zone.clone());
        let (date, time) = (local.date(), local.time());
        let hours = self.settings().business_hours.on(date.weekday());
        let is_within =
            |range: &TimeRange| range.start <= time && range.end.is_none_or(|end| time < end);
        !self.settings().closed_dates.contains(&date) && hours.iter().any(is_within)
    }

    /// The service meant by `wanted` (R15): by id, then by name, else the default service, else the
    /// first. `None` only if the org has no service at all.
    #[must_use]
    pub fn service(&self, wanted: Option<&str>) -> Option<&Service> {
        let services = &self.settings().services;
        wanted
            .and_then(|wanted| self.service_named(wanted))
            .or_else(|| self.default_service().and_then(|id| services.iter().find(|s| s.id == *id)))
            .or_else(|| services.first())
    }

    /// How many places of its service an offered slot stands for.
    #[must_use]
    pub fn places_of(&self, slot: &OfferedSlot) -> u32 {
        let service = self.settings().services.iter().find(|service| service.id == slot.service_id);
        service.map_or(1, |service| service.places(slot.party_size))
    }

    fn default_service(&self) -> Option<&ServiceId> {
        self.settings().default_service.as_ref()
    }
}

/// All orgs. Cheap to clone.
#[derive(Clone)]
pub struct Orgs {
    store: Store,
    index: Arc<RwLock<Index>>,
}

#[derive(Default)]
struct Index {
    entries: HashMap<OrgId, Arc<OrgEntry>>,
    by_webhook: HashMap<WebhookId, OrgId>,
    by_phone_number_id: HashMap<String, OrgId>,
    by_assistant: HashMap<String, OrgId>,
    by_dialled: HashMap<String, OrgId>,
    /// An agency may use one secret for several orgs.
    by_secret: HashMap<[u8; 32], Vec<OrgId>>,
    /// Orgs that can prove themselves by more than a token in one of Vapi's own headers.
    proving_otherwise: HashSet<OrgId>,
}

impl Orgs {
    /// Reads all orgs from storage.
    ///
    /// # Errors
    /// When storage fails or a secret does not open with the present key.
    pub async fn load(store: Store) -> Result<Self, StoreError> {
        let mut index = Index::default();
        for org in store.orgs().await? {
            index.put(Arc::new(open(&store, org)?));
        }
        Ok(Self { store, index: Arc::new(RwLock::new(index)) })
    }

    /// Creates an org with its first connections.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn create(
        &self,
        org: Org,
        connections: Vec<Connection>,
        by: &str,
        now: Timestamp,
    ) -> Result<CreateOrg, StoreError> {
        let (orgs, by) = (self.clone(), by.to_owned());
        to_its_end(async move {
            let outcome = orgs.store.create_org(org.clone(), connections, &by, now).await?;
            if outcome == CreateOrg::Created {
                orgs.remember(org)?;
            }
            Ok(outcome)
        })
        .await
    }

    /// Saves settings that were made from version `expected`; `fields` are the names of what
    /// changed, for the audit log.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn save(
        &self,
        org: &OrgId,
        expected: u64,
        settings: Settings,
        fields: Vec<String>,
        by: &str,
        now: Timestamp,
    ) -> Result<PutSettings, StoreError> {
        let (orgs, org, by) = (self.clone(), org.clone(), by.to_owned());
        to_its_end(async move {
            let store = &orgs.store;
            let outcome = store.put_settings(&org, expected, settings, fields, &by, now).await?;
            if let PutSettings::Saved(org) = &outcome {
                orgs.remember((**org).clone())?;
            }
            Ok(outcome)
        })
        .await
    }

    /// Deletes an org and everything of it; false if there was none.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn delete(&self, org: &OrgId, by: &str, now: Timestamp) -> Result<bool, StoreError> {
        let (orgs, org, by) = (self.clone(), org.clone(), by.to_owned());
        to_its_end(async move {
            let deleted = orgs.store.delete_org(&org, &by, now).await?;
            orgs.write().remove(&org);
            Ok(deleted)
        })
        .await
    }

    /// Removes a connection; false if there is none. An org whose default it was has none
    /// afterwards. `leaves` says what is still to be done for it, which is kept with its end.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn delete_connection(
        &self,
        org: &OrgId,
        connection: &ConnectionId,
        leaves: impl FnOnce(&Connection) -> Option<Job> + Send + 'static,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (orgs, org, by) = (self.clone(), org.clone(), by.to_owned());
        let connection = connection.clone();
        to_its_end(async move {
            let store = &orgs.store;
            let deleted = store.remove_connection(&org, &connection, leaves, &by, now).await?;
            if let Some(org) = store.org(&org).await? {
                orgs.remember(org)?;
            }
            Ok(deleted)
        })
        .await
    }

    /// One org.
    #[must_use]
    pub fn get(&self, org: &OrgId) -> Option<Arc<OrgEntry>> {
        self.read().entries.get(org).cloned()
    }

    /// All orgs, by id.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<OrgEntry>> {
        let mut all: Vec<_> = self.read().entries.values().cloned().collect();
        all.sort_by(|a, b| a.id().cmp(b.id()));
        all
    }

    /// The org of a webhook URL.
    #[must_use]
    pub fn by_webhook(&self, id: &WebhookId) -> Option<Arc<OrgEntry>> {
        let index = self.read();
        index.by_webhook.get(id).and_then(|org| index.entries.get(org)).cloned()
    }

    /// The only org that owns a secret, by the secret's SHA-256; `None` if several share it.
    #[must_use]
    pub fn by_secret_digest(&self, digest: &[u8; 32]) -> Option<Arc<OrgEntry>> {
        let index = self.read();
        match index.by_secret.get(digest)?.as_slice() {
            [org] => index.entries.get(org).cloned(),
            _ => None,
        }
    }

    /// Whether this is the SHA-256 of any org's secret.
    #[must_use]
    pub fn is_secret_digest(&self, digest: &[u8; 32]) -> bool {
        self.read().by_secret.contains_key(digest)
    }

    /// Whether any org has a webhook authentication that is more than a token in one of the headers
    /// that Vapi itself uses: a signature, an access token, or a header of its own.
    #[must_use]
    pub fn any_proves_otherwise(&self) -> bool {
        !self.read().proving_otherwise.is_empty()
    }

    /// The org by the marks of a call, in the order of trust of ruling K15: the phone number's id,
    /// the assistant's id, the dialled number.
    #[must_use]
    pub fn by_call(
        &self,
        phone_number_id: Option<&str>,
        assistant_id: Option<&str>,
        dialled: Option<&str>,
    ) -> Option<Arc<OrgEntry>> {
        let index = self.read();
        let found = phone_number_id
            .and_then(|id| index.by_phone_number_id.get(id))
            .or_else(|| assistant_id.and_then(|id| index.by_assistant.get(id)))
            .or_else(|| dialled.and_then(|number| index.by_dialled.get(number)));
        found.and_then(|org| index.entries.get(org)).cloned()
    }

    /// An org as it was just written by another operation.
    pub(crate) fn learn(&self, org: Org) -> Result<(), StoreError> {
        self.remember(org)
    }

    fn remember(&self, org: Org) -> Result<(), StoreError> {
        let entry = open(&self.store, org)?;
        self.write().put(Arc::new(entry));
        Ok(())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index {
    fn put(&mut self, entry: Arc<OrgEntry>) {
        // Two saves may finish in one order and arrive here in another.
        let newer = self.entries.get(entry.id()).is_some_and(|k| k.org.version > entry.org.version);
        if newer {
            return;
        }
        self.remove(&entry.org.id);
        let id = entry.id();
        let settings = entry.settings();
        self.by_webhook.insert(entry.org.webhook_id.clone(), id.clone());
        let own = |key: &String| (key.clone(), id.clone());
        self.by_phone_number_id.extend(settings.vapi_phone_number_ids.iter().map(own));
        self.by_assistant.extend(settings.assistant_ids.iter().map(own));
        self.by_dialled.extend(settings.phone_numbers.iter().map(own));
        for (auth, secret) in settings.webhook_auth.iter().zip(&entry.webhook_secrets) {
            // Its secret is for fetching tokens and opens nothing by itself.
            if auth.mode == WebhookAuthMode::Oauth2 {
                continue;
            }
            let digest: [u8; 32] = Sha256::digest(secret.expose()).into();
            let owners = self.by_secret.entry(digest).or_default();
            if !owners.contains(id) {
                owners.push(id.clone());
            }
        }
        if settings.webhook_auth.iter().any(|auth| proves_otherwise(&auth.mode)) {
            self.proving_otherwise.insert(id.clone());
        }
        self.entries.insert(id.clone(), Arc::clone(&entry));
    }

    fn remove(&mut self, org: &OrgId) {
        self.entries.remove(org);
        self.proving_otherwise.remove(org);
        self.by_webhook.retain(|_, owner| owner != org);
        self.by_phone_number_id.retain(|_, owner| owner != org);
        self.by_assistant.retain(|_, owner| owner != org);
        self.by_dialled.retain(|_, owner| owner != org);
        self.by_secret.retain(|_, owners| {
            owners.retain(|owner| owner != org);
            !owners.is_empty()
        });
    }
}

fn proves_otherwise(mode: &WebhookAuthMode) -> bool {
    match mode {
        WebhookAuthMode::Secret => false,
        WebhookAuthMode::Bearer { header, .. } => {
            !["authorization", "x-vapi-secret"].iter().any(|own| header.eq_ignore_ascii_case(own))
        }
        WebhookAuthMode::Hmac(_) | WebhookAuthMode::Oauth2 => true,
    }
}

fn open(store: &Store, org: Org) -> Result<OrgEntry, StoreError> {
    let webhook_secrets = org
        .settings
        .webhook_auth
        .iter()
        .map(|auth| store.unseal(&org.id, WEBHOOK_SECRET_FIELD, &auth.secret))
        .collect::<Result<_, _>>()?;
    let directory = org.settings.customerconnect.as_ref().map(|settings| {
        let api_key = store.unseal(&org.id, CUSTOMERCONNECT_KEY_FIELD, &settings.api_key)?;
        Ok::<_, StoreError>(DirectoryAccess {
            workspace_id: settings.workspace_id.clone(),
            api_key,
        })
    });
    let directory = directory.transpose()?;
    // Settings are validated before they are saved; a zone that a newer database dropped must not
    // keep the server from starting.
    let zone = TimeZone::get(&org.settings.timezone).unwrap_or_else(|error| {
        tracing::error!(org.id = %org.id, %error, "time zone unknown, using UTC");
        TimeZone::UTC
    });
    Ok(OrgEntry { org: Arc::new(org), zone, webhook_secrets, directory })
}
