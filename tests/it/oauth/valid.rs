//! What we say to Square's authorization server is what Square's own description allows, and the stand-in
//! answers as it says. Of the other authorization servers there is no description.

use super::*;
use crate::described::{Behind, Described, Watched};

const SQUARE: Described = Described {
    files: &["square-subset.openapi.json"],
    base: "",
    behind: &[Behind {
        operation: "POST /oauth2/revoke",
        complaint: "request: Invalid security scheme used",
        because: "its own text demands `Client` and the secret, its scheme knows bearers alone",
    }],
    amends: None,
};

#[tokio::test]
async fn every_request_for_a_token_is_valid_by_squares_own_description() {
    let authority = StandIn::start(setup()).await.unwrap();
    let Some(watched) = Watched::start(&SQUARE, authority.url()).await else { return };
    let mut clinic = Clinic::open_through(authority, &watched.url()).await;
    // The page on which somebody agrees is not part of the interface.
    let page = clinic.begin("square", None).await;
    let page = page.replace(&watched.url(), clinic.authority.url());
    let (status, page) = clinic.come_back(&clinic.decide(&page).await).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let all = clinic.connections().await;
    let made = all.iter().find(|one| one["provider"] == "square").unwrap();
    let connection = made["id"].as_str().unwrap();
    // The token is refused before its time, and renewed.
    clinic.server.restart(Some("2026-09-22T15:30:00Z")).await;
    clinic.authority.end_access_tokens();
    assert!(is_answered(&clinic.free().await));
    let (status, _) = clinic.server.api(Method::DELETE, &clinic.path(connection), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    watched.is_asked("POST /oauth2/revoke").await;
    watched.is_faultless(&["POST /oauth2/token", "POST /oauth2/revoke"]).await;
}
