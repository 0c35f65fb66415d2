//! What the people of a business do in their own calendar reaches us: by Cal.com's webhooks, by asking, and
//! after a restart. Against the stand-in, whose host acts by hand.

mod asking;
mod posts;
mod story;
mod watches;

use hookswitch::config::Config;
use hookswitch::player::stand_ins::calcom::{
    EventType, HookPost, Kept, Operation, Setup, StandIn, Standing, Trouble,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Host, MORNING, TestOrg, TestServer, VapiCall, eventually};

const KEY: &str = "cal_live_of_the_sync_tests";
const PLAIN: u64 = 30;
/// Thursday.
const DAY: &str = "2026-09-24";
const ANN: &str = "+13125550142";
/// Under which the server is known outside; posts are carried to it by hand.
const OUTSIDE: &str = "https://calls.example.com";

/// A clinic whose bookings go to Cal.com, and whose server is known outside or not.
struct Clinic {
    stand_in: StandIn,
    server: TestServer,
    org: TestOrg,
    connection: String,
}

fn setup() -> Setup {
    Setup {
        api_key: KEY.into(),
        zone: "America/Chicago".into(),
        now: MORNING.parse().unwrap(),
        event_types: vec![EventType::new(PLAIN, "Consultation", 30)],
    }
}

impl Clinic {
    /// Known outside, and asking so seldom that only posts count.
    async fn posted_to() -> Self {
        let clinic = Self::open(|config| {
            config.server.public_url = Some(OUTSIDE.into());
            config.sync.poll_seconds = 3_600;
            config.sync.probe_seconds = 3_600;
        })
        .await;
        eventually("the webhook", || async { clinic.stand_in.hooks().pop() }).await;
        clinic
    }

    /// Not known outside, so that it has to ask, each second.
    async fn asking() -> Self {
        Self::open(|config| {
            config.sync.poll_seconds = 1;
            config.sync.probe_seconds = 3_600;
        })
        .await
    }

    async fn open(change: impl FnOnce(&mut Config)) -> Self {
        let stand_in = StandIn::start(setup()).await.unwrap();
        let url = stand_in.base_url();
        let change = move |config: &mut Config| {
            config.providers.calcom.base_url = url;
            change(config);
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let org = server.org(json!({})).await;
        let connection = connect(&server, &org).await;
        Self { stand_in, server, org, connection }
    }

    fn of_connection(&self, rest: &str) -> String {
        format!("/api/orgs/{}/connections/{}{rest}", self.org.id, self.connection)
    }

    /// A caller books; gives the call and what Cal.com has of it.
    async fn booked(&self, time: &str) -> (VapiCall, Kept) {
        let call = self.org.call(&self.server, ANN);
        call.tool("check_availability", json!({"date": DAY})).await;
        let wish = json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz"});
        let told = call.tool("create_booking", wish).await;
        assert_eq!(told["success"], true, "{told}");
        (call, self.stand_in.standing().pop().unwrap())
    }

    async fn bookings(&self) -> Vec<Value> {
        self.org.bookings(&self.server).await
    }

    /// The booking with this start at first, once it stands as wanted.
    async fn stands(&self, what: &str, place: usize, fits: impl Fn(&Value) -> bool) -> Value {
        eventually(what, || async {
            let found = self.bookings().await.into_iter().nth(place);
            found.filter(|booking| fits(booking))
        })
        .await
    }

    /// The free times of the day as a new caller hears them.
    async fn free(&self) -> Vec<String> {
        let call = self.org.call(&self.server, "+13125550199");
        let heard = call.tool("checkAvailability", json!({"date": DAY})).await;
        let text = heard.to_string();
        ["10:00", "10:30", "11:00", "15:00"]
            .into_iter()
            .filter(|time| text.contains(&format!("\"{time}\"")))
            .map(str::to_owned)
            .collect()
    }

    /// Carries a post to the server, as the internet would.
    async fn carry(&self, post: &HookPost) -> (StatusCode, Value) {
        let path = post.url.strip_prefix(OUTSIDE).unwrap();
        self.post_as_is(path, post).await
    }

    async fn post_as_is(&self, path: &str, post: &HookPost) -> (StatusCode, Value) {
        let headers: Vec<(&str, &str)> =
            post.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let headers: Vec<_> =
            headers.into_iter().filter(|(name, _)| *name != "content-type").collect();
        self.server.post_raw(path, &headers, post.body.clone()).await
    }

    /// Carries all posts that were made after the first `seen`.
    async fn carry_new(&self, seen: usize) {
        for post in self.stand_in.posts().iter().skip(seen) {
            let (status, body) = self.carry(post).await;
            assert_eq!(status, StatusCode::OK, "{body}");
        }
    }
}

async fn connect(server: &impl Host, org: &TestOrg) -> String {
    let path = format!("/api/orgs/{}/connections", org.id);
    let body = json!({"provider": "calcom", "credentials": {"api_key": KEY},
        "options": {"services": {"consultation": PLAIN}}});
    let (status, made) = server.request(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

/// A moment on the day, local to the clinic.
fn at(time: &str) -> jiff::Timestamp {
    format!("{DAY}T{time}:00-05:00").parse().unwrap()
}
