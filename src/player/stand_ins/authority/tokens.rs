//! The codes and tokens that were given: what each is good for, and once or for ever. Knows no request.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::super::clock::Clock;
use super::Setup;

/// What somebody agreed to.
#[derive(Debug, Clone)]
pub(super) struct Agreed {
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    pub(super) scope: String,
    pub(super) person: String,
}

/// What is given.
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
    pub(super) scope: String,
    /// Whose account it opens.
    pub(super) person: String,
    /// Seconds.
    pub(super) life: i64,
    pub(super) ends_at: Timestamp,
}

/// Why nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    Client,
    Grant,
    Request,
}

pub(super) struct Tokens {
    setup: Setup,
    clock: Clock,
    codes: HashMap<String, Agreed>,
    /// Whose account each opens.
    access: HashMap<String, String>,
    /// What was agreed to, and by whom.
    refresh: HashMap<String, (String, String)>,
    made: Vec<String>,
}

impl Tokens {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            clock: Clock::from(setup.now),
            setup,
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            made: Vec::new(),
        }
    }

    fn secret(&mut self, kind: &str) -> String {
        let text = format!("{kind}-{}-never-to-be-seen", self.made.len() + 1);
        self.made.push(text.clone());
        text
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        self.made.clone()
    }

    /// Whether the application and the address to come back to are those that were registered.
    pub(super) fn knows(&self, client_id: &str, redirect_uri: &str) -> bool {
        let registered = self.setup.redirect_uri.as_deref();
        client_id == self.setup.client_id && registered.is_none_or(|uri| uri == redirect_uri)
    }

    pub(super) fn needs_proof(&self) -> bool {
        self.setup.client_secret.is_none()
    }

    pub(super) fn agree(&mut self, agreed: Agreed) -> String {
        let code = self.secret("code");
        self.codes.insert(code.clone(), agreed);
        code
    }

    pub(super) fn check_client(&self, id: &str, secret: Option<&str>) -> Result<(), Denied> {
        let is_same = |known: &String| {
            let given = secret.unwrap_or_default();
            bool::from(known.as_bytes().ct_eq(given.as_bytes()))
        };
        let secret_is_right = self.setup.client_secret.as_ref().is_none_or(is_same);
        if id == self.setup.client_id && secret_is_right { Ok(()) } else { Err(Denied::Client) }
    }

    pub(super) fn change_client_secret(&mut self, secret: &str) {
        self.setup.client_secret = Some(secret.to_owned());
    }

    pub(super) fn exchange(
        &mut self,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
    ) -> Result<Pair, Denied> {
        let agreed = self.codes.remove(code).ok_or(Denied::Grant)?;
        if agreed.redirect_uri != redirect_uri {
            return Err(Denied::Grant);
        }
        if let Some(challenge) = &agreed.challenge {
            let verifier = verifier.ok_or(Denied::Request)?;
            if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
                return Err(Denied::Grant);
            }
        }
        Ok(self.pair(agreed.scope, agreed.person, None))
    }

    pub(super) fn refresh(&mut self, refresh: &str) -> Result<Pair, Denied> {
        let (scope, person) = self.refresh.get(refresh).cloned().ok_or(Denied::Grant)?;
        if self.setup.rotates {
            self.refresh.remove(refresh);
            return Ok(self.pair(scope, person, None));
        }
        Ok(self.pair(scope, person, Some(refresh.to_owned())))
    }

    /// For who one is.
    pub(super) fn for_itself(&mut self, person: &str) -> Pair {
        let refreshes = std::mem::replace(&mut self.setup.refreshes, false);
        let pair = self.pair("DEFAULT".to_owned(), person.to_owned(), None);
        self.setup.refreshes = refreshes;
        pair
    }

    fn pair(&mut self, scope: String, person: String, known: Option<String>) -> Pair {
        let access = self.secret("access");
        self.access.insert(access.clone(), person.clone());
        let refresh = match known {
            Some(known) => Some(known),
            None if self.setup.refreshes => {
                let refresh = self.secret("refresh");
                self.refresh.insert(refresh.clone(), (scope.clone(), person.clone()));
                Some(refresh)
            }
            None => None,
        };
        let life = self.setup.life;
        let ends_at = self.clock.now().checked_add(SignedDuration::from_secs(life));
        let ends_at = ends_at.unwrap_or(Timestamp::MAX);
        Pair { access, refresh, scope, person, life, ends_at }
    }

    /// Whose account a token opens, if it is good.
    pub(super) fn opens(&self, access: &str) -> Option<&str> {
        self.access.get(access).map(String::as_str)
    }

    pub(super) fn end_access(&mut self) {
        self.access.clear();
    }

    pub(super) fn revoke_all(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }

    /// Ends all that whoever gave this token has given.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        let of_refresh = || self.refresh.get(token).map(|(_, person)| person);
        let Some(person) = self.access.get(token).or_else(of_refresh).cloned() else {
            return false;
        };
        self.access.retain(|_, theirs| *theirs != person);
        self.refresh.retain(|_, (_, theirs)| *theirs != person);
        true
    }

    pub(super) fn good(&self) -> usize {
        if self.setup.refreshes { self.refresh.len() } else { self.access.len() }
    }
}
