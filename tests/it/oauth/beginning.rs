//! The way there and back: who may begin, that an answer belongs to what was begun, and what is made of it.

use super::*;

fn part<'a>(url: &'a str, name: &str) -> &'a str {
    let (_, query) = url.split_once('?').unwrap();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| *found == name).unwrap_or_else(|| panic!("no {name} in {url}")).1
}

#[tokio::test]
async fn each_provider_is_connected_as_it_wants_it_and_bookings_go_there() {
    for provider in ["calendly", "square", "google"] {
        let clinic = Clinic::open().await;
        let connection = clinic.connect(provider).await;
        let shown = clinic.shown(&connection).await;
        assert_eq!(shown["status"], "connected", "{provider}: {shown}");
        assert_eq!(shown["default"], true, "{provider}");
        assert!(shown["connected_at"].is_string() && shown["expires_at"].is_null(), "{shown}");
        assert_eq!(clinic.check(&connection).await["ok"], true, "{provider}");
        assert!(is_answered(&clinic.free().await), "{provider}");
        let known = clinic.authority.asked_to(Operation::Resource).len();
        assert!(known >= 2, "{provider} was asked {known} times");
    }
}

#[tokio::test]
async fn a_provider_that_knows_us_without_a_secret_is_given_proof_instead() {
    let setup = Setup { client_secret: None, ..setup() };
    let clinic = Clinic::open_with(setup, json!({})).await;
    let page = clinic.begin("square", None).await;
    assert_eq!(part(&page, "code_challenge_method"), "S256");
    assert!(clinic.decide(&page).await.contains("code="));
    clinic.connect("square").await;
    assert!(is_answered(&clinic.free().await));
}

#[tokio::test]
async fn a_browser_is_sent_there_and_the_answer_is_good_only_in_it() {
    let clinic = Clinic::open().await;
    let begin = async || {
        let url = clinic.server.url(&clinic.start("calendly", None));
        let answer = clinic.browser.get(url).bearer_auth(clinic.server.token());
        let answer = answer.header("accept", "text/html,*/*").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        (header("location"), header("set-cookie"))
    };
    let (page, cookie) = begin().await;
    for must in ["HttpOnly", "SameSite=Lax", "Path=/api/oauth/callback"] {
        assert!(cookie.contains(must), "{cookie}");
    }
    let back = clinic.decide(&page).await;
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let answer = clinic.browser.get(&back).header("cookie", &cookie).send().await.unwrap();
    let (status, text) = read(answer).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(text.contains("Calendly is connected") && text.contains("Willow Street Dental"));

    let (page, _) = begin().await;
    let back = clinic.decide(&page).await;
    let answer = clinic.browser.get(&back).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(read(answer).await.0, StatusCode::BAD_REQUEST, "another's cookie");
    assert_eq!(clinic.connections().await.len(), 2, "the built-in one and one more");
}

#[tokio::test]
async fn a_state_that_was_altered_used_or_is_too_old_is_refused_and_nothing_is_asked_for() {
    let clinic = Clinic::open().await;
    let page = clinic.begin("calendly", None).await;
    let back = clinic.decide(&page).await;
    let state = part(&back, "state").to_owned();
    let flipped = if state.starts_with('A') { "B" } else { "A" };
    let altered = back.replace(&state, &format!("{flipped}{}", &state[1..]));
    let code = back.split("&state=").next().unwrap().to_owned();
    let none = clinic.server.url("/api/oauth/callback");
    for bad in [&altered, &code, &none] {
        let (status, text) = clinic.come_back(bad).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}: {text}");
        assert!(text.contains("not good any more") && text.contains("Begin again"), "{text}");
    }
    assert_eq!(clinic.authority.asked_to(Operation::Exchange).len(), 0);
    assert_eq!(clinic.come_back(&back).await.0, StatusCode::OK);
    let (status, text) = clinic.come_back(&back).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "used twice: {text}");
    assert_eq!(clinic.authority.asked_to(Operation::Exchange).len(), 1);
    assert_eq!(clinic.connections().await.len(), 2);
}

#[tokio::test]
async fn a_restart_in_between_means_to_begin_again() {
    let mut clinic = Clinic::open().await;
    let back = clinic.decide(&clinic.begin("calendly", None).await).await;
    let (_, query) = back.split_once('?').unwrap();
    clinic.server.restart(Some("2026-09-22T16:00:00Z")).await;
    let back = clinic.server.url(&format!("/api/oauth/callback?{query}"));
    assert_eq!(clinic.come_back(&back).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(clinic.connections().await.len(), 1);
}

#[tokio::test]
async fn who_may_not_change_an_org_cannot_connect_for_it() {
    let clinic = Clinic::open().await;
    let other = clinic.server.org(json!({"name": "Oak Dental"})).await;
    let connection = clinic.connect("calendly").await;
    let token = async |role: &str, org: &str| {
        let body = json!({"role": role, "org": org});
        let (status, made) = clinic.server.api(Method::POST, "/api/tokens", Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made
    };
    let stranger = token("org", &other.id).await;
    let viewer = token("supervisor", &clinic.org.id).await;
    let ask = async |token: &Value, path: &str| {
        let request = clinic.browser.get(clinic.server.url(path));
        let request = request.bearer_auth(token["token"].as_str().unwrap());
        read(request.header("accept", "application/json").send().await.unwrap()).await
    };
    let path = clinic.start("calendly", None);
    assert_eq!(ask(&stranger, &path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(&viewer, &path).await.0, StatusCode::FORBIDDEN);
    // A connection of another org does not exist for one's own.
    let foreign = format!("/api/oauth/calendly/start?org={}&connection={connection}", other.id);
    assert_eq!(ask(&stranger, &foreign).await.0, StatusCode::NOT_FOUND);
    let no_token = clinic.browser.get(clinic.server.url(&path)).send().await.unwrap();
    assert_eq!(no_token.status(), StatusCode::UNAUTHORIZED);

    // One who began and was shown the door since.
    let (status, body) =
        ask(&stranger, &format!("/api/oauth/calendly/start?org={}", other.id)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let back = clinic.decide(body["url"].as_str().unwrap()).await;
    let revoke = format!("/api/tokens/{}", stranger["id"].as_str().unwrap());
    assert_eq!(clinic.server.api(Method::DELETE, &revoke, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(clinic.come_back(&back).await.0, StatusCode::BAD_REQUEST);
    let path = format!("/api/orgs/{}/connections", other.id);
    assert_eq!(clinic.server.get(&path).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_begun_is_said_by_its_name() {
    let clinic = Clinic::open().await;
    let connection = clinic.connect("calendly").await;
    let ask = async |path: String| {
        let (status, body) = clinic.server.api(Method::GET, &path, None).await;
        (status, body["error"].to_string())
    };
    let (status, error) = ask(clinic.start("calcom", None)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(error.contains("calendly, square, google"), "{error}");
    let (status, error) = ask(clinic.start("square", Some(&connection))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(error.contains("is a connection to calendly"), "{error}");
    let (status, _) = ask(clinic.start("calendly", Some("con_none"))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_server_that_is_not_registered_there_says_which_variable_to_set() {
    let server = TestServer::start().await;
    let server = server.through(Arc::new(Accounts::at("http://127.0.0.1:9"))).await;
    let org = server.org(json!({})).await;
    for (provider, variable) in [
        ("calendly", "CALENDLY_CLIENT_SECRET"),
        ("square", "SQUARE_APPLICATION_ID"),
        ("google", "GOOGLE_CLIENT_SECRET"),
    ] {
        let path = format!("/api/oauth/{provider}/start?org={}", org.id);
        let (status, body) = server.api(Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::CONFLICT, "{body}");
        assert!(body["error"]["message"].as_str().unwrap().contains(variable), "{body}");
    }
}

#[tokio::test]
async fn a_grant_cannot_be_entered_by_hand() {
    let clinic = Clinic::open().await;
    let body = json!({"provider": "calendly", "credentials": {"oauth": {"access_token": "a"}}});
    let path = format!("/api/orgs/{}/connections", clinic.org.id);
    let (status, answer) = clinic.server.api(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    assert!(answer.to_string().contains("credentials.oauth"), "{answer}");
}

#[tokio::test]
async fn who_goes_away_while_the_code_is_exchanged_is_connected_all_the_same() {
    let clinic = Clinic::open().await;
    clinic.authority.next(Operation::Exchange, Trouble::Slow { millis: 1_000 });
    let back = clinic.decide(&clinic.begin("calendly", None).await).await;
    let asked = crate::support::eventually("the code to be exchanged", async || {
        (!clinic.authority.asked_to(Operation::Exchange).is_empty()).then_some(())
    });
    tokio::select! {
        page = clinic.come_back(&back) => panic!("{page:?}"),
        () = asked => {}
    }
    let made = crate::support::eventually("the connection", async || {
        let all = clinic.connections().await;
        all.into_iter().find(|one| one["provider"] == "calendly")
    })
    .await;
    crate::support::eventually("bookings to go there", async || {
        let shown = clinic.shown(made["id"].as_str().unwrap()).await;
        (shown["default"] == true).then_some(())
    })
    .await;
    assert_eq!(clinic.authority.good(), 1);
    assert!(is_answered(&clinic.free().await));
}
