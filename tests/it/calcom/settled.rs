//! What was in doubt is seen by the operator, and settled by looking it up.

use super::*;
use crate::support::eventually;

#[tokio::test]
async fn a_booking_in_doubt_is_listed_with_its_job_and_settled_by_look_up_alone() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, Trouble::DropsAfter);
    let told = clinic.book(&call).await;
    hears(&told, "I don't know yet whether it worked");
    let of_org = |rest: &str| format!("/api/orgs/{}/{rest}", clinic.org.id);
    let unknown = clinic.server.get(&of_org("bookings?outcome=unknown")).await;
    assert_eq!(unknown["items"][0]["confirmation"], told["confirmationNumber"], "{unknown}");
    let jobs = clinic.server.get(&of_org("jobs?state=waiting")).await;
    assert_eq!(jobs["items"][0]["kind"], "settle_booking", "{jobs}");
    assert_eq!(jobs["items"][0]["booking_id"], unknown["items"][0]["id"]);
    let confirmed = eventually("the look-up", || async {
        let confirmed = clinic.server.get(&of_org("bookings?outcome=confirmed")).await;
        confirmed["items"].get(0).cloned()
    });
    assert_eq!(confirmed.await["status"], "confirmed");
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1);
    assert_eq!(clinic.stand_in.standing().len(), 1);
    let left = clinic.server.get(&of_org("jobs")).await;
    assert_eq!(left["items"], json!([]), "{left}");
}
