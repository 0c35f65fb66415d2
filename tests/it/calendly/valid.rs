//! Every request that we send is one that Calendly's own descriptions allow, and the stand-in answers as
//! they say: a story from the first check to the end of the connection, with what it has of every option.

use hookswitch::config::Config;

use super::*;
use crate::described::{Described, Watched, in_the_end, is_posted_to};

/// The older whole one, and before it what was added since.
const CALENDLY: Described = Described {
    files: &["calendly-scheduling-supplement.json", "calendly-2024-04.yaml"],
    base: "",
    behind: &[],
    amends: None,
};

/// All that we ask of Calendly.
const OPERATIONS: [&str; 12] = [
    "GET /users/me",
    "GET /event_types/{uuid}",
    "GET /event_type_available_times",
    "POST /invitees",
    "GET /scheduled_events",
    "GET /scheduled_events/{uuid}",
    "GET /scheduled_events/{uuid}/invitees",
    "GET /scheduled_events/{event_uuid}/invitees/{invitee_uuid}",
    "POST /scheduled_events/{uuid}/cancellation",
    "GET /webhook_subscriptions",
    "POST /webhook_subscriptions",
    "DELETE /webhook_subscriptions/{webhook_uuid}",
];

#[tokio::test]
async fn every_request_is_valid_by_calendlys_own_descriptions() {
    let mut setup = setup(MORNING);
    let asking = setup.event_types.iter_mut().find(|one| one.uuid == ASKING).unwrap();
    asking.locations = vec![("ask_invitee", None), ("outbound_call", None)];
    let stand_in = StandIn::start(setup).await.unwrap();
    let Some(watched) = Watched::start(&CALENDLY, stand_in.url()).await else { return };
    let at = |config: &mut Config| {
        config.providers.calendly.base_url = watched.url();
        config.sync.poll_seconds = 1;
    };
    let server = TestServer::start_with(MORNING, at, Vec::new).await;
    let mut body = connection(ASKING);
    body["options"]["answers"] = json!({"Reason for visit": "{notes}", "Insurance": "Public"});
    let clinic = Clinic::at(stand_in, server, json!({}), body).await;
    assert_eq!(clinic.check().await["ok"], true);

    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["notes"] = json!("first visit");
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
    let invitee = clinic.stand_in.standing()[0].invitee.clone();
    let three = "2026-09-24T20:00:00Z".parse().unwrap();
    clinic.stand_in.move_by_hand(&invitee, three).unwrap();
    stands("the host's move", "booking_time", "15:00").await;
    assert_eq!(call.tool("reschedule_booking", to(&code, "11:00")).await["success"], true);
    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    assert_eq!(call.tool("cancel_booking", cancel).await["success"], true);

    let watches = || clinic.stand_in.subscriptions().len();
    is_posted_to(at, super::connection(PLAIN), watches).await;
    // Of the whole organisation, where there seems to be one already.
    let exists = json!({"title": "Already Exists", "message": "Hook with this url already exists"});
    clinic.stand_in.next(Operation::Subscribe, Trouble::Answers { status: 409, body: exists });
    let mut of_all = super::connection(PLAIN);
    of_all["options"]["scope"] = json!("organization");
    is_posted_to(at, of_all, watches).await;
    watched.is_faultless(&OPERATIONS).await;
}
