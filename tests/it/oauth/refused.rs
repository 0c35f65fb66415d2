//! Providers and people who say no: the operator reads what to do, and nothing is changed.

use super::*;

async fn outcome(clinic: &Clinic, provider: &str) -> (StatusCode, String) {
    let back = clinic.decide(&clinic.begin(provider, None).await).await;
    let (status, page) = clinic.come_back(&back).await;
    assert_eq!(clinic.connections().await.len(), 1, "{page}");
    (status, page)
}

#[tokio::test]
async fn who_does_not_agree_is_told_how_to_after_all_and_reads_no_foreign_words() {
    let clinic = Clinic::open().await;
    for (error, says) in [
        ("access_denied", "choose to allow it"),
        ("invalid_scope", "developer page"),
        ("unauthorized_client", "correct its id and secret"),
        ("temporarily_unavailable", "Try again in a few minutes"),
        ("<script>", "did not say why"),
    ] {
        clinic.authority.decide(Decision::Refuses(error.into()));
        let (status, page) = outcome(&clinic, "calendly").await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{page}");
        assert!(page.contains("Calendly is not connected") && page.contains(says), "{page}");
        assert!(!page.contains("a text of the provider") && !page.contains("script"), "{page}");
    }
}

#[tokio::test]
async fn boxes_that_were_left_empty_are_named() {
    let clinic = Clinic::open().await;
    let only = "https://www.googleapis.com/auth/calendar.freebusy openid";
    clinic.authority.decide(Decision::AllowsOnly(only.into()));
    let (status, page) = outcome(&clinic, "google").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("calendar.events") && page.contains("every box ticked"), "{page}");
    assert!(!page.contains("calendar.freebusy"), "{page}");
    clinic.authority.decide(Decision::Allows);
    clinic.connect("google").await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_exchanged_is_explained() {
    let garbage = || Trouble::Answers { status: 404, body: json!("no such page") };
    for (trouble, status, says) in [
        (Trouble::Refuses, 400, "correct CALENDLY_CLIENT_ID and CALENDLY_CLIENT_SECRET"),
        (Trouble::SlotTaken, 400, "good no longer"),
        (Trouble::FailsBefore, 502, "did not answer in time"),
        (Trouble::TooMany { retry_after: Some(5) }, 502, "did not answer in time"),
        (Trouble::DropsAfter, 502, "did not answer in time"),
        (Trouble::Garbles, 502, "did not answer in time"),
        (Trouble::Redirects, 400, "base_url"),
        (garbage(), 400, "base_url"),
    ] {
        let clinic = Clinic::open().await;
        clinic.authority.next(Operation::Exchange, trouble.clone());
        let (found, page) = outcome(&clinic, "calendly").await;
        assert_eq!(found.as_u16(), status, "{trouble:?}: {page}");
        assert!(page.contains(says), "{trouble:?}: {page}");
        assert!(!page.contains(SECRET), "{page}");
    }
}

#[tokio::test]
async fn what_comes_back_is_a_page_that_nobody_keeps_or_frames() {
    let clinic = Clinic::open().await;
    let back = clinic.decide(&clinic.begin("calendly", None).await).await;
    let answer = clinic.browser.get(&back).send().await.unwrap();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(answer.headers()[name], value);
    }
}
