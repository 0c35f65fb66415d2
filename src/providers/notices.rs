//! What vendors post to us: finds the vendor of a connection and lets it judge. Knows no HTTP route and
//! does nothing about what a post says.

use std::sync::Arc;

use axum::http::HeaderMap;
use hookswitch_actors::ports::Notice;
use hookswitch_storage::{Connection, Store};
use jiff::Timestamp;

use super::vendor::{Fields, NoticeRefused, Posted, Vendor};
use super::{Entry, credentials, find};

/// Judges posts.
#[derive(Clone)]
pub(crate) struct Notices {
    vendors: Arc<Vec<Box<dyn Vendor>>>,
    store: Store,
}

/// A post as it came.
pub(crate) struct Post<'a> {
    /// The connection that it was posted for.
    pub(crate) connection: &'a Connection,
    /// What signs such posts, if that was agreed upon when they were asked for.
    pub(crate) secret: Option<&'a [u8]>,
    /// The address as the vendor knows it.
    pub(crate) url: &'a str,
    /// Its headers.
    pub(crate) headers: &'a HeaderMap,
    /// Its body.
    pub(crate) body: &'a [u8],
    /// Now.
    pub(crate) now: Timestamp,
}

impl Notices {
    pub(crate) fn new(entry: &Entry, store: Store) -> Self {
        Self { vendors: entry.vendors(), store }
    }

    /// What a post says, once it is proven to be the vendor's.
    ///
    /// # Errors
    /// If it is not, or is none that the vendor sends.
    pub(crate) fn judge(&self, post: &Post<'_>) -> Result<Notice, NoticeRefused> {
        let vendor = find(&self.vendors, &post.connection.provider);
        let vendor = vendor.ok_or(NoticeRefused::NotExpected)?;
        let credentials = credentials(&self.store, post.connection);
        vendor.notice(&Posted {
            connection: post.connection,
            // A secret that is agreed upon signs whatever has become of the credentials.
            credentials: &credentials.unwrap_or_default(),
            secret: post.secret,
            url: post.url,
            headers: post.headers,
            body: post.body,
            now: post.now,
        })
    }

    /// Whether the vendor of a connection posts at all.
    pub(crate) fn are_expected(&self, connection: &Connection) -> bool {
        // A vendor that posts finds fault with an empty one; one that does not says that first.
        let empty = Posted {
            connection,
            credentials: &Fields::new(),
            secret: None,
            url: "",
            headers: &HeaderMap::new(),
            body: &[],
            now: Timestamp::UNIX_EPOCH,
        };
        let vendor = find(&self.vendors, &connection.provider);
        vendor.is_some_and(|vendor| vendor.notice(&empty) != Err(NoticeRefused::NotExpected))
    }
}
