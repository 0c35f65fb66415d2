//! Tokens that nobody agrees to: service accounts and partners; and where authorization servers are looked
//! for. Against the stand-in, whose other side the integration tests show.

use std::sync::Mutex;

use hookswitch_actors::ports::{RenewError, SetClock};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::config::{OauthClient, Secret};
use crate::player::stand_ins::authority::{Operation, Setup, StandIn, Trouble};

/// Made for this test; opens nothing.
const KEY: &str = include_str!("tests/service_account.pem");

fn now() -> Timestamp {
    "2026-09-22T14:30:00Z".parse().unwrap()
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SetClock::starting_at(now()))
}

async fn authority() -> (StandIn, Config) {
    let stand_in = StandIn::start(Setup::new("partner", "partners-secret", now())).await.unwrap();
    let mut config = Config::default();
    config.providers.google.base_url = format!("{}/calendar/v3", stand_in.url());
    config.providers.opentable.base_url = stand_in.url().to_owned();
    (stand_in, config)
}

fn fields(value: Value) -> Fields {
    value.as_object().unwrap().clone()
}

fn key_file(key: &str) -> Value {
    json!({"type": "service_account", "client_email": "desk@clinic.example.test",
        "private_key": key, "private_key_id": "k1", "token_uri": "http://elsewhere.example.test"})
}

#[tokio::test]
async fn a_service_account_signs_for_its_tokens() {
    let (stand_in, config) = authority().await;
    let given = fields(json!({"service_account": key_file(KEY), "subject": "ann@example.test"}));
    let Checked::Settled(kept) = Oauth::check("google", given).unwrap() else { panic!() };
    assert!(kept["service_account"].get("token_uri").is_none(), "it came from outside");
    let issuer = Oauth::new(&config, clock()).issuer("google", &kept).unwrap();
    assert!(!issuer.is_kept());
    let grant = issuer.renew(None).await.unwrap();
    assert!(grant.expires_at.unwrap() > now());
    assert_eq!(stand_in.asked_to(Operation::Credentials).len(), 1);
}

#[test]
fn what_is_no_key_file_is_refused_by_its_field_without_repeating_it() {
    let no_key = key_file("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    for (given, field) in [
        (json!({"service_account": "file.json"}), "credentials.service_account"),
        (json!({"service_account": {"type": "authorized_user"}}), "credentials.service_account"),
        (json!({"service_account": no_key}), "credentials.service_account.private_key"),
        (json!({"service_account": key_file(KEY), "subject": 7}), "credentials.subject"),
        (json!({"service_account": key_file(KEY), "colour": 7}), "credentials.colour"),
    ] {
        let Err(wrong) = Oauth::check("google", fields(given)) else { panic!("{field}") };
        assert_eq!(wrong.field, field);
        assert!(!wrong.to_string().contains("c2VjcmV0"), "{wrong}");
    }
}

#[tokio::test]
async fn a_partner_is_known_by_the_server_or_by_the_connection() {
    let (stand_in, mut config) = authority().await;
    let none = Fields::new();
    let of_server =
        |config: &Config| Oauth::new(config, clock()).issuer("opentable", &none).unwrap();
    let refused = of_server(&config).renew(None).await.unwrap_err();
    assert!(refused.to_string().contains("OPENTABLE_CLIENT_ID"), "{refused}");
    config.secrets.oauth.opentable =
        OauthClient { id: Some("partner".into()), secret: Secret::new("partners-secret") };
    assert!(of_server(&config).renew(None).await.is_ok());
    // Its documents show POST and GET.
    stand_in.next(Operation::Credentials, Trouble::Answers { status: 405, body: json!({}) });
    assert!(of_server(&config).renew(None).await.is_ok());
    assert_eq!(stand_in.asked_to(Operation::Credentials).len(), 3);

    let own = fields(json!({"client_id": "partner", "client_secret": "wrong"}));
    let refused = Oauth::new(&config, clock()).issuer("opentable", &own).unwrap().renew(None).await;
    let Err(RenewError::Refused(words)) = refused else { panic!() };
    assert!(words.contains("credentials.client_secret"), "{words}");
}

#[test]
fn authorization_servers_are_at_their_own_hosts_or_where_the_operator_put_the_interface() {
    let tokens = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        let seen = Mutex::new(Vec::new());
        for app in &*Oauth::new(&config, clock()).apps {
            seen.lock().unwrap().push(app.token.to_string());
        }
        let (_, partner) = opentable::app(&config).way.unwrap();
        let mut seen = seen.into_inner().unwrap();
        seen.push(partner.to_string());
        seen
    };
    assert_eq!(
        tokens(|_| {}),
        [
            "https://auth.calendly.com/oauth/token",
            "https://connect.squareup.com/oauth2/token",
            "https://oauth2.googleapis.com/token",
            "https://oauth.opentable.com/api/v2/oauth/token",
        ]
    );
    let changed = tokens(|config| {
        config.providers.square.base_url = "https://connect.squareupsandbox.com".into();
        config.providers.google.base_url = "http://127.0.0.1:9000/calendar/v3".into();
        config.providers.opentable.base_url = "https://platform.otqa.com".into();
    });
    assert_eq!(
        changed[1..],
        [
            "https://connect.squareupsandbox.com/oauth2/token",
            "http://127.0.0.1:9000/token",
            "https://oauth-pp.opentable.com/api/v2/oauth/token",
        ]
    );
}
