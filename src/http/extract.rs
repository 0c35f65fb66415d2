//! Parts of a request's address, refused in the same form as everything else when they cannot be
//! read: a path that is no text leads nowhere, a query is named.

use axum::extract::{FromRequestParts, Path as AxumPath, Query as AxumQuery};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::app::App;
use super::error::ApiError;

/// The variable parts of a path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let path = AxumPath::<T>::from_request_parts(parts, app).await;
        path.map(|AxumPath(path)| Self(path)).map_err(|_| ApiError::not_found("page or route"))
    }
}

/// A query.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let query = AxumQuery::<T>::from_request_parts(parts, app).await;
        let query = query.map(|AxumQuery(query)| Self(query));
        query.map_err(|rejection| ApiError::invalid("query", &rejection.body_text()))
    }
}
