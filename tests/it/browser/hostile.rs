//! What callers say and are called is text, whatever it looks like.

use serde_json::json;

use super::{ANN, DAY, Page};
use crate::support::TestServer;

const SCRIPT: &str = "<script>document.title = 'taken over'; window.takenOver = 1</script>";
const IMAGE: &str = "<img Src=x onerror='window.takenOver = 2'>";
const FRAME: &str =
    "\"><svg onload=window.takenOver=3><iframe srcdoc='<script>parent.takenOver=4</script>'>";

#[tokio::test]
async fn code_in_names_and_in_speech_is_shown_as_text_and_never_runs() {
    let server = TestServer::start().await;
    let org = server.org(json!({"name": IMAGE})).await;
    server.org(json!({"name": SCRIPT})).await;
    let call = org.call(&server, ANN);
    call.say(SCRIPT).await;
    call.tool("check_availability", json!({"date": DAY})).await;
    let book = json!({"date": DAY, "time": "10:00", "customer_name": IMAGE});
    let booked = call.tool("create_booking", book).await;
    assert_eq!(booked["success"], true, "{booked}");
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    page.sees_together(&[IMAGE, SCRIPT]).await;
    call.say(FRAME).await;
    page.sees(FRAME).await;
    page.click(IMAGE).await;
    for words in ["Conversation", SCRIPT, FRAME, IMAGE] {
        page.sees(words).await;
    }
    call.raw(SCRIPT, json!({})).await;
    page.click("Bookings").await;
    page.sees_together(&[IMAGE, "Confirmed"]).await;
    let taken = page.ask("return window.takenOver ?? (document.querySelector('iframe, body img[src=x]') ? 'made' : null);", json!([])).await;
    assert_eq!(taken, json!(null), "something of it ran");
    page.is_clean().await;
}
