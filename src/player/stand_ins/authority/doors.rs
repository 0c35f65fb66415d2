//! Which request asks for what, by every provider's own paths to the same few things, and what comes of it.

use std::collections::HashMap;

use axum::Json;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::vendor::{Complaint, Vendor};
use super::answers::{Manners, denied, given};
use super::tokens::{Agreed, Denied, Tokens};
use super::{Asked, Authority, Decision, Operation, Setup};

type Fields = HashMap<String, String>;

/// The fields of a query and of a body, which may be a form or JSON.
fn fields(uri: &Uri, body: &[u8]) -> Fields {
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
    fields
}

struct Request<'a> {
    operation: Operation,
    manners: Manners,
    fields: Fields,
    /// What stands behind `Bearer`, `Basic` or `Client`.
    authorization: Option<&'a str>,
}

impl<'a> Request<'a> {
    fn of(asked: &'a Asked) -> Self {
        let manners = match asked.path() {
            path if path.starts_with("/oauth2/") => Manners::Square,
            "/token" => Manners::Google,
            _ => Manners::Plain,
        };
        let authorization = asked.header("authorization").and_then(|value| value.split_once(' '));
        Self {
            operation: asked.operation,
            manners,
            fields: fields(&asked.uri.parse().unwrap_or_default(), asked.bytes()),
            authorization: authorization.map(|(_, value)| value),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

impl Authority {
    fn authorize(&mut self, request: &Request<'_>) -> Response {
        let back = request.text("redirect_uri");
        if !self.tokens.knows(request.text("client_id"), back) {
            return (StatusCode::BAD_REQUEST, "this application is not known here").into_response();
        }
        let challenge = request.fields.get("code_challenge").cloned();
        if self.tokens.needs_proof() && challenge.is_none() {
            return (StatusCode::BAD_REQUEST, "code_challenge is missing").into_response();
        }
        let scope = match &self.decision {
            Decision::Allows => Ok(request.text("scope").to_owned()),
            Decision::AllowsOnly(scope) => Ok(scope.clone()),
            Decision::Refuses(error) => Err(error.clone()),
        };
        let mut answer = form_urlencoded::Serializer::new(String::new());
        match scope {
            Ok(scope) => {
                let redirect_uri = back.to_owned();
                let person = self.person.clone();
                let code = self.tokens.agree(Agreed { redirect_uri, challenge, scope, person });
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

    fn grant(&mut self, request: &Request<'_>) -> Response {
        let tokens = &mut self.tokens;
        let basic = request.authorization.and_then(|text| STANDARD.decode(text).ok());
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
            Operation::Credentials => Ok(tokens.for_itself(&self.person)),
            _ => Err(Denied::Request),
        });
        match pair {
            Ok(pair) => given(request.manners, &pair),
            Err(why) => denied(request.manners, why),
        }
    }

    fn revoke(&mut self, request: &Request<'_>) -> Response {
        let named = ["token", "access_token"].map(|name| request.text(name));
        let known = named.iter().any(|token| self.tokens.revoke(token));
        let status = if known { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        (status, Json(json!({"success": known}))).into_response()
    }

    fn resource(&self, request: &Request<'_>) -> Response {
        let access = request.authorization.unwrap_or_default();
        match self.tokens.opens(access) {
            Some(person) => {
                Json(json!({"id": person, "name": "Willow Street Dental"})).into_response()
            }
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    }
}

impl Vendor for Authority {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        let person = "AAAA".to_owned();
        Self { tokens: Tokens::new(setup), decision: Decision::Allows, person }
    }

    fn read(&self, _: &Method, uri: &Uri, body: &[u8]) -> (Operation, String) {
        let fields = fields(uri, body);
        let operation = match (uri.path(), fields.get("grant_type").map(String::as_str)) {
            ("/oauth/authorize" | "/oauth2/authorize" | "/o/oauth2/v2/auth", _) => {
                Operation::Authorize
            }
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
        (operation, String::new())
    }

    // Who asks is part of what each of them asks for.
    fn refuse(&mut self, _: &Asked) -> Option<Response> {
        None
    }

    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        let request = &Request::of(asked);
        match request.operation {
            Operation::Authorize => self.authorize(request),
            Operation::Revoke => self.revoke(request),
            Operation::Resource => self.resource(request),
            Operation::Exchange | Operation::Refresh | Operation::Credentials => {
                self.grant(request)
            }
            Operation::Unknown | Operation::Any => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn complain(&mut self, asked: &Asked, complaint: Complaint) -> Response {
        let manners = Request::of(asked).manners;
        match complaint {
            Complaint::TooMany => StatusCode::TOO_MANY_REQUESTS.into_response(),
            Complaint::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Complaint::Refused => denied(manners, Denied::Client),
            Complaint::Forbidden => StatusCode::FORBIDDEN.into_response(),
            Complaint::Taken | Complaint::Raced => denied(manners, Denied::Grant),
        }
    }

    fn all_kept(&self) -> Value {
        json!({"good": self.tokens.good()})
    }
}
