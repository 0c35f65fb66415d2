//! Mail servers that refuse, put off, break off, hang or are where no org may look: the booking stands,
//! everybody else is served, and the operator reads what to do.

use hookswitch::player::stand_ins::twilio;

use super::*;

#[tokio::test]
async fn a_mail_whose_answer_was_lost_goes_again_under_the_same_id() {
    let office = Office::open().await;
    office.mails.next(Trouble::TakesAndDrops);
    office.book("10:00").await;
    let message = office.stands("accepted").await;
    let ids: Vec<_> = office.mails.kept().iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "mail programs show it once");
    assert_eq!(message["external_id"], ids[0].clone().unwrap());
}

#[tokio::test]
async fn what_may_have_been_taken_is_told_as_changed_and_taken_out_of_the_calendar() {
    let office = Office::open().await;
    office.mails.next(Trouble::TakesAndDrops);
    office.mails.always(Trouble::Drops);
    let booking = office.book("10:00").await;
    // The second has failed when there is a third.
    eventually_within(RETRIED, "a third try", || async {
        (office.mails.conversations() >= 3).then_some(())
    })
    .await;
    assert_eq!(office.messages().await[0]["state"], "sending");
    office.act(&booking, "reschedule", json!({"start": format!("{DAY}T11:00")})).await;
    let messages = office.messages().await;
    assert!(messages.iter().any(|it| it["purpose"] == "changed"), "{messages:?}");
    office.mails.behave();
    office.act(&booking, "cancel", json!({})).await;
    let cancelled = eventually_within(RETRIED, "a cancellation", || async {
        let is_it = |mail: &Kept| mail.header("Subject").unwrap().starts_with("Cancelled");
        office.mails.kept().into_iter().find(is_it)
    })
    .await;
    assert!(cancelled.data.contains("METHOD:CANCEL"), "{cancelled:?}");
}

#[tokio::test]
async fn an_address_of_any_letters_is_written_to_where_the_server_takes_such() {
    const ZOE: &str = "zoë@example.org";
    let office = Office::open_with(json!({"notify": [ZOE]})).await;
    let path = format!("/api/orgs/{}/callbacks", office.org.id);
    let wish = json!({"customer_phone": ANN});
    office.server.api(Method::POST, &path, Some(wish.clone())).await;
    assert_eq!(office.came(1).await[0].to, [ZOE]);
    office.stands("accepted").await;
    office.mails.always(Trouble::Ascii);
    office.server.api(Method::POST, &path, Some(wish)).await;
    let refused = office.stands("failed").await;
    assert!(refused["problem"].as_str().unwrap().contains("such letters"), "{refused}");
    assert_eq!(office.mails.kept().len(), 1);
}

#[tokio::test]
async fn an_address_or_a_mail_that_is_refused_for_good_is_not_tried_again() {
    let office = Office::open().await;
    for (trouble, code) in [(Trouble::Recipient(550), 550), (Trouble::Content(554), 554)] {
        office.mails.next(trouble);
        let booking = office.book(if code == 550 { "10:00" } else { "11:00" }).await;
        let message = office.stands("failed").await;
        assert_eq!(message["booking_id"], booking["id"]);
        assert_eq!(message["problem_code"], code, "{message}");
        assert!(!message["problem"].as_str().unwrap().contains(ADDRESS), "{message}");
    }
    assert!(office.mails.kept().is_empty());
    let bookings = office.org.bookings(&office.server).await;
    assert!(bookings.iter().all(|booking| booking["status"] == "confirmed"), "{bookings:?}");
}

#[tokio::test]
async fn what_is_put_off_or_breaks_off_before_the_mail_is_sent_later_and_once() {
    let troubles = [Trouble::Recipient(450), Trouble::Content(451), Trouble::Drops];
    for trouble in troubles {
        let office = Office::open().await;
        office.mails.next(trouble);
        office.book("10:00").await;
        office.stands("accepted").await;
        assert_eq!(office.mails.kept().len(), 1, "{trouble:?}");
    }
}

#[tokio::test]
async fn health_says_how_the_mail_server_is_and_what_to_do() {
    let office = Office::open().await;
    let health = async || office.server.get("/api/health/smtp").await;
    assert_eq!(health().await["status"], "ok");
    // A greeting without end is read to a limit and no further.
    for trouble in [Trouble::Drops, Trouble::Floods] {
        office.mails.next(trouble);
        let health = health().await;
        assert_eq!(health["status"], "unavailable", "{trouble:?}: {health}");
        assert!(health.to_string().contains("smtp.host"), "{health}");
    }
    assert_eq!(health().await["status"], "ok");
}

#[tokio::test]
async fn a_private_address_is_connected_to_only_if_the_servers_operator_says_so() {
    let mails = StandIn::start().await.unwrap();
    let server = TestServer::start().await;
    for host in ["127.0.0.1", "localhost", "2130706433"] {
        let org = server.org(json!({})).await;
        let mut smtp = plain(mails.port());
        smtp["host"] = json!(host);
        let (status, said) = org.patch(&server, json!({"smtp": smtp})).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        book(&server, &org, "10:00").await;
        let problem = eventually_within(RETRIED, "a problem", || async {
            messages(&server, &org).await[0]["problem"].as_str().map(str::to_owned)
        })
        .await;
        assert!(problem.contains("[outbound] allow"), "{host}: {problem}");
    }
    let health = server.get("/api/health/smtp").await;
    assert_eq!(health["status"], "unavailable", "{health}");
    assert_eq!(mails.conversations(), 0);
}

#[tokio::test]
async fn a_mail_server_that_hangs_keeps_no_text_message_waiting() {
    const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
    let mails = StandIn::start().await.unwrap();
    let carrier = twilio::StandIn::start(twilio::Setup::new(ACCOUNT, "a_token")).await.unwrap();
    let (exempt, url) = (mails.address(), carrier.url().to_owned());
    let change = |config: &mut hookswitch::config::Config| {
        config.outbound.allow.push(exempt);
        config.providers.twilio.base_url = url;
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let twilio = json!({"account_sid": ACCOUNT, "auth_token": "a_token", "from": "+13125550100"});
    let org = server.org(json!({"twilio": twilio, "smtp": plain(mails.port())})).await;
    mails.always(Trouble::Hangs);
    // More than there are places for an org's durable work.
    let times = ["09", "10", "11", "12", "13", "14", "15"]
        .map(|hour| [":00", ":30"].map(|half| format!("{hour}{half}")));
    let times = times.concat();
    for time in &times {
        book(&server, &org, time).await;
    }
    let count = times.len();
    eventually_within(RETRIED, "every text message", || async {
        (carrier.kept().len() == count).then_some(())
    })
    .await;
    assert!(mails.kept().is_empty());
    let listed = server.get(&format!("/api/orgs/{}/messages?channel=email", org.id)).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), count);
}

#[tokio::test]
async fn the_text_message_and_the_mail_of_a_booking_are_each_sent_once() {
    const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
    let carrier = twilio::StandIn::start(twilio::Setup::new(ACCOUNT, "a_token")).await.unwrap();
    let mails = StandIn::start().await.unwrap();
    let (exempt, url) = (mails.address(), carrier.url().to_owned());
    let change = |config: &mut hookswitch::config::Config| {
        config.outbound.allow.push(exempt);
        config.providers.twilio.base_url = url;
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let twilio = json!({"account_sid": ACCOUNT, "auth_token": "a_token", "from": "+13125550100"});
    let org = server.org(json!({"twilio": twilio, "smtp": plain(mails.port())})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz",
        "customer_email": ADDRESS});
    let booked = call.tool("create_booking", wish).await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    eventually_within(RETRIED, "both to be accepted", || async {
        let messages = messages(&server, &org).await;
        let accepted = |it: &&Value| it["state"] == "accepted";
        (messages.len() == 2 && messages.iter().filter(accepted).count() == 2).then_some(())
    })
    .await;
    assert_eq!((carrier.kept().len(), mails.kept().len()), (1, 1));
}
