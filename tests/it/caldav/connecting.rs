//! Connecting a calendar server: what is refused, what the check finds out, which calendar is used, and
//! where the password goes.

use super::*;

fn two_calendars() -> Setup {
    Setup { calendars: vec!["Work".into(), "Home".into()], ..Setup::new(USER, PASSWORD) }
}

#[tokio::test]
async fn the_check_names_the_calendar_and_changes_nothing() {
    let clinic = Clinic::open().await;
    let checked = clinic.check().await;
    assert_eq!(
        (&checked["ok"], &checked["status"]),
        (&json!(true), &json!("connected")),
        "{checked}"
    );
    assert_eq!(checked["account"], "Work");
    let asked = clinic.stand_in.asked();
    assert!(
        asked.iter().all(|asked| ["PROPFIND", "REPORT"].contains(&asked.method.as_str())),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_calendar_is_found_from_every_address_that_leads_to_it() {
    let clinic = Clinic::open().await;
    for rest in [
        "",
        "/",
        "/dav/",
        "/dav/principal/",
        "/dav/ann.front.desk/work/",
        "/dav/ann.front.desk/work",
    ] {
        let login = json!({"url": format!("{}{rest}", clinic.stand_in.url()), "username": USER,
            "password": PASSWORD});
        clinic.patch(json!({"credentials": login})).await;
        let checked = clinic.check().await;
        assert_eq!(
            (&checked["ok"], &checked["account"]),
            (&json!(true), &json!("Work")),
            "{rest}: {checked}"
        );
    }
    let login = json!({"url": format!("{}/elsewhere/", clinic.stand_in.url()), "username": USER,
        "password": PASSWORD});
    clinic.patch(json!({"credentials": login})).await;
    assert_eq!(clinic.check().await["ok"], true, "the well-known address leads there, too");
}

#[tokio::test]
async fn of_several_calendars_one_has_to_be_chosen_and_all_that_are_named_count() {
    let clinic = Clinic::open_with(two_calendars(), json!({})).await;
    let checked = clinic.check().await;
    assert_eq!(checked["ok"], false, "{checked}");
    let problem = checked["problem"].as_str().unwrap();
    assert!(
        problem.contains("options.calendar_ids") && problem.contains("Work, Home"),
        "{problem}"
    );
    assert!(!problem.contains("tasks"), "{problem}");
    clinic.patch(json!({"options": {"calendar_ids": ["Nowhere"]}})).await;
    assert!(clinic.check().await["problem"].as_str().unwrap().contains("Work, Home"));
    clinic.patch(json!({"options": {"calendar_ids": ["Home", "/dav/ann.front.desk/work/"]}})).await;
    assert_eq!(clinic.check().await["account"], "Home");
    let (start, end) = ("2026-09-24T16:00:00Z", "2026-09-24T16:30:00Z");
    clinic.stand_in.enter_between("Work", "meeting", start.parse().unwrap(), end.parse().unwrap());
    let call = clinic.call();
    let open = slots(&call).await;
    assert!(!open.contains(&"11:00".into()) && open.contains(&"10:00".into()), "{open:?}");
    assert_eq!(clinic.book(&call).await["success"], true);
    assert!(clinic.stand_in.booked()[0].path.starts_with("/dav/ann.front.desk/home/"));
}

#[tokio::test]
async fn wrong_entries_are_refused_by_name_and_nothing_is_kept() {
    let at = |url: &str| connection(url, &json!({}));
    let entries = vec![
        (json!({"provider": "caldav"}), "credentials.url"),
        (at("cal.example.com"), "credentials.url"),
        (at("http://cal.example.com/"), "credentials.url"),
        (at("https://127.0.0.1:5232/"), "credentials.url"),
        (at("http://169.254.169.254/latest/meta-data/"), "credentials.url"),
        (at("https://[::ffff:10.0.0.1]/"), "credentials.url"),
        (at("https://2130706433/"), "credentials.url"),
        (at("https://localhost/"), "credentials.url"),
        (connection("https://cal.example.com/", &json!({"colour": "red"})), "options.colour"),
    ];
    clinic::are_refused(entries, PASSWORD).await;
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called_and_the_operator_reads_why() {
    let stand_in = StandIn::start(Setup::new(USER, PASSWORD)).await.unwrap();
    // Exempt is one port of this machine; the stand-in is at another.
    let server = server_for("127.0.0.1:1", 5_500).await;
    let org = server.org(json!({})).await;
    let port = stand_in.host_port().rsplit(':').next().unwrap().to_owned();
    // A public name for 127.0.0.1 would do; the machine's own resolver knows none without a network.
    let path = format!("/api/orgs/{}/connections", org.id);
    let body = connection(&format!("https://127.0.0.1:{port}/dav/"), &json!({}));
    let (status, answer) = server.api(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer["error"]["message"].as_str().unwrap().contains("[outbound] allow"), "{answer}");
    assert!(stand_in.asked().is_empty());
}

#[tokio::test]
async fn the_password_does_not_follow_a_redirect_to_another_host() {
    use axum::http::{HeaderMap, StatusCode as Status, header};
    use axum::routing::any;
    let thief = StandIn::start(Setup::new(USER, PASSWORD)).await.unwrap();
    let to = format!("http://localhost:{}/dav/", thief.host_port().rsplit(':').next().unwrap());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let from = listener.local_addr().unwrap();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(0_usize));
    let counted = std::sync::Arc::clone(&seen);
    let redirect = any(move |headers: HeaderMap| {
        *counted.lock().unwrap() += usize::from(headers.contains_key(header::AUTHORIZATION));
        let to = to.clone();
        async move { (Status::MOVED_PERMANENTLY, [(header::LOCATION, to)]) }
    });
    let router = axum::Router::new().fallback(redirect);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let server = server_for(&from.to_string(), 5_500).await;
    let org = server.org(json!({})).await;
    let made = connect(&server, &org, connection(&format!("http://{from}/"), &json!({}))).await;
    let path = format!("/api/orgs/{}/connections/{}/check", org.id, made["id"].as_str().unwrap());
    let (_, checked) = server.api(Method::POST, &path, None).await;
    assert_eq!(checked["ok"], false, "{checked}");
    assert!(*seen.lock().unwrap() > 0, "the first host was asked");
    assert!(thief.asked().is_empty(), "{:?}", thief.asked());
}
