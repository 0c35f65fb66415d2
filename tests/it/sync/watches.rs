//! Cal.com is told where to post, and told when it need not any more.

use super::*;

#[tokio::test]
async fn a_connection_has_one_webhook_for_as_long_as_it_is_used() {
    let mut clinic = Clinic::posted_to().await;
    let hook = clinic.stand_in.hooks().remove(0);
    let shown = clinic.server.get(&clinic.of_connection("")).await;
    assert_eq!(shown["webhook_url"], json!(hook.url));
    assert!(hook.url.ends_with(&format!("/api/providers/calcom/webhook/{}", clinic.connection)));
    let secret = hook.secret.clone().unwrap();
    assert!(secret.len() >= 32, "{secret}");
    assert!(!shown.to_string().contains(&secret));

    clinic.server.restart(None).await;
    let (_call, kept) = clinic.booked("10:00").await;
    let seen = clinic.stand_in.posts().len();
    clinic.stand_in.move_by_hand(&kept.uid, at("15:00"), at("15:30"));
    clinic.carry_new(seen).await;
    clinic.stands("the move", 0, |ours| ours["booking_time"] == "15:00").await;
    assert_eq!(clinic.stand_in.hooks(), std::slice::from_ref(&hook), "it lasts over a restart");

    let off = Some(json!({"status": "disconnected"}));
    clinic.server.api(Method::PATCH, &clinic.of_connection(""), off).await;
    let none = || async { clinic.stand_in.hooks().is_empty().then_some(()) };
    eventually("no webhook", none).await;
    let on = Some(json!({"status": "connected"}));
    clinic.server.api(Method::PATCH, &clinic.of_connection(""), on).await;
    let anew = eventually("a webhook", || async { clinic.stand_in.hooks().pop() }).await;
    assert_ne!(anew.secret, hook.secret);

    let (status, _) = clinic.server.api(Method::DELETE, &clinic.of_connection(""), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(clinic.stand_in.hooks().is_empty(), "what is removed is not posted to");
}

#[tokio::test]
async fn a_server_that_is_not_known_outside_asks_for_no_webhook() {
    let clinic = Clinic::open(|config| {
        config.sync.poll_seconds = 3_600;
        config.server.public_url = None;
    })
    .await;
    assert!(clinic.stand_in.hooks().is_empty());
    let shown = clinic.server.get(&clinic.of_connection("")).await;
    assert_eq!(shown["webhook_url"], Value::Null, "nobody outside could post to it");
}
