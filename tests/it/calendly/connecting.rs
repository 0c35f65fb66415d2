//! Connecting Calendly: what is refused, what the check finds out, and who reaches it.

use super::*;
use crate::clinic::connections;

#[tokio::test]
async fn the_check_names_the_account_and_changes_nothing_there() {
    let clinic = Clinic::open().await;
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(true), &json!("connected")));
    assert_eq!(checked["account"], "Willow Street Dental", "{checked}");
    let asked = clinic.stand_in.asked();
    assert!(asked.iter().all(|asked| asked.method == "GET"), "{asked:?}");
    let path = format!("{}/{}", connections(&clinic.org), clinic.connection);
    let shown = clinic.server.get(&path).await;
    assert_eq!(shown["external_account_id"], "https://api.calendly.com/users/USERWILLOW");
}

#[tokio::test]
async fn the_check_says_which_option_is_wrong() {
    let clinic = Clinic::open().await;
    let mut off = setup(MORNING);
    off.event_types[0].active = false;
    let switched_off = Clinic::open_at(off, PLAIN, json!({}), 5_500).await;
    clinic.set(json!({"services": {"consultation": "NOWHERE"}})).await;
    for (clinic, word) in [(&clinic, "options.services"), (&switched_off, "switched off")] {
        let checked = clinic.check().await;
        assert_eq!(checked["ok"], false, "{checked}");
        assert!(checked["problem"].as_str().unwrap().contains(word), "{checked}");
        assert_eq!(checked["account"], "Willow Street Dental", "the token is right: {checked}");
    }
}

#[tokio::test]
async fn wrong_entries_are_refused_by_name_and_nothing_is_kept() {
    let of = |credentials: Value, options: Value| json!({"provider": "calendly", "credentials": credentials, "options": options});
    let right = || json!({"token": TOKEN});
    let entries = vec![
        (json!({"provider": "calendly"}), "credentials.token"),
        (of(json!({}), json!({})), "credentials.token"),
        (of(json!({"token": "a b"}), json!({})), "credentials.token"),
        (of(json!({"token": TOKEN, "secret": TOKEN}), json!({})), "credentials"),
        (of(right(), json!({"services": {"a": 7}})), "options.services.a"),
        (
            of(right(), json!({"services": {"a": "https://calendly.com/willow/consultation"}})),
            "options.services.a",
        ),
        (of(right(), json!({"email": "nobody"})), "options.email"),
        (of(right(), json!({"answers": {"Why?": "{reason}"}})), "options.answers.Why?"),
        (of(right(), json!({"location": {"kind": "moon"}})), "options.location.kind"),
        (of(right(), json!({"scope": "team"})), "options.scope"),
        (of(right(), json!({"colour": "red"})), "options.colour"),
    ];
    clinic::are_refused(entries, TOKEN).await;
}

#[tokio::test]
async fn an_event_type_whose_host_calendly_chooses_needs_the_whole_organisation() {
    let mut setup = setup(MORNING);
    setup.event_types[0].pooling = Some("round_robin");
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_at(setup, PLAIN, policy, 5_500).await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], false);
    assert!(clinic.stand_in.asked_to(Operation::Create).is_empty());
    clinic.set(json!({"scope": "organization"})).await;
    clinic.stand_in.next(Operation::Create, Trouble::DropsAfter);
    clinic.book(&call).await;
    crate::support::eventually("the look-up", || async {
        let bookings = clinic.bookings().await;
        bookings.iter().any(|booking| booking["outcome"] == "confirmed").then_some(())
    })
    .await;
    let looked = clinic.stand_in.asked_to(Operation::Events);
    assert!(looked[0].uri.contains("organization=https"), "{}", looked[0].uri);
}

#[tokio::test]
async fn what_calendly_allows_a_user_is_shared_by_all_connections_of_that_user_and_by_no_others() {
    let clinic = Clinic::open().await;
    let mut theirs = connection(PLAIN);
    theirs["credentials"]["token"] = json!("the_token_of_another_user");
    let connected = async |body: Value| {
        let org = clinic.server.org(json!({})).await;
        let made = clinic::connect(&clinic.server, &org, body).await;
        format!("{}/{}/check", connections(&org), made["id"].as_str().unwrap())
    };
    let same = connected(connection(PLAIN)).await;
    let another = connected(theirs).await;
    for _ in 0..10 {
        clinic.check().await;
    }
    let left = async |check: &str| {
        let (_, checked) = clinic.server.api(Method::POST, check, None).await;
        let all = checked["quota"][0].clone();
        (all["requests"].as_u64().unwrap(), all["remaining"].as_u64().unwrap())
    };
    let (all, of_same) = left(&same).await;
    // Each check asks for the user and for what is free.
    assert!(of_same + 20 <= all, "{of_same} of {all}");
    let (all, of_another) = left(&another).await;
    assert!(of_another + 10 >= all, "{of_another} of {all}");
}
