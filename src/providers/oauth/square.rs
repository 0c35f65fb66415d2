//! Square's authorization server. Facts: Square's OpenAPI description of 2025-08-20 and developer pages.
//! With a secret, refresh tokens neither end nor change; without one they are good for one use within
//! 90 days. Access tokens last 30 days, and Square asks that they be renewed every seven.

use std::time::Duration;

use super::app::{App, Hosts, Revocation, Speech, way_to};
use crate::config::{Config, Providers};

/// What the adapter asks for; the `ALL` scopes make it act for the seller, not for a buyer.
const SCOPES: &[&str] = &[
    "APPOINTMENTS_READ",
    "APPOINTMENTS_WRITE",
    "APPOINTMENTS_ALL_READ",
    "APPOINTMENTS_ALL_WRITE",
    "APPOINTMENTS_BUSINESS_SETTINGS_READ",
    "ITEMS_READ",
    "CUSTOMERS_READ",
    "CUSTOMERS_WRITE",
    "MERCHANT_PROFILE_READ",
    "EMPLOYEES_READ",
];

pub(super) fn app(config: &Config) -> Result<App, String> {
    let usual = Providers::default().square.base_url;
    let hosts = Hosts { base: &config.providers.square.base_url, usual: &usual };
    let token = hosts.at(&usual, "/oauth2/token")?;
    let client = config.secrets.oauth.square.clone();
    // One who holds no secret proves itself by possession instead, and gets tokens for one use.
    let without_secret = client.secret.is_none();
    Ok(App {
        provider: "square",
        title: "Square",
        variables: ["SQUARE_APPLICATION_ID", "SQUARE_APPLICATION_SECRET"],
        client,
        needs_secret: false,
        authorize: hosts.at(&usual, "/oauth2/authorize")?,
        revocation: Revocation::Square(hosts.at(&usual, "/oauth2/revoke")?),
        speech: Speech::Json,
        scopes: SCOPES,
        needed: &[],
        // Else whoever is signed in there already is connected without being asked which account.
        extra: &[("session", "false")],
        pkce: without_secret,
        rotates: without_secret,
        ahead: Duration::from_secs(23 * 24 * 3_600),
        http: way_to(&token)?,
        token,
    })
}
