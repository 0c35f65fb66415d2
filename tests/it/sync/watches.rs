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

/// A clinic whose connection begins to be posted to once more, this time with trouble at the webhook's making.
async fn asked_anew(trouble: Trouble) -> (Clinic, usize) {
    let clinic = Clinic::posted_to().await;
    let off = Some(json!({"status": "disconnected"}));
    clinic.server.api(Method::PATCH, &clinic.of_connection(""), off).await;
    let none = || async { clinic.stand_in.hooks().is_empty().then_some(()) };
    eventually("no webhook", none).await;
    let seen = clinic.stand_in.asked_to(Operation::Webhooks).len();
    // It is looked first which there are.
    clinic.stand_in.next(Operation::Webhooks, Trouble::Slow { millis: 1 });
    clinic.stand_in.next(Operation::Webhooks, trouble);
    let on = Some(json!({"status": "connected"}));
    clinic.server.api(Method::PATCH, &clinic.of_connection(""), on).await;
    (clinic, seen)
}

async fn removed(clinic: &Clinic) {
    let (status, answer) = clinic.server.api(Method::DELETE, &clinic.of_connection(""), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{answer}");
}

#[tokio::test]
async fn a_connection_that_is_removed_while_its_webhook_is_being_made_leaves_none() {
    let (clinic, seen) = asked_anew(Trouble::Slow { millis: 1_500 }).await;
    let making = || async {
        let asked = clinic.stand_in.asked_to(Operation::Webhooks);
        asked.iter().skip(seen).any(|asked| asked.body.is_some()).then_some(())
    };
    eventually("a webhook to be asked for", making).await;
    removed(&clinic).await;
    let taken_back = clinic.stand_in.asked_to(Operation::Webhooks).len() - seen;
    assert_eq!((clinic.stand_in.hooks().len(), taken_back), (0, 3), "looked, made, taken back");
}

#[tokio::test]
async fn a_connection_whose_removal_broke_off_is_posted_to_as_before() {
    let clinic = Clinic::posted_to().await;
    let (_call, kept) = clinic.booked("10:00").await;
    clinic.stand_in.next(Operation::Webhooks, Trouble::HangsAfter);
    let path = clinic.of_connection("");
    let given_back =
        eventually("no webhook", || async { clinic.stand_in.hooks().is_empty().then_some(()) });
    tokio::select! {
        removed = clinic.server.api(Method::DELETE, &path, None) => panic!("{removed:?}"),
        () = given_back => {}
    }
    eventually("a webhook", || async { clinic.stand_in.hooks().pop() }).await;
    let shown = clinic.server.get(&path).await;
    assert_eq!(shown["status"], "connected", "{shown}");
    let seen = clinic.stand_in.posts().len();
    clinic.stand_in.move_by_hand(&kept.uid, at("15:00"), at("15:30"));
    // Until its making is written down nothing proves a post.
    let taken = || async {
        let post = clinic.stand_in.posts().into_iter().nth(seen)?;
        (clinic.carry(&post).await.0 == StatusCode::OK).then_some(())
    };
    eventually("a post to be taken", taken).await;
    clinic.stands("the move", 0, |ours| ours["booking_time"] == "15:00").await;
}

#[tokio::test]
async fn a_webhook_that_was_made_with_an_answer_that_was_lost_goes_with_its_connection() {
    let (clinic, _) = asked_anew(Trouble::FailsAfter).await;
    eventually("a webhook", || async { clinic.stand_in.hooks().pop() }).await;
    removed(&clinic).await;
    assert!(clinic.stand_in.hooks().is_empty());

    let (mut clinic, _) = asked_anew(Trouble::HangsAfter).await;
    eventually("a webhook", || async { clinic.stand_in.hooks().pop() }).await;
    clinic.server.restart(None).await;
    removed(&clinic).await;
    assert!(clinic.stand_in.hooks().is_empty(), "also when the server was started in between");
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
