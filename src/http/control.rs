//! Stepping into a live call: `POST .../calls/{call}/control`. Owns the form of the request and
//! the status of each refusal; what may be done and by whom is decided behind the door to calls.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::ports::ControlError;
use hookswitch_actors::{Intervention, InterventionError};
use hookswitch_storage::{CallId, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::{Body, Path};

/// What is to be done to the call.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    /// The agent says `text`, word for word.
    Say,
    /// The agent reads `text`; the caller does not hear it.
    Whisper,
    /// The agent is silent.
    Mute,
    /// The agent speaks again.
    Unmute,
    /// The caller is connected with `number`, or with `department`.
    Transfer,
    /// The call is hung up.
    End,
    /// Other operators are kept out.
    Take,
    /// Other operators may step in again.
    Release,
}

/// An operator's wish.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    action: Action,
    /// Words, with `say` and `whisper`; at most 2,000 characters.
    text: Option<String>,
    /// A department of the org, with `transfer`.
    department: Option<String>,
    /// A phone number, with `transfer`; goes before the department.
    number: Option<String>,
}

impl From<Wish> for Intervention {
    fn from(wish: Wish) -> Self {
        let Wish { action, text, department, number } = wish;
        match action {
            Action::Say => Self::Say(text.unwrap_or_default()),
            Action::Whisper => Self::Whisper(text.unwrap_or_default()),
            Action::Mute => Self::Mute,
            Action::Unmute => Self::Unmute,
            Action::Transfer => Self::Transfer { department, number },
            Action::End => Self::End,
            Action::Take => Self::Take,
            Action::Release => Self::Release,
        }
    }
}

pub(super) async fn step_in(
    Of { org, who, .. }: Of<role::Supervisor>,
    State(app): State<App>,
    Path([call]): Path<1>,
    body: Result<Body<Wish>, ApiError>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let call: CallId = call.parse().map_err(|_| ApiError::not_found("call"))?;
    let Body(wish) = body?;
    let action = wish.action;
    // A supervisor who went away must not keep a call for ever.
    let overrides = who.role >= Role::Org;
    let done = app.calls.intervene(&org, &call, &who.name, overrides, wish.into());
    done.await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(json!({"call_id": call, "action": action, "by": who.name}))))
}

fn refused(error: InterventionError) -> ApiError {
    let message = error.to_string();
    let (status, code, hint) = match error {
        InterventionError::Input { field, problem } => return ApiError::invalid(field, problem),
        InterventionError::NoSuchCall => return ApiError::not_found("call"),
        InterventionError::Store(error) => return error.into(),
        InterventionError::Ended => {
            (StatusCode::CONFLICT, "call_ended", "look at the list of live calls")
        }
        InterventionError::Controlled { .. } => (
            StatusCode::CONFLICT,
            "controlled",
            "ask them to release the call; a token of the role `org` or `admin` can release it too",
        ),
        InterventionError::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, "busy", "send the request again in a moment")
        }
        InterventionError::Failed(ControlError::NotPossible) => (
            StatusCode::CONFLICT,
            "no_call_control",
            "Vapi has sent no control URL for this call, or one on a host that is not allowed; \
             check `monitorPlan.controlEnabled` of the assistant and `[outbound] allow`",
        ),
        InterventionError::Failed(ControlError::Refused) => (
            StatusCode::BAD_GATEWAY,
            "control_refused",
            "the call is probably over; look at its state",
        ),
        InterventionError::Failed(ControlError::Unreachable) => (
            StatusCode::BAD_GATEWAY,
            "control_unreachable",
            "nothing was sent; send the request again in a moment",
        ),
        InterventionError::Failed(ControlError::Unknown) => (
            StatusCode::GATEWAY_TIMEOUT,
            "control_unknown",
            "it may have been carried out; look at the call before sending it again",
        ),
    };
    ApiError::new(status, code, message, hint)
}
