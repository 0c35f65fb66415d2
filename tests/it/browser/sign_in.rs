//! The way in and out.

use serde_json::json;
use thirtyfour::Key;

use super::{ANN, ANN_AS_SHOWN, Page, token};
use crate::support::TestServer;

#[tokio::test]
async fn a_wrong_token_is_refused_in_words_and_the_right_one_outlasts_a_reload_until_signing_out() {
    let server = TestServer::start().await;
    let Some(page) = Page::open(&server.url(""), "/").await else { return };
    page.sign_in("hsa_of_nobody").await;
    page.sees("This token is not valid here").await;
    assert!(!page.text().await.contains("Sign out"), "nobody is signed in");

    page.sign_in(server.token()).await;
    page.sees("Sign out").await;
    page.sees("Administrator").await;
    page.reload().await;
    page.sees("Sign out").await;
    let kept = page.ask("return [document.cookie, ...Object.values(localStorage), ...Object.values(sessionStorage)].join();", json!([])).await;
    assert!(!kept.as_str().unwrap().contains(server.token()), "a script could read the token");

    page.click("Sign out").await;
    page.sees("You are signed out").await;
    page.reload().await;
    page.find("input", "oken").await;
    page.is_clean().await;
}

#[tokio::test]
async fn a_link_with_a_token_signs_in_and_leaves_no_token_in_the_address() {
    let server = TestServer::start().await;
    let link = format!("/#token={}", server.token());
    let Some(page) = Page::open(&server.url(""), &link).await else { return };
    page.sees("Sign out").await;
    assert_eq!(page.address().await, server.url("/"));
    let before = page.ask("return history.length;", json!([])).await;
    page.is_clean().await;
    // Going back does not bring it up again either.
    page.back().await;
    assert!(!page.address().await.contains("token"), "of {before} entries one has the token");
}

#[tokio::test]
async fn a_link_with_a_token_that_is_no_good_says_so() {
    let server = TestServer::start().await;
    let Some(page) = Page::open(&server.url(""), "/#token=hsa_of_nobody").await else { return };
    page.sees("holds a token that is not valid here").await;
    assert_eq!(page.address().await, server.url("/"));
    page.is_clean().await;
}

#[tokio::test]
async fn signing_in_and_opening_a_call_needs_no_pointer() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.say("Good morning.").await;
    let token = token(&server, "supervisor", &org).await;
    let Some(page) = Page::open(&server.url(""), "/").await else { return };
    page.tab_to("oken").await;
    page.press(token.as_str()).await;
    page.press(Key::Enter + "").await;
    page.sees(ANN_AS_SHOWN).await;
    page.tab_to(ANN_AS_SHOWN).await;
    assert!(page.focus_is_visible().await, "where the keyboard is cannot be seen");
    page.press(Key::Enter + "").await;
    page.sees("Conversation").await;
    page.sees("Good morning.").await;
    page.is_clean().await;
}
