//! Calendly, against a stand-in that behaves as it does: a real server on this machine, in good days and
//! in bad ones.

mod bookings;
mod connecting;
mod down;
mod heard;
mod limits;
mod moves;
mod refused;
mod secrets;
mod story;
mod unsure;
mod valid;

use hookswitch::player::stand_ins::calendly::{
    EventType, Operation, Question, Setup, StandIn, Trouble,
};
use jiff::civil::time;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::clinic::{self, ANN, DAY, connect, hears, message};
use crate::support::{Host, MORNING, TestOrg, TestServer, VapiCall};

/// A token that no other text could hold.
const TOKEN: &str = "eyJ.calendly_5d1f_never_to_be_seen";
/// The event types of the stand-in: a plain one, one that takes three, one with questions, one that
/// lasts an hour and begins every half, one by phone, one for every night from midnight to six.
const PLAIN: &str = "PLAIN30";
const GROUP: &str = "GROUP30";
const ASKING: &str = "ASKING30";
const HOUR: &str = "HOUR60";
const PHONE: &str = "PHONE30";
const NIGHTS: &str = "NIGHTS30";
const EMAIL: &str = "ann@example.com";

fn setup(now: &str) -> Setup {
    let reason = Question::required("Reason for visit");
    let insurer = Question {
        kind: "single_select",
        choices: vec!["Public".into(), "Private".into()],
        ..Question::required("Insurance")
    };
    let optional = Question { required: false, ..Question::required("Anything else?") };
    let questions = vec![reason, insurer, optional];
    Setup {
        token: TOKEN.into(),
        zone: "America/Chicago".into(),
        now: now.parse().unwrap(),
        event_types: vec![
            EventType::new(PLAIN, "Consultation", 30),
            EventType { places: 3, ..EventType::new(GROUP, "Group", 30) },
            EventType { questions, ..EventType::new(ASKING, "Asking", 30) },
            EventType { step_minutes: 30, ..EventType::new(HOUR, "Long", 60) },
            EventType {
                locations: vec![("ask_invitee", None), ("outbound_call", None)],
                ..EventType::new(PHONE, "By phone", 30)
            },
            EventType {
                weekends: true,
                hours: (time(0, 0, 0, 0), time(6, 0, 0, 0)),
                ..EventType::new(NIGHTS, "Nights", 30)
            },
        ],
        may_book: true,
        longest_span_days: 31,
    }
}

fn connection(event_type: &str) -> Value {
    json!({"provider": "calendly", "credentials": {"token": TOKEN},
        "options": {"services": {"consultation": event_type}}})
}

/// A clinic whose bookings go to Calendly.
type Clinic = clinic::Clinic<StandIn>;

impl Clinic {
    async fn open() -> Self {
        Self::open_with(PLAIN, json!({})).await
    }

    async fn open_with(event_type: &str, settings: Value) -> Self {
        Self::open_at(setup(MORNING), event_type, settings, 5_500).await
    }

    async fn open_at(setup: Setup, event_type: &str, settings: Value, deadline_ms: u64) -> Self {
        let now = setup.now.to_string();
        let stand_in = StandIn::start(setup).await.unwrap();
        let url = stand_in.url().to_owned();
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.calendly.base_url = url;
            config.sessions.tool_deadline_ms = deadline_ms;
        };
        let server = TestServer::start_with(&now, change, Vec::new).await;
        Self::at(stand_in, server, settings, connection(event_type)).await
    }

    /// As [`Self::with`]; Calendly books nobody without an address.
    async fn at(stand_in: StandIn, server: TestServer, settings: Value, connection: Value) -> Self {
        let clinic = Self::with(stand_in, server, settings, connection).await;
        Self { wish: ten_for("Ann Ruiz"), ..clinic }
    }

    /// A caller who has ten o'clock, and the code for it.
    async fn booked(&self) -> (VapiCall, Value) {
        let call = self.offered().await;
        let booked = self.book(&call).await;
        assert_eq!(booked["success"], true, "{booked}");
        (call, booked["confirmationNumber"].clone())
    }

    /// Changes the connection's options.
    async fn set(&self, options: Value) {
        self.patch(json!({"options": options})).await;
    }
}

fn ten_for(name: &str) -> Value {
    json!({"date": DAY, "time": "10:00", "customer_name": name, "customer_email": EMAIL})
}

fn to(code: &Value, time: &str) -> Value {
    json!({"booking_reference": code, "new_date": DAY, "new_time": time})
}
