//! What a vendor's folder offers to the rest of the program. The registry in `providers` holds one of
//! these a vendor; nobody else calls a vendor by its name. Knows no vendor and sends nothing.

use std::sync::Arc;

use axum::http::HeaderMap;
use hookswitch_actors::ports::{AccessTokens, BookingProvider, Notice, ProviderError};
use hookswitch_storage::Connection;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Wrong;

/// Credentials or options, field by field.
pub(crate) type Fields = Map<String, Value>;

/// A vendor.
pub(crate) trait Vendor: Send + Sync + 'static {
    /// Its name in the contract, lower case.
    fn name(&self) -> &'static str;

    /// Its name for people.
    fn title(&self) -> &'static str;

    /// Checks the options of a connection as a whole.
    ///
    /// # Errors
    /// The first that is wrong.
    fn check_options(&self, options: &Fields) -> Result<(), Wrong>;

    /// Options of a connection with these credentials that only an administrator may change: what they
    /// say is of others as well.
    fn for_administrators(&self, _credentials: &Fields) -> &'static [&'static str] {
        &[]
    }

    /// Checks credentials that an operator gave; gives them as they are kept.
    ///
    /// # Errors
    /// The first field that is missing or wrong; its value is not repeated.
    fn check_credentials(&self, given: Fields) -> Result<Fields, Wrong>;

    /// What is kept for a new connection that comes without credentials. An administrator may have
    /// it use what the server itself was started with; an org has no part in that account.
    ///
    /// # Errors
    /// If the vendor needs some.
    fn without_credentials(&self, is_admin: bool) -> Result<Option<Fields>, Wrong>;

    /// What an operator is to do whose credentials the vendor refuses, as the part of a sentence: where
    /// new ones are had, and under which names they are entered.
    fn new_credentials(&self) -> &'static str;

    /// The adapter of a connection; `credentials` are its own, as they are kept.
    ///
    /// # Errors
    /// If it cannot work as it is: what the operator is to do.
    fn adapter(
        &self,
        connection: &Connection,
        credentials: Fields,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError>;

    /// The adapter of a connection whose access tokens are kept fresh by somebody else: it was
    /// connected in a browser, or by what the vendor exchanges for tokens.
    ///
    /// # Errors
    /// As [`Self::adapter`].
    fn adapter_with(
        &self,
        _: &Connection,
        _: Arc<dyn AccessTokens>,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        Err(ProviderError::NeedsHuman(format!(
            "{} takes no tokens of an authorization server; give it other credentials",
            self.title()
        )))
    }

    /// Reads what the vendor posted to us about a connection. Nothing in it is believed but that
    /// something changed, and that only if its signature is right.
    ///
    /// # Errors
    /// If it is not the vendor's, or no post that it sends.
    fn notice(&self, _: &Posted<'_>) -> Result<Notice, NoticeRefused> {
        Err(NoticeRefused::NotExpected)
    }
}

/// Something that was posted to a connection's own address.
pub(crate) struct Posted<'a> {
    /// The connection.
    pub(crate) connection: &'a Connection,
    /// Its credentials, as they are kept.
    pub(crate) credentials: &'a Fields,
    /// What signs the vendor's posts, if it was agreed upon when we asked for them.
    pub(crate) secret: Option<&'a [u8]>,
    /// The address that it was posted to, as the vendor knows it.
    pub(crate) url: &'a str,
    /// Its headers.
    pub(crate) headers: &'a HeaderMap,
    /// Its body as it came.
    pub(crate) body: &'a [u8],
    /// Now.
    pub(crate) now: Timestamp,
}

/// Why a post is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoticeRefused {
    /// The vendor sends none.
    #[error("this provider posts nothing")]
    NotExpected,
    /// The signature is missing or wrong.
    #[error("the signature is missing or wrong")]
    Unsigned,
    /// The signature is right and old: it may have been recorded.
    #[error("the signature is too old")]
    Stale,
    /// It cannot be read.
    #[error("the body cannot be read")]
    Unreadable,
}
