//! The stand-in's answers as WebDAV writes them. It chooses other prefixes than most, since clients are
//! to go by namespaces. Knows no calendar.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::super::vendor::status_of;

/// A multistatus answer around its parts.
pub(super) fn multistatus(parts: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\"?>\n<multistatus xmlns=\"DAV:\" \
         xmlns:cal=\"urn:ietf:params:xml:ns:caldav\" \
         xmlns:apple=\"http://calendarserver.org/ns/\">{parts}</multistatus>"
    );
    let kind = [(header::CONTENT_TYPE, "application/xml; charset=utf-8")];
    (StatusCode::MULTI_STATUS, kind, body).into_response()
}

/// One resource with its properties, and some that it does not have.
pub(super) fn resource(path: &str, properties: &str) -> String {
    format!(
        "<response><href>{}</href><propstat><prop>{properties}</prop><status>HTTP/1.1 200 OK</status>\
         </propstat><propstat><prop><cal:schedule-inbox-URL/></prop>\
         <status>HTTP/1.1 404 Not Found</status></propstat></response>",
        escaped(path)
    )
}

/// One resource that is not there.
pub(super) fn missing(path: &str) -> String {
    let path = escaped(path);
    format!("<response><href>{path}</href><status>HTTP/1.1 404 Not Found</status></response>")
}

/// An event with its version.
pub(super) fn event(path: &str, version: &str, text: &str) -> String {
    let properties = format!(
        "<getetag>{}</getetag><cal:calendar-data>{}</cal:calendar-data>",
        escaped(version),
        escaped(text)
    );
    resource(path, &properties)
}

/// A refusal that names the condition that was not met.
pub(super) fn refused(status: u16, condition: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\"?><error xmlns=\"DAV:\" \
         xmlns:cal=\"urn:ietf:params:xml:ns:caldav\"><{condition}/></error>"
    );
    let kind = [(header::CONTENT_TYPE, "application/xml; charset=utf-8")];
    (status_of(status), kind, body).into_response()
}

/// A refusal in words.
pub(super) fn plain(status: u16, words: &'static str) -> Response {
    (status_of(status), words).into_response()
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
