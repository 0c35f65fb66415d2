//! Asks the org's customer directory for the caller as soon as the number is known, off the request
//! path, so that the agent's own look-up finds the answer ready.

use std::sync::Arc;

use hookswitch_storage::CallKey;

use super::{Errand, SessionMsg, SessionRef};
use crate::calls::Shared;
use crate::directory::matching::Match;
use crate::directory::{learn, numbers};

/// `signalled` is the number as the call came with it.
pub(super) fn ask_ahead(
    myself: SessionRef,
    shared: Arc<Shared>,
    key: CallKey,
    signalled: &str,
    errand: Errand,
) {
    let Some(org) = shared.orgs.get(&key.org).filter(|org| org.directory.is_some()) else { return };
    let Some(number) = numbers::meant(signalled, &org.settings().country) else { return };
    tokio::spawn(async move {
        // A failure is logged where it happens; the agent's own look-up will ask again.
        let found = shared.directories.find_ahead(&org, &key.call, &number).await;
        if let Some(Ok(Match::One(contact))) = found
            && let Some(customer) = learn(&shared, &key.org, &number, &contact).await
        {
            let _ = myself.cast(SessionMsg::CustomerFound(customer, errand));
        }
    });
}
