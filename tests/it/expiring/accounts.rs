//! Whose account a connection to Google opens: what was booked in one is not missed in another, and what one
//! account has given is taken back without a word to the others. And its posts end with it.

use std::time::Duration;

use hookswitch::player::stand_ins::google::{Operation as Asked, Trouble as Fares};

use super::*;
use crate::support::eventually_within;

const BEN: &str = "ben@maple.example";

/// Google with two accounts; Ann is signed in.
async fn google() -> (Clinic, google::StandIn) {
    let clinic = Clinic::open("google").await;
    let bens = google::StandIn::start(google_account(BEN)).await.unwrap();
    clinic.front.belongs(BEN, bens.url());
    clinic.authority.signs_in(ANN);
    (clinic, bens)
}

impl Clinic {
    fn anns(&self) -> &google::StandIn {
        let Vendor::Google(anns) = &self.vendor else { panic!("it is Google's") };
        anns
    }

    async fn is_known_as(&self, path: &str, address: &str) {
        eventually("the account to be learned", async || {
            (self.shown(path).await["external_account_id"] == address).then_some(())
        })
        .await;
    }

    /// Somebody has agreed to a connection of this org's, and the account is known.
    async fn connected(&self, org: &TestOrg, address: &str) -> String {
        self.authority.signs_in(address);
        let path = self.connect_for(org).await;
        self.is_known_as(&path, address).await;
        path
    }

    async fn removed(&self, path: &str) {
        let (status, _) = self.server.api(Method::DELETE, path, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }

    /// Whatever was to be taken back has been, or was left alone.
    async fn farewells_are_over(&self, org: &TestOrg) {
        let jobs = format!("/api/orgs/{}/jobs", org.id);
        // Some wait until it is known whose account came after.
        let most = Duration::from_secs(60);
        eventually_within(most, "the jobs have ended", async || {
            self.server.get(&jobs).await["items"].as_array().unwrap().is_empty().then_some(())
        })
        .await;
    }
}

/// What Google was asked for, by how often.
fn count(stand_in: &google::StandIn, operation: Asked) -> usize {
    stand_in.asked_to(operation).len()
}

/// Ann's calendar was looked through once, and asked for changes since.
async fn is_followed(clinic: &Clinic) {
    eventually("a question for what changed since", async || {
        (count(clinic.anns(), Asked::Sync) > 0).then_some(())
    })
    .await;
}

/// Whatever is booked is looked for in Ben's calendar until it has been missed there for good; or not at
/// all, if whose calendar it is was learned before anything was asked of it.
async fn is_missed(bens: &google::StandIn) {
    let most = Duration::from_secs(90);
    // Once, and once more when it cannot be on its way any more: that takes some fifteen rounds.
    eventually_within(most, "two looks, or rounds without any", async || {
        let (looks, rounds) = (count(bens, Asked::Get), count(bens, Asked::Sync));
        (looks >= 2 || looks == 0 && rounds >= 25).then_some(())
    })
    .await;
    let asked = count(bens, Asked::Sync);
    // The round after that is over when it is asked for something else.
    eventually_within(most, "two more questions", async || {
        (count(bens, Asked::Sync) > asked + 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_connection_to_another_account_of_google_misses_nothing_that_was_booked_in_the_first() {
    for is_shown in [true, false] {
        let (clinic, bens) = google().await;
        let path = clinic.connect().await;
        if is_shown {
            clinic.is_known_as(&path, ANN).await;
        } else {
            clinic.anns().always(Asked::Listed, Fares::Forbids);
            bens.always(Asked::Listed, Fares::Forbids);
        }
        clinic.books("+13125550101", "10:00").await;
        is_followed(&clinic).await;

        clinic.authority.signs_in(BEN);
        let id = path.rsplit('/').next().unwrap();
        let start = format!("/api/oauth/google/start?org={}&connection={id}", clinic.org.id);
        clinic.agree(&clinic.server.url(&start)).await;
        if is_shown {
            clinic.is_known_as(&path, BEN).await;
        }
        is_missed(&bens).await;
        let booking = clinic.org.bookings(&clinic.server).await.remove(0);
        assert_eq!(booking["status"], "confirmed", "it stands in Ann's calendar: {booking}");
        assert_eq!(clinic.anns().standing().len(), 1);
    }
}

#[tokio::test]
async fn what_two_accounts_of_google_have_given_is_taken_back_from_each() {
    let (clinic, _bens) = google().await;
    let other = clinic.server.org(json!({})).await;
    let first = clinic.connected(&clinic.org, ANN).await;
    let second = clinic.connected(&other, BEN).await;
    assert_eq!(clinic.authority.good(), 2);
    clinic.removed(&first).await;
    let good = async |good| (clinic.authority.good() == good).then_some(());
    eventually("Ann's is taken back", async || good(1).await).await;
    let off = Some(json!({"status": "disconnected"}));
    assert_eq!(clinic.server.api(Method::PATCH, &second, off).await.0, StatusCode::OK);
    eventually("Ben's is taken back", async || good(0).await).await;
}

#[tokio::test]
async fn another_account_in_the_place_of_one_has_what_that_one_gave_taken_back() {
    let (clinic, bens) = google().await;
    let path = clinic.connected(&clinic.org, ANN).await;
    assert_eq!(clinic.authority.good(), 1);
    clinic.authority.signs_in(BEN);
    let id = path.rsplit('/').next().unwrap();
    let start = format!("/api/oauth/google/start?org={}&connection={id}", clinic.org.id);
    clinic.agree(&clinic.server.url(&start)).await;
    clinic.is_known_as(&path, BEN).await;
    eventually_within(Duration::from_secs(90), "Ann's is taken back", async || {
        (clinic.authority.good() == 1).then_some(())
    })
    .await;
    clinic.farewells_are_over(&clinic.org).await;
    assert_eq!(clinic.authority.good(), 1, "Ben's stays");
    let booked = clinic.book(&clinic.call("+13125550101"), "10:00").await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!((bens.standing().len(), clinic.anns().standing().len()), (1, 0));
}

#[tokio::test]
async fn a_booking_of_the_former_account_is_not_said_to_be_cancelled() {
    let (clinic, bens) = google().await;
    let path = clinic.connected(&clinic.org, ANN).await;
    let call = clinic.call("+13125550101");
    let booked = clinic.book(&call, "10:00").await;
    let code = &booked["confirmationNumber"];
    clinic.authority.signs_in(BEN);
    let id = path.rsplit('/').next().unwrap();
    let start = format!("/api/oauth/google/start?org={}&connection={id}", clinic.org.id);
    clinic.agree(&clinic.server.url(&start)).await;
    clinic.is_known_as(&path, BEN).await;

    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], false, "{cancelled}");
    assert!(!cancelled["message"].as_str().unwrap().contains("I've cancelled"), "{cancelled}");
    let booking = clinic.org.bookings(&clinic.server).await.remove(0);
    assert_eq!(booking["status"], "confirmed", "it stands in Ann's calendar: {booking}");
    assert_eq!((clinic.anns().standing().len(), bens.standing().len()), (1, 0));
}

#[tokio::test]
async fn the_same_account_connected_again_keeps_what_it_gave() {
    let (clinic, _bens) = google().await;
    let path = clinic.connected(&clinic.org, ANN).await;
    let id = path.rsplit('/').next().unwrap();
    let start = format!("/api/oauth/google/start?org={}&connection={id}", clinic.org.id);
    clinic.agree(&clinic.server.url(&start)).await;
    clinic.is_known_as(&path, ANN).await;
    clinic.farewells_are_over(&clinic.org).await;
    assert_eq!(clinic.authority.asked_to(Operation::Revoke).len(), 0);
    clinic.books("+13125550101", "10:00").await;
}

#[tokio::test]
async fn an_account_of_google_that_two_connections_open_is_left_to_the_second() {
    let (clinic, _bens) = google().await;
    let other = clinic.server.org(json!({})).await;
    let first = clinic.connected(&other, ANN).await;
    // By another of its calendars, whose id is not the account's.
    let room = json!({"options": {"calendar_ids": [ANN]}});
    let (status, _) = clinic.server.api(Method::PATCH, &first, Some(room)).await;
    assert_eq!(status, StatusCode::OK);
    clinic.connected(&clinic.org, ANN).await;
    clinic.removed(&first).await;
    clinic.farewells_are_over(&other).await;
    assert_eq!(clinic.authority.asked_to(Operation::Revoke).len(), 0);
    clinic.books("+13125550101", "10:00").await;
}

#[tokio::test]
async fn an_account_that_nobody_knows_may_be_the_one_that_others_live_on() {
    let (clinic, _bens) = google().await;
    clinic.anns().always(Asked::Listed, Fares::Forbids);
    let other = clinic.server.org(json!({})).await;
    let first = clinic.connect().await;
    assert_eq!(clinic.check(&first).await["ok"], true);
    assert_eq!(clinic.shown(&first).await["external_account_id"], Value::Null);
    let second = clinic.connected(&other, BEN).await;
    clinic.removed(&second).await;
    clinic.farewells_are_over(&other).await;
    assert_eq!(clinic.authority.asked_to(Operation::Revoke).len(), 0);
    clinic.books("+13125550101", "10:00").await;
}

/// Under which the server is known outside; nobody posts there.
const OUTSIDE: &str = "https://calls.example.com";

#[tokio::test]
async fn an_access_that_is_switched_off_is_posted_to_no_more() {
    for provider in ["calendly", "google"] {
        let clinic = Clinic::open_at(provider, setup(), Some(OUTSIDE)).await;
        let path = clinic.connect().await;
        eventually("a promise to post", async || (clinic.vendor.watches() == 1).then_some(()))
            .await;
        let off = Some(json!({"status": "disconnected"}));
        let (status, shown) = clinic.server.api(Method::PATCH, &path, off).await;
        assert_eq!((status, &shown["has_credentials"]), (StatusCode::OK, &json!(false)), "{shown}");
        // It is given back while there is something to ask with.
        assert_eq!(clinic.vendor.watches(), 0, "{provider}");
        let again = shown["reconnect_url"].as_str().unwrap().strip_prefix(OUTSIDE).unwrap();
        clinic.agree(&clinic.server.url(again)).await;
        eventually("another promise", async || (clinic.vendor.watches() == 1).then_some(())).await;
    }
}

#[tokio::test]
async fn another_account_is_asked_to_post_itself() {
    let clinic = Clinic::open_at("google", setup(), Some(OUTSIDE)).await;
    let bens = google::StandIn::start(google_account(BEN)).await.unwrap();
    clinic.front.belongs(BEN, bens.url());
    let path = clinic.connected(&clinic.org, ANN).await;
    eventually("Ann's promise to post", async || (clinic.vendor.watches() == 1).then_some(()))
        .await;
    is_followed(&clinic).await;
    clinic.authority.signs_in(BEN);
    let id = path.rsplit('/').next().unwrap();
    let start = format!("/api/oauth/google/start?org={}&connection={id}", clinic.org.id);
    clinic.agree(&clinic.server.url(&start)).await;
    eventually("Ben's promise to post", async || (count(&bens, Asked::Watch) == 1).then_some(()))
        .await;
}
