//! Access that ends in the middle, through each vendor's own adapter: nobody has to do anything while it can be
//! renewed, and somebody is told what to do when it cannot.

mod accounts;
mod front;
mod soon;
mod stories;

use hookswitch::config::{Config, OauthClient, Secret};
use hookswitch::player::stand_ins::authority::{Operation, Setup, StandIn, Trouble};
use hookswitch::player::stand_ins::{calendly, google, square};
use reqwest::{Client, Method, StatusCode, redirect::Policy};
use serde_json::{Value, json};

use crate::support::{MORNING, TestOrg, TestServer, VapiCall, eventually};
use front::Front;

const ID: &str = "the-application";
const SECRET: &str = "the-applications-secret";
/// What the vendors' stand-ins take themselves.
const KEY: &str = "what-the-vendor-itself-knows";
/// The day that these tests book: Thursday.
const DAY: &str = "2026-09-24";
const ZONE: &str = "America/Chicago";

/// A vendor that takes tokens of an authorization server.
pub(crate) enum Vendor {
    Calendly(calendly::StandIn),
    Square(square::StandIn),
    Google(google::StandIn),
}

impl Vendor {
    async fn start(name: &str) -> Self {
        let now = MORNING.parse().unwrap();
        match name {
            "calendly" => {
                let setup = calendly::Setup {
                    token: KEY.into(),
                    zone: ZONE.into(),
                    now,
                    event_types: vec![calendly::EventType::new("PLAIN30", "Consultation", 30)],
                    may_book: true,
                    longest_span_days: 31,
                };
                Self::Calendly(calendly::StandIn::start(setup).await.unwrap())
            }
            "square" => {
                let setup = square::Setup::new(KEY, ZONE, now);
                Self::Square(square::StandIn::start(setup).await.unwrap())
            }
            _ => Self::Google(google::StandIn::start(google_account(ANN)).await.unwrap()),
        }
    }

    fn url(&self) -> &str {
        match self {
            Self::Calendly(stand_in) => stand_in.url(),
            Self::Square(stand_in) => stand_in.url(),
            Self::Google(stand_in) => stand_in.url(),
        }
    }

    /// How many promises to post to us stand there.
    fn watches(&self) -> usize {
        match self {
            Self::Calendly(stand_in) => stand_in.subscriptions().len(),
            Self::Square(_) => 0,
            Self::Google(stand_in) => {
                let asked = |operation| stand_in.asked_to(operation).len();
                asked(google::Operation::Watch) - asked(google::Operation::Stop)
            }
        }
    }

    /// How many bookings stand there.
    fn standing(&self) -> usize {
        match self {
            Self::Calendly(stand_in) => stand_in.standing().len(),
            Self::Square(stand_in) => stand_in.standing().len(),
            Self::Google(stand_in) => stand_in.standing().len(),
        }
    }

    /// Which of the vendor's services is meant, where there are services.
    fn options(&self) -> Value {
        match self {
            Self::Calendly(_) => json!({"services": {"consultation": "PLAIN30"}}),
            Self::Square(_) => json!({"services": {"consultation": "VAR1"}}),
            Self::Google(_) => json!({}),
        }
    }
}

/// A clinic whose calendar is a vendor's, behind the vendor's authorization server.
pub(crate) struct Clinic {
    provider: &'static str,
    vendor: Vendor,
    authority: StandIn,
    front: Front,
    pub(crate) server: TestServer,
    pub(crate) org: TestOrg,
    browser: Client,
}

/// Whose calendar it is at Google, unless it is said to be another's.
const ANN: &str = "ann@willow.example";

/// An account of Google's, with its own calendar alone.
fn google_account(address: &str) -> google::Setup {
    google::Setup {
        access_token: KEY.into(),
        zone: ZONE.into(),
        now: MORNING.parse().unwrap(),
        calendars: vec![google::Calendar::new(address, "Willow Street Dental")],
        page: 50,
    }
}

fn setup() -> Setup {
    Setup::new(ID, SECRET, MORNING.parse().unwrap())
}

impl Clinic {
    pub(crate) async fn open(provider: &'static str) -> Self {
        Self::open_with(provider, setup()).await
    }

    async fn open_with(provider: &'static str, setup: Setup) -> Self {
        Self::open_at(provider, setup, None).await
    }

    /// One that is known outside by this address, or not.
    async fn open_at(provider: &'static str, setup: Setup, outside: Option<&str>) -> Self {
        let vendor = Vendor::start(provider).await;
        let authority = StandIn::start(setup).await.unwrap();
        let front = Front::start(authority.url(), vendor.url(), KEY).await;
        let url = front.url().to_owned();
        let outside = outside.map(str::to_owned);
        let change = move |config: &mut Config| {
            config.providers.calendly.base_url.clone_from(&url);
            config.providers.square.base_url.clone_from(&url);
            config.providers.google.base_url = format!("{url}/calendar/v3");
            config.sync.poll_seconds = 1;
            if outside.is_some() {
                config.server.public_url = outside;
            }
            let client = OauthClient { id: Some(ID.into()), secret: Secret::new(SECRET) };
            config.secrets.oauth.calendly = client.clone();
            config.secrets.oauth.square = client.clone();
            config.secrets.oauth.google = client;
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let policy = json!({"booking": {"outage_policy": "take_message"}});
        let org = server.org(policy).await;
        let browser = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { provider, vendor, authority, front, server, org, browser }
    }

    /// Somebody agrees on the provider's page, which they were led to from `start`.
    pub(crate) async fn agree(&self, start: &str) {
        let asked = self.server.client().get(start).bearer_auth(self.server.token());
        let begun = asked.header("accept", "application/json").send().await.unwrap();
        assert_eq!(begun.status(), StatusCode::OK, "{start}");
        let page = begun.json::<Value>().await.unwrap()["url"].as_str().unwrap().to_owned();
        let decided = self.browser.get(page).send().await.unwrap();
        let back = decided.headers()["location"].to_str().unwrap().to_owned();
        // Wherever the server is known outside, here it is at its own address.
        let (_, query) = back.split_once('?').unwrap();
        let back = self.server.url(&format!("/api/oauth/callback?{query}"));
        let page = self.browser.get(back).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK, "{}", page.text().await.unwrap());
    }

    /// Connects in the browser; gives the connection's path.
    pub(crate) async fn connect(&self) -> String {
        self.connect_for(&self.org).await
    }

    async fn connect_for(&self, org: &TestOrg) -> String {
        let start = format!("/api/oauth/{}/start?org={}", self.provider, org.id);
        self.agree(&self.server.url(&start)).await;
        let all = self.server.get(&format!("/api/orgs/{}/connections", org.id)).await;
        let made = all["items"].as_array().unwrap().iter();
        let made = made.clone().find(|one| one["provider"] == self.provider).unwrap();
        let id = made["id"].as_str().unwrap();
        let path = format!("/api/orgs/{}/connections/{id}", org.id);
        let options = json!({"options": self.vendor.options()});
        let (status, patched) = self.server.api(Method::PATCH, &path, Some(options)).await;
        assert_eq!(status, StatusCode::OK, "{patched}");
        path
    }

    /// The account's owner ends our access on the provider's page, hours after it was last renewed. In this order, since
    /// the server looks after its connections all the while.
    pub(crate) fn is_revoked(&self) {
        self.authority.always(Operation::Refresh, Trouble::SlotTaken);
        self.server.set_clock("2026-09-22T21:30:00Z");
        self.authority.revoke_all();
    }

    async fn check(&self, path: &str) -> Value {
        let (_, checked) = self.server.api(Method::POST, &format!("{path}/check"), None).await;
        checked
    }

    fn call(&self, number: &str) -> VapiCall {
        self.org.call(&self.server, number)
    }

    /// A caller who wants this time; what they hear.
    async fn book(&self, call: &VapiCall, time: &str) -> Value {
        call.tool("check_availability", json!({"date": DAY})).await;
        let ann = json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz",
            "customer_email": "ann@example.com"});
        call.tool("create_booking", ann).await
    }

    /// The same, and they get it.
    async fn books(&self, number: &str, time: &str) {
        let before = self.vendor.standing();
        let call = self.call(number);
        let booked = self.book(&call, time).await;
        let path = format!("/api/orgs/{}/calls/{}", self.org.id, call.id);
        let warnings = self.server.get(&path).await["state"]["warnings"].clone();
        assert_eq!(booked["success"], true, "{}, {time}: {booked} {warnings}", self.provider);
        assert_eq!(self.vendor.standing(), before + 1, "{}", self.provider);
    }

    async fn shown(&self, path: &str) -> Value {
        self.server.get(path).await
    }

    /// The connection among all, as the page asks for them.
    async fn standing(&self) -> Value {
        let all = self.server.get("/api/circuit-breaker/status").await;
        let mut items = all["items"].as_array().unwrap().iter();
        items.find(|item| item["provider"] == self.provider).cloned().unwrap()
    }
}
