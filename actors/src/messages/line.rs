//! How many mails of one org are handed over at once: a mail server that hangs must not keep the org's
//! other durable work, text messages among it, from its turn. Knows no mail.

use std::sync::Arc;

use dashmap::DashMap;
use hookswitch_storage::OrgId;

use crate::bounds::MAX_MAILS_PER_ORG;

/// Who is handing mails over. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct MailLine(Arc<DashMap<OrgId, usize>>);

/// A place in the line; free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    line: MailLine,
    org: OrgId,
}

impl MailLine {
    /// A place, if one is free.
    pub(super) fn enter(&self, org: &OrgId) -> Option<Place> {
        let mut taken = self.0.entry(org.clone()).or_default();
        if *taken >= MAX_MAILS_PER_ORG {
            return None;
        }
        *taken += 1;
        Some(Place { line: self.clone(), org: org.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(mut taken) = self.line.0.get_mut(&self.org) {
            *taken = taken.saturating_sub(1);
        }
        self.line.0.remove_if(&self.org, |_, taken| *taken == 0);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_org_has_its_places_and_no_more_and_gets_them_back() {
        let line = MailLine::default();
        let (org, other) = (OrgId::random(), OrgId::random());
        let taken: Vec<_> = (0..MAX_MAILS_PER_ORG).map(|_| line.enter(&org).unwrap()).collect();
        assert!(line.enter(&org).is_none());
        assert!(line.enter(&other).is_some(), "another org has places of its own");
        drop(taken);
        assert!(line.enter(&org).is_some());
        assert!(line.0.is_empty(), "what nobody uses is not kept");
    }
}
