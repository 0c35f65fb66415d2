//! Messages to customers and to the business: as operators see them, and what the carrier posts about them. A carrier's post
//! is believed only with its signature; a stranger learns nothing, not even which orgs there are.

mod answer;

use answer::Answer;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hookswitch_actors::{OrgEntry, TWILIO_TOKEN_FIELD, measure};
use hookswitch_storage::{About, Channel, Message, MessageNews, MessageState, OrgId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{FromProvider, Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::{Path, Query};
use super::lists::{PageQuery, listing};
use super::openapi::names;
use super::view::Audience;
use crate::messaging::twilio;

/// Where Twilio's signature is.
const SIGNATURE: &str = "x-twilio-signature";

/// Which messages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Those that stand so.
    #[serde(default)]
    #[schemars(schema_with = "names::message_state")]
    state: Option<MessageState>,
    /// Those that travel so.
    #[serde(default)]
    #[schemars(schema_with = "names::channel")]
    channel: Option<Channel>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub(super) async fn list(
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    let page = PageQuery::new(which.limit, which.cursor).page()?;
    let found = app.calls.store().messages(org.id(), which.state, which.channel, &page).await?;
    let audience = Audience::of(who.role);
    Ok(listing(found, |message| view(message, audience)))
}

fn view(message: &Message, audience: Audience) -> Value {
    let (mut booking, mut entry, mut callback) = (None, None, None);
    match &message.about {
        About::Booking(id) | About::Visit(id, _) => booking = Some(id),
        About::Waitlist(id, _) => entry = Some(id),
        About::Callback(id) => callback = Some(id),
    }
    let to = match message.channel {
        Channel::Sms => audience.number(&message.to),
        Channel::Email => audience.email(&message.to),
    };
    // As it was last handed over; what waits has no text yet.
    let sms = message.body.as_deref().filter(|_| message.channel == Channel::Sms).map(measure);
    json!({
        "id": message.id,
        "channel": message.channel,
        "purpose": message.purpose,
        "state": message.state,
        "to": to,
        "body": message.body.as_deref().map(|body| audience.text(body)),
        "segments": sms.map(|sms| sms.segments),
        "encoding": sms.map(|sms| sms.encoding.name()),
        "booking_id": booking,
        "waitlist_id": entry,
        "callback_id": callback,
        "external_id": message.external_id,
        "problem": message.problem,
        "problem_code": message.problem_code,
        "expires_at": message.expires_at,
        "created_at": message.created_at,
        "updated_at": message.updated_at,
    })
}

/// A post whose signature is right.
struct Genuine {
    org: OrgId,
    fields: Vec<(String, String)>,
}

impl Genuine {
    /// Judges a post about an org.
    fn of(
        app: &App,
        org: &str,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, ApiError> {
        let stranger = ApiError::unauthorized;
        let entry = org.parse().ok().and_then(|id: OrgId| app.calls.orgs().get(&id));
        let entry = entry.ok_or_else(stranger)?;
        let token = signing(app, &entry).ok_or_else(stranger)?;
        let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
        let signature = signature.ok_or_else(stranger)?;
        let fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        if !twilio::is_genuine(token.expose(), &app.public(path), &fields, signature) {
            return Err(stranger());
        }
        Ok(Self { org: entry.id().clone(), fields })
    }

    fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// What signs the posts about an org's messages.
fn signing(app: &App, org: &OrgEntry) -> Option<hookswitch_storage::Secret> {
    let twilio = org.settings().twilio.as_ref()?;
    if twilio.account_sid.is_none() {
        let own = app.parts.own_messages.as_ref()?;
        return Some(hookswitch_storage::Secret::from(own.expose().to_owned()));
    }
    let token = twilio.auth_token.as_ref()?;
    let opened = app.calls.store().unseal(org.id(), TWILIO_TOKEN_FIELD, token);
    opened.inspect_err(|error| tracing::error!(org.id = %org.id(), %error, "token")).ok()
}

/// `POST /api/messaging/twilio/{owner}/status`: what became of a message. Always answered without a body;
/// a message that is none of ours is let be.
pub(super) async fn status(
    _: FromProvider,
    State(app): State<App>,
    Path([org]): Path<1>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let post = Genuine::of(&app, &org, &uri, &headers, &body)?;
    let sid = post.field("MessageSid").or_else(|| post.field("SmsSid"));
    let word = post.field("MessageStatus").or_else(|| post.field("SmsStatus"));
    let (Some(sid), Some(word)) = (sid, word) else { return Ok(StatusCode::NO_CONTENT) };
    let code = post.field("ErrorCode").and_then(|code| code.parse().ok());
    let state = twilio::state(word);
    let problem = (state == MessageState::Failed).then(|| {
        let known = code.and_then(twilio::in_words);
        known.map_or_else(|| format!("Twilio says `{}`", short(word)), str::to_owned)
    });
    let query = uri.query().unwrap_or_default();
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "message");
    let news = MessageNews {
        org: post.org.clone(),
        external_id: short(sid),
        id: named.and_then(|(_, id)| id.parse().ok()),
        state,
        problem,
        code,
        now: app.calls.clock().now(),
    };
    if let (Some(21_610), Some(to)) = (code, post.field("To")) {
        app.calls.store().wants_messages(&post.org, to, false, news.now).await?;
    }
    if app.calls.carrier_reports(news).await?.is_none() {
        tracing::debug!(org.id = %post.org, "a report about no message of ours");
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/messaging/twilio/{owner}/inbound`: what a customer answered. Words that end or begin the
/// messages are obeyed, and that somebody will come is noted; everything else is let be. Nothing is
/// answered: Twilio itself confirms STOP and START and answers HELP.
pub(super) async fn inbound(
    _: FromProvider,
    State(app): State<App>,
    Path([org]): Path<1>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let post = Genuine::of(&app, &org, &uri, &headers, &body)?;
    let answer = Answer::read(post.field("Body").unwrap_or_default(), post.field("OptOutType"));
    if let Some(from) = post.field("From") {
        obey(&app, &post.org, from, answer).await?;
    }
    Ok(([(header::CONTENT_TYPE, "text/xml")], "<Response/>").into_response())
}

/// `YES` of somebody who has ended the messages begins them again and says nothing of an appointment: it
/// is long since they were reminded of one.
async fn obey(app: &App, org: &OrgId, from: &str, answer: Answer) -> Result<(), ApiError> {
    let store = app.calls.store();
    let had_ended = store.opted_out(org, from).await?.is_some();
    if let Some(wanted) = answer.wants {
        store.wants_messages(org, from, wanted, app.calls.clock().now()).await?;
    }
    if answer.confirms && !(had_ended && answer.wants == Some(true)) {
        app.calls.customer_confirms(org, from).await?;
    }
    Ok(())
}

fn short(text: &str) -> String {
    text.chars().take(64).collect()
}
