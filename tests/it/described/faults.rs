//! That the watch sees what is wrong: requests and answers that a description does not allow are complained
//! of, each by what is wrong with it, and those that it allows are not.

use axum::{Json, Router};
use hookswitch::player::stand_ins::square::{Setup, StandIn};
use reqwest::Method;
use serde_json::{Value, json};

use super::document::Document;
use super::*;
use crate::support::{MORNING, client_builder};

const SQUARE: Described =
    Described { files: &["square-subset.openapi.json"], base: "", behind: &[], amends: None };

async fn ask(watched: &Watched, method: &Method, uri: &str, token: bool, body: Option<&Value>) {
    let client = client_builder().build().unwrap();
    let mut request = client.request(method.clone(), watched.url() + uri);
    if token {
        request = request.bearer_auth("EAAA");
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    request.send().await.unwrap();
}

#[tokio::test]
async fn every_kind_of_wrong_request_is_complained_of() {
    let setup = Setup::new("EAAA", "America/Chicago", MORNING.parse().unwrap());
    let stand_in = StandIn::start(setup).await.unwrap();
    let Some(watched) = Watched::start(&SQUARE, stand_in.url()).await else { return };
    let bookings = "/v2/bookings";
    let search = json!({"query": {"filter": {"phone_number": {"exact": "+13125550142"}}}});
    ask(&watched, &Method::POST, "/v2/customers/search", true, Some(&search)).await;
    assert_eq!(watched.complaints(), Vec::<String>::new(), "nothing is wrong with this one");
    let booking = |more: Value| json!({"idempotency_key": "k", "booking": more});
    for (method, uri, token, body, about) in [
        (Method::GET, "/v2/elsewhere", true, None, "Selected route not found"),
        (Method::PATCH, bookings, true, None, "Selected route not found"),
        (Method::GET, "/v2/locations", false, None, "Invalid security scheme"),
        (Method::GET, "/v2/bookings?limit=many", true, None, "request.query.limit"),
        (Method::GET, "/v2/bookings?limit=5&colour=red", true, None, "query.colour is not known"),
        (Method::POST, bookings, true, None, "Body parameter is required"),
        (Method::POST, bookings, true, Some(json!({})), "required property 'booking'"),
        (Method::POST, bookings, true, Some(booking(json!({"start_at": 5}))), "booking.start_at"),
        (Method::POST, bookings, true, Some(booking(json!({"notes": "x"}))), "body.booking.notes"),
        (
            Method::POST,
            bookings,
            true,
            Some(booking(json!({"appointment_segments": [{"team_member_id": "T", "who": 1}]}))),
            "appointment_segments[0].who is not known",
        ),
        (
            Method::POST,
            bookings,
            true,
            Some(booking(json!({"appointment_segments": [{"duration_minutes": 30}]}))),
            "required property 'team_member_id'",
        ),
    ] {
        let before = watched.complaints().len();
        ask(&watched, &method, uri, token, body.as_ref()).await;
        let new = watched.complaints().split_off(before);
        assert!(new.iter().any(|one| one.contains(about)), "{method} {uri} {body:?}: {new:?}");
    }
}

#[tokio::test]
async fn an_answer_that_the_vendor_would_not_give_is_complained_of() {
    let wrong = Router::new().fallback(async || Json(json!({"locations": [{"id": 7}]})));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, wrong).await.unwrap() });
    let Some(watched) = Watched::start(&SQUARE, &url).await else { return };
    ask(&watched, &Method::GET, "/v2/locations", true, None).await;
    let complaints = watched.complaints();
    assert!(
        complaints.iter().any(|one| one.contains("response.body.locations.0.id")),
        "{complaints:?}"
    );
}

#[test]
fn a_name_is_known_if_any_schema_that_may_apply_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.yaml");
    let text = "
paths:
  /orders/{id}:
    parameters: [{$ref: '#/components/parameters/Shop'}]
    put:
      parameters: [{name: dry, in: query}, {name: trace, in: header}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders/last: {get: {}}
components:
  parameters: {Shop: {name: shop, in: query}}
  schemas:
    Order:
      allOf: [{properties: {note: {}}}, {oneOf: [{$ref: '#/components/schemas/Cash'}, {properties: {card: {}}}]}]
    Cash:
      properties: {coins: {type: array, items: {properties: {worth: {}}}}, tags: {additionalProperties: {properties: {of: {}}}}}
";
    std::fs::write(&path, text).unwrap();
    let document = Document::read(&path);
    let name = |method, path| document.operation(method, path).map(|found| found.name);
    assert_eq!(name("GET", "/orders/last").as_deref(), Some("GET /orders/last"));
    assert_eq!(name("PUT", "/orders/last").as_deref(), Some("PUT /orders/{id}"));
    assert_eq!((name("POST", "/orders/7"), name("PUT", "/orders/")), (None, None));
    let put = document.operation("PUT", "/orders/7").unwrap();
    for (query, body, unknown) in [
        ("shop=1&dry=2", json!({"note": {"any": "thing"}, "card": 1}), vec![]),
        ("trace=1", json!({}), vec!["query.trace is not known"]),
        (
            "",
            json!({"coins": [{"worth": 5}, {"wort": 5}]}),
            vec!["body.coins[1].wort is not known"],
        ),
        (
            "",
            json!({"tags": {"a": {"of": 1}, "b": {"if": 1}}}),
            vec!["body.tags.b.if is not known"],
        ),
        ("", json!({"nots": 1}), vec!["body.nots is not known"]),
    ] {
        assert_eq!(document.unknown_names(&put, query, Some(&body)), unknown, "{query} {body}");
    }
    let get = document.operation("GET", "/orders/last").unwrap();
    assert_eq!(document.unknown_names(&get, "", Some(&json!({}))), ["body is not expected"]);
}
