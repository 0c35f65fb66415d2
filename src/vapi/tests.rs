//! Tests of Vapi's side of the wire, through its public functions. Bodies are in
//! `tests/fixtures/vapi`, one for each shape.
#![allow(clippy::unwrap_used, reason = "tests")]

mod answers;
mod auth;
mod direct;
mod events;
mod properties;
mod questions;
mod redact;
mod shapes;

use serde_json::Value;

use super::{Inbound, Kind, ToolCall, decode};

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/vapi/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn inbound(name: &str) -> Inbound {
    decode(&fixture(name)).unwrap()
}

fn tool_calls(inbound: &Inbound) -> &[ToolCall] {
    match &inbound.kind {
        Kind::ToolCalls(calls) => calls,
        other => panic!("no tool calls but {other:?}"),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
