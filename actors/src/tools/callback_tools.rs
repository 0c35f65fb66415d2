//! Being called back: `request_callback` and `requestCallback`. Also how a message is taken.

use hookswitch_storage::{CallbackState, NamingSet, Urgency};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wording::{refused, same_names};
use super::{Face, Given, Listing, Needs, ToolContext, ToolOutcome};
use crate::booking::phrases::waiting;
use crate::booking::{CallbackWish, Effects, call_back};

const DESCRIPTION: &str = "Keep a message, or the wish to be called back, for the team. Call this \
    when the caller asks for a call back, wants to leave a message, or needs something that you \
    cannot do. Ask first what it is about. A second call of this within the conversation adds \
    what it is about to the first, and corrects the rest.";

pub(super) fn faces() -> Vec<Face> {
    vec![
        Face::new("request_callback", Listing::Set(NamingSet::Snake), DESCRIPTION, snake)
            .needing(Needs::Nothing),
        Face::new("requestCallback", Listing::Set(NamingSet::Camel), DESCRIPTION, camel)
            .needing(Needs::Nothing),
    ]
}

/// The tool by which a message is kept, in a naming set.
pub(crate) fn name_in(set: NamingSet) -> &'static str {
    match set {
        NamingSet::Snake => "request_callback",
        NamingSet::Camel => "requestCallback",
    }
}

/// Arguments of `request_callback`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct RequestCallback {
    /// Name of the customer
    #[serde(alias = "name")]
    customer_name: Option<String>,
    /// Number to call; the number they are calling from by default
    #[serde(alias = "phone_number", alias = "phone")]
    customer_phone: Option<String>,
    /// When they would like to be called, in their words
    #[serde(alias = "when", alias = "time")]
    preferred_time: Option<String>,
    /// What it is about, in their words
    #[serde(alias = "reason", alias = "message", alias = "topic", alias = "notes")]
    #[schemars(required)]
    about: Option<String>,
    /// How soon it matters: low, normal or urgent
    urgency: Option<String>,
}

async fn snake(context: ToolContext, arguments: RequestCallback) -> ToolOutcome {
    let wish = CallbackWish {
        name: arguments.customer_name,
        phone: arguments.customer_phone,
        preferred_time: arguments.preferred_time,
        about: arguments.about,
        urgency: arguments.urgency,
    };
    run(context, wish, same_names).await
}

/// Arguments of `requestCallback`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RequestCallbackCamel {
    /// Name of the patient
    #[serde(alias = "customerName", alias = "name")]
    patient_name: Option<String>,
    /// Number to call; the number they are calling from by default
    #[serde(alias = "customerPhone", alias = "phoneNumber", alias = "phone")]
    patient_phone: Option<String>,
    /// When they would like to be called, in their words
    #[serde(alias = "when", alias = "time")]
    preferred_time: Option<String>,
    /// What it is about, in their words
    #[serde(alias = "reason", alias = "message", alias = "topic", alias = "notes")]
    #[schemars(required)]
    about: Option<String>,
    /// How soon it matters: low, normal or urgent
    urgency: Option<String>,
}

async fn camel(context: ToolContext, arguments: RequestCallbackCamel) -> ToolOutcome {
    let wish = CallbackWish {
        name: arguments.patient_name,
        phone: arguments.patient_phone,
        preferred_time: arguments.preferred_time,
        about: arguments.about,
        urgency: arguments.urgency,
    };
    let names = |argument| if argument == "customer_phone" { "patientPhone" } else { argument };
    run(context, wish, names).await
}

#[derive(Serialize)]
struct CallbackText {
    success: bool,
    message: String,
    data: CallbackData,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallbackData {
    callback_id: String,
    state: CallbackState,
    urgency: Urgency,
}

async fn run(
    context: ToolContext,
    wish: CallbackWish,
    names: impl Fn(&'static str) -> &'static str,
) -> ToolOutcome {
    let mut effects = Effects::default();
    match call_back(&context, wish, &mut effects).await {
        Ok(callback) => {
            let urgent = callback.urgency == Urgency::Urgent;
            let body = CallbackText {
                success: true,
                message: waiting::call_back(callback.preferred_time.as_deref(), urgent),
                data: CallbackData {
                    callback_id: callback.id.to_string(),
                    state: callback.state,
                    urgency: callback.urgency,
                },
            };
            ToolOutcome::new(Given::json(&body, true), effects)
        }
        Err(refusal) => refused(&refusal, names, effects),
    }
}
