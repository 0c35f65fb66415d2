//! Which request asks for what, by whom, and what comes of it.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::vendor::{Complaint, Vendor};
use super::account::{Account, Written};
use super::answers::{escaped, event, missing, multistatus, plain, refused, resource};
use super::object::{self, Kept};
use super::question::{self, Question};
use super::{Asked, Operation, Setup};

fn unauthorized() -> Response {
    let basic = [(header::WWW_AUTHENTICATE, "Basic realm=\"Stand-in\"")];
    (StatusCode::UNAUTHORIZED, basic, "not logged in").into_response()
}

impl Vendor for Account {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self::new(setup)
    }

    fn read(&self, method: &Method, uri: &Uri, body: &[u8]) -> (Operation, String) {
        let operation = match method.as_str() {
            "PROPFIND" => Operation::Properties,
            "REPORT" => question::report(&String::from_utf8_lossy(body)).unwrap_or_default().0,
            "GET" => Operation::Get,
            "PUT" => Operation::Put,
            "DELETE" => Operation::Delete,
            _ => Operation::Unknown,
        };
        (operation, uri.path().to_owned())
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        if asked.path() == "/.well-known/caldav" {
            let to = [(header::LOCATION, "/dav/")];
            return Some((StatusCode::MOVED_PERMANENTLY, to).into_response());
        }
        let right = format!("{}:{}", self.setup.username, self.setup.password);
        (asked.basic() != Some(right)).then(unauthorized)
    }

    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        let path = asked.path();
        match asked.operation {
            Operation::Properties => properties(self, path, asked.header("depth") == Some("1")),
            Operation::Get => match self.get(path) {
                Some((kept, version)) => {
                    let headers =
                        [(header::ETAG, version), (header::CONTENT_TYPE, "text/calendar".into())];
                    (headers, kept.text).into_response()
                }
                None => plain(404, "nothing here"),
            },
            Operation::Put => put(self, asked),
            Operation::Delete => match self.remove(path, asked.header("if-match")) {
                Some(true) => StatusCode::NO_CONTENT.into_response(),
                Some(false) => plain(412, "another version"),
                None => plain(404, "nothing here"),
            },
            Operation::Unknown | Operation::Any => plain(400, "not understood"),
            _ if self.calendar_at(path).is_none() => plain(404, "no calendar here"),
            _ => report(self, asked),
        }
    }

    fn complain(&mut self, _: &Asked, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => plain(429, "slower"),
            Complaint::Broken => plain(500, "something broke"),
            Complaint::Refused => unauthorized(),
            Complaint::Forbidden => refused(403, "need-privileges"),
            Complaint::Taken | Complaint::Raced => plain(412, "somebody was faster"),
        }
    }

    fn all_kept(&self) -> Value {
        json!(self.all())
    }
}

fn properties(account: &Account, path: &str, deep: bool) -> Response {
    let home = account.home();
    let user = "<current-user-principal><href>/dav/principal/</href></current-user-principal>";
    if let Some(name) = account.calendar_at(path) {
        let mut parts = calendar(account, name);
        for (kept, version) in account.within(&account.calendar(name)).iter().filter(|_| deep) {
            let tag = format!("<getetag>{}</getetag>", escaped(version));
            parts.push_str(&resource(&kept.path, &tag));
        }
        return multistatus(&parts);
    }
    if let Some((_, version)) = account.get(path) {
        return multistatus(&resource(path, &format!("<getetag>{}</getetag>", escaped(&version))));
    }
    let folder = "<resourcetype><collection/></resourcetype>";
    if path == "/dav/" || path == "/dav" {
        return multistatus(&resource("/dav/", &format!("{folder}{user}")));
    }
    if path == "/dav/principal/" {
        // Some write addresses with their host.
        let homes = format!("<cal:calendar-home-set><href>{home}</href></cal:calendar-home-set>");
        return multistatus(&resource(path, &format!("{folder}{user}{homes}")));
    }
    if path.trim_end_matches('/') != home.trim_end_matches('/') {
        return plain(404, "nothing here");
    }
    let mut parts = resource(&home, folder);
    if deep {
        let tasks = format!("{home}tasks/");
        parts.push_str(&resource(
            &tasks,
            "<resourcetype><collection/><cal:calendar/></resourcetype>\
             <cal:supported-calendar-component-set><cal:comp name=\"VTODO\"/>\
             </cal:supported-calendar-component-set>",
        ));
        for name in &account.setup.calendars {
            parts.push_str(&calendar(account, name));
        }
    }
    multistatus(&parts)
}

fn calendar(account: &Account, name: &str) -> String {
    let mut properties = format!(
        "<resourcetype><collection/><cal:calendar/></resourcetype>\
         <displayname>{}</displayname>\
         <cal:supported-calendar-component-set><cal:comp name=\"VEVENT\"/>\
         </cal:supported-calendar-component-set>\
         <current-user-privilege-set><privilege><read/></privilege><privilege><write/></privilege>\
         </current-user-privilege-set><apple:getctag>{}</apple:getctag>",
        escaped(name),
        escaped(&account.token())
    );
    if account.setup.sync_tokens {
        let _ = write!(properties, "<sync-token>{}</sync-token>", escaped(&account.token()));
    }
    resource(&account.calendar(name), &properties)
}

fn put(account: &mut Account, asked: &Asked) -> Response {
    let absent = asked.header("if-none-match") == Some("*");
    let written = account.put(asked.path(), &asked.text(), absent, asked.header("if-match"));
    let done = |status: StatusCode, version: String| {
        if account.setup.versions_on_put {
            (status, [(header::ETAG, version)]).into_response()
        } else {
            status.into_response()
        }
    };
    match written {
        Written::Made(version) => done(StatusCode::CREATED, version),
        Written::Changed(version) => done(StatusCode::NO_CONTENT, version),
        Written::Refused => plain(412, "the condition does not hold"),
        Written::SameUid(_) => refused(409, "cal:no-uid-conflict"),
        Written::NoCalendar => plain(409, "no calendar here"),
        Written::NoEvent => refused(400, "cal:valid-calendar-data"),
    }
}

fn report(account: &Account, asked: &Asked) -> Response {
    let path = asked.path();
    let (_, question) = &question::report(&asked.text()).unwrap_or_default();
    let shown = |found: &[(Kept, String)]| {
        found
            .iter()
            .map(|(kept, version)| event(&kept.path, version, &kept.text))
            .collect::<String>()
    };
    match asked.operation {
        Operation::FreeBusy if !account.setup.free_busy => refused(403, "supported-report"),
        Operation::FreeBusy => free_busy(account, path, question),
        _ if !account.setup.shows_events => refused(403, "need-privileges"),
        Operation::Range => {
            let mut found = account.within(path);
            found.retain(|(kept, _)| is_within(&kept.text, question));
            multistatus(&shown(&found))
        }
        Operation::Search => {
            let Some((name, wanted)) = &question.containing else { return plain(400, "what?") };
            let mut found = account.within(path);
            found.retain(|(kept, _)| {
                kept.property(name).is_some_and(|value| value.contains(wanted.as_str()))
            });
            multistatus(&shown(&found))
        }
        Operation::These => {
            let parts = question.paths.iter().map(|path| match account.get(path) {
                Some((kept, version)) => event(&kept.path, &version, &kept.text),
                None => missing(path),
            });
            multistatus(&parts.collect::<String>())
        }
        Operation::Changes if account.setup.sync_tokens => {
            let Some(since) = account.since(path, &question.token) else {
                return refused(403, "valid-sync-token");
            };
            let changed = since.changed.iter().map(|(kept, version)| {
                resource(&kept.path, &format!("<getetag>{}</getetag>", escaped(version)))
            });
            let mut parts: String = changed.collect();
            parts.extend(since.removed.iter().map(|path| missing(path)));
            let _ = write!(parts, "<sync-token>{}</sync-token>", escaped(&account.token()));
            multistatus(&parts)
        }
        _ => refused(403, "supported-report"),
    }
}

fn is_within(text: &str, question: &Question) -> bool {
    let (Some((from, to)), Some((start, end))) = (question.range, object::span(text)) else {
        return true;
    };
    start < to && from < end
}

fn free_busy(account: &Account, path: &str, question: &Question) -> Response {
    let mut body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VFREEBUSY\r\n".to_owned();
    for (kept, _) in account.within(path) {
        let Some((start, end)) =
            object::span(&kept.text).filter(|_| is_within(&kept.text, question))
        else {
            continue;
        };
        let utc = |at: jiff::Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let _ = write!(body, "FREEBUSY;FBTYPE=BUSY:{}/{}\r\n", utc(start), utc(end));
    }
    body.push_str("END:VFREEBUSY\r\nEND:VCALENDAR\r\n");
    ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8; charset=utf-8")], body).into_response()
}
