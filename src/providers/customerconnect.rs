//! CustomerConnect: looks up contacts by phone number. Read-only; no documented request of theirs
//! writes an appointment. Facts: the vendor's public documents of `contacts/search`, which disagree
//! in places, so that reading is lenient and a doubtful answer is never "not a customer".

mod client;
mod map;
mod wire;

pub(super) use client::Client;
