//! Google's authorization server, for Google Calendar. Facts: Google's identity pages as of 2026. Refresh
//! tokens do not change; while the consent screen is in "Testing" they end after seven days.

use std::time::Duration;

use super::app::{App, Hosts, Revocation, Speech, way_to};
use crate::config::{Config, Providers};

/// The provider's name in the contract.
pub(super) const NAME: &str = "google";

/// The smallest scopes that do: events, when people are busy, which calendars there are.
pub(super) const SCOPES: &[&str] = &[
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.freebusy",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
];

pub(super) fn app(config: &Config) -> Result<App, String> {
    let usual = Providers::default().google.base_url;
    let hosts = Hosts { base: &config.providers.google.base_url, usual: &usual };
    let host = "https://oauth2.googleapis.com";
    let token = hosts.at(host, "/token")?;
    Ok(App {
        provider: NAME,
        title: "Google",
        variables: ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
        client: config.secrets.oauth.google.clone(),
        needs_secret: true,
        authorize: hosts.at("https://accounts.google.com", "/o/oauth2/v2/auth")?,
        revocation: Revocation::Query(hosts.at(host, "/revoke")?),
        speech: Speech::Form,
        scopes: SCOPES,
        needed: SCOPES,
        // A refresh token comes only with `offline`, and reliably only when consent is asked for anew.
        extra: &[("access_type", "offline"), ("prompt", "consent")],
        pkce: true,
        rotates: false,
        ahead: Duration::from_secs(5 * 60),
        http: way_to(&token)?,
        token,
    })
}
