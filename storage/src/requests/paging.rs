//! Pages of long lists. Cursors are opaque to callers and stay valid while rows come and go.

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Most items to give, 1 to [`Page::MAX`]; values outside are moved to the nearest end.
    pub limit: usize,
    /// Where the previous page ended ([`Listing::next`]); `None` for the first.
    pub cursor: Option<String>,
}

impl Page {
    /// Most items of one page.
    pub const MAX: usize = 10_000;

    /// The first `limit` items.
    #[must_use]
    pub fn first(limit: usize) -> Self {
        Self { limit, cursor: None }
    }

    pub(crate) fn size(&self) -> usize {
        self.limit.clamp(1, Self::MAX)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::first(100)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` when this is the last.
    pub next: Option<String>,
}
