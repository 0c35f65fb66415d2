//! Requests to token endpoints, and what each way of not getting a token means. Secrets go through here
//! into requests and nowhere else; what a server says in words is not passed on.

use hookswitch_actors::ports::RenewError;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Map, Value};

use super::app::{App, Revocation, Speech};
use super::wire::{self, Given};
use crate::providers::http::{self, Answer, Failure, Http};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Asks for a token with these fields and who we are.
pub(super) async fn token(
    app: &App,
    fields: &[(&str, &str)],
    now: Timestamp,
) -> Result<Given, RenewError> {
    let mut fields = fields.to_vec();
    fields.push(("client_id", app.is_set_up().map_err(RenewError::Refused)?));
    fields.extend(app.secret().map(|secret| ("client_secret", secret)));
    let request = app.http.request(Method::POST, app.token.clone());
    let request = match app.speech {
        Speech::Form => form(request, &fields),
        Speech::Json => json(request, &fields),
    };
    read(app.title, &app.variables, send(&app.http, request).await?, now)
}

pub(super) fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header(CONTENT_TYPE, FORM).header(ACCEPT, JSON).body(body)
}

fn json(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    request.header(ACCEPT, JSON).json(&fields.collect::<Map<_, _>>())
}

/// Sends a request to a token endpoint.
pub(super) async fn send(way: &Http, request: RequestBuilder) -> Result<Answer, RenewError> {
    way.send(request).await.map_err(|failure| match failure {
        Failure::NotSent => RenewError::Unavailable { retry_after: None },
        // A refresh token may be used up.
        Failure::Late | Failure::Broken | Failure::TooLarge => RenewError::Lost,
    })
}

/// What an answer of a token endpoint means.
pub(super) fn read(
    title: &str,
    variables: &[&str],
    answer: Answer,
    now: Timestamp,
) -> Result<Given, RenewError> {
    let status = answer.status;
    if status.is_success() {
        return wire::given(&answer.body, now).ok_or(RenewError::Lost);
    }
    let refused = |what: String| Err(RenewError::Refused(what));
    match (status.as_u16(), wire::refusal(&answer.body)) {
        (429, _) | (400..=499, Some("slow_down")) => {
            Err(RenewError::Unavailable { retry_after: http::pause(&answer.headers) })
        }
        (408 | 500..=599, _) | (_, Some("temporarily_unavailable")) => Err(RenewError::Lost),
        (400..=403, Some("invalid_grant")) => Err(RenewError::Dead),
        (400 | 403, Some("invalid_scope")) => refused(format!(
            "{title} does not allow our application what it asks for; allow it on the developer page there"
        )),
        (_, Some("invalid_client")) | (401, None) => refused(format!(
            "{title} does not accept our application; correct {}",
            variables.join(" and ")
        )),
        (300..=399 | 404 | 405, _) => refused(format!(
            "{title}'s authorization server is not where we look for it; correct the provider's base_url"
        )),
        (status, _) => {
            refused(format!("{title}'s authorization server refuses the request (status {status})"))
        }
    }
}

/// Takes a grant back.
pub(super) async fn revoke(
    app: &App,
    access: &str,
    refresh: Option<&str>,
) -> Result<(), RenewError> {
    let id = app.is_set_up().map_err(RenewError::Refused)?;
    let post = |url: &Url| app.http.request(Method::POST, url.clone());
    let newest = refresh.unwrap_or(access);
    let request = match (&app.revocation, app.secret()) {
        (Revocation::Form(url), secret) => {
            let mut fields = vec![("token", newest), ("client_id", id)];
            fields.extend(secret.map(|secret| ("client_secret", secret)));
            form(post(url), &fields)
        }
        (Revocation::Query(url), _) => {
            let mut url = url.clone();
            url.query_pairs_mut().append_pair("token", newest);
            form(post(&url), &[])
        }
        (Revocation::Square(url), Some(secret)) => {
            let value = HeaderValue::from_str(&format!("Client {secret}"));
            let mut value =
                value.map_err(|_| RenewError::Refused("the secret is no text".into()))?;
            value.set_sensitive(true);
            json(post(url), &[("client_id", id), ("access_token", access)])
                .header(AUTHORIZATION, value)
        }
        // Without a secret Square lets nobody but the seller end it.
        (Revocation::Square(_), None) => return Ok(()),
    };
    let answer = send(&app.http, request).await?;
    match answer.status.as_u16() {
        // What is good no longer need not be taken back.
        200..=299 | 400 | 404 => Ok(()),
        429 | 500..=599 | 408 => {
            Err(RenewError::Unavailable { retry_after: http::pause(&answer.headers) })
        }
        status => Err(RenewError::Refused(format!(
            "{} does not take our access back (status {status}); end it there by hand",
            app.title
        ))),
    }
}
