//! What the tests of access share: a server with two orgs that have something to lose, the operations of the document, and
//! proofs of who asks.

use std::collections::BTreeMap;
use std::fmt;

use hookswitch_storage::{BookingId, CallbackId, ConnectionId};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::{MORNING, TestOrg, TestServer, eventually};

/// One operation as the document says it.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) least: String,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Every operation, from the published document.
pub(super) async fn operations(server: &TestServer) -> Vec<Operation> {
    let document = server.get("/api/openapi.json").await;
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            let least = operation["x-role"].as_str().unwrap().to_owned();
            found.push(Operation { method, path: path.clone(), least });
        }
    }
    assert!(found.len() > 45, "the document has the operations: {found:?}");
    found
}

/// What a request brings to show who asks.
pub(super) struct Proof {
    pub(super) what: String,
    headers: Vec<(String, String)>,
}

impl Proof {
    pub(super) fn nothing() -> Self {
        Self { what: "nothing".into(), headers: Vec::new() }
    }

    pub(super) fn bearer(what: &str, token: &str) -> Self {
        Self {
            what: what.into(),
            headers: vec![("authorization".into(), format!("Bearer {token}"))],
        }
    }

    pub(super) fn cookie(what: &str, cookie: &str, beside: &[(&str, &str)]) -> Self {
        let headers = [("cookie", cookie)].into_iter().chain(beside.iter().copied());
        let headers = headers.map(|(name, value)| (name.into(), value.into()));
        Self { what: what.into(), headers: headers.collect() }
    }

    pub(super) fn on(&self, request: RequestBuilder) -> RequestBuilder {
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }
}

/// A server with two orgs, each with a booking, a connection and a call.
pub(super) struct Ground {
    pub(super) server: TestServer,
    pub(super) own: TestOrg,
    pub(super) foreign: TestOrg,
    tokens: BTreeMap<&'static str, String>,
    own_has: Belongings,
    foreign_has: Belongings,
}

/// The agent of each org; who saves one under another's name has one of their own by it.
const AGENT: &str = "reception";

/// What a path below an org can name.
#[derive(Default)]
struct Belongings {
    booking: String,
    connection: String,
    call: String,
    callback: String,
    number: String,
}

impl Ground {
    pub(super) async fn new() -> Self {
        let server = TestServer::start_shared(MORNING).await;
        let (own, foreign) = (server.org(json!({})).await, server.org(json!({})).await);
        let own_has = belongings(&server, &own).await;
        let foreign_has = belongings(&server, &foreign).await;
        let mut tokens = BTreeMap::new();
        for role in ["viewer", "supervisor", "org"] {
            let token = made(&server, json!({"role": role, "org": own.id})).await;
            tokens.insert(role, token["token"].as_str().unwrap().to_owned());
        }
        Self { server, own, foreign, tokens, own_has, foreign_has }
    }

    /// A token of the org `own` with this role.
    pub(super) fn token(&self, role: &str) -> &str {
        &self.tokens[role]
    }

    /// The cookie of somebody who has signed in to the page.
    pub(super) async fn sign_in(&self, token: &str) -> String {
        let request = self.server.client().post(self.server.url("/api/login"));
        let answer = request.json(&json!({"token": token})).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// What proves nothing, or nothing any more.
    pub(super) async fn bad_proofs(&self) -> Vec<Proof> {
        let server = &self.server;
        let revoked = made(server, json!({"role": "admin"})).await;
        let secret = revoked["token"].as_str().unwrap();
        let cookie = self.sign_in(secret).await;
        let path = format!("/api/tokens/{}", revoked["id"].as_str().unwrap());
        assert_eq!(server.api(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);

        let now: jiff::Timestamp =
            server.get("/api/health").await["now"].as_str().unwrap().parse().unwrap();
        let soon = now + jiff::SignedDuration::from_secs(1);
        let expired = made(server, json!({"role": "admin", "expires_at": soon})).await;
        let expired = Proof::bearer("a token that has expired", expired["token"].as_str().unwrap());
        eventually("the token to expire", || async {
            let request = expired.on(server.client().get(server.url("/api/tokens")));
            (request.send().await.unwrap().status() == StatusCode::UNAUTHORIZED).then_some(())
        })
        .await;
        vec![
            Proof::nothing(),
            Proof::bearer("a token that nobody made", "hst_wrong"),
            Proof::bearer("the secret of the org's webhook", &self.own.secret),
            Proof::bearer("the instance's webhook secret", crate::support::INSTANCE),
            Proof::bearer("a token that was revoked", secret),
            Proof::cookie(
                "a cookie of a token that was revoked",
                &cookie,
                &[("origin", &server.url(""))],
            ),
            expired,
        ]
    }

    /// An operation on what the org has; its answer's status and text. `well` is with a query and a body that can be read.
    pub(super) async fn attempt(
        &self,
        operation: &Operation,
        org: &str,
        proof: &Proof,
        well: bool,
    ) -> (StatusCode, String) {
        let has = if org == self.foreign.id { &self.foreign_has } else { &self.own_has };
        let path = operation
            .path
            .replace("{org}", org)
            .replace("{webhook_id}", &self.own.webhook_id)
            .replace("{booking}", &has.booking)
            .replace("{connection}", &has.connection)
            .replace("{callback}", &has.callback)
            .replace("{call}", &has.call)
            .replace("{agent}", AGENT)
            .replace("{number}", &has.number)
            .replace("{integration}", "builtin")
            .replace("{provider}", "square")
            .replace("{name}", "check_availability");
        let begins = operation.path == "/api/oauth/{provider}/start";
        let of_org = if begins { format!("?org={org}") } else { String::new() };
        let query = if well { &of_org } else { "?limit=x&limit=y&unheard=of&org=%FF&cursor=z" };
        let url = self.server.url(&format!("{path}{query}"));
        let request = proof.on(self.server.client().request(operation.method.clone(), url));
        let request = if well {
            let test = json!({"userId": self.own.id, "toolName": "check_availability"});
            let is_test = operation.path == "/api/vapi/tools/test";
            request.json(&if is_test { test } else { json!({}) })
        } else {
            request.header("content-type", "text/plain").body("{ neither JSON nor \u{1F980}")
        };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// What an operation below an org is about, as its path names it, and the other org's one of these.
    pub(super) fn foreign_object(&self, operation: &Operation) -> Option<(&'static str, &str)> {
        let has = &self.foreign_has;
        let objects = [
            ("{booking}", &has.booking),
            ("{connection}", &has.connection),
            ("{callback}", &has.callback),
            ("{call}", &has.call),
        ];
        let is_meant = |name: &str| {
            operation.path.starts_with("/api/orgs/{org}/") && operation.path.contains(name)
        };
        objects.into_iter().find(|(name, _)| is_meant(name)).map(|(name, id)| (name, id.as_str()))
    }

    /// The id of such an object as it could be, but is not.
    pub(super) fn object_of_nobody(name: &str) -> String {
        match name {
            "{booking}" => BookingId::random().to_string(),
            "{connection}" => ConnectionId::random().to_string(),
            "{callback}" => CallbackId::random().to_string(),
            _ => "call-of-nobody".into(),
        }
    }

    /// An operation under the own org on the object with this id, with a body that can be carried out.
    pub(super) async fn attempt_on(
        &self,
        operation: &Operation,
        name: &str,
        id: &str,
        proof: &Proof,
    ) -> (StatusCode, String) {
        let path = operation.path.replace("{org}", &self.own.id).replace(name, id);
        let body = match path.rsplit('/').next() {
            Some("reschedule") => json!({"start": "2026-09-25T10:00:00"}),
            Some("control") => json!({"action": "say", "text": "Hello."}),
            _ => json!({}),
        };
        let url = self.server.url(&path);
        let request = proof.on(self.server.client().request(operation.method.clone(), url));
        let answer = request.json(&body).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// The same twice, once with a query and a body that nobody can read: who asks is judged before them.
    pub(super) async fn try_all_forms(
        &self,
        operation: &Operation,
        org: &str,
        proof: &Proof,
    ) -> [(StatusCode, String); 2] {
        let well = self.attempt(operation, org, proof, true).await;
        [well, self.attempt(operation, org, proof, false).await]
    }

    /// Whatever an operation could have changed.
    pub(super) async fn everything(&self) -> Value {
        let mut all = Vec::new();
        for org in [&self.own, &self.foreign] {
            for what in ["", "/agents", "/connections", "/bookings", "/callbacks", "/audit"] {
                all.push(self.server.get(&format!("/api/orgs/{}{what}", org.id)).await);
            }
        }
        let names = self.server.get("/api/orgs").await;
        all.push(names["items"].as_array().unwrap().len().into());
        json!(all)
    }
}

async fn made(server: &TestServer, wanted: Value) -> Value {
    let (status, token) = server.api(Method::POST, "/api/tokens", Some(wanted)).await;
    assert_eq!(status, StatusCode::CREATED, "{token}");
    token
}

async fn belongings(server: &TestServer, org: &TestOrg) -> Belongings {
    let own = |path: &str| format!("/api/orgs/{}{path}", org.id);
    let booking = json!({"start": "2026-09-24T15:00:00", "customer_name": "Ann Ruiz"});
    let (status, booking) = server.api(Method::POST, &own("/bookings"), Some(booking)).await;
    assert_eq!(status, StatusCode::CREATED, "{booking}");
    let connections = server.get(&own("/connections")).await;
    let call = org.call(server, "+15125550143");
    call.say("This is Ann.").await;
    let known = || async {
        let answer = server.api(Method::GET, &own(&format!("/calls/{}", call.id)), None).await;
        (answer.0 == StatusCode::OK).then_some(())
    };
    eventually("the call to be known", known).await;
    let wish = json!({"customer_phone": "+15125550143", "customer_name": "Ann Ruiz"});
    let (status, callback) = server.api(Method::POST, &own("/callbacks"), Some(wish)).await;
    assert_eq!(status, StatusCode::CREATED, "{callback}");
    let agent = json!({"assistant_id": format!("of-{}", org.id), "direction": "inbound"});
    let path = own(&format!("/agents/{AGENT}"));
    assert_eq!(server.api(Method::PUT, &path, Some(agent)).await.0, StatusCode::OK);
    let number = format!("number-of-{}", org.id);
    let named = json!({"vapi_phone_number_ids": [number], "vapi_numbers": {&number: {}}});
    assert_eq!(org.patch(server, named).await.0, StatusCode::OK);
    let tried = || async {
        let agents = server.get(&own("/agents")).await;
        agents["items"][0]["sync"]["tried_at"].is_string().then_some(())
    };
    eventually("the agent's assistant to have been thought of", tried).await;
    Belongings {
        callback: callback["id"].as_str().unwrap().to_owned(),
        booking: booking["id"].as_str().unwrap().to_owned(),
        connection: connections["items"][0]["id"].as_str().unwrap().to_owned(),
        call: call.id.clone(),
        number,
    }
}
