//! Hookswitch: the call-session server behind Vapi voice agents.
//!
//! This package speaks every outside format; [`hookswitch_actors`] decides, and
//! [`hookswitch_storage`] remembers.
//!
//! ```text
//! Vapi --webhook--> http::webhook -> vapi::decode -> Calls -> session -> tool -> booking rules
//!                                                                 |                 |
//! watchers <--WebSocket-- http::feed <- Feed <- events -----------'      provider actor, storage
//! ```
//!
//! | question | file |
//! | --- | --- |
//! | which routes are there? | `http.rs` |
//! | how is a webhook answered? | `http/webhook.rs` |
//! | what can Vapi send? | `vapi/inbound.rs` |
//! | what can be configured? | `config.toml` |
//! | how does it all start? | `server.rs` |

pub mod cli;
pub mod config;
mod http;
pub mod player;
mod providers;
pub mod server;
pub mod vapi;
