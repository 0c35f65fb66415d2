//! Every request that we send is one that Cal.com's own description allows, and the stand-in answers as it
//! says: a story from the first check to the end of the connection, with what it has of every option.

mod description;

use hookswitch::config::Config;

use super::*;
use crate::described::{Described, Watched, in_the_end, is_posted_to};

const CALCOM: Described = Described {
    files: &["calcom.json"],
    base: "",
    behind: &[],
    amends: Some(description::put_right),
};

/// All that we ask of Cal.com.
const OPERATIONS: [&str; 13] = [
    "GET /v2/me",
    "GET /v2/event-types/{eventTypeId}",
    "GET /v2/slots",
    "POST /v2/slots/reservations",
    "DELETE /v2/slots/reservations/{uid}",
    "POST /v2/bookings",
    "GET /v2/bookings",
    "GET /v2/bookings/{bookingUid}",
    "POST /v2/bookings/{bookingUid}/reschedule",
    "POST /v2/bookings/{bookingUid}/cancel",
    "GET /v2/webhooks",
    "POST /v2/webhooks",
    "DELETE /v2/webhooks/{webhookId}",
];

#[tokio::test]
async fn every_request_is_valid_by_calcoms_own_description() {
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let Some(watched) = Watched::start(&CALCOM, stand_in.url()).await else { return };
    let at = |config: &mut Config| {
        config.providers.calcom.base_url = format!("{}/v2", watched.url());
        config.sync.poll_seconds = 1;
    };
    let server = TestServer::start_with(MORNING, at, Vec::new).await;
    let mut body = connection(ASKING);
    body["options"]["booking_fields"] = json!({"reason": "{notes}", "visits": 2});
    body["options"]["language"] = json!("es");
    let clinic = Clinic::with(stand_in, server, json!({}), body).await;
    assert_eq!(clinic.check().await["ok"], true);

    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["notes"] = json!("first visit");
    ten["customer_email"] = json!("ann@example.com");
    // Done, and the answer is lost: it is looked up by our reference.
    clinic.stand_in.next(Operation::Create, Trouble::FailsAfter);
    let code = call.tool("create_booking", ten).await["confirmationNumber"].clone();
    let stands = async |what: &str, field: &str, value: &str| {
        in_the_end(what, || async { (clinic.bookings().await[0][field] == value).then_some(()) })
            .await;
    };
    stands("the look-up", "outcome", "confirmed").await;
    call.tool("lookup_booking", json!({"booking_reference": code})).await;

    // Moved by the host, then by the caller, and cancelled with a reason.
    let uid = clinic.stand_in.standing()[0].uid.clone();
    let three = |time: &str| format!("{DAY}T{time}:00-05:00").parse().unwrap();
    clinic.stand_in.move_by_hand(&uid, three("15:00"), three("15:30")).unwrap();
    stands("the host's move", "booking_time", "15:00").await;
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    assert_eq!(call.tool("reschedule_booking", to_eleven).await["success"], true);
    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    assert_eq!(call.tool("cancel_booking", cancel).await["success"], true);

    // A booking whose answer arrives.
    let other = clinic.org.call(&clinic.server, "+13125550199");
    other.tool("check_availability", json!({"date": DAY})).await;
    let two = json!({"date": DAY, "time": "14:00", "customer_name": "Omar Haddad", "notes": "x"});
    assert_eq!(other.tool("create_booking", two).await["success"], true);

    is_posted_to(at, super::connection(PLAIN), || clinic.stand_in.hooks().len()).await;
    watched.is_faultless(&OPERATIONS).await;
}
