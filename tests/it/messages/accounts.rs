//! What texts are sent with: an account's token, one of its keys, or the server's own account.

use reqwest::Method;

use super::*;

const KEY: &str = "SK0123456789abcdef0123456789abcdef";
const KEY_SECRET: &str = "a_secret_of_the_key";

/// A clinic without an account, on a server that has one where `own`.
async fn unsettled(own: bool) -> Clinic {
    let setup = Setup::new(ACCOUNT, TOKEN).with_key(KEY, KEY_SECRET);
    let carrier = StandIn::start(setup).await.unwrap();
    let url = carrier.url().to_owned();
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.twilio.base_url = url;
        config.server.public_url = Some(PUBLIC.into());
        config.sessions.message_wait_ms = 5_000;
        if own {
            let secret = hookswitch::config::Secret::new;
            config.secrets.twilio.account_sid = secret(ACCOUNT);
            config.secrets.twilio.auth_token = secret(TOKEN);
        }
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = server.org(json!({})).await;
    Clinic { carrier, server, org }
}

impl Clinic {
    async fn account(&self, twilio: Value) -> (StatusCode, Value) {
        self.org.patch(&self.server, json!({"twilio": twilio})).await
    }

    /// The same, by somebody of the org's own.
    async fn account_by_org(&self, twilio: Value) -> StatusCode {
        let new = json!({"role": "org", "org": self.org.id});
        let (_, made) = self.server.api(Method::POST, "/api/tokens", Some(new)).await;
        let url = self.server.url(&format!("/api/orgs/{}", self.org.id));
        let request = self.server.client().patch(url).json(&json!({"twilio": twilio}));
        request.bearer_auth(made["token"].as_str().unwrap()).send().await.unwrap().status()
    }
}

#[tokio::test]
async fn a_key_sends_and_the_token_beside_it_believes_reports() {
    let clinic = unsettled(false).await;
    let with_key = json!({"account_sid": ACCOUNT, "api_key_sid": KEY,
        "api_key_secret": KEY_SECRET, "from": DESK});
    let (status, said) = clinic.account(with_key).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(said["twilio"]["api_key_sid"], KEY);
    assert!(!said.to_string().contains(KEY_SECRET), "{said}");
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    let kept = clinic.carrier.kept().remove(0);
    assert_eq!(kept.report_to, None, "a report would be refused");
    assert_eq!(clinic.reports(&kept.sid, "delivered", "").await, StatusCode::UNAUTHORIZED);
    let health = clinic.server.get("/api/health/twilio").await;
    assert_eq!(health["status"], "degraded", "{health}");
    assert!(health.to_string().contains("twilio.auth_token"), "{health}");
    // What is not named stays.
    assert_eq!(clinic.account(json!({"auth_token": TOKEN})).await.0, StatusCode::OK);
    assert_eq!(clinic.reports(&kept.sid, "delivered", "").await, StatusCode::NO_CONTENT);
    assert_eq!(clinic.stands("delivered").await["external_id"], kept.sid.as_str());
    assert_eq!(clinic.server.get("/api/health/twilio").await["status"], "ok");
}

#[tokio::test]
async fn a_key_that_is_not_whole_is_refused_by_the_name_of_what_is_missing() {
    let clinic = unsettled(false).await;
    for (twilio, named) in [
        (json!({"from": DESK}), "twilio.account_sid"),
        (json!({"account_sid": ACCOUNT, "from": DESK}), "twilio.auth_token"),
        (
            json!({"account_sid": ACCOUNT, "api_key_sid": KEY, "from": DESK}),
            "twilio.api_key_secret",
        ),
        (
            json!({"account_sid": ACCOUNT, "api_key_secret": "x", "from": DESK}),
            "twilio.api_key_sid",
        ),
        (
            json!({"account_sid": ACCOUNT, "api_key_sid": ACCOUNT, "api_key_secret": "x",
                "from": DESK}),
            "twilio.api_key_sid",
        ),
    ] {
        let (status, said) = clinic.account(twilio.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{twilio}: {said}");
        assert!(said["error"]["message"].as_str().unwrap().contains(named), "{twilio}: {said}");
    }
}

#[tokio::test]
async fn only_an_administrator_gives_an_org_the_servers_own_account() {
    let clinic = unsettled(true).await;
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(clinic.account_by_org(json!({"from": DESK})).await, refused);
    let (status, said) = clinic.account(json!({"from": DESK})).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert!(!said.to_string().contains(TOKEN) && !said.to_string().contains(ACCOUNT), "{said}");
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    let sid = clinic.carrier.kept()[0].sid.clone();
    assert_eq!(clinic.reports(&sid, "delivered", "").await, StatusCode::NO_CONTENT);
    assert_eq!(clinic.stands("delivered").await["external_id"], sid.as_str());
    // The org may leave it as it is, and may not take another sender of the account.
    assert_eq!(clinic.account_by_org(json!({"from": DESK})).await, StatusCode::OK);
    assert_eq!(clinic.account_by_org(json!({"from": "+15125550199"})).await, refused);
}
