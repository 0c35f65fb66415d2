//! Integration tests: everything goes through public doors, against a real server on a port of its
//! own with a data folder of its own. Conditions are waited for; there are no bare sleeps.

#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod acuity;
mod ahead;
mod any_order;
mod booking;
mod browser;
mod calcom;
mod calcom_and_twilio;
mod caldav;
mod calendly;
mod call_log;
mod callbacks;
mod clinic;
mod commands;
mod connections;
mod control;
mod crash;
mod customerconnect;
mod described;
mod expiring;
mod feed;
mod google;
mod layering;
mod locales;
mod mail;
mod messages;
mod metrics;
mod oauth;
mod openapi;
mod opentable;
mod operator;
mod page;
mod payloads;
mod questions;
mod refusals;
mod registration;
mod removal;
mod requests;
mod restart;
mod seeds;
mod settings;
mod settings_kept;
mod slow_heads;
mod smoke;
mod square;
mod support;
mod sync;
mod tools_together;
mod vendor_trouble;
mod waitlist;
mod wrong_settings;
