//! A write was sent and its answer was lost: the caller hears the truth, and nothing is sent twice.

use super::*;

#[tokio::test]
async fn a_lost_answer_is_neither_a_yes_nor_a_no_and_is_settled_by_looking() {
    for (trouble, made) in clinic::lost_answers() {
        let clinic = Clinic::open_with(setup(), json!({}), 3_000).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble.clone());
        let result = clinic.book(&call).await;
        let words = message(&result);
        assert!(!words.contains("I've booked"), "{trouble:?}: {result}");
        assert!(!words.contains("not available"), "{trouble:?}: {result}");
        assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1, "{trouble:?}");
        assert_eq!(clinic.stand_in.standing().len(), made, "{trouble:?}");
        assert_ne!(clinic.outcome().await, "failed", "{trouble:?}: nobody said that it failed");
    }
}

#[tokio::test]
async fn a_booking_in_doubt_is_found_by_our_reference_with_either_permissions() {
    for rights in [Rights::Seller, Rights::Buyer] {
        let clinic = Clinic::open_with(Setup { rights, ..setup() }, json!({}), 5_500).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, Trouble::DropsAfter);
        let told = clinic.book(&call).await;
        hears(&told, "I don't know yet whether it worked");
        let confirmed = eventually("the look-up", || async {
            let path = format!("/api/orgs/{}/bookings?outcome=confirmed", clinic.org.id);
            clinic.server.get(&path).await["items"].get(0).cloned()
        });
        let confirmed = confirmed.await;
        assert_eq!(confirmed["external_ids"], json!([clinic.stand_in.standing()[0].id]));
        assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1, "{rights:?}");
    }
}

#[tokio::test]
async fn a_move_and_a_cancellation_whose_answers_were_lost_say_nothing_false() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let code = clinic.book(&call).await["confirmationNumber"].clone();
    clinic.stand_in.next(Operation::Update, Trouble::DropsAfter);
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", to_eleven).await;
    assert!(!message(&moved).contains("I've moved"), "{moved}");
    assert_eq!(clinic.stand_in.asked_to(Operation::Update).len(), 1);
    let there = eventually("the move to be settled", || async {
        let ours = clinic.bookings().await;
        (ours[0]["booking_time"] == "11:00").then_some(())
    });
    there.await;
    clinic.stand_in.next(Operation::Cancel, Trouble::DropsAfter);
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert!(!message(&cancelled).contains("I've cancelled"), "{cancelled}");
    let settled = eventually("the cancellation to be settled", || async {
        (clinic.bookings().await[0]["status"] == "cancelled").then_some(())
    });
    settled.await;
    assert!(clinic.stand_in.standing().is_empty());
    assert_eq!(clinic.stand_in.asked_to(Operation::Cancel).len(), 1);
}

#[tokio::test]
async fn a_lost_answer_about_the_customer_books_nothing_and_is_no_doubt() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(setup(), policy, 5_500).await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::CreateCustomer, Trouble::DropsAfter);
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    assert!(clinic.bookings().await.iter().all(|booking| booking["outcome"] != "unknown"));
    assert_eq!(clinic.book(&call).await["success"], true);
    assert_eq!(clinic.stand_in.standing().len(), 1);
    assert_eq!(clinic.stand_in.customers().len(), 1, "the profile is found again");
}
