//! The routes of every stand-in: the vendor's own paths, all by one door, and beside them
//! `GET /stand-in/kept`, `GET /stand-in/requests`, `POST /stand-in/trouble` with a [`Plan`] and
//! `DELETE /stand-in/trouble`. Knows no vendor.

mod troubled;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::asked::Asked;
use super::cut::Scissors;
use super::handle::Behind;
use super::trouble::Plan;
use super::vendor::Vendor;
use troubled::in_trouble;
pub(super) use troubled::pack_bomb;

pub(super) fn router<V: Vendor>(behind: Arc<Behind<V>>) -> Router {
    Router::new()
        .route("/stand-in/kept", get(kept::<V>))
        .route("/stand-in/requests", get(requests::<V>))
        .route("/stand-in/trouble", post(trouble::<V>).delete(behave::<V>))
        .fallback(answer::<V>)
        .with_state(behind)
}

async fn kept<V: Vendor>(State(behind): State<Arc<Behind<V>>>) -> Json<Value> {
    Json(behind.vendor().all_kept())
}

async fn requests<V: Vendor>(State(behind): State<Arc<Behind<V>>>) -> Json<Value> {
    Json(json!(*behind.asked()))
}

async fn trouble<V: Vendor>(
    State(behind): State<Arc<Behind<V>>>,
    Json(plan): Json<Plan<V::Operation>>,
) {
    behind.troubles().add(plan);
}

async fn behave<V: Vendor>(State(behind): State<Arc<Behind<V>>>) {
    behind.troubles().clear();
}

async fn answer<V: Vendor>(
    State(behind): State<Arc<Behind<V>>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let read = behind.vendor().read(&method, &uri, &body);
    let asked = Asked::new(read, (&method, &uri, &headers), body);
    let refusal = behind.vendor().refuse(&asked);
    let trouble = match refusal {
        Some(_) => None,
        None => behind.troubles().take(asked.operation),
    };
    // Whoever sees it in the list may take it that its fate is decided.
    behind.asked().push(asked.clone());
    match (refusal, trouble) {
        (Some(refusal), _) => refusal,
        (None, None) => behind.vendor().perform(&asked, false),
        (None, Some(trouble)) => in_trouble(&behind, asked, trouble, &scissors).await,
    }
}
