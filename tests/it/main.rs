//! Integration tests: everything goes through public doors, against a real server on a port of its
//! own with a data folder of its own. Conditions are waited for; there are no bare sleeps.

#![allow(clippy::unwrap_used, reason = "tests")]

mod any_order;
mod booking;
mod call_log;
mod commands;
mod connections;
mod control;
mod crash;
mod customerconnect;
mod feed;
mod layering;
mod openapi;
mod operator;
mod payloads;
mod questions;
mod refusals;
mod removal;
mod restart;
mod seeds;
mod settings;
mod smoke;
mod support;
mod tools_together;
mod wrong_settings;
