//! Connecting a provider in a browser and living with what it gave: against an authorization server on this
//! machine, with an adapter that asks it for something small behind its tokens.

mod account;
mod beginning;
mod commands;
mod ending;
mod refused;
mod renewing;
mod valid;

use std::sync::Arc;

use hookswitch::config::{Config, OauthClient, Secret};
use hookswitch::player::stand_ins::authority::{Decision, Operation, Setup, StandIn, Trouble};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{MORNING, TestOrg, TestServer, VapiCall};
use account::Accounts;

const ID: &str = "the-application";
const SECRET: &str = "the-applications-secret-never-to-be-seen";
/// The day that these tests book: Thursday.
const DAY: &str = "2026-09-24";

fn setup() -> Setup {
    Setup::new(ID, SECRET, MORNING.parse().unwrap())
}

/// A clinic whose calendar is behind an authorization server.
struct Clinic {
    authority: StandIn,
    server: TestServer,
    org: TestOrg,
    /// As a browser: follows nothing by itself.
    browser: Client,
}

impl Clinic {
    async fn open() -> Self {
        Self::open_with(setup(), json!({})).await
    }

    async fn open_with(setup: Setup, settings: Value) -> Self {
        let secret = setup.client_secret.clone();
        let authority = StandIn::start(setup).await.unwrap();
        let url = authority.url().to_owned();
        Self::open_at(authority, url, secret.as_deref(), settings).await
    }

    /// One whose authorization server is reached at `url`.
    async fn open_through(authority: StandIn, url: &str) -> Self {
        Self::open_at(authority, url.to_owned(), Some(SECRET), json!({})).await
    }

    async fn open_at(
        authority: StandIn,
        url: String,
        secret: Option<&str>,
        settings: Value,
    ) -> Self {
        let client = OauthClient { id: Some(ID.into()), secret: secret.and_then(Secret::new) };
        let at = authority.url().to_owned();
        let change = move |config: &mut Config| {
            config.providers.calendly.base_url.clone_from(&url);
            config.providers.square.base_url.clone_from(&url);
            config.providers.google.base_url = format!("{url}/calendar/v3");
            // Each question is to be asked, with the token of that moment.
            config.sessions.slot_cache_ms = 0;
            config.secrets.oauth.calendly = client.clone();
            config.secrets.oauth.square = client.clone();
            config.secrets.oauth.google = client;
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let server = server.through(Arc::new(Accounts::at(&at))).await;
        let org = server.org(settings).await;
        let browser = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { authority, server, org, browser: browser.build().unwrap() }
    }

    fn start(&self, provider: &str, connection: Option<&str>) -> String {
        let connection = connection.map(|id| format!("&connection={id}")).unwrap_or_default();
        format!("/api/oauth/{provider}/start?org={}{connection}", self.org.id)
    }

    /// Begins; gives the address of the provider's page.
    async fn begin(&self, provider: &str, connection: Option<&str>) -> String {
        let path = self.start(provider, connection);
        let request = self.server.client().get(self.server.url(&path));
        let request = request.bearer_auth(self.server.token()).header("accept", "application/json");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()["url"].as_str().unwrap().to_owned()
    }

    /// Somebody decides on the provider's page; gives where they are sent back to.
    async fn decide(&self, page: &str) -> String {
        let answer = self.browser.get(page).send().await.unwrap();
        let status = answer.status();
        let back = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let back = back.unwrap_or_else(|| panic!("status {status} at {page}"));
        // The server believes in the address that it listened on first.
        let (_, query) = back.split_once('?').unwrap();
        self.server.url(&format!("/api/oauth/callback?{query}"))
    }

    async fn come_back(&self, back: &str) -> (StatusCode, String) {
        read(self.browser.get(back).send().await.unwrap()).await
    }

    /// The whole way; the connection's id.
    async fn connect(&self, provider: &str) -> String {
        let back = self.decide(&self.begin(provider, None).await).await;
        let (status, page) = self.come_back(&back).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let all = self.connections().await;
        let made = all.iter().find(|one| one["provider"] == provider).unwrap();
        made["id"].as_str().unwrap().to_owned()
    }

    /// The same for a connection that is there.
    async fn connect_again(&self, provider: &str, connection: &str) {
        let back = self.decide(&self.begin(provider, Some(connection)).await).await;
        let (status, page) = self.come_back(&back).await;
        assert_eq!(status, StatusCode::OK, "{page}");
    }

    async fn connections(&self) -> Vec<Value> {
        let path = format!("/api/orgs/{}/connections", self.org.id);
        self.server.get(&path).await["items"].as_array().unwrap().clone()
    }

    fn path(&self, connection: &str) -> String {
        format!("/api/orgs/{}/connections/{connection}", self.org.id)
    }

    async fn shown(&self, connection: &str) -> Value {
        self.server.get(&self.path(connection)).await
    }

    async fn check(&self, connection: &str) -> Value {
        let path = format!("{}/check", self.path(connection));
        let (status, checked) = self.server.api(Method::POST, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{checked}");
        checked
    }

    fn call(&self, number: &str) -> VapiCall {
        self.org.call(&self.server, number)
    }

    async fn free(&self) -> Value {
        ask(&self.call("+13125550142")).await
    }
}

/// One of forty days of which everybody asks for another, so that the questions are not one.
fn day(n: usize) -> String {
    let first: jiff::civil::Date = DAY.parse().unwrap();
    first.checked_add(jiff::Span::new().days(i64::try_from(n % 40).unwrap())).unwrap().to_string()
}

async fn ask_for(call: &VapiCall, day: &str) -> Value {
    call.tool("check_availability", json!({"date": day})).await
}

async fn ask(call: &VapiCall) -> Value {
    call.tool("check_availability", json!({"date": DAY})).await
}

/// Whether the calendar itself has answered; while it cannot, a caller may leave a wish.
fn is_answered(heard: &Value) -> bool {
    heard["available"] == true && heard["unconfirmed"].is_null()
}

async fn read(answer: Response) -> (StatusCode, String) {
    (answer.status(), answer.text().await.unwrap())
}
