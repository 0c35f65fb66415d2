//! What the outside wants of a connection's exchange until its task gets to it. Bounded: a flood of
//! posts is one look at everything.

use std::collections::BTreeSet;

use crate::bounds::MAX_NOTICED;
use crate::ports::Notice;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Ids of the provider's of which something became.
    pub(super) ids: BTreeSet<String>,
    /// Ask what changed.
    pub(super) ask: bool,
    /// Look at everything.
    pub(super) all: bool,
    /// The connection was made or changed.
    pub(super) changed: bool,
    /// Anything of the above since the task looked last, so that it must not end now.
    pub(super) rung: bool,
}

impl Wanted {
    /// Adds what a post says.
    pub(super) fn add(&mut self, notice: Notice) {
        match notice {
            Notice::Look(_) if self.all => {}
            Notice::Look(ids) => {
                self.ids.extend(ids);
                if self.ids.len() > MAX_NOTICED {
                    self.ids.clear();
                    self.all = true;
                }
            }
            Notice::Ask => self.ask = true,
            Notice::Nothing => {}
        }
    }

    /// Whether something is to be done about the provider's calendar.
    pub(super) fn is_news(&self) -> bool {
        self.ask || self.all || !self.ids.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_different_ids_becomes_one_look_at_everything() {
        let mut wanted = Wanted::default();
        for id in 0..MAX_NOTICED * 3 {
            wanted.add(Notice::Look(vec![format!("uid-{id}"), "the same".into()]));
        }
        assert!(wanted.all && wanted.ids.is_empty());
        assert!(wanted.is_news() && !wanted.ask);
    }

    #[test]
    fn repeated_posts_are_one() {
        let mut wanted = Wanted::default();
        for _ in 0..1_000 {
            wanted.add(Notice::Look(vec!["uid".into()]));
        }
        assert_eq!((wanted.ids.len(), wanted.all), (1, false));
    }
}
