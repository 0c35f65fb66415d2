//! Calendly's authorization server. Facts: Calendly's developer pages as of 2026. Refresh tokens are good
//! for one use and have no age limit; at most eight token requests a user and minute.

use std::time::Duration;

use super::app::{App, Hosts, Revocation, Speech, way_to};
use crate::config::{Config, Providers};

/// What the adapter asks for; writing includes reading. Free times are put under one of two scopes by
/// two pages of Calendly's, so both are asked for.
const SCOPES: &[&str] = &[
    "users:read",
    "event_types:read",
    "availability:read",
    "scheduled_events:read",
    "scheduled_events:write",
    "webhooks:read",
    "webhooks:write",
];

pub(super) fn app(config: &Config) -> Result<App, String> {
    let usual = Providers::default().calendly.base_url;
    let hosts = Hosts { base: &config.providers.calendly.base_url, usual: &usual };
    let host = "https://auth.calendly.com";
    let token = hosts.at(host, "/oauth/token")?;
    Ok(App {
        provider: "calendly",
        title: "Calendly",
        variables: ["CALENDLY_CLIENT_ID", "CALENDLY_CLIENT_SECRET"],
        client: config.secrets.oauth.calendly.clone(),
        needs_secret: true,
        authorize: hosts.at(host, "/oauth/authorize")?,
        revocation: Revocation::Form(hosts.at(host, "/oauth/revoke")?),
        speech: Speech::Form,
        scopes: SCOPES,
        // Applications from before scopes have none, and may do everything.
        needed: &[],
        extra: &[],
        pkce: true,
        rotates: true,
        ahead: Duration::from_secs(5 * 60),
        http: way_to(&token)?,
        token,
    })
}
