//! Who may bring what Vapi's account keeps to an organisation: all share one account, and who names an
//! assistant or a number first has it. An operator can leave that to administrators.

use axum::http::StatusCode;
use hookswitch_storage::{Role, Settings};

use super::app::App;
use super::error::ApiError;
use super::identity::Principal;

/// Refuses an assistant that the org does not have yet.
pub(super) fn assistant(
    app: &App,
    who: &Principal,
    settings: &Settings,
    assistant_id: &str,
) -> Result<(), ApiError> {
    let has_it = settings.assistant_ids.iter().any(|id| id == assistant_id);
    judged(app, who, has_it, "assistant_id")
}

/// Refuses settings with assistants or numbers that the org does not have yet.
pub(super) fn settings(
    app: &App,
    who: &Principal,
    before: &Settings,
    after: &Settings,
) -> Result<(), ApiError> {
    let mut assistants = after.assistant_ids.iter();
    let known = assistants.all(|id| before.assistant_ids.contains(id));
    judged(app, who, known, "assistant_ids")?;
    let known = after.vapi_phone_number_ids.is_subset(&before.vapi_phone_number_ids);
    judged(app, who, known, "vapi_phone_number_ids")
}

fn judged(app: &App, who: &Principal, is_known: bool, field: &str) -> Result<(), ApiError> {
    if is_known || who.role == Role::Admin || !app.parts.vapi.claims_by_admin_only {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "administrators_only",
        format!("`{field}`: only administrators bring this to an org on this server"),
        "ask an administrator, or have `vapi.claims_by_admin_only` set to false",
    ))
}
