//! Lists: `{"items":[...],"next":"cursor or null"}` with `limit` and `cursor`.

use axum::Json;
use hookswitch_storage::{Listing, Page};
use serde::Serialize;
use serde_json::{Value, json};

use super::error::ApiError;

/// Items of a page when nothing is said.
const DEFAULT_LIMIT: usize = 100;

/// Which part of a list is wanted.
#[derive(Debug)]
pub(super) struct PageQuery {
    limit: Option<usize>,
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
