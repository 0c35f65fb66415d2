//! Every request that we send is one that Twilio's own description allows, and the stand-in answers as it
//! says.

use super::*;
use crate::described::{Described, Watched};

const TWILIO: Described =
    Described { files: &["twilio-messages.openapi.json"], base: "", behind: &[], amends: None };

#[tokio::test]
async fn every_request_is_valid_by_twilios_own_description() {
    let carrier = StandIn::start(Setup::new(ACCOUNT, TOKEN)).await.unwrap();
    let Some(watched) = Watched::start(&TWILIO, carrier.url()).await else { return };
    let clinic = Clinic::open_through(carrier, &watched.url(), 5_000).await;
    let sender = json!({"account_sid": ACCOUNT, "auth_token": TOKEN, "from": null,
        "messaging_service_sid": "MG0123456789abcdef0123456789abcdef"});
    // From a number, with an answer that is lost; then from a service.
    clinic.carrier.next(Operation::Send, Trouble::FailsAfter);
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["success"], true, "{booked}");
    clinic.stands("accepted").await;
    assert_eq!(clinic.org.patch(&clinic.server, json!({"twilio": sender})).await.0, StatusCode::OK);
    let call = clinic.org.call(&clinic.server, "+15125550144");
    call.tool("check_availability", json!({"date": DAY})).await;
    let mut eleven = ten();
    eleven["time"] = json!("11:00");
    let booked = call.tool("create_booking", eleven).await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    let messages = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
    watched.is_faultless(&[&format!("GET {messages}"), &format!("POST {messages}")]).await;
}
