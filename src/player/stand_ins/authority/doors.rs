//! The stand-in's routes: every provider's own paths to the same few things, and what the planned
//! troubles make of a request.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::cut::Scissors;
use super::super::trouble::{Behind, Complaint, in_trouble};
use super::answers::{Manners, denied, given};
use super::tokens::{Agreed, Denied};
use super::{Decision, Inner, Operation};

pub(super) fn router(inner: Arc<Inner>) -> Router {
    Router::new().fallback(answer).with_state(inner)
}

type Fields = HashMap<String, String>;

pub(super) struct Request {
    operation: Operation,
    manners: Manners,
    fields: Fields,
    /// What stands behind `Bearer`, `Basic` or `Client`.
    authorization: Option<String>,
}

impl Request {
    fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

fn read(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Request {
    let pairs = |text: &[u8]| form_urlencoded::parse(text).into_owned().collect::<Fields>();
    let mut fields = pairs(uri.query().unwrap_or_default().as_bytes());
    match serde_json::from_slice::<serde_json::Map<String, Value>>(body) {
        Ok(object) => {
            let texts = object
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
            fields.extend(texts);
        }
        Err(_) => fields.extend(pairs(body)),
    }
    let grant_type = fields.get("grant_type").map(String::as_str);
    let operation = match (uri.path(), grant_type) {
        ("/oauth/authorize" | "/oauth2/authorize" | "/o/oauth2/v2/auth", _) => Operation::Authorize,
        ("/oauth/revoke" | "/oauth2/revoke" | "/revoke", _) => Operation::Revoke,
        ("/resource", _) => Operation::Resource,
        (path, grant_type) if path.ends_with("/token") => match grant_type {
            Some("authorization_code") => Operation::Exchange,
            Some("refresh_token") => Operation::Refresh,
            Some("client_credentials" | "urn:ietf:params:oauth:grant-type:jwt-bearer") => {
                Operation::Credentials
            }
            _ => Operation::Unknown,
        },
        _ => Operation::Unknown,
    };
    let square = uri.path().starts_with("/oauth2/");
    let manners = if square { Manners::Square } else { Manners::Plain };
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let authorization = authorization.and_then(|value| value.split_once(' '));
    let authorization = authorization.map(|(_, value)| value.to_owned());
    Request { operation, manners, fields, authorization }
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = read(&uri, &headers, &body);
    let trouble = {
        let mut state = inner.lock();
        state.asked.push(request.operation);
        state.troubles.take(request.operation)
    };
    match trouble {
        Some(trouble) => in_trouble(&inner, request, trouble, &scissors).await,
        None => inner.perform(&request, false),
    }
}

impl Inner {
    fn authorize(&self, request: &Request) -> Response {
        let mut state = self.lock();
        let back = request.text("redirect_uri");
        if !state.tokens.knows(request.text("client_id"), back) {
            return (StatusCode::BAD_REQUEST, "this application is not known here").into_response();
        }
        let challenge = request.fields.get("code_challenge").cloned();
        if state.tokens.needs_proof() && challenge.is_none() {
            return (StatusCode::BAD_REQUEST, "code_challenge is missing").into_response();
        }
        let scope = match &state.decision {
            Decision::Allows => Ok(request.text("scope").to_owned()),
            Decision::AllowsOnly(scope) => Ok(scope.clone()),
            Decision::Refuses(error) => Err(error.clone()),
        };
        let mut answer = form_urlencoded::Serializer::new(String::new());
        match scope {
            Ok(scope) => {
                let redirect_uri = back.to_owned();
                let code = state.tokens.agree(Agreed { redirect_uri, challenge, scope });
                answer.append_pair("code", &code);
            }
            Err(error) => {
                answer.append_pair("error", &error);
                answer.append_pair("error_description", "<b>a text of the provider's</b>");
            }
        }
        answer.append_pair("state", request.text("state"));
        let back = format!("{back}?{}", answer.finish());
        (StatusCode::FOUND, [(header::LOCATION, back)]).into_response()
    }

    fn tokens(&self, request: &Request) -> Response {
        let mut state = self.lock();
        let tokens = &mut state.tokens;
        let basic = request.authorization.as_ref().and_then(|text| STANDARD.decode(text).ok());
        let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
        let (id, secret) = match basic.as_deref().and_then(|basic| basic.split_once(':')) {
            Some((id, secret)) => (id, Some(secret)),
            None => {
                let secret = request.fields.get("client_secret").map(String::as_str);
                (request.text("client_id"), secret)
            }
        };
        let signs =
            request.fields.get("assertion").is_some_and(|text| text.split('.').count() == 3);
        let known = if signs { Ok(()) } else { tokens.check_client(id, secret) };
        let pair = known.and_then(|()| match request.operation {
            Operation::Exchange => tokens.exchange(
                request.text("code"),
                request.text("redirect_uri"),
                request.fields.get("code_verifier").map(String::as_str),
            ),
            Operation::Refresh => tokens.refresh(request.text("refresh_token")),
            Operation::Credentials => Ok(tokens.for_itself()),
            _ => Err(Denied::Request),
        });
        match pair {
            Ok(pair) => given(request.manners, &pair),
            Err(why) => denied(request.manners, why),
        }
    }

    fn revoke(&self, request: &Request) -> Response {
        let mut state = self.lock();
        let named = ["token", "access_token"].map(|name| request.text(name));
        let known = named.iter().any(|token| state.tokens.revoke(token));
        let status = if known { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        (status, Json(json!({"success": known}))).into_response()
    }

    fn resource(&self, request: &Request) -> Response {
        let access = request.authorization.as_deref().unwrap_or_default();
        if self.lock().tokens.opens(access) {
            Json(json!({"id": "AAAA", "name": "Willow Street Dental"})).into_response()
        } else {
            StatusCode::UNAUTHORIZED.into_response()
        }
    }
}

impl Behind for Inner {
    type Request = Request;

    fn perform(&self, request: &Request, _: bool) -> Response {
        match request.operation {
            Operation::Authorize => self.authorize(request),
            Operation::Revoke => self.revoke(request),
            Operation::Resource => self.resource(request),
            Operation::Exchange | Operation::Refresh | Operation::Credentials => {
                self.tokens(request)
            }
            Operation::Unknown | Operation::Any => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn complain(&self, request: &Request, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => StatusCode::TOO_MANY_REQUESTS.into_response(),
            Complaint::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Complaint::Refused => denied(request.manners, Denied::Client),
            Complaint::Forbidden => StatusCode::FORBIDDEN.into_response(),
            Complaint::Taken | Complaint::Raced => denied(request.manners, Denied::Grant),
        }
    }
}
