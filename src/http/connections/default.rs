//! Which connection bookings go to when an outside calendar is added: that one, unless the operator
//! has chosen another outside calendar. Nobody connects a calendar in order not to use it.

use std::sync::Arc;

use hookswitch_actors::OrgEntry;
use hookswitch_actors::booking::BUILTIN;
use hookswitch_storage::{Connection, PutSettings};

use super::super::app::App;
use super::super::error::ApiError;
use super::super::identity::Principal;

/// Tries while others change the settings at the same time.
const TRIES: usize = 10;

/// Makes `added` the org's default if bookings go to the built-in calendar or nowhere until now.
/// Bookings that were made stay where they are. Gives the org as it is then.
pub(in crate::http) async fn in_place_of_builtin(
    app: &App,
    who: &Principal,
    mut org: Arc<OrgEntry>,
    added: &Connection,
) -> Result<Arc<OrgEntry>, ApiError> {
    if added.provider == BUILTIN {
        return Ok(org);
    }
    for _ in 0..TRIES {
        let mut settings = org.settings().clone();
        if let Some(default) = &settings.default_connection {
            let default = app.calls.store().connection(org.id(), default).await?;
            if default.is_some_and(|default| default.provider != BUILTIN) {
                break;
            }
        }
        settings.default_connection = Some(added.id.clone());
        let (orgs, now) = (app.calls.orgs(), app.calls.clock().now());
        let fields = vec!["default_connection".to_owned()];
        let saved = orgs.save(org.id(), org.org.version, settings, fields, &who.name, now).await?;
        org = orgs.get(org.id()).ok_or_else(|| ApiError::not_found("org"))?;
        match saved {
            PutSettings::Saved(_) | PutSettings::NotFound | PutSettings::Conflict { .. } => break,
            PutSettings::Stale(_) => tokio::task::yield_now().await,
        }
    }
    Ok(org)
}
