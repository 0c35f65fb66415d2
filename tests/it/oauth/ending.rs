//! The end of a connection: what was given in a browser is taken back there, also when the provider is out
//! of reach at first; and no secret is ever shown.

use super::*;
use crate::support::eventually;

async fn nothing_is_good(clinic: &Clinic) {
    eventually("the grant is taken back", async || (clinic.authority.good() == 0).then_some(()))
        .await;
}

#[tokio::test]
async fn a_connection_that_is_removed_or_switched_off_is_taken_back_at_the_provider() {
    for provider in ["calendly", "square", "google"] {
        let clinic = Clinic::open().await;
        let connection = clinic.connect(provider).await;
        assert_eq!(clinic.authority.good(), 1);
        let path = clinic.path(&connection);
        let off = json!({"status": "disconnected"});
        let (status, shown) = clinic.server.api(Method::PATCH, &path, Some(off)).await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        assert_eq!(shown["has_credentials"], false, "{shown}");
        nothing_is_good(&clinic).await;

        clinic.connect_again(provider, &connection).await;
        assert_eq!(clinic.shown(&connection).await["status"], "connected");
        assert_eq!(clinic.authority.good(), 1);
        let (status, _) = clinic.server.api(Method::DELETE, &path, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        nothing_is_good(&clinic).await;
    }
}

#[tokio::test]
async fn an_organisation_that_is_removed_leaves_no_grant_behind() {
    let clinic = Clinic::open().await;
    for provider in ["calendly", "square", "google"] {
        clinic.connect(provider).await;
    }
    assert_eq!(clinic.authority.good(), 3);
    // The first try comes to nothing.
    clinic.authority.next(Operation::Revoke, Trouble::FailsBefore);
    let org = format!("/api/orgs/{}", clinic.org.id);
    assert_eq!(clinic.server.api(Method::DELETE, &org, None).await.0, StatusCode::NO_CONTENT);
    nothing_is_good(&clinic).await;
}

#[tokio::test]
async fn a_provider_that_is_out_of_reach_is_asked_again_after_a_restart() {
    let mut clinic = Clinic::open().await;
    let connection = clinic.connect("calendly").await;
    clinic.authority.always(Operation::Revoke, Trouble::FailsBefore);
    clinic.server.api(Method::DELETE, &clinic.path(&connection), None).await;
    let jobs = format!("/api/orgs/{}/jobs", clinic.org.id);
    eventually("it was tried", async || {
        let all = clinic.server.get(&jobs).await;
        let job = all["items"].as_array().unwrap().first().cloned();
        job.filter(|job| job["kind"] == "revoke_grant" && job["attempts"] == 1)
    })
    .await;
    assert_eq!(clinic.authority.good(), 1);
    clinic.authority.behave();
    clinic.server.restart(Some("2026-09-22T15:00:00Z")).await;
    nothing_is_good(&clinic).await;
    eventually("the job is gone", async || {
        clinic.server.get(&jobs).await["items"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_account_that_another_connection_lives_on_is_left_alone() {
    let clinic = Clinic::open().await;
    let first = clinic.connect("calendly").await;
    clinic.check(&first).await;
    let back = clinic.decide(&clinic.begin("calendly", None).await).await;
    assert_eq!(clinic.come_back(&back).await.0, StatusCode::OK);
    for one in clinic.connections().await {
        if one["provider"] == "calendly" {
            clinic.check(one["id"].as_str().unwrap()).await;
        }
    }
    clinic.server.api(Method::DELETE, &clinic.path(&first), None).await;
    let jobs = format!("/api/orgs/{}/jobs", clinic.org.id);
    eventually("the job has ended", async || {
        clinic.server.get(&jobs).await["items"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
    assert_eq!(clinic.authority.asked_to(Operation::Revoke).len(), 0);
    assert_eq!(clinic.authority.good(), 2);
}

#[tokio::test]
async fn no_answer_and_no_file_shows_a_secret() {
    let mut clinic = Clinic::open().await;
    let connection = clinic.connect("calendly").await;
    clinic.authority.end_access_tokens();
    clinic.server.restart(Some("2026-09-22T16:45:00Z")).await;
    clinic.free().await;
    let mut seen = Vec::new();
    for path in [
        clinic.path(&connection),
        format!("/api/orgs/{}/audit", clinic.org.id),
        format!("/api/orgs/{}/jobs", clinic.org.id),
        format!("/api/orgs/{}", clinic.org.id),
        "/api/circuit-breaker/status".to_owned(),
    ] {
        seen.push(clinic.server.get(&path).await.to_string());
    }
    seen.push(clinic.check(&connection).await.to_string());
    let secrets = clinic.authority.secrets();
    assert!(secrets.len() >= 5, "{secrets:?}");
    let folder = clinic.server.stop().await;
    for file in walk(folder.path()) {
        seen.push(String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned());
    }
    for secret in secrets.iter().map(String::as_str).chain([SECRET]) {
        assert!(seen.iter().all(|text| !text.contains(secret)), "{secret} is to be seen");
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
