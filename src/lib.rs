//! Hookswitch: the call-session server behind Vapi voice agents.
//!
//! This package speaks every outside format; [`hookswitch_actors`] decides, and
//! [`hookswitch_storage`] remembers. Begin with the README's “How a booking travels”, then read the
//! pages of the three packages in that order.
//!
//! # The data's way
//!
//! ```text
//! Vapi --webhook--> http::webhook -> vapi::decode -> Calls -> session -> tool -> booking rules
//!                                                                 |                 |
//! watchers <--WebSocket-- http::feed <- Feed <- events -----------'      provider actor, storage
//!    page  <--HTTP------- http::dashboard                                    |
//!                                                      vendor <--HTTP-- providers::<vendor>
//! ```
//!
//! Three families of types never mix: what is on the wire (here), what is decided on
//! ([`hookswitch_actors::ports`]) and what is kept ([`hookswitch_storage`]'s model). Each conversion
//! stands beside the outer type.
//!
//! # What runs
//!
//! ```text
//! server::Server
//!   listener            axum: webhooks, operators' interface, page, feed
//!   Calls               the supervision tree of hookswitch_actors: sessions, connections
//!   Store               one writer thread of hookswitch_storage
//! ```
//!
//! [`server`] starts them from the bottom up and stops them in the order: no new connections, answers
//! in flight, watchers, sessions, storage.
//!
//! # Where to look
//!
//! | question | file |
//! | --- | --- |
//! | which routes are there? | `http.rs` |
//! | how is a webhook answered? | `http/webhook.rs` |
//! | what can Vapi send? | [`vapi`]`/inbound.rs` |
//! | who may see what? | `http/identity.rs`, `http/view.rs` |
//! | what does the page consist of? | `http/dashboard.rs` and the folder beside it |
//! | how is a vendor asked? | `providers/<vendor>/client.rs`, `wire.rs`, `map.rs` |
//! | which addresses may be called for an organisation? | `outbound.rs` |
//! | what can be configured? | `config.toml`, [`config`] |
//! | which commands are there? | [`cli`] |
//! | how are calls played for the demo and the tests? | [`player`] |
//! | how does it all start? | [`server`] |
//!
//! # What this package must not know
//!
//! Which slot is free, what a caller hears, when a booking holds: nothing here decides. The row store
//! (sled) is never imported, the actor framework only where [`server`] starts things.

pub mod cli;
pub mod config;
mod http;
mod messaging;
mod outbound;
pub mod player;
mod providers;
pub mod server;
pub mod vapi;
