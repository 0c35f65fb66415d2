//! The directory answers: the three texts, whose record it is, what is learnt from it, and that
//! it is asked before anybody needs it.

use serde_json::json;

use super::*;
use crate::support::{FeedClient, result_of};

#[tokio::test]
async fn a_customer_is_found_with_the_request_and_in_the_words_of_the_seed() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie()]))).await;
    let (server, org) = server_with(&stand_in).await;
    let answer = as_in_the_seed(&server, &org, json!({"id": "call-of-the-seed"})).await;
    assert_eq!(answer, the_result(FOUND));
    let asked = stand_in.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let wanted = "/api/v3/contacts/search?workspace_id=76692&phone_number=6267888831";
    assert_eq!(asked[0].uri, wanted);
    assert_eq!(asked[0].key, KEY);
    assert_eq!(asked[0].content_type, "application/json");
}

#[tokio::test]
async fn whom_the_directory_does_not_have_is_new_and_who_has_no_directory_is_told_so() {
    let stand_in = StandIn::start(Habit::Answers(200, people(Vec::new()))).await;
    let (server, org) = server_with(&stand_in).await;
    assert_eq!(as_in_the_seed(&server, &org, json!({})).await, the_result(NOT_FOUND));
    let other = server.org(json!({"name": "Without a directory"})).await;
    assert_eq!(as_in_the_seed(&server, &other, json!({})).await, the_result(NOT_CONFIGURED));
    assert_eq!(stand_in.asked().len(), 1, "nobody else's directory is asked instead");
}

#[tokio::test]
async fn strangers_whose_numbers_hold_the_callers_digits_are_not_the_caller() {
    let strangers = || {
        vec![
            json!({"name": "Secret Stranger", "phone_number": "+4962678888310"}),
            json!({"name": "Another Stranger", "phone_number": "626788883100"}),
            json!({"name": "Numberless Stranger"}),
        ]
    };
    let stand_in = StandIn::start(Habit::Answers(200, people(strangers()))).await;
    let (server, org) = server_with(&stand_in).await;
    let call = org.call(&server, NUMBER);
    assert_eq!(call.tool("lookup_customer", spoken()).await, NOT_FOUND);
    let mut all = strangers();
    all.insert(1, benjie_at("(626) 788-8831"));
    stand_in.behave(Habit::Answers(200, people(all)));
    let call = org.call(&server, NUMBER);
    assert_eq!(call.tool("lookup_customer", spoken()).await, FOUND);
}

#[tokio::test]
async fn of_two_people_with_one_number_nothing_is_told() {
    let ann = json!({"name": "Ann Private", "phone_number": NUMBER});
    let contacts = people(vec![benjie_at(NUMBER), ann]);
    let stand_in = StandIn::start(Habit::Answers(200, contacts)).await;
    let (server, org) = server_with(&stand_in).await;
    let call = org.call(&server, NUMBER);
    let answer = call.tool("lookup_customer", spoken()).await.to_string();
    for told in ["Benjie", "Ann", "12-15-2025", "Household"] {
        assert!(!answer.contains(told), "{told} in {answer}");
    }
    assert!(answer.contains("full name"), "{answer}");
}

#[tokio::test]
async fn a_text_that_is_no_whole_number_is_asked_again_and_never_searched_for() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie()]))).await;
    let (server, org) = server_with(&stand_in).await;
    for text in ["8831", "788-8831", "", "my number", "626788883%"] {
        let call = org.call(&server, "anonymous");
        let answer = call.tool("lookup_customer", json!({"phone_number": text})).await;
        assert_eq!(answer["success"], false, "{text}: {answer}");
        assert_eq!(answer["error"], "invalid_phone_number", "{text}");
    }
    assert!(stand_in.asked().is_empty(), "{:?}", stand_in.asked());
    let call = org.call(&server, NUMBER);
    let as_number = json!({"phone_number": 6_267_888_831_u64});
    assert_eq!(call.tool("lookup_customer", as_number).await, FOUND);
}

#[tokio::test]
async fn the_caller_is_identified_and_remembered_among_our_own_customers() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie_at("6267888831")]))).await;
    let (server, org) = server_with(&stand_in).await;
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    feed.next().await;
    let call = org.call(&server, NUMBER);
    assert_eq!(call.tool("lookup_customer", spoken()).await, FOUND);
    let frame = feed.until("customer_identified").await;
    assert_eq!(frame["event"]["customer"]["name"], "Benjie Malinao", "{frame}");
    assert_eq!(frame["call_id"], call.id);
    let path = format!("/api/orgs/{}/customers?phone=%2B16267888831", org.id);
    let customers = server.get(&path).await;
    let items = customers["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "asked ahead and asked by the agent, kept once: {customers}");
    assert_eq!(items[0]["name"], "Benjie Malinao");
    assert_eq!(items[0]["phone"], NUMBER);
}

#[tokio::test]
async fn a_wary_org_tells_nothing_of_a_number_to_who_only_says_it() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie_at(NUMBER)]))).await;
    let (server, org) = server_with(&stand_in).await;
    let wary = json!({"customerconnect": {"trust_spoken_number": false}});
    assert_eq!(org.patch(&server, wary).await.0, 200);
    let withheld = org.call(&server, "anonymous");
    assert_eq!(withheld.tool("lookup_customer", spoken()).await, HINT, "a number can be withheld");
    let from_a_page = json!({"id": "call-from-a-page", "type": "webCall"});
    assert_eq!(as_in_the_seed(&server, &org, from_a_page).await, the_result(HINT));
    let call = org.call(&server, "+15125550143");
    assert_eq!(call.tool("lookup_customer", spoken()).await, HINT);
    let path = format!("/api/orgs/{}/calls/{}/events", org.id, call.id);
    let events = eventually("the tool's end among the events", || async {
        let events = server.get(&path).await.to_string();
        events.contains("tool_finished").then_some(events)
    })
    .await;
    assert!(!events.contains("customer_identified"), "{events}");
    let trusting = json!({"customerconnect": {"trust_spoken_number": true}});
    assert_eq!(org.patch(&server, trusting).await.0, 200);
    let call = org.call(&server, "+15125550143");
    assert_eq!(call.tool("lookup_customer", spoken()).await, FOUND);
    let path = format!("/api/orgs/{}/calls/{}/events", org.id, call.id);
    let events = server.get(&path).await.to_string();
    assert!(!events.contains("customer_identified"), "what is said proves nothing: {events}");
}

#[tokio::test]
async fn the_number_that_is_signalled_is_the_callers_own_however_it_is_written() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie_at(NUMBER)]))).await;
    let (server, org) = server_with(&stand_in).await;
    for signalled in [NUMBER, "6267888831", "(626) 788-8831"] {
        let call = org.call(&server, signalled);
        assert_eq!(call.tool("lookup_customer", spoken()).await, FOUND, "{signalled}");
    }
}

#[tokio::test]
async fn the_directory_is_asked_when_the_call_starts_and_not_again_by_the_tool() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie_at(NUMBER)]))).await;
    let (server, org) = server_with(&stand_in).await;
    let call = org.call(&server, NUMBER);
    call.say("Hello?").await;
    eventually("the directory to be asked", || async {
        (stand_in.asked().len() == 1).then_some(())
    })
    .await;
    for _ in 0..3 {
        assert_eq!(call.tool("lookup_customer", spoken()).await, FOUND);
    }
    assert_eq!(stand_in.asked().len(), 1, "{:?}", stand_in.asked());
    let with_another_key = json!({"customerconnect": {"api_key": "another-key"}});
    assert_eq!(org.patch(&server, with_another_key).await.0, 200);
    assert_eq!(call.tool("lookup_customer", spoken()).await, FOUND);
    let asked = stand_in.asked();
    assert_eq!(asked.len(), 2, "what an old key found is not given again: {asked:?}");
    assert_eq!(asked[1].key, "another-key");
    assert_eq!(org.patch(&server, json!({"customerconnect": null})).await.0, 200);
    assert_eq!(call.tool("lookup_customer", spoken()).await, NOT_CONFIGURED);
}

#[tokio::test]
async fn a_call_starts_and_goes_on_while_the_directory_hangs() {
    let stand_in = StandIn::start(Habit::Waits(std::time::Duration::from_secs(60))).await;
    let (server, org) = server_with(&stand_in).await;
    // A machine that stands still until the directory is given up hardly does so three times.
    for before in 0..3 {
        let call = org.call(&server, NUMBER);
        call.say("Hello?").await;
        eventually("the directory to be asked", || async {
            (stand_in.asked().len() > before).then_some(())
        })
        .await;
        let question = json!({"date": "2025-12-01"});
        let answer = call.raw("check_availability", question).await;
        assert_eq!(result_of(&answer)["success"], true, "{answer}");
        if stand_in.open() > 0 {
            return;
        }
    }
    panic!("the answer waited until the directory was given up");
}
