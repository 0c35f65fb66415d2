//! Whoever has neither a booking's number nor its code learns nothing of it and changes nothing,
//! whatever they ask and in whatever order.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestServer, VapiCall};

const VICTIM: &str = "+15125550143";
const DAY: &str = "2026-09-24";

/// A part of a question that may be left out.
fn maybe(texts: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.6, proptest::sample::select(texts).prop_map(String::from))
}

/// What a stranger may know or guess: the victim's number, first name and day, and no whole code.
fn claim() -> impl Strategy<Value = Claim> {
    let code = proptest::option::weighted(0.3, prop_oneof!["[A-Z3-9]{6}", "[A-Z3-9]{2,5}"]);
    let phone = maybe(&[VICTIM, "512 555 0143", "+15125550199", ""]);
    let name = proptest::option::weighted(
        0.4,
        proptest::sample::select(&["Annabel", "ann", "annabel@", ""][..]).prop_map(String::from),
    );
    let time = maybe(&["09:00", "11:00", "9", ""]);
    (code, phone, name, maybe(&[DAY, DAY, "tomorrow", ""]), time)
        .prop_map(|(code, phone, name, date, time)| Claim { code, phone, name, date, time })
}

#[derive(Debug)]
struct Claim {
    code: Option<String>,
    phone: Option<String>,
    name: Option<String>,
    date: Option<String>,
    time: Option<String>,
}

fn question() -> impl Strategy<Value = (&'static str, Value)> {
    (0..19_usize, claim()).prop_map(|(tool, claim)| {
        let Claim { code, phone, name, date, time } = claim;
        let key = [&phone, &name, &name][tool % 3].clone().unwrap_or_default();
        let kind = ["phone", "name", "email"][tool % 3];
        let snake = json!({"booking_reference": code, "customer_phone": phone,
            "customer_name": name, "date": date, "new_time": time.clone().unwrap_or_default()});
        let camel = json!({"confirmationNumber": code, "patientPhone": phone,
            "patientName": name, "appointmentDate": date,
            "newTime": time.clone().unwrap_or_default()});
        let event = json!({"event_id": code.unwrap_or_default(),
            "start_time": date.clone().unwrap_or_default()});
        let day = date.unwrap_or_else(|| DAY.to_owned());
        match tool {
            0..=2 => ("lookup_booking", snake),
            3 => ("cancel_booking", snake),
            4 => ("reschedule_booking", snake),
            5 => ("cancelAppointment", camel),
            6 => ("rescheduleAppointment", camel),
            7 => ("update_event", event),
            8 => ("delete_event", event),
            9 => ("get_events", json!({"start_time": DAY, "end_time": day})),
            10..=12 => ("lookupCaller", json!({"searchKey": key, "searchType": kind})),
            13 => ("lookup_customer", json!({"phone_number": phone.unwrap_or_default()})),
            14 => ("check_availability", json!({"date": day})),
            15 => (
                "join_waitlist",
                json!({"date": day, "customer_name": name, "customer_phone": phone}),
            ),
            16 => {
                ("joinWaitlist", json!({"leave": true, "patientName": name, "patientPhone": phone}))
            }
            17 => (
                "request_callback",
                json!({"about": day, "customer_name": name, "customer_phone": phone}),
            ),
            _ => {
                let name = name.unwrap_or_else(|| "Ben".to_owned());
                let time = time.unwrap_or_default();
                let wish = json!({"date": day, "time": time, "customer_name": name,
                    "customer_phone": phone});
                ("create_booking", wish)
            }
        }
    })
}

struct World {
    server: TestServer,
    bookings: String,
    before: Value,
    secrets: Vec<String>,
}

impl World {
    async fn victim(&self) -> Value {
        let listed = self.server.get(&self.bookings).await;
        let items = listed["items"].as_array().unwrap().clone();
        items.into_iter().find(|booking| booking["id"] == self.before["id"]).unwrap()
    }

    async fn ask(&self, call: &VapiCall, questions: &[(&'static str, Value)]) {
        for (tool, arguments) in questions {
            let answer = call.raw(tool, arguments.clone()).await.to_string();
            for secret in &self.secrets {
                assert!(!answer.contains(secret), "{tool} {arguments} reveals {secret}: {answer}");
            }
        }
        assert_eq!(self.victim().await, self.before, "{questions:?}");
    }
}

#[test]
fn no_sequence_of_questions_of_a_caller_without_number_or_code_reveals_or_changes_anything() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, org) = runtime.block_on(async {
        let server = TestServer::start().await;
        let org = server.org(json!({})).await;
        let bookings = format!("/api/orgs/{}/bookings", org.id);
        let body = json!({"start": format!("{DAY}T09:00:00"), "notes": "her knee hurts",
            "customer_name": "Annabel Quintero", "customer_phone": VICTIM,
            "customer_email": "annabel@example.com"});
        let (_, before) = server.api(Method::POST, &bookings, Some(body)).await;
        let text = |field: &str| before[field].as_str().unwrap().to_owned();
        let mut secrets = vec![text("id"), text("confirmation")];
        secrets.extend(["Quintero", "annabel@example", "knee"].map(String::from));
        (World { server, bookings, before, secrets }, org)
    });
    let numbers =
        prop_oneof![Just("anonymous".to_owned()), Just(String::new()), "\\+1512555[1-9][0-9]{3}"];
    let calls = (numbers, vec(question(), 1..7));
    let config = Config { cases: 96, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&calls, |(number, questions)| {
        runtime.block_on(world.ask(&org.call(&world.server, &number), &questions));
        Ok(())
    });
    outcome.unwrap();
}
