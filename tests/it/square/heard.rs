//! What the seller does in Square's own calendar reaches us: by its posts, which prove themselves, and by
//! asking.

use super::*;

/// Under which the server is known outside; posts are carried to it by hand.
const OUTSIDE: &str = "https://calls.example.com";
/// What the subscription that was set up by hand signs with.
const SIGNS: &str = "signature_key_of_the_subscription";

/// A clinic that is posted to, or one that asks every second.
async fn clinic(is_posted_to: bool) -> Clinic {
    let stand_in = StandIn::start(setup()).await.unwrap();
    let url = stand_in.url().to_owned();
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.square.base_url = url;
        config.sync.probe_seconds = 3_600;
        config.sync.poll_seconds = if is_posted_to { 3_600 } else { 1 };
        config.server.public_url = is_posted_to.then(|| OUTSIDE.into());
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let mut body = connection();
    if is_posted_to {
        body["credentials"]["webhook_signature_key"] = json!(SIGNS);
    }
    Clinic::with(stand_in, server, json!({}), body).await
}

/// Square posts about a booking as it stands there, signed with `key`.
async fn posts(clinic: &Clinic, booking: &str, key: &str) -> StatusCode {
    let path = format!("/api/providers/square/webhook/{}", clinic.connection);
    let url = format!("{OUTSIDE}{path}");
    let post = clinic.stand_in.post("booking.updated", booking, &url, key).unwrap();
    let headers: Vec<(&str, &str)> =
        post.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    clinic.server.post_raw(&path, &headers, post.body.into_bytes()).await.0
}

async fn ours(clinic: &Clinic, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let look = || async { clinic.bookings().await.into_iter().find(|ours| fits(ours)) };
    eventually(what, look).await
}

async fn free(clinic: &Clinic) -> Vec<String> {
    let call = clinic.org.call(&clinic.server, "+13125550199");
    let heard = call.tool("checkAvailability", json!({"date": DAY})).await.to_string();
    let times = ["10:00", "15:00"].into_iter();
    times.filter(|time| heard.contains(&format!("\"{time}\""))).map(str::to_owned).collect()
}

/// The audit's actions by Square.
async fn audited(clinic: &Clinic) -> Vec<String> {
    let path = format!("/api/orgs/{}/audit?limit=1000", clinic.org.id);
    let audit = clinic.server.get(&path).await;
    let by_square = |entry: &&Value| entry["actor"] == "provider:square";
    let entries = audit["items"].as_array().unwrap().iter().filter(by_square);
    entries.map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

async fn moved_and_cancelled(clinic: &Clinic, told: impl AsyncFn(&str)) {
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(free(clinic).await, ["15:00"]);
    let id = clinic.stand_in.standing()[0].id.clone();
    assert!(clinic.stand_in.move_by_hand(&id, "2026-09-24T20:00:00Z".parse().unwrap()));
    told(&id).await;
    let moved = ours(clinic, "the move", |ours| ours["booking_time"] == "15:00").await;
    assert_eq!(moved["confirmation"], booked["confirmationNumber"]);
    assert_eq!(free(clinic).await, ["10:00"]);
    assert!(clinic.stand_in.set_standing(&id, Standing::CancelledBySeller));
    told(&id).await;
    ours(clinic, "the cancellation", |ours| ours["status"] == "cancelled").await;
    assert_eq!(free(clinic).await, ["10:00", "15:00"]);
    let actions = audited(clinic).await;
    for action in ["booking.moved", "booking.cancelled"] {
        assert!(actions.iter().any(|there| there == action), "{actions:?}");
    }
}

#[tokio::test]
async fn what_the_seller_moves_or_cancels_is_so_here_when_square_posts() {
    let clinic = clinic(true).await;
    let told = async |id: &str| {
        let forged = posts(&clinic, id, "guessed").await;
        assert!(forged.is_client_error(), "{forged}");
        // Posts come twice.
        for _ in 0..2 {
            assert_eq!(posts(&clinic, id, SIGNS).await, StatusCode::OK);
        }
    };
    moved_and_cancelled(&clinic, told).await;
}

#[tokio::test]
async fn what_the_seller_moves_or_cancels_is_found_by_asking() {
    let clinic = clinic(false).await;
    moved_and_cancelled(&clinic, async |_: &str| {}).await;
}

#[tokio::test]
async fn a_forged_post_leads_to_no_question() {
    let clinic = clinic(true).await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    let id = clinic.stand_in.standing()[0].id.clone();
    let before = clinic.stand_in.asked().len();
    for key in ["", "guessed", TOKEN] {
        assert_eq!(posts(&clinic, &id, key).await, StatusCode::UNAUTHORIZED);
    }
    // A genuine one is followed, so that the forged ones had their time.
    assert_eq!(posts(&clinic, &id, SIGNS).await, StatusCode::OK);
    let looked = || async { (clinic.stand_in.asked().len() > before).then_some(()) };
    eventually("the look", looked).await;
    assert_eq!(clinic.bookings().await[0]["status"], "confirmed");
}
