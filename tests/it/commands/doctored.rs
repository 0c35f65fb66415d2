//! What the doctor says of the way from outside: one mistake after another between Vapi and the server.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;

use hookswitch::player::stand_ins::{smtp, twilio};

use crate::support::{MORNING, TestServer};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const KEY: &str = "SK0123456789abcdef0123456789abcdef";

/// A public address before the server, with one thing wrong at a time.
struct Front {
    url: String,
    behind: Arc<Behind>,
}

struct Behind {
    server: OnceLock<String>,
    wrong: AtomicUsize,
    client: Client,
}

const PASSES: usize = 0;
const TAKES_THE_PROOF: usize = 1;
const CHANGES_THE_BODY: usize = 2;
const REDIRECTS: usize = 3;
const IS_ANOTHER: usize = 4;
const HAS_A_SIGN_IN: usize = 5;
const REACHES_NOBODY: usize = 6;
const CHANGES_THE_ANSWER: usize = 7;

impl Front {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let behind =
            Arc::new(Behind { server: OnceLock::new(), wrong: AtomicUsize::new(PASSES), client });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&behind));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, behind }
    }

    fn is_now(&self, wrong: usize) {
        self.behind.wrong.store(wrong, Ordering::SeqCst);
    }
}

async fn answer(State(behind): State<Arc<Behind>>, request: Request) -> Response {
    let wrong = behind.wrong.load(Ordering::SeqCst);
    match wrong {
        REDIRECTS => {
            let to = [(header::LOCATION, "https://www.elsewhere.example/webhook?secret=1")];
            return (StatusCode::MOVED_PERMANENTLY, to).into_response();
        }
        IS_ANOTHER => return "welcome to nginx".into_response(),
        HAS_A_SIGN_IN => return (StatusCode::UNAUTHORIZED, "who are you?").into_response(),
        REACHES_NOBODY => return (StatusCode::BAD_GATEWAY, "bad gateway").into_response(),
        _ => {}
    }
    let (head, body) = request.into_parts();
    let mut body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
    let mut headers = head.headers;
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    if wrong == TAKES_THE_PROOF {
        headers.remove(header::AUTHORIZATION);
        headers.remove("x-signature");
    }
    if wrong == CHANGES_THE_BODY {
        body.push(b' ');
    }
    let url = format!("{}{}", behind.server.get().unwrap(), head.uri);
    let asked = behind.client.post(url).headers(headers).body(body).send().await.unwrap();
    let status = asked.status();
    let mut given = asked.bytes().await.unwrap().to_vec();
    if wrong == CHANGES_THE_ANSWER {
        given.push(b'\n');
    }
    let mut response = Response::new(Body::from(given));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

async fn doctor(server: &TestServer) -> (i32, Value) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hookswitch"));
    command.args(["doctor", "--json", "--url", &server.url(""), "--token", server.token()]);
    command.env_remove("HOOKSWITCH_TOKEN");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code().unwrap(), told)
}

/// What is said of the webhook.
fn of_webhook(told: &Value) -> &Value {
    let items = told["items"].as_array().unwrap();
    let says = |item: &&Value| item["says"].as_str().unwrap().starts_with("its webhook");
    items.iter().find(says).unwrap_or_else(|| panic!("nothing of the webhook in {told}"))
}

#[tokio::test]
async fn the_doctor_asks_what_messages_are_sent_with_and_says_what_to_correct() {
    let carrier =
        twilio::StandIn::start(twilio::Setup::new(ACCOUNT, "token").with_key(KEY, "secret"));
    let (carrier, mails) = (carrier.await.unwrap(), smtp::StandIn::start().await.unwrap());
    let (url, exempt) = (carrier.url().to_owned(), mails.address());
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.twilio.base_url = url;
        config.outbound.allow.push(exempt);
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = server.org(json!({})).await;
    let says = async |settings: Value| {
        let (status, said) = org.patch(&server, settings).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        let told = doctor(&server).await.1;
        let items = told["items"].as_array().unwrap().clone();
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let of = |name: &str| {
            let found = items.iter().find(|item| text(item, "says").starts_with(name));
            let found = found.unwrap_or_else(|| panic!("nothing of {name} in {told}"));
            [text(found, "state"), text(found, "says"), text(found, "remedy")]
        };
        [of("text messages"), of("e-mail")]
    };
    let host = json!({"host": "127.0.0.1", "port": mails.port(), "security": "none",
        "from": "desk@example.com"});
    let account = json!({"account_sid": ACCOUNT, "api_key_sid": KEY, "api_key_secret": "secret",
        "from": "+13125550100"});
    let [texts, mail] = says(json!({"twilio": account, "smtp": host})).await;
    assert!(texts[0] != "ok" && texts[1].contains("can be sent, but"), "{texts:?}");
    assert!(texts[2].contains("twilio.auth_token"), "{texts:?}");
    assert_eq!((mail[0].as_str(), mail[1].as_str()), ("ok", "e-mail can be sent"));
    let [texts, _] = says(json!({"twilio": {"auth_token": "token"}})).await;
    assert_eq!((texts[0].as_str(), texts[1].as_str()), ("ok", "text messages can be sent"));
    carrier.always(twilio::Operation::Any, twilio::Trouble::Refuses);
    mails.always(smtp::Trouble::Drops);
    for (found, group) in says(json!({})).await.iter().zip(["twilio", "smtp"]) {
        assert!(found[0] != "ok" && found[1].contains("cannot be sent"), "{found:?}");
        assert!(found[2].contains(&format!("`{group}`")), "{found:?}");
    }
}

#[tokio::test]
async fn the_doctor_tries_the_public_url_and_names_each_mistake_on_the_way_to_it() {
    let front = Front::start().await;
    let public = front.url.clone();
    let change = move |config: &mut hookswitch::config::Config| {
        config.server.public_url = Some(public);
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    front.behind.server.set(server.url("")).unwrap();
    let org = server.org(json!({})).await;

    let schemes = [
        json!([{"mode": "bearer"}]),
        json!([{"mode": "secret", "secret": "s3cret-of-vapi"}]),
        json!([{"mode": "bearer", "secret": "s3cret-of-vapi", "header_name": "x-shop",
            "bearer_prefix_enabled": false}]),
        json!([{"mode": "hmac", "secret": "s3cret-of-vapi"}]),
        json!([{"mode": "hmac", "secret": "s3cret-of-vapi", "algorithm": "sha512",
            "signature_encoding": "base64", "signature_prefix": "v1,",
            "payload_format": "{svix-id}.{timestamp}.{method}.{url}.{body}"}]),
        json!([{"mode": "oauth2", "secret": "s3cret-of-vapi"}]),
        json!([{"mode": "oauth2"}, {"mode": "hmac", "secret": "another"}]),
    ];
    for auth in schemes {
        let (status, answer) = org.patch(&server, json!({"webhook_auth": auth})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let path = format!("/api/orgs/{}/webhook/check", org.id);
        let (status, tried) = server.api(reqwest::Method::POST, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{tried}");
        assert_eq!(tried["ok"], true, "{auth}: {tried}");
        assert!(!tried.to_string().contains("s3cret"), "{tried}");
    }
    let (code, told) = doctor(&server).await;
    assert_eq!((code, &of_webhook(&told)["state"]), (0, &json!("ok")), "{told}");

    for (wrong, says, remedy) in [
        (TAKES_THE_PROOF, "without its proof", "headers and body"),
        (CHANGES_THE_BODY, "another body", "headers and body"),
        (REDIRECTS, "redirects to www.elsewhere.example", "server.public_url"),
        (IS_ANOTHER, "another server answers", "server.public_url"),
        (HAS_A_SIGN_IN, "refuses the post (HTTP 401)", "sign-in"),
        (REACHES_NOBODY, "HTTP 502", "listens on"),
        (CHANGES_THE_ANSWER, "came back changed", "as they are"),
    ] {
        // Only a signature knows the body that it is of.
        let mode = if wrong == CHANGES_THE_BODY { "hmac" } else { "bearer" };
        let auth = json!({"webhook_auth": [{"mode": mode, "secret": "s3cret-of-vapi"}]});
        assert_eq!(org.patch(&server, auth).await.0, StatusCode::OK);
        front.is_now(wrong);
        let (code, told) = doctor(&server).await;
        let found = of_webhook(&told);
        assert_eq!((code, &found["state"]), (1, &json!("bad")), "{told}");
        assert!(found["says"].as_str().unwrap().contains(says), "{says} in {found}");
        assert!(found["remedy"].as_str().unwrap().contains(remedy), "{remedy} in {found}");
        assert!(!told.to_string().contains("secret=1"), "{told}");
    }
    front.is_now(REDIRECTS);
    assert_eq!(
        org.patch(&server, json!({"webhook_auth": [{"mode": "oauth2", "secret": "s"}]})).await.0,
        200
    );
    let (_, told) = doctor(&server).await;
    assert!(of_webhook(&told)["says"].as_str().unwrap().contains("redirects"), "{told}");
    let calls = server.get(&format!("/api/orgs/{}/calls", org.id)).await;
    assert_eq!(calls["items"], json!([]), "a probe is no call");
    let health = server.get("/api/health").await;
    assert_eq!(health["unknown_messages"], json!({}), "and no unknown message");
}

#[tokio::test]
async fn a_public_url_that_nobody_answers_is_said_to_be_out_of_reach() {
    let free = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
    let change = move |config: &mut hookswitch::config::Config| {
        config.server.public_url = Some(format!("http://{free}"));
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    server.org(json!({})).await;
    let (code, told) = doctor(&server).await;
    let found = of_webhook(&told);
    assert_eq!((code, &found["state"]), (1, &json!("bad")), "{told}");
    assert!(found["says"].as_str().unwrap().contains("nobody can be reached"), "{found}");
    assert!(found["remedy"].as_str().unwrap().contains("tunnel"), "{found}");
}
