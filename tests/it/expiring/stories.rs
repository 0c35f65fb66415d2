//! From the consent in a browser to the day on which the provider takes it back, with each vendor.

use super::*;

/// An hour later: tokens are still good by their own account.
const AN_HOUR_LATER: &str = "2026-09-22T15:30:00Z";
/// Another three: those that last for two are over.
const HOURS_LATER: &str = "2026-09-22T18:30:00Z";

/// Somebody calls who hears what the org's outage policy has for them, and nothing of the reason.
async fn hears_the_policy(clinic: &Clinic, call: &VapiCall) {
    let free = call.tool("check_availability", json!({"date": DAY})).await;
    let refused = clinic.book(call, "14:00").await;
    for heard in [&free, &refused] {
        let words = heard["message"].as_str().unwrap_or_default();
        assert!(words.contains("Can I take a message instead?"), "{}: {heard}", clinic.provider);
        for secret in ["token", "grant", "connect again"] {
            assert!(!heard.to_string().contains(secret), "{heard}");
        }
    }
}

async fn goes_bad(clinic: &Clinic, path: &str) -> Value {
    eventually("the connection is in trouble", async || {
        let shown = clinic.shown(path).await;
        (shown["status"] == "error").then_some(shown)
    })
    .await
}

async fn the_whole_story(provider: &'static str) {
    // Square's tokens last for a month and are renewed weeks before; the others' last for hours.
    let life = if provider == "square" { 30 * 86_400 } else { 7_200 };
    let clinic = Clinic::open_with(provider, Setup { life, ..setup() }).await;
    let path = clinic.connect().await;
    assert_eq!(clinic.check(&path).await["ok"], true, "{provider}");
    clinic.books("+13125550101", "10:00").await;
    assert_eq!(clinic.authority.asked_to(Operation::Refresh).len(), 0, "{provider}");

    // The vendor refuses the token before its time.
    clinic.server.set_clock(AN_HOUR_LATER);
    clinic.authority.end_access_tokens();
    clinic.books("+13125550102", "11:00").await;
    assert!(clinic.front.refused() >= 1, "{provider} has refused the old one itself");
    assert_eq!(clinic.authority.asked_to(Operation::Refresh).len(), 1, "{provider}");
    if life == 7_200 {
        // It ends by its time: the vendor is not even asked with it.
        let refused = clinic.front.refused();
        clinic.server.set_clock(HOURS_LATER);
        clinic.books("+13125550103", "11:30").await;
        assert_eq!(clinic.front.refused(), refused, "{provider}");
        assert_eq!(clinic.authority.asked_to(Operation::Refresh).len(), 2, "{provider}");
    }
    assert_eq!(clinic.shown(&path).await["status"], "connected", "{provider}");

    // The account's owner ends it on the provider's page.
    clinic.is_revoked();
    let call = clinic.call("+13125550104");
    hears_the_policy(&clinic, &call).await;
    let shown = goes_bad(&clinic, &path).await;
    let warning = shown["warning"].as_str().unwrap();
    assert!(warning.contains("revoked") && warning.contains("connect again"), "{shown}");
    let again = shown["reconnect_url"].as_str().unwrap();
    let standing = clinic.standing().await;
    assert_eq!(standing["warning"], warning, "{standing}");
    assert_eq!(standing["reconnect_url"], again, "{standing}");
    let health = clinic.server.get(&format!("/api/health/{provider}")).await;
    assert_eq!(health["status"], "unavailable", "{health}");
    let checked = clinic.check(&path).await;
    assert_eq!(checked["ok"], false, "{checked}");
    assert!(checked["hint"].as_str().unwrap().contains(again), "{checked}");

    clinic.authority.behave();
    clinic.agree(again).await;
    let shown = clinic.shown(&path).await;
    assert_eq!((&shown["status"], &shown["warning"]), (&json!("connected"), &Value::Null));
    let booked = clinic.book(&call, "14:00").await;
    assert_eq!(booked["success"], true, "the same call goes on: {booked}");
    let health = clinic.server.get(&format!("/api/health/{provider}")).await;
    assert_eq!(health["status"], "ok", "{health}");
}

#[tokio::test]
async fn calendly_goes_on_when_its_token_ends_and_says_what_to_do_when_the_grant_does() {
    the_whole_story("calendly").await;
}

#[tokio::test]
async fn square_goes_on_when_its_token_ends_and_says_what_to_do_when_the_grant_does() {
    the_whole_story("square").await;
}

#[tokio::test]
async fn google_goes_on_when_its_token_ends_and_says_what_to_do_when_the_grant_does() {
    the_whole_story("google").await;
}

/// Made for tests; opens nothing.
const PEM: &str = include_str!("../../../src/providers/oauth/tests/service_account.pem");

fn key_file() -> Value {
    json!({"service_account": {"type": "service_account", "private_key": PEM,
        "client_email": "desk@clinic.example.test", "private_key_id": "k1"}})
}

#[tokio::test]
async fn a_service_account_goes_on_when_its_token_ends_and_says_what_to_do_when_its_key_does() {
    let clinic = Clinic::open("google").await;
    let path = format!("/api/orgs/{}/connections", clinic.org.id);
    let body = json!({"provider": "google", "credentials": key_file()});
    let (status, made) = clinic.server.api(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let path = format!("{path}/{}", made["id"].as_str().unwrap());
    clinic.books("+13125550101", "10:00").await;
    assert_eq!(clinic.authority.asked_to(Operation::Credentials).len(), 1);

    clinic.server.set_clock(AN_HOUR_LATER);
    clinic.authority.end_access_tokens();
    clinic.books("+13125550102", "11:00").await;
    assert!(clinic.front.refused() >= 1);
    assert_eq!(clinic.authority.asked_to(Operation::Credentials).len(), 2);
    let refused = clinic.front.refused();
    clinic.server.set_clock(HOURS_LATER);
    clinic.books("+13125550103", "11:30").await;
    assert_eq!(clinic.front.refused(), refused);
    assert_eq!(clinic.authority.asked_to(Operation::Credentials).len(), 3);

    // The key is deleted in the cloud project: `invalid_grant`.
    clinic.authority.always(Operation::Credentials, Trouble::SlotTaken);
    clinic.server.set_clock("2026-09-22T21:30:00Z");
    let call = clinic.call("+13125550104");
    hears_the_policy(&clinic, &call).await;
    let shown = goes_bad(&clinic, &path).await;
    let warning = shown["warning"].as_str().unwrap();
    assert!(warning.contains("no access with these credentials; correct them"), "{shown}");
    assert_eq!(clinic.standing().await["warning"], warning);

    clinic.authority.behave();
    let anew = json!({"credentials": key_file()});
    let (status, patched) = clinic.server.api(Method::PATCH, &path, Some(anew)).await;
    assert_eq!(status, StatusCode::OK, "{patched}");
    assert_eq!((&patched["status"], &patched["warning"]), (&json!("connected"), &Value::Null));
    let booked = clinic.book(&call, "14:00").await;
    assert_eq!(booked["success"], true, "the same call goes on: {booked}");
}

/// Callers on the line at the moment at which the vendor ends the token.
const ON_THE_LINE: usize = 60;

#[tokio::test]
async fn many_callers_whose_token_the_vendor_ends_under_them_are_all_served_by_one_refresh() {
    for provider in ["calendly", "google"] {
        let clinic = Clinic::open(provider).await;
        clinic.connect().await;
        clinic.books("+13125550101", "10:00").await;
        clinic.server.set_clock(AN_HOUR_LATER);
        let before = clinic.authority.asked_to(Operation::Refresh).len();
        clinic.authority.end_access_tokens();
        let calls: Vec<VapiCall> =
            (0..ON_THE_LINE).map(|n| clinic.call(&format!("+1312555{n:04}"))).collect();
        // Each asks for another day, so that no answer serves two of them.
        let asks = calls.iter().enumerate().map(async |(n, call)| {
            let day = jiff::civil::date(2026, 9, 24)
                .saturating_add(jiff::Span::new().days(i64::try_from(n).unwrap()));
            call.tool("check_availability", json!({"date": day})).await
        });
        for heard in futures_util::future::join_all(asks).await {
            // On a day on which the clinic is closed nothing is free, which the calendar says as well.
            let told = (&heard["success"], &heard["unconfirmed"]);
            assert_eq!(told, (&json!(true), &Value::Null), "{provider}: {heard}");
        }
        assert!(clinic.front.refused() >= 1, "{provider} has refused the old one itself");
        let refreshed = clinic.authority.asked_to(Operation::Refresh).len() - before;
        assert_eq!(refreshed, 1, "{provider}");
    }
}
