//! The page in front of somebody: what can be read, clicked and typed. Owns how things on it are found, which is by
//! their words and names only, never by how it is built.

use std::cell::Cell;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::Browser;
use super::logs::{Arranged, complaints};

const LOOK: &str = include_str!("look.js");

/// Longest wait for something to appear, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(20);

/// Links and buttons, however they are made.
const PRESSABLE: &str =
    "a[href], button, [role=button], [role=link], summary, select, [tabindex='0']";

pub(super) struct Page {
    pub(super) browser: Browser,
    origin: String,
    looked: Cell<bool>,
}

impl Page {
    /// Opens the page of the server at `origin`; `None` where there is no browser.
    pub(super) async fn open(origin: &str, path: &str) -> Option<Self> {
        let browser = Browser::start().await?;
        let page = Self { browser, origin: origin.to_owned(), looked: Cell::new(false) };
        page.go(path).await;
        Some(page)
    }

    /// Opens the page and signs in as somebody with this token would.
    pub(super) async fn signed_in(origin: &str, token: &str) -> Option<Self> {
        let page = Self::open(origin, "/").await?;
        page.sign_in(token).await;
        page.sees("Sign out").await;
        Some(page)
    }

    pub(super) async fn sign_in(&self, token: &str) {
        let field = self.find("input", "oken").await;
        field.clear().await.unwrap();
        field.send_keys(token).await.unwrap();
        self.click("Sign in").await;
    }

    /// Types an address.
    pub(super) async fn go(&self, path: &str) {
        self.browser.driver.goto(format!("{}{path}", self.origin)).await.unwrap();
    }

    pub(super) async fn reload(&self) {
        self.browser.driver.refresh().await.unwrap();
    }

    pub(super) async fn back(&self) {
        self.browser.driver.back().await.unwrap();
    }

    /// Runs a script that may use `look` and gives what it returns.
    pub(super) async fn ask(&self, script: &str, given: Value) -> Value {
        let script = format!("{LOOK}\n{script}");
        let given = given.as_array().unwrap().clone();
        self.browser.driver.execute(script, given).await.unwrap().json().clone()
    }

    /// Everything that can be read now.
    pub(super) async fn text(&self) -> String {
        self.ask("return look.text();", json!([])).await.as_str().unwrap().to_owned()
    }

    pub(super) async fn sees(&self, words: &str) {
        self.until(
            &format!("“{words}” can be read"),
            "return look.text().includes(arguments[0]);",
            json!([words]),
        )
        .await;
    }

    pub(super) async fn sees_no_more(&self, words: &str) {
        self.until(
            &format!("“{words}” is gone"),
            "return !look.text().includes(arguments[0]);",
            json!([words]),
        )
        .await;
    }

    /// Waits until some part of the page has all these words and is smaller than the whole: they belong together.
    pub(super) async fn sees_together(&self, words: &[&str]) {
        let script = "const part = look.part(arguments[0]); \
             return part !== null && part.getBoundingClientRect().height < innerHeight * 0.6;";
        self.until(&format!("{words:?} can be read together"), script, json!([words])).await;
    }

    /// Waits until a script gives something true; gives it.
    pub(super) async fn until(&self, what: &str, script: &str, given: Value) -> Value {
        let started = Instant::now();
        loop {
            let answer = self.ask(script, given.clone()).await;
            if !matches!(answer, Value::Null | Value::Bool(false)) {
                return answer;
            }
            if started.elapsed() > PATIENCE {
                let logs = complaints(&self.browser.driver, &self.origin, Arranged::Nothing).await;
                panic!(
                    "waited in vain until {what}; the page reads:\n{}\nlogs: {logs:#?}",
                    self.text().await
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The first thing of these kinds with these words in its name, once there is one.
    pub(super) async fn find(&self, kinds: &str, words: &str) -> WebElement {
        let (script, given) =
            ("return look.find(arguments[0], arguments[1]);", json!([kinds, words]));
        self.until(&format!("there is {kinds} “{words}”"), script, given.clone()).await;
        let given = given.as_array().unwrap().clone();
        let found = self.browser.driver.execute(format!("{LOOK}\n{script}"), given).await.unwrap();
        found.element().unwrap()
    }

    pub(super) async fn click(&self, words: &str) {
        self.find(PRESSABLE, words).await.click().await.unwrap();
    }

    /// Follows the first link in the list of live calls.
    pub(super) async fn open_first_call(&self) {
        let first = "ol[aria-label='Live calls'] a";
        self.find(first, "").await.click().await.unwrap();
    }

    /// Chooses an entry of a list by its first words.
    pub(super) async fn choose(&self, list: &str, entry: &str) {
        self.find("select", list).await.click().await.unwrap();
        self.press(entry).await;
        self.press(Key::Enter + "").await;
    }

    pub(super) async fn press(&self, keys: impl Into<TypingData>) {
        let actions = self.browser.driver.action_chain();
        actions.send_keys(keys).perform().await.unwrap();
    }

    /// Presses Tab until what has the keyboard's attention has these words in its name.
    pub(super) async fn tab_to(&self, words: &str) {
        let mut passed = Vec::new();
        for _ in 0..60 {
            let focused = self.ask("return look.focused();", json!([])).await;
            let name = focused["name"].as_str().unwrap_or_default();
            if name.contains(words) {
                return;
            }
            passed.push(name.to_owned());
            self.press(Key::Tab + "").await;
        }
        panic!("Tab never came to “{words}”, only to {passed:#?}");
    }

    /// Whether what has the keyboard's attention is marked for eyes.
    pub(super) async fn focus_is_visible(&self) -> bool {
        self.ask("return look.focusIsMarked();", json!([])).await == true
    }

    /// The page's own time goes on by a minute at once.
    pub(super) async fn a_minute_passes(&self) {
        let script = "const real = performance.now.bind(performance); performance.now = () => real() + 61_000;";
        self.ask(script, json!([])).await;
    }

    /// The address as the address bar shows it.
    pub(super) async fn address(&self) -> String {
        self.browser.driver.current_url().await.unwrap().to_string()
    }

    /// Each test ends with this: nothing went wrong on the page and nobody else was asked for anything.
    pub(super) async fn is_clean(&self) {
        self.is_clean_but_for(Arranged::Nothing).await;
    }

    pub(super) async fn is_clean_but_for(&self, arranged: Arranged) {
        let found = complaints(&self.browser.driver, &self.origin, arranged).await;
        assert!(found.is_empty(), "the browser complains: {found:#?}");
        self.looked.set(true);
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        assert!(
            self.looked.get() || std::thread::panicking(),
            "the test never looked at the browser's logs"
        );
    }
}
