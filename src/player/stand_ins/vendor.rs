//! What a vendor's side of a stand-in has to say: which request asks for what, who may ask it, what comes
//! of it, and how the vendor puts a no. Everything else of a stand-in is the same for all of them.

use std::fmt::Debug;

use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::asked::Asked;

/// What requests can be told apart by.
pub trait Kind:
    Copy + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// All of them, in plans.
    const ANY: Self;
}

/// A vendor's account, and the manners of its API.
pub trait Vendor: Send + 'static {
    /// What it is opened with.
    type Setup;
    /// What it can be asked for.
    type Operation: Kind;

    /// The account as it is before the first request.
    fn open(setup: Self::Setup) -> Self;

    /// What a request asks for, and what it is about, if it names something.
    fn read(&self, method: &Method, uri: &Uri, body: &[u8]) -> (Self::Operation, String);

    /// What whoever may not ask this is told. No planned trouble befalls such a request.
    fn refuse(&mut self, asked: &Asked<Self::Operation>) -> Option<Response>;

    /// Does what is asked for and answers; with `as_request` so that the host has yet to agree.
    fn perform(&mut self, asked: &Asked<Self::Operation>, as_request: bool) -> Response;

    /// Answers as the vendor does.
    fn complain(&mut self, asked: &Asked<Self::Operation>, complaint: Complaint) -> Response;

    /// Everything that it keeps for its customers.
    fn all_kept(&self) -> Value;
}

/// What a vendor may say no for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// Too many requests.
    TooMany,
    /// Something broke there.
    Broken,
    /// The credentials are refused.
    Refused,
    /// The credentials do not allow this.
    Forbidden,
    /// The slot is taken.
    Taken,
    /// Somebody was faster.
    Raced,
}

/// A status by its number.
pub(super) fn status_of(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
