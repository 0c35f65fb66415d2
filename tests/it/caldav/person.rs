//! A person with a calendar program of their own, who uses the same calendar as we do.

use reqwest::{Client, Method, RequestBuilder, StatusCode};

use super::{PASSWORD, USER};

pub(super) struct Person {
    client: Client,
    /// The calendar's address, with a final slash.
    calendar: String,
}

impl Person {
    pub(super) fn new(client: &Client, calendar: &str) -> Self {
        Self { client: client.clone(), calendar: calendar.to_owned() }
    }

    fn request(&self, method: &str, name: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}{name}", self.calendar);
        self.client.request(method, url).basic_auth(USER, Some(PASSWORD))
    }

    /// Makes the calendar.
    pub(super) async fn make_calendar(&self) {
        let made = self.request("MKCALENDAR", "").send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
    }

    /// Enters an event for a span of time.
    pub(super) async fn enter(&self, name: &str, start: &str, end: &str) {
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//A person//A phone//EN\r\nBEGIN:VEVENT\r\n\
             UID:{name}@phone.example\r\nDTSTAMP:20260901T080000Z\r\n{start}\r\n{end}\r\n\
             SUMMARY:{name}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        self.write(&format!("{name}.ics"), text).await;
    }

    /// Writes an object, whatever was there.
    pub(super) async fn write(&self, name: &str, text: String) {
        let request = self.request("PUT", name).header("content-type", "text/calendar");
        let done = request.body(text).send().await.unwrap();
        assert!(done.status().is_success(), "{}", done.status());
    }

    /// Changes an object.
    pub(super) async fn edit(&self, name: &str, change: impl FnOnce(&str) -> String) {
        let text = self.read(name).await.unwrap_or_else(|| panic!("{name} is not there"));
        self.write(name, change(&text)).await;
    }

    pub(super) async fn read(&self, name: &str) -> Option<String> {
        let found = self.request("GET", name).send().await.unwrap();
        if found.status() == StatusCode::NOT_FOUND {
            return None;
        }
        assert_eq!(found.status(), StatusCode::OK);
        Some(found.text().await.unwrap())
    }

    pub(super) async fn delete(&self, name: &str) {
        let done = self.request("DELETE", name).send().await.unwrap();
        assert!(done.status().is_success(), "{}", done.status());
    }

    /// The names of all objects, in order.
    pub(super) async fn names(&self) -> Vec<String> {
        let body = "<propfind xmlns=\"DAV:\"><prop><getetag/></prop></propfind>";
        let request = self.request("PROPFIND", "").header("depth", "1").body(body);
        let text = request.send().await.unwrap().text().await.unwrap();
        let mut names: Vec<String> = text
            .split("href>")
            .filter_map(|part| part.split("</").next())
            .filter_map(|path| path.rsplit('/').next())
            .filter(|name| std::path::Path::new(name).extension().is_some_and(|end| end == "ics"))
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The names of the objects that carry bookings.
    pub(super) async fn booked(&self) -> Vec<String> {
        let mut booked = Vec::new();
        for name in self.names().await {
            if self.read(&name).await.is_some_and(|text| text.contains("X-HOOKSWITCH-BOOKING")) {
                booked.push(name);
            }
        }
        booked
    }
}
