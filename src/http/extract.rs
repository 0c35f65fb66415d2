//! Parts of a request, refused in the same form as everything else when they cannot be read: a
//! path that is no text leads nowhere; in a query or a body the field that is wrong is named, and
//! what was sent is not repeated, since it may be a secret.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};

use super::access::ORG;
use super::app::App;
use super::error::{ApiError, undecodable};

/// The variable parts of a path in their order, but never the org: that one is only to be had judged.
pub(super) struct Path<const N: usize>(pub(super) [String; N]);

impl<const N: usize> FromRequestParts<App> for Path<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, app).await;
        let path = path.map_err(|_| ApiError::no_such_route())?;
        let values = path.iter().filter(|(name, _)| *name != ORG);
        let values: Vec<String> = values.map(|(_, value)| value.to_owned()).collect();
        values.try_into().map(Self).map_err(|_| ApiError::no_such_route())
    }
}

/// A query. Handlers that look for something else first take it as a `Result`.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
        read.map(Self)
            .map_err(|error| undecodable(&error.path().to_string(), &error.inner().to_string()))
    }
}

/// Tells a `null` from a field that is not there.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A body of one JSON object. Handlers that look for something else first take it as a `Result`.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let is_json = says_json(request.headers());
        let bytes = Bytes::from_request(request, app).await?;
        if is_json { object(&bytes).map(Self) } else { Err(not_json()) }
    }
}

/// One JSON object.
pub(super) fn object<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, ApiError> {
    let mut decoder = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut decoder);
    let malformed = |error: &serde_json::Error| {
        ApiError::bad_json(format!(
            "the body is not JSON (wrong at line {}, column {})",
            error.line(),
            error.column()
        ))
    };
    match read {
        // The decoder would take a list for a group of fields, by the order of their declaration.
        _ if bytes.trim_ascii_start().first() == Some(&b'[') => {
            Err(ApiError::bad_json("the body is a list"))
        }
        Ok(value) => decoder.end().map(|()| value).map_err(|error| malformed(&error)),
        // No field to name: it is the whole that is of another kind.
        Err(error)
            if error.inner().is_data() && bytes.trim_ascii_start().first() != Some(&b'{') =>
        {
            Err(ApiError::bad_json("the body is no JSON object"))
        }
        Err(error) if error.inner().is_data() => {
            let problem = error.inner().to_string();
            // Where it stands in the text says less than the field's name.
            let problem =
                problem.rsplit_once(" at line ").map_or(&*problem, |(problem, _)| problem);
            Err(undecodable(&error.path().to_string(), problem))
        }
        Err(error) => Err(malformed(error.inner())),
    }
}

fn says_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn not_json() -> ApiError {
    ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "the body is not announced as JSON",
        "send one JSON object with the header `Content-Type: application/json`",
    )
}

/// A moment that may be left out.
pub(super) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let wrong = |_| D::Error::custom("must be a time with its offset, like `2027-01-01T00:00:00Z`");
    text.trim().parse().map(Some).map_err(wrong)
}

/// A day that may be left out.
pub(super) fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let wrong = |_| D::Error::custom("must be a date, like `2027-01-31`");
    text.trim().parse().map(Some).map_err(wrong)
}
