//! Channels on which the account says that something changed, and what is posted on them. Posts nothing
//! itself; knows no event.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::answers::No;

/// For how long a channel is open.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One post as Google would send it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body; Google sends none.
    pub body: Vec<u8>,
}

struct Channel {
    id: String,
    resource: String,
    calendar: String,
    address: String,
    token: Option<String>,
    ends: Timestamp,
    posted: u64,
}

#[derive(Default)]
pub(super) struct Channels {
    open: Vec<Channel>,
    due: Vec<Post>,
}

impl Channel {
    fn post(&mut self, state: &str) -> Post {
        self.posted += 1;
        let ends = self.ends.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut headers = vec![
            ("X-Goog-Channel-ID".to_owned(), self.id.clone()),
            ("X-Goog-Channel-Expiration".to_owned(), ends),
            ("X-Goog-Resource-ID".to_owned(), self.resource.clone()),
            ("X-Goog-Resource-State".to_owned(), state.to_owned()),
            ("X-Goog-Message-Number".to_owned(), self.posted.to_string()),
        ];
        let token =
            self.token.iter().map(|token| ("X-Goog-Channel-Token".to_owned(), token.clone()));
        headers.extend(token);
        Post { url: self.address.clone(), headers, body: Vec::new() }
    }
}

impl Channels {
    pub(super) fn open(
        &mut self,
        calendar: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Value, No> {
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let fits = |id: &String| {
            let of_an_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
            (1..=64).contains(&id.len()) && id.bytes().all(of_an_id)
        };
        let id = text("id").filter(fits);
        let id = id.ok_or_else(|| No::bad("channelIdInvalid", "Invalid channel id."))?;
        if self.open.iter().any(|channel| channel.id == id) {
            let message = format!("Channel id {id} not unique");
            return Err(No::new(400, "channelIdNotUnique", message));
        }
        if text("type").as_deref() != Some("web_hook") {
            return Err(No::bad("channelUnknownType", "Unknown channel type."));
        }
        let address = text("address").filter(|address| address.starts_with("https://"));
        let address = address
            .ok_or_else(|| No::bad("webhookUrlNotHttps", "WebHook callback must be HTTPS."))?;
        let ends = now.checked_add(OPEN_FOR).unwrap_or(now);
        let resource = format!("res{calendar}").replace(['@', '.'], "_");
        let mut channel = Channel {
            id: id.clone(),
            resource: resource.clone(),
            calendar: calendar.to_owned(),
            address,
            token: text("token"),
            ends,
            posted: 0,
        };
        self.due.push(channel.post("sync"));
        self.open.push(channel);
        Ok(json!({"kind": "api#channel", "id": id, "resourceId": resource,
            "resourceUri": format!("https://www.googleapis.com/calendar/v3/calendars/{calendar}/events"),
            "expiration": ends.as_millisecond().to_string()}))
    }

    pub(super) fn close(&mut self, body: &Value) -> Result<(), No> {
        let is = |channel: &Channel| {
            body["id"] == json!(channel.id) && body["resourceId"] == json!(channel.resource)
        };
        let before = self.open.len();
        self.open.retain(|channel| !is(channel));
        if self.open.len() == before { Err(No::missing()) } else { Ok(()) }
    }

    /// Something in a calendar changed.
    pub(super) fn tell(&mut self, calendar: &str) {
        let told = self.open.iter_mut().filter(|channel| channel.calendar == calendar);
        self.due.extend(told.map(|channel| channel.post("exists")));
    }

    pub(super) fn posts(&mut self) -> Vec<Post> {
        std::mem::take(&mut self.due)
    }
}
