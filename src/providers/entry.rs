//! What an operator may enter for a connection: credentials and options, checked by the vendor's rules
//! before anything is kept. Knows no HTTP; asks no vendor.

use std::sync::Arc;

use hookswitch_storage::{Connection, Store};

use super::oauth::{Checked, Oauth};
use super::vendor::{Fields, Vendor};
use super::{credentials, find, registry};
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

/// The rules of entering connections.
#[derive(Clone)]
pub(crate) struct Entry {
    vendors: Arc<Vec<Box<dyn Vendor>>>,
}

impl Entry {
    pub(crate) fn new(config: &Config) -> Self {
        Self { vendors: Arc::new(registry(config)) }
    }

    /// The vendors themselves, for the rest of this folder.
    pub(super) fn vendors(&self) -> Arc<Vec<Box<dyn Vendor>>> {
        Arc::clone(&self.vendors)
    }

    /// The names of all vendors.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.vendors.iter().map(|vendor| vendor.name()).collect()
    }

    /// What an operator is to do whose credentials a vendor refuses, as the part of a sentence; `None` for
    /// what is no vendor.
    pub(crate) fn new_credentials(&self, provider: &str) -> Option<&'static str> {
        find(&self.vendors, provider).map(Vendor::new_credentials)
    }

    /// Checks the options of a connection as a whole.
    ///
    /// # Errors
    /// The first that is wrong.
    pub(crate) fn options(&self, provider: &str, options: &Fields) -> Result<(), Wrong> {
        find(&self.vendors, provider).map_or(Ok(()), |vendor| vendor.check_options(options))
    }

    /// Checks a change of options by somebody who is no administrator, as against others who share what
    /// the connection uses.
    ///
    /// # Errors
    /// The first that is not theirs to change.
    pub(crate) fn change_by_org(
        &self,
        store: &Store,
        connection: &Connection,
        options: &Fields,
    ) -> Result<(), Wrong> {
        let Some(vendor) = find(&self.vendors, &connection.provider) else { return Ok(()) };
        let credentials = credentials(store, connection).unwrap_or_default();
        let kept = vendor.for_administrators(&credentials).iter();
        match kept.copied().find(|name| options.get(*name) != connection.options.get(*name)) {
            None => Ok(()),
            Some(name) => {
                let problem = "belongs to the key that the server lends to several; an \
                    administrator may change it, or give the connection a key of its own";
                Err(Wrong::new(format!("options.{name}"), problem))
            }
        }
    }

    /// Checks credentials; gives them as they are kept.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub(crate) fn credentials(&self, provider: &str, given: Fields) -> Result<Fields, Wrong> {
        let given = match Oauth::check(provider, given)? {
            Checked::Settled(kept) => return Ok(kept),
            Checked::Open(given) => given,
        };
        match find(&self.vendors, provider) {
            Some(vendor) => vendor.check_credentials(given),
            None => Ok(given),
        }
    }

    /// What is kept for a new connection that comes without credentials.
    ///
    /// # Errors
    /// If the provider needs some.
    pub(crate) fn without_credentials(
        &self,
        provider: &str,
        is_admin: bool,
    ) -> Result<Option<Fields>, Wrong> {
        let vendor = find(&self.vendors, provider);
        vendor.map_or(Ok(None), |vendor| vendor.without_credentials(is_admin))
    }
}
