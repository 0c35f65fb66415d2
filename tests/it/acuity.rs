//! Acuity, against a stand-in that behaves as it does: a real server on this machine, in good days and
//! in bad ones.

mod heard;
mod limits;
mod refused;
mod secrets;
mod story;
mod times;
mod unsure;
mod valid;

use hookswitch::player::stand_ins::acuity::{
    AppointmentType, Field, Operation, Setup, StandIn, Trouble,
};
use jiff::civil::time;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::clinic::{self, ANN, DAY, connect, hears, message, ten_for};
use crate::support::{Host, MORNING, TestOrg, TestServer};

/// A user and a key that no other text could hold.
const USER: u64 = 11_145_481;
const KEY: &str = "acuity_7f3a9d_never_to_be_seen";
/// The appointment types of the stand-in: a plain one, one that takes three, one for every night from
/// midnight to six, one in two calendars.
const PLAIN: u64 = 30;
const GROUP: u64 = 31;
const NIGHTS: u64 = 33;
const EITHER: u64 = 34;
/// The intake form's field for our reference.
const REFERENCE: u64 = 14;

fn setup(now: &str, questions: Vec<Field>) -> Setup {
    let group = AppointmentType { class_size: 3, ..AppointmentType::new(GROUP, "Group", 30, 8) };
    let nights = AppointmentType {
        weekends: true,
        hours: (time(0, 0, 0, 0), time(6, 0, 0, 0)),
        ..AppointmentType::new(NIGHTS, "Nights", 30, 9)
    };
    let either =
        AppointmentType { calendars: vec![7, 8], ..AppointmentType::new(EITHER, "Either", 30, 7) };
    let mut fields = vec![Field::text(REFERENCE, "Reference", false)];
    fields.extend(questions);
    Setup {
        user_id: USER,
        api_key: KEY.into(),
        zone: "America/Chicago".into(),
        now: now.parse().unwrap(),
        types: vec![AppointmentType::new(PLAIN, "Consultation", 30, 7), group, nights, either],
        fields,
        per_second: 10,
    }
}

/// What an operator posts to connect it.
fn connection(appointment_type: u64) -> Value {
    json!({"provider": "acuity", "credentials": {"user_id": USER, "api_key": KEY},
        "options": {"services": {"consultation": appointment_type}, "reference_field": REFERENCE,
            "fallback_email": "calls@willow.example"}})
}

/// How a clinic is set up.
struct Plan {
    now: &'static str,
    appointment_type: u64,
    settings: Value,
    deadline_ms: u64,
    questions: Vec<Field>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            now: MORNING,
            appointment_type: PLAIN,
            settings: json!({}),
            deadline_ms: 5_500,
            questions: Vec::new(),
        }
    }
}

/// A clinic whose bookings go to Acuity.
type Clinic = clinic::Clinic<StandIn>;

impl Clinic {
    async fn open() -> Self {
        Self::open_as(Plan::default()).await
    }

    async fn open_as(plan: Plan) -> Self {
        let stand_in = StandIn::start(setup(plan.now, plan.questions)).await.unwrap();
        let url = stand_in.base_url();
        let deadline_ms = plan.deadline_ms;
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.acuity.base_url = url;
            config.sessions.tool_deadline_ms = deadline_ms;
        };
        let server = TestServer::start_with(plan.now, change, Vec::new).await;
        Self::with(stand_in, server, plan.settings, connection(plan.appointment_type)).await
    }
}
