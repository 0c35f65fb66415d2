//! Wishes to be called back, mailed to the business's own people.

use super::*;

const KIM: &str = "kim@example.com";
const LOU: &str = "lou@example.com";

#[tokio::test]
async fn a_wish_to_be_called_back_is_mailed_once_to_each_who_is_to_know() {
    let office = Office::open_with(json!({"notify": [KIM, LOU, KIM]})).await;
    let call = office.org.call(&office.server, ANN);
    let wish = json!({"customer_name": "Ann <b>Ruiz</b>", "about": "my bill", "urgency": "urgent"});
    let kept = call.tool("request_callback", wish.clone()).await;
    assert_eq!(kept["success"], true, "{kept}");
    // Said again with nothing new.
    call.tool("request_callback", wish).await;
    let mails = office.came(2).await;
    let mut to: Vec<_> = mails.iter().flat_map(|mail| mail.to.clone()).collect();
    to.sort_unstable();
    assert_eq!(to, [KIM, LOU]);
    for mail in &mails {
        assert!(mail.header("Subject").unwrap().starts_with("Urgent: "), "{mail:?}");
        assert!(!mail.data.contains("METHOD:"), "no appointment: {mail:?}");
        let html = mail.data.split("Content-Type: text/html").nth(1).unwrap();
        assert!(html.contains("Ruiz") && !html.contains("<b>"), "{html}");
    }
    let message = office.stands("accepted").await;
    assert_eq!(message["purpose"], "callback");
    assert_eq!(message["callback_id"], kept["data"]["callbackId"]);
    for part in [ANN, "my bill"] {
        assert!(message["body"].as_str().unwrap().contains(part), "{message}");
    }
    assert_eq!(office.messages().await.len(), 2);
}

#[tokio::test]
async fn a_correction_is_mailed_too_and_what_was_not_sent_yet_says_the_latest() {
    let office = Office::open_with(json!({"notify": [KIM]})).await;
    let call = office.org.call(&office.server, ANN);
    call.tool("request_callback", json!({"about": "my bill"})).await;
    office.came(1).await;
    office.stands("accepted").await;
    call.tool("request_callback", json!({"customer_phone": "512 555 0199"})).await;
    office.came(2).await;
    let corrected = office.stands("accepted").await;
    let body = corrected["body"].as_str().unwrap();
    assert!(body.contains("+15125550199") && body.contains("replaces an earlier mail"), "{body}");
    assert_eq!(office.messages().await.len(), 2);
}

#[tokio::test]
async fn one_that_an_operator_notes_down_is_mailed_and_one_that_is_done_before_is_not() {
    let office = Office::open_with(json!({"notify": [KIM]})).await;
    let path = format!("/api/orgs/{}/callbacks", office.org.id);
    let new = json!({"customer_phone": "512-555-0143", "customer_name": "Ann Ruiz"});
    let (_, made) = office.server.api(Method::POST, &path, Some(new.clone())).await;
    office.came(1).await;
    assert_eq!(office.stands("accepted").await["callback_id"], made["id"]);
    office.mails.always(Trouble::Recipient(450));
    let (_, made) = office.server.api(Method::POST, &path, Some(new)).await;
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    office.put_off(1).await;
    office.server.api(Method::PATCH, &one, Some(json!({"state": "done"}))).await;
    office.mails.behave();
    eventually_within(RETRIED, "its message to be skipped", || async {
        let is_it = |it: &Value| it["callback_id"] == made["id"] && it["state"] == "skipped";
        office.messages().await.into_iter().find(is_it)
    })
    .await;
    assert_eq!(office.mails.kept().len(), 1);
}

#[tokio::test]
async fn who_is_to_know_is_at_most_ten_addresses_each_readable() {
    let office = Office::open().await;
    let many: Vec<String> = (0..11).map(|number| format!("p{number}@example.com")).collect();
    for (notify, field) in [(json!(many), "smtp.notify"), (json!([KIM, "kim"]), "smtp.notify[1]")] {
        let mut smtp = plain(office.mails.port());
        smtp["notify"] = notify;
        let (status, said) = office.org.patch(&office.server, json!({"smtp": smtp})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(
            said["error"]["message"].as_str().unwrap().contains(&format!("`{field}`")),
            "{said}"
        );
    }
    let (_, kept) = office.org.patch(&office.server, json!({"smtp": {"notify": [KIM]}})).await;
    assert_eq!(kept["smtp"]["notify"], json!([KIM]));
}
