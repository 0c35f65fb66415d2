//! Vapi's side of the wire: what it posts to us and what we answer.
//!
//! Called by the HTTP handlers. A body goes through [`verify`] as raw bytes, then through
//! [`decode`] (or [`decode_direct`] on a route of one tool), and what the tools said goes back
//! through [`results_body`]. Nothing here decides anything about a call or a booking, and all
//! of that is pure functions. What waits is the way back: [`VapiControl`] steers live calls.

mod answer;
pub mod assistant;
mod assistant_request;
mod auth;
mod call_lookup;
mod control;
mod destinations;
mod direct;
mod inbound;
mod lenient;
pub mod lint;
mod platform;
mod redact;
mod reported;
mod rest;
mod server_block;
mod small_answers;
mod tool_call;
mod tool_definition;
mod transfers;

#[cfg(test)]
mod tests;

pub use answer::{
    Outcome, Spoken, ToolAnswer, legacy_direct_body, legacy_function_body, results_body,
    single_line,
};
pub use assistant_request::welcome_body;
pub use auth::{
    Attempt, Denied, LIFE_SECONDS, OpenedAuth, Problem, Refusal, Scheme, issue_access_token,
    presented_tokens, token_digest, verify, verify_headers,
};
pub use control::VapiControl;
pub use destinations::{handoff_body, transfer_body};
pub use direct::{Direct, Single, decode_direct};
pub use inbound::{
    CallInfo, DecodeError, HandedOver, Inbound, Kind, Line, Question, Report, Speaker, Target,
    decode,
};
pub(crate) use platform::VapiPlatform;
pub use redact::redact_for_log;
pub(crate) use reported::{handed_over_to, reported, shortened};
pub(crate) use rest::meter::{Meter, REQUEST_CLASSES, Requests};
pub use server_block::{NoProof, ServerBlock};
pub use small_answers::{documents_body, eligible_body, wait_body};
pub use tool_call::{BadArguments, ToolCall};
pub use tool_definition::{described, tool_definition};
