//! Every request that we send is one that Square's own description allows, and the stand-in answers as it
//! says: a story from the first check to the end of the connection, with what it has of every option.

use hookswitch::config::{Config, Secret};

use super::*;
use crate::described::{Described, Watched, in_the_end, is_posted_to};

const SQUARE: Described =
    Described { files: &["square-subset.openapi.json"], base: "", behind: &[], amends: None };

/// All that we ask of Square behind a token.
const OPERATIONS: [&str; 15] = [
    "POST /oauth2/token/status",
    "GET /v2/locations",
    "GET /v2/locations/{location_id}",
    "GET /v2/bookings/business-booking-profile",
    "POST /v2/catalog/search-catalog-items",
    "POST /v2/bookings/availability/search",
    "POST /v2/customers/search",
    "POST /v2/customers",
    "POST /v2/bookings",
    "GET /v2/bookings",
    "GET /v2/bookings/{booking_id}",
    "PUT /v2/bookings/{booking_id}",
    "POST /v2/bookings/{booking_id}/cancel",
    "POST /v2/webhooks/subscriptions",
    "DELETE /v2/webhooks/subscriptions/{subscription_id}",
];

#[tokio::test]
async fn every_request_is_valid_by_squares_own_description() {
    let stand_in = StandIn::start(setup()).await.unwrap();
    let Some(watched) = Watched::start(&SQUARE, stand_in.url()).await else { return };
    let at = |config: &mut Config| {
        config.providers.square.base_url = watched.url();
        config.sync.poll_seconds = 1;
        config.secrets.square_access_token = Secret::new(TOKEN);
    };
    let server = TestServer::start_with(MORNING, at, Vec::new).await;
    // With the server's own token; no service is named yet.
    let clinic = Clinic::with(stand_in, server, json!({}), json!({"provider": "square"})).await;
    let checked = clinic.check().await;
    assert!(checked.to_string().contains("VAR1"), "the services are named: {checked}");
    clinic
        .patch(json!({"options": {"services": {"consultation": "VAR1"}, "team_members": ["TM1"],
            "seller_note": "By phone from {customer_phone}"}}))
        .await;
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
    call.tool("lookup_booking", json!({"confirmation_number": code})).await;

    // Moved by the seller, then by the caller, and cancelled with a reason.
    let id = clinic.stand_in.standing()[0].id.clone();
    assert!(clinic.stand_in.move_by_hand(&id, "2026-09-24T20:00:00Z".parse().unwrap()));
    stands("the seller's move", "booking_time", "15:00").await;
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    assert_eq!(call.tool("reschedule_booking", to_eleven).await["success"], true);
    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    assert_eq!(call.tool("cancel_booking", cancel).await["success"], true);

    // A booking whose answer arrives.
    let other = clinic.org.call(&clinic.server, "+13125550199");
    other.tool("check_availability", json!({"date": DAY})).await;
    let two = json!({"date": DAY, "time": "14:00", "customer_name": "Omar Haddad"});
    assert_eq!(other.tool("create_booking", two).await["success"], true);

    // Free times without anybody named, over weeks.
    clinic.patch(json!({"options": {"services": {"consultation": "VAR1"}}})).await;
    let path = format!("/api/orgs/{}/availability?from={DAY}&to=2026-10-20", clinic.org.id);
    clinic.server.get(&path).await;
    let asked = |operation| clinic.stand_in.asked_to(operation).len();
    let watches = || asked(Operation::Subscribe) - asked(Operation::Unsubscribe);
    is_posted_to(at, super::connection(), watches).await;
    watched.is_faultless(&OPERATIONS).await;
}
