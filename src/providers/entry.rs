//! What an operator may enter for a connection: credentials and options, checked by the vendor's rules
//! before anything is kept. Knows no HTTP; asks no vendor.

use serde_json::{Map, Value, json};

use super::{CALCOM, calcom};
use crate::config::Config;

/// What is wrong with something that was entered. Values of credentials are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub(crate) struct Wrong {
    /// The field, by its whole name.
    pub(crate) field: String,
    /// What is wrong and what would be right.
    pub(crate) problem: String,
}

impl Wrong {
    pub(super) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

/// Stands where a connection uses the key that the server itself was started with.
const OWN_KEY: &str = "own_key_of_the_server";

/// Whether kept credentials mean the server's own key.
pub(super) fn is_own_key(credentials: &Map<String, Value>) -> bool {
    credentials.contains_key(OWN_KEY)
}

/// The rules of entering connections.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    has_calcom_key: bool,
}

impl Entry {
    pub(crate) fn new(config: &Config) -> Self {
        Self { has_calcom_key: config.secrets.calcom_api_key.is_some() }
    }

    /// Checks the options of a connection as a whole.
    ///
    /// # Errors
    /// The first that is wrong.
    pub(crate) fn options(
        &self,
        provider: &str,
        options: &Map<String, Value>,
    ) -> Result<(), Wrong> {
        match provider {
            CALCOM => calcom::Options::read(options).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Checks credentials; gives them as they are kept.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub(crate) fn credentials(
        &self,
        provider: &str,
        given: Map<String, Value>,
    ) -> Result<Map<String, Value>, Wrong> {
        match provider {
            CALCOM => {
                let key = calcom::api_key(&given)?.to_owned();
                Ok(Map::from_iter([("api_key".to_owned(), json!(key))]))
            }
            _ => Ok(given),
        }
    }

    /// What is kept for a new connection that comes without credentials. An administrator may have it
    /// use the key that the server was started with; an org has no part in that account.
    ///
    /// # Errors
    /// If the provider needs some.
    pub(crate) fn without_credentials(
        &self,
        provider: &str,
        is_admin: bool,
    ) -> Result<Option<Map<String, Value>>, Wrong> {
        match provider {
            CALCOM if is_admin && self.has_calcom_key => {
                Ok(Some(Map::from_iter([(OWN_KEY.to_owned(), json!(CALCOM))])))
            }
            CALCOM => calcom::api_key(&Map::new()).map(|_| None),
            _ => Ok(None),
        }
    }
}
