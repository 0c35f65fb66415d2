//! A business whose calendar is a vendor's stand-in, whichever vendor it is.

use hookswitch::config::Config;
use hookswitch::player::stand_ins::calcom::Trouble;
use hookswitch::player::stand_ins::{acuity, calcom, caldav, calendly, google, opentable, square};

use super::*;

const KEY: &str = "what-the-vendor-knows";
/// The day that these tests book: Thursday.
const DAY: &str = "2026-09-24";
const ZONE: &str = "America/Chicago";

/// What of a vendor is in trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Everything,
    /// Making a booking.
    Writing,
}

pub(super) enum Vendor {
    Calcom(calcom::StandIn),
    Calendly(calendly::StandIn),
    Square(square::StandIn),
    Google(google::StandIn),
    Acuity(acuity::StandIn),
    OpenTable(opentable::StandIn),
    Caldav(caldav::StandIn),
}

impl Vendor {
    async fn start(name: &str) -> Self {
        let (now, zone) = (MORNING.parse().unwrap(), ZONE.to_owned());
        match name {
            "calcom" => {
                let event_types = vec![calcom::EventType::new(30, "Consultation", 30)];
                let setup = calcom::Setup { api_key: KEY.into(), zone, now, event_types };
                Self::Calcom(calcom::StandIn::start(setup).await.unwrap())
            }
            "calendly" => {
                let event_types = vec![calendly::EventType::new("PLAIN30", "Consultation", 30)];
                let (may_book, longest_span_days) = (true, 31);
                let token = KEY.into();
                let setup =
                    calendly::Setup { token, zone, now, event_types, may_book, longest_span_days };
                Self::Calendly(calendly::StandIn::start(setup).await.unwrap())
            }
            "square" => {
                let setup = square::Setup::new(KEY, ZONE, now);
                Self::Square(square::StandIn::start(setup).await.unwrap())
            }
            "google" => {
                let calendars = vec![google::Calendar::new("primary", "Willow Street Dental")];
                let access_token = KEY.into();
                let setup = google::Setup { access_token, zone, now, calendars, page: 50 };
                Self::Google(google::StandIn::start(setup).await.unwrap())
            }
            "acuity" => {
                let setup = acuity::Setup {
                    user_id: 7,
                    api_key: KEY.into(),
                    zone,
                    now,
                    types: vec![acuity::AppointmentType::new(30, "Consultation", 30, 7)],
                    fields: vec![acuity::Field::text(14, "Reference", false)],
                    per_second: 1_000,
                };
                Self::Acuity(acuity::StandIn::start(setup).await.unwrap())
            }
            "opentable" => {
                let setup = opentable::Setup {
                    restaurant_id: 1_038_007,
                    partner: ("partner".into(), KEY.into()),
                    access_token: "given-to-the-partner".into(),
                    zone,
                    now,
                    tables: vec![opentable::Table::new(2), opentable::Table::new(4)],
                    hours: (17, 21),
                    takes_back: true,
                    longest_window: 720,
                };
                Self::OpenTable(opentable::StandIn::start(setup).await.unwrap())
            }
            "caldav" => {
                let setup = caldav::Setup::new("ann", KEY);
                Self::Caldav(caldav::StandIn::start(setup).await.unwrap())
            }
            other => panic!("there is no stand-in for {other}"),
        }
    }

    fn configure(&self, config: &mut Config) {
        let providers = &mut config.providers;
        match self {
            Self::Calcom(stand_in) => providers.calcom.base_url = stand_in.base_url(),
            Self::Calendly(stand_in) => providers.calendly.base_url = stand_in.url().into(),
            Self::Square(stand_in) => providers.square.base_url = stand_in.url().into(),
            Self::Google(stand_in) => providers.google.base_url = stand_in.base_url(),
            Self::Acuity(stand_in) => providers.acuity.base_url = stand_in.base_url(),
            Self::OpenTable(stand_in) => providers.opentable.base_url = stand_in.url().into(),
            Self::Caldav(stand_in) => config.outbound.allow.push(stand_in.host_port()),
        }
    }

    /// Credentials and options of a connection to it.
    fn connection(&self) -> (Value, Value) {
        let one = |service: Value| json!({"services": {"consultation": service}});
        match self {
            Self::Calcom(_) => (json!({"api_key": KEY}), one(json!(30))),
            Self::Calendly(_) => (json!({"token": KEY}), one(json!("PLAIN30"))),
            Self::Square(_) => (json!({"access_token": KEY}), one(json!("VAR1"))),
            Self::Google(_) => (json!({"access_token": KEY}), json!({})),
            Self::Acuity(_) => {
                let mut options = one(json!(30));
                options["reference_field"] = json!(14);
                options["fallback_email"] = json!("calls@willow.example");
                (json!({"user_id": 7, "api_key": KEY}), options)
            }
            Self::OpenTable(_) => (
                json!({"client_id": "partner", "client_secret": KEY}),
                json!({"restaurant_id": 1_038_007, "time_zone": ZONE}),
            ),
            Self::Caldav(stand_in) => {
                let url = format!("{}/dav/", stand_in.url());
                (json!({"url": url, "username": "ann", "password": KEY}), json!({}))
            }
        }
    }

    pub(super) fn always(&self, part: Part, trouble: Trouble) {
        let all = part == Part::Everything;
        macro_rules! plan {
            ($vendor:ident, $stand_in:ident, $write:ident) => {{
                use $vendor::Operation::{Any, $write};
                $stand_in.always(if all { Any } else { $write }, trouble)
            }};
        }
        match self {
            Self::Calcom(stand_in) => plan!(calcom, stand_in, Create),
            Self::Calendly(stand_in) => plan!(calendly, stand_in, Create),
            Self::Square(stand_in) => plan!(square, stand_in, Create),
            Self::Google(stand_in) => plan!(google, stand_in, Insert),
            Self::Acuity(stand_in) => plan!(acuity, stand_in, Create),
            // Tokens are another server's affair there.
            Self::OpenTable(stand_in) if all => {
                use opentable::Operation::{Availability, Lock, Reserve, Search};
                for operation in [Availability, Lock, Reserve, Search] {
                    stand_in.always(operation, trouble.clone());
                }
            }
            Self::OpenTable(stand_in) => plan!(opentable, stand_in, Reserve),
            Self::Caldav(stand_in) => plan!(caldav, stand_in, Put),
        }
    }

    pub(super) fn behave(&self) {
        match self {
            Self::Calcom(stand_in) => stand_in.behave(),
            Self::Calendly(stand_in) => stand_in.behave(),
            Self::Square(stand_in) => stand_in.behave(),
            Self::Google(stand_in) => stand_in.behave(),
            Self::Acuity(stand_in) => stand_in.behave(),
            Self::OpenTable(stand_in) => stand_in.behave(),
            Self::Caldav(stand_in) => stand_in.behave(),
        }
    }
}

pub(super) struct House {
    pub(super) vendor: Vendor,
    pub(super) server: TestServer,
    pub(super) org: TestOrg,
    provider: &'static str,
    connection: String,
}

impl House {
    pub(super) async fn open(provider: &'static str) -> Self {
        let vendor = Vendor::start(provider).await;
        let change = |config: &mut Config| {
            vendor.configure(config);
            config.sync.poll_seconds = 1;
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let mut settings = json!({"booking": {"outage_policy": "take_message"}});
        if provider == "opentable" {
            settings["services"] = json!([{"id": "table", "name": "Table",
                "duration_minutes": 90, "capacity": 40, "capacity_counts": "guests"}]);
        }
        let org = server.org(settings).await;
        let (credentials, options) = vendor.connection();
        let body = json!({"provider": provider, "credentials": credentials, "options": options});
        let path = format!("/api/orgs/{}/connections", org.id);
        let (status, made) = server.api(Method::POST, &path, Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let connection = format!("{path}/{}", made["id"].as_str().unwrap());
        Self { vendor, server, org, provider, connection }
    }

    pub(super) async fn free(&self, call: &VapiCall) -> Value {
        call.tool("check_availability", json!({"date": DAY, "party_size": 2})).await
    }

    /// A caller who has heard the day's free times.
    pub(super) async fn offered(&self) -> VapiCall {
        let call = self.org.call(&self.server, "+13125550142");
        let free = self.free(&call).await;
        assert_eq!(free["available"], true, "{}: {free}", self.provider);
        call
    }

    /// What a caller hears who wants a time of those.
    pub(super) async fn book(&self, call: &VapiCall) -> Value {
        let time = if self.provider == "opentable" { "19:00" } else { "10:00" };
        let ann = json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz",
            "customer_email": "ann@example.com", "party_size": 2});
        call.tool("create_booking", ann).await
    }

    pub(super) async fn check(&self) -> Value {
        let path = format!("{}/check", self.connection);
        self.server.api(Method::POST, &path, None).await.1
    }

    pub(super) async fn enter_credentials(&self) {
        let body = json!({"credentials": self.vendor.connection().0});
        let (status, shown) = self.server.api(Method::PATCH, &self.connection, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        assert_eq!(shown["warning"], Value::Null, "{shown}");
    }

    pub(super) async fn shown(&self) -> Value {
        self.server.get(&self.connection).await
    }

    /// The connection among all, as the page asks for them.
    pub(super) async fn standing(&self) -> Value {
        let all = self.server.get("/api/circuit-breaker/status").await;
        let mut items = all["items"].as_array().unwrap().iter();
        items.find(|item| item["provider"] == self.provider).cloned().unwrap()
    }
}
