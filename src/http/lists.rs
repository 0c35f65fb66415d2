//! Lists: `{"items":[...],"next":"cursor or null"}` with `limit` and `cursor`.

use axum::Json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hookswitch_storage::{Listing, Page};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::ApiError;

/// Items of a page when nothing is said.
const DEFAULT_LIMIT: usize = 100;

/// Which part of a list is wanted; the whole query of a list that has no filters.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    /// Most items, 1 to 10,000; 100 if absent.
    limit: Option<usize>,
    /// `next` of the part before.
    cursor: Option<String>,
}

impl PageQuery {
    pub(super) fn new(limit: Option<usize>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    pub(super) fn page(self) -> Result<Page, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=Page::MAX).contains(&limit) {
            return Err(ApiError::invalid("limit", "must be 1 to 10,000"));
        }
        Ok(Page { limit, cursor: self.cursor })
    }
}

pub(super) fn listing<T, V: Serialize>(listing: Listing<T>, view: impl Fn(&T) -> V) -> Json<Value> {
    let items: Vec<V> = listing.items.iter().map(view).collect();
    Json(json!({"items": items, "next": listing.next}))
}

/// A part of a list that is all there already. `key` is what its items are told apart by; they are
/// given in the order of their keys, so that a part goes on behind the one before whatever was
/// added or removed between the two.
pub(super) fn part<T>(
    mut all: Vec<T>,
    page: &Page,
    key: impl Fn(&T) -> String,
) -> Result<Listing<T>, ApiError> {
    all.sort_by_cached_key(&key);
    if let Some(cursor) = &page.cursor {
        let after = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|key| String::from_utf8(key).ok());
        let problem = "is not one that this list gave; start again without it";
        let after = after.ok_or_else(|| ApiError::invalid("cursor", problem))?;
        all.drain(..all.partition_point(|item| key(item) <= after));
    }
    let more = all.len() > page.limit;
    all.truncate(page.limit);
    let next = all.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(key(last)));
    Ok(Listing { items: all, next })
}
