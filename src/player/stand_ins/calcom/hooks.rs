//! The account's webhooks: which there are, and what is posted to them, signed as Cal.com signs. Posts to
//! this machine are really sent; all are remembered, so that a test can send them late, twice or altered.

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::account::{Account, Happened, Kept, Standing};
use super::answers::No;
use super::input;

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hook {
    /// Its id.
    pub id: u64,
    /// Where it posts to.
    pub url: String,
    /// What signs the posts.
    pub secret: Option<String>,
    /// What it posts.
    pub triggers: Vec<String>,
}

/// A post as Cal.com sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HookPost {
    /// Where to.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

#[derive(Default)]
pub(super) struct Hooks {
    all: Vec<Hook>,
    made: u64,
    posts: Vec<HookPost>,
}

impl Account {
    /// Posts what happened since this was last called.
    pub(super) fn post(&mut self) {
        let now = self.now();
        for happened in self.happened() {
            let Some(kept) = self.kept(&happened.uid).cloned() else { continue };
            self.hooks.post(&happened, &kept, now).into_iter().for_each(send);
        }
    }
}

impl Hooks {
    pub(super) fn all(&self) -> &[Hook] {
        &self.all
    }

    pub(super) fn posts(&self) -> &[HookPost] {
        &self.posts
    }

    pub(super) fn list(&self) -> Value {
        self.all.iter().map(shown).collect()
    }

    pub(super) fn create(&mut self, body: &Value) -> Result<Value, No> {
        let known = ["subscriberUrl", "triggers", "active", "secret", "payloadTemplate", "version"];
        let body = input::known(body, "", &known)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let url = text("subscriberUrl").filter(|url| url.starts_with("http"));
        let url = url.ok_or_else(|| No::invalid("subscriberUrl", "must be a URL address"))?;
        let triggers = body.get("triggers").and_then(Value::as_array);
        let triggers = triggers.ok_or_else(|| No::invalid("triggers", "must be an array"))?;
        if body.get("active").and_then(Value::as_bool).is_none() {
            return Err(No::invalid("active", "must be a boolean value"));
        }
        self.made += 1;
        let triggers = triggers.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let hook = Hook { id: self.made, url, secret: text("secret"), triggers };
        let shown = shown(&hook);
        self.all.push(hook);
        Ok(shown)
    }

    pub(super) fn delete(&mut self, id: &str) -> Result<Value, No> {
        let place = self.all.iter().position(|hook| hook.id.to_string() == id);
        let place = place.ok_or_else(|| No::error(404, format!("Webhook ({id}) not found")))?;
        Ok(shown(&self.all.remove(place)))
    }

    /// Makes the posts about something that happened, and remembers them.
    pub(super) fn post(
        &mut self,
        happened: &Happened,
        kept: &Kept,
        now: Timestamp,
    ) -> Vec<HookPost> {
        let mut posts = Vec::new();
        for hook in &self.all {
            if hook.triggers.iter().any(|trigger| trigger == happened.trigger) {
                posts.push(signed(hook, body(happened, kept, now)));
            }
        }
        self.posts.extend(posts.clone());
        posts
    }
}

fn shown(hook: &Hook) -> Value {
    json!({"id": hook.id, "userId": 4711, "subscriberUrl": hook.url, "active": true,
        "triggers": hook.triggers, "secret": hook.secret, "payloadTemplate": ""})
}

fn body(happened: &Happened, kept: &Kept, now: Timestamp) -> String {
    let status = match kept.status {
        Standing::Accepted => "ACCEPTED",
        Standing::Pending => "PENDING",
        Standing::Cancelled => "CANCELLED",
        Standing::Rejected => "REJECTED",
    };
    let mut payload = json!({"uid": kept.uid, "eventTypeId": kept.event_type, "type": "consultation",
        "title": "Consultation", "startTime": kept.start, "endTime": kept.end,
        "length": kept.end.duration_since(kept.start).as_mins(), "status": status,
        "organizer": {"id": 4711, "name": "Willow Street Dental", "email": "desk@willow.example"},
        "attendees": [{"name": kept.name, "email": kept.email, "timeZone": kept.zone}],
        "responses": {}, "location": "https://example.com/room", "metadata": kept.metadata});
    if let Some(from) = &kept.from {
        payload["rescheduleUid"] = json!(from);
    }
    json!({"triggerEvent": happened.trigger, "createdAt": now, "payload": payload}).to_string()
}

fn signed(hook: &Hook, body: String) -> HookPost {
    let signature = match &hook.secret {
        Some(secret) => hex(secret, &body),
        None => "no-secret-provided".to_owned(),
    };
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        header("content-type", "application/json"),
        header("x-cal-signature-256", &signature),
        header("x-cal-webhook-version", "2021-10-20"),
    ];
    HookPost { url: hook.url.clone(), headers, body }
}

fn hex(secret: &str, body: &str) -> String {
    // Any length of key is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sends a post to this machine; elsewhere nobody waits for a stand-in's posts.
pub(super) fn send(post: HookPost) {
    if !post.url.starts_with("http://127.0.0.1:") {
        return;
    }
    tokio::spawn(async move {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Ok(client) = reqwest::Client::builder().no_proxy().build() else { return };
        let mut request = client.post(&post.url).body(post.body);
        for (name, value) in &post.headers {
            request = request.header(name, value);
        }
        if let Err(error) = request.send().await {
            tracing::warn!(%error, "a stand-in's post did not arrive");
        }
    });
}
