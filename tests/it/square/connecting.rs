//! Connecting Square: what is refused, what the check finds out, and whose token is used.

use hookswitch::config::{Config, Secret};

use super::*;
use crate::clinic::connections;

#[tokio::test]
async fn the_check_names_the_seller_and_changes_nothing_there() {
    let clinic = Clinic::open().await;
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(true), &json!("connected")));
    let shown = clinic.server.get(&clinic.path("")).await;
    assert_eq!(shown["external_account_id"], "MLWILLOWSTREET", "{shown}");
    let changing = [Operation::Create, Operation::CreateCustomer, Operation::Subscribe];
    let asked = clinic.stand_in.asked();
    assert!(asked.iter().all(|asked| !changing.contains(&asked.operation)), "{asked:?}");
}

#[tokio::test]
async fn what_the_operator_has_to_do_is_said_by_the_check() {
    let clinic = Clinic::open().await;
    clinic.patch(json!({"options": {"services": {"other": "VAR1"}}})).await;
    let problem = |checked: &Value| checked["problem"].as_str().unwrap_or_default().to_owned();
    let checked = clinic.check().await;
    assert_eq!(checked["ok"], false, "{checked}");
    assert!(problem(&checked).contains("options.services.consultation"), "{checked}");
    assert!(problem(&checked).contains("Consultation Regular (VAR1)"), "the choice: {checked}");
    clinic.patch(json!({"options": {"services": {"consultation": "NOBODY"}}})).await;
    let checked = clinic.check().await;
    assert!(problem(&checked).contains("options.services"), "{checked}");
    let right = json!({"consultation": "VAR1"});
    clinic.patch(json!({"options": {"services": right, "location_id": "LNOWHERE"}})).await;
    let checked = clinic.check().await;
    assert!(problem(&checked).contains("options.location_id"), "{checked}");
    clinic.patch(json!({"options": {"services": right, "location_id": null}})).await;
    assert_eq!(clinic.check().await["ok"], true);

    for (rights, word) in [
        (Rights::Without("APPOINTMENTS_WRITE"), "APPOINTMENTS_WRITE"),
        (Rights::Without("CUSTOMERS_WRITE"), "CUSTOMERS_WRITE"),
    ] {
        let clinic = Clinic::open_with(Setup { rights, ..setup() }, json!({}), 5_500).await;
        let checked = clinic.check().await;
        assert_eq!(checked["ok"], false, "free times show all the same: {checked}");
        assert!(problem(&checked).contains(word), "{checked}");
    }
    let no_plan = Setup { has_plan: false, ..setup() };
    let clinic = Clinic::open_with(no_plan, json!({}), 5_500).await;
    let checked = clinic.check().await;
    assert!(problem(&checked).contains("Appointments Plus or Premium"), "{checked}");
}

#[tokio::test]
async fn wrong_entries_are_refused_by_name_and_nothing_is_kept() {
    let of = |credentials: Value, options: Value| json!({"provider": "square", "credentials": credentials, "options": options});
    let good = || json!({"access_token": TOKEN});
    let entries = vec![
        (json!({"provider": "square"}), "credentials.access_token"),
        (of(json!({}), json!({})), "credentials.access_token"),
        (of(json!({"access_token": "Bearer x"}), json!({})), "credentials.access_token"),
        (of(json!({"access_token": TOKEN, "token": TOKEN}), json!({})), "credentials"),
        (of(good(), json!({"services": {"a": 5}})), "options.services.a"),
        (of(good(), json!({"location_id": "a b"})), "options.location_id"),
        (of(good(), json!({"team_members": "all"})), "options.team_members"),
        (of(good(), json!({"seller_note": "{key}"})), "options.seller_note"),
        (of(good(), json!({"colour": "red"})), "options.colour"),
    ];
    clinic::are_refused(entries, TOKEN).await;
}

#[tokio::test]
async fn the_servers_own_token_is_lent_by_an_administrator_only() {
    let stand_in = StandIn::start(setup()).await.unwrap();
    let url = stand_in.url().to_owned();
    let change = |config: &mut Config| {
        config.providers.square.base_url = url;
        config.secrets.square_access_token = Secret::new(TOKEN);
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = server.org(json!({})).await;
    let mut bare = connection();
    bare.as_object_mut().unwrap().remove("credentials");
    let body = json!({"role": "org", "org": org.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(body)).await;
    let as_org = async |body: &Value| {
        let request = server.client().post(server.url(&connections(&org)));
        let request = request.bearer_auth(token["token"].as_str().unwrap());
        request.json(body).send().await.unwrap().status()
    };
    assert_eq!(as_org(&bare).await, StatusCode::UNPROCESSABLE_ENTITY);
    let mut forged = bare.clone();
    forged["credentials"] = json!({"own_token_of_the_server": "square"});
    assert_eq!(as_org(&forged).await, StatusCode::UNPROCESSABLE_ENTITY);
    let lent = connect(&server, &org, bare).await;
    let path = format!("{}/{}/check", connections(&org), lent["id"].as_str().unwrap());
    let (_, checked) = server.api(Method::POST, &path, None).await;
    assert_eq!(checked["ok"], true, "{checked}");
}
