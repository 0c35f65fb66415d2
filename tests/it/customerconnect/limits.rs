//! How often the directory is asked: by key, whoever has it.

use super::*;
use crate::support::result_of;

/// CustomerConnect takes so many questions a minute with one key.
const A_MINUTE: usize = 100;

fn access_with(key: &str) -> Value {
    json!({"customerconnect": {"workspace_id": "76692", "api_key": key}})
}

/// Looks a number up outside of any call; whether the directory was asked.
async fn is_looked_up(server: &TestServer, org: &TestOrg, number: usize) -> bool {
    let asks = json!({"id": format!("look-{number}"), "type": "function", "function":
        {"name": "lookup_customer", "arguments": {"phone_number": format!("626788{number:04}")}}});
    let body = json!({"message": {"type": "tool-calls", "toolCallList": [asks]}});
    let path = format!("/webhook/{}", org.webhook_id);
    let (status, answer) = server.post_as(&path, &org.secret, &body).await;
    assert_eq!(status, 200, "{answer}");
    let result = result_of(&answer);
    if result == NOT_FOUND {
        return true;
    }
    assert_eq!(result["error"], "Could not connect to customer directory", "{answer}");
    false
}

#[tokio::test]
async fn orgs_with_one_key_together_ask_no_more_than_it_allows_and_the_rest_is_not_sent() {
    let stand_in = StandIn::start(Habit::Answers(200, people(Vec::new()))).await;
    let server = server_at(&stand_in.url).await;
    let one = server.org(access_with("the-agencys-key")).await;
    let two = server.org(access_with("the-agencys-key")).await;
    let other = server.org(access_with("a-key-of-its-own")).await;
    were_tried(&server).await;
    // One each, which count like all others.
    let left = A_MINUTE - 2;
    let mut looked_up = 0;
    for number in 1_000..1_000 + A_MINUTE * 6 / 10 {
        for org in [&one, &two] {
            looked_up += usize::from(is_looked_up(&server, org, number).await);
        }
    }
    assert_eq!(looked_up, left);
    assert_eq!(stand_in.asked().len(), left, "what goes beyond is not sent");
    assert!(is_looked_up(&server, &other, 9_999).await, "it has a limit of its own");
}
