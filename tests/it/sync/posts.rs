//! What is posted to a connection's address by whom, how often and in which order.

use futures_util::future::join_all;

use super::*;

/// The posts about one booking that was moved.
async fn moved(clinic: &Clinic) -> (Kept, Vec<HookPost>) {
    let (_call, kept) = clinic.booked("10:00").await;
    let seen = clinic.stand_in.posts().len();
    clinic.stand_in.move_by_hand(&kept.uid, at("15:00"), at("15:30")).unwrap();
    (kept, clinic.stand_in.posts().split_off(seen))
}

#[tokio::test]
async fn a_stranger_learns_nothing_and_changes_nothing() {
    let clinic = Clinic::posted_to().await;
    let foreign = clinic.server.org(json!({"name": "Oak Street Physio"})).await;
    let elsewhere = connect(&clinic.server, &foreign).await;
    let (_kept, posts) = moved(&clinic).await;
    let genuine = &posts[0];
    let own = genuine.url.strip_prefix(OUTSIDE).unwrap().to_owned();
    let unsigned = HookPost { headers: Vec::new(), ..genuine.clone() };
    let altered =
        HookPost { body: genuine.body.replace("CONFIRMED", "X") + " ", ..genuine.clone() };
    let wrong = |signature: &str| HookPost {
        headers: vec![("x-cal-signature-256".into(), signature.into())],
        ..genuine.clone()
    };
    let other = own.replace(&clinic.connection, &elsewhere);
    let attempts = [
        (own.clone(), unsigned, "unsigned"),
        (own.clone(), altered, "altered"),
        (own.clone(), wrong("no-secret-provided"), "without a secret"),
        (own.clone(), wrong(&"0".repeat(64)), "wrongly signed"),
        (other, genuine.clone(), "for another org's connection"),
        (own.replace(&clinic.connection, "con_unknown"), genuine.clone(), "for no connection"),
        (own.replace("calcom", "square"), genuine.clone(), "for another provider"),
        (own.replace(&clinic.connection, "%00"), genuine.clone(), "for no id"),
    ];
    let mut answers = Vec::new();
    for (path, post, what) in attempts {
        let answer = clinic.post_as_is(&path, &post).await;
        assert_eq!(answer.0, StatusCode::UNAUTHORIZED, "{what}: {}", answer.1);
        answers.push(answer);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "one cannot be told from the other: {answers:?}");
    let large = HookPost { body: "x".repeat(1024 * 1024 + 1), ..genuine.clone() };
    assert_eq!(clinic.post_as_is(&own, &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(clinic.stand_in.asked_to(Operation::Get).is_empty(), "nothing was looked at");
    assert_eq!(clinic.bookings().await[0]["booking_time"], "10:00");
    assert_eq!(clinic.carry(genuine).await.0, StatusCode::OK);
    clinic.stands("the move", 0, |ours| ours["booking_time"] == "15:00").await;
}

#[tokio::test]
async fn a_thousand_posts_at_once_are_taken_and_looked_at_a_few_times() {
    let clinic = Clinic::posted_to().await;
    let (_kept, posts) = moved(&clinic).await;
    let path = posts[0].url.strip_prefix(OUTSIDE).unwrap();
    let all = (0..1_000).map(|_| clinic.post_as_is(path, &posts[0]));
    let answers = join_all(all).await;
    assert!(answers.iter().all(|(status, _)| *status == StatusCode::OK));
    clinic.stands("the move", 0, |ours| ours["booking_time"] == "15:00").await;
    let looks = clinic.stand_in.asked_to(Operation::Get).len();
    assert!(looks < 200, "{looks} requests for a thousand posts");
    assert_eq!(clinic.bookings().await.len(), 1);
}

#[tokio::test]
async fn posts_that_come_late_twice_and_in_any_order_end_in_what_calcom_has() {
    let clinic = Clinic::posted_to().await;
    let (_call, kept) = clinic.booked("10:00").await;
    let once = clinic.stand_in.move_by_hand(&kept.uid, at("15:00"), at("15:30")).unwrap();
    let twice = clinic.stand_in.move_by_hand(&once, at("11:00"), at("11:30")).unwrap();
    clinic.stand_in.move_by_hand(&twice, at("10:30"), at("11:00")).unwrap();
    let mut posts = clinic.stand_in.posts();
    posts.reverse();
    posts.extend(posts.clone());
    for post in &posts {
        assert_eq!(clinic.carry(post).await.0, StatusCode::OK);
    }
    let ours = clinic.stands("the last place", 0, |ours| ours["booking_time"] == "10:30").await;
    let looked = clinic.stand_in.asked_to(Operation::Get).len();
    for post in &posts {
        clinic.carry(post).await;
    }
    eventually("another look", || async {
        (clinic.stand_in.asked_to(Operation::Get).len() > looked).then_some(())
    })
    .await;
    let again = clinic.bookings().await.remove(0);
    assert_eq!((&again["booking_time"], &again["id"]), (&json!("10:30"), &ours["id"]));
}

#[tokio::test]
async fn what_we_are_about_ourselves_is_settled_before_a_post_is_followed() {
    let clinic = Clinic::posted_to().await;
    let (call, kept) = clinic.booked("10:00").await;
    // Our move is done there, and its answer lost.
    clinic.stand_in.next(Operation::Reschedule, Trouble::DropsAfter);
    let wish = json!({"new_date": DAY, "new_time": "11:00", "booking_reference":
        clinic.bookings().await[0]["confirmation"]});
    call.tool("reschedule_booking", wish).await;
    let there = clinic.stand_in.standing().pop().unwrap();
    assert_eq!((there.from.as_ref(), there.start), (Some(&kept.uid), at("11:00")));
    for post in &clinic.stand_in.posts() {
        clinic.carry(post).await;
    }
    let ours = clinic.stands("our move", 0, |ours| {
        ours["booking_time"] == "11:00" && ours["outcome"] == "confirmed"
    });
    let ours = ours.await;
    assert_eq!(ours["external_ids"].as_array().unwrap().last(), Some(&json!(there.uid)));
    assert_eq!(clinic.stand_in.standing().len(), 1);
}
