//! What is asked of a calendar before a caller needs it: answered from memory, never booked by, and never at
//! the cost of somebody who waits. Against Cal.com's stand-in.

mod asked;
mod latency;

use hookswitch::player::stand_ins::calcom::{Operation, StandIn, Trouble};
use serde_json::{Value, json};

use crate::calcom::{PLAIN, breaker_of, connection, setup};
use crate::clinic::{self, DAY, connect, ten_for};
use crate::support::{MORNING, TestOrg, TestServer, VapiCall, eventually};

const ANN: &str = clinic::ANN;

/// A clinic at Cal.com whose calls are looked ahead for.
struct House {
    stand_in: StandIn,
    server: TestServer,
    org: TestOrg,
    connection: String,
}

impl House {
    async fn open(options: Value) -> Self {
        let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
        let url = stand_in.base_url();
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.calcom.base_url = url;
            config.sessions.prefetch_days = 7;
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let org = server.org(json!({})).await;
        let mut connected = connection(PLAIN);
        for (name, value) in options.as_object().unwrap() {
            connected["options"][name] = value.clone();
        }
        let made = connect(&server, &org, connected).await;
        let connection = made["id"].as_str().unwrap().to_owned();
        Self { stand_in, server, org, connection }
    }

    /// How often free slots were asked for.
    fn asked(&self) -> usize {
        self.stand_in.asked_to(Operation::Slots).len()
    }

    /// A call that has begun, with what was asked for its sake answered: `more` questions.
    async fn begun(&self, more: usize) -> VapiCall {
        let before = self.asked();
        let call = self.org.call(&self.server, ANN);
        call.say("Hello.").await;
        eventually("what is asked ahead to be answered", || async {
            let breaker = breaker_of(&self.server, &self.connection).await;
            let is_answered = breaker["under_way"] == 0 && self.asked() >= before + more;
            is_answered.then_some(())
        })
        .await;
        call
    }

    async fn free_on(&self, call: &VapiCall, date: &str) -> Value {
        call.tool("check_availability", json!({"date": date})).await
    }

    async fn state(&self, call: &VapiCall) -> Value {
        self.server.get(&format!("/api/orgs/{}/calls/{}", self.org.id, call.id)).await["state"]
            .clone()
    }
}
