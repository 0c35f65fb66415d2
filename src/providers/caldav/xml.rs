//! WebDAV's XML: the bodies that are sent, and what a multistatus answer says (RFC 4918, 4791, 6578).
//! Pure. Names are matched by their namespace; anything that is not understood is left out.

use jiff::Timestamp;
use roxmltree::{Document, Node, ParsingOptions};

use super::ical::stamp;

const DAV: &str = "DAV:";
const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";
/// Most nodes of an answer; a month of a full calendar has some thousands.
const MOST_NODES: u32 = 200_000;

const NAMESPACES: &str = r#"xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/""#;

/// Asks what a resource is and where the user's calendars are.
pub(super) fn who() -> String {
    format!(
        "<D:propfind {NAMESPACES}><D:prop><D:resourcetype/><D:displayname/>\
         <D:current-user-principal/><C:calendar-home-set/>\
         <C:supported-calendar-component-set/><D:current-user-privilege-set/>\
         </D:prop></D:propfind>"
    )
}

/// Asks for the version of a resource and of what is in it.
pub(super) fn versions() -> String {
    format!(
        "<D:propfind {NAMESPACES}><D:prop><D:getetag/><D:sync-token/><CS:getctag/></D:prop>\
         </D:propfind>"
    )
}

/// Asks for the events of a span of time, repetitions laid out.
pub(super) fn between(from: Timestamp, to: Timestamp) -> String {
    let (from, to) = (stamp(from), stamp(to));
    query(
        &format!("<C:calendar-data><C:expand start=\"{from}\" end=\"{to}\"/></C:calendar-data>"),
        &format!("<C:time-range start=\"{from}\" end=\"{to}\"/>"),
    )
}

/// Asks for the same with repetitions as they are kept, for servers that do not lay them out.
pub(super) fn between_as_kept(from: Timestamp, to: Timestamp) -> String {
    let range = format!("<C:time-range start=\"{}\" end=\"{}\"/>", stamp(from), stamp(to));
    query("<C:calendar-data/>", &range)
}

/// Asks for the events with a property that contains a text.
pub(super) fn having(property: &str, text: &str) -> String {
    let text = escape(text);
    query(
        "<C:calendar-data/>",
        &format!(
            "<C:prop-filter name=\"{property}\"><C:text-match collation=\"i;octet\">{text}\
             </C:text-match></C:prop-filter>"
        ),
    )
}

fn query(data: &str, filter: &str) -> String {
    format!(
        "<C:calendar-query {NAMESPACES}><D:prop><D:getetag/>{data}</D:prop><C:filter>\
         <C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">{filter}\
         </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    )
}

/// Asks when a calendar is busy, without its events.
pub(super) fn free_busy(from: Timestamp, to: Timestamp) -> String {
    format!(
        "<C:free-busy-query {NAMESPACES}><C:time-range start=\"{}\" end=\"{}\"/>\
         </C:free-busy-query>",
        stamp(from),
        stamp(to)
    )
}

/// Asks what changed since a token.
pub(super) fn changes(token: &str) -> String {
    format!(
        "<D:sync-collection {NAMESPACES}><D:sync-token>{}</D:sync-token>\
         <D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>",
        escape(token)
    )
}

/// Asks for events by their paths.
pub(super) fn these<'a>(paths: impl Iterator<Item = &'a str>) -> String {
    let paths: String = paths.map(|path| format!("<D:href>{}</D:href>", escape(path))).collect();
    format!(
        "<C:calendar-multiget {NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop>{paths}\
         </C:calendar-multiget>"
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// What a server says of several resources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Multistatus {
    pub(super) resources: Vec<Resource>,
    /// Where the next question for changes begins.
    pub(super) sync_token: Option<String>,
}

/// What a server says of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Resource {
    /// Its path or URL, as the server writes it.
    pub(super) href: String,
    /// A status for the whole of it.
    pub(super) status: Option<u16>,
    pub(super) name: Option<String>,
    pub(super) principal: Option<String>,
    pub(super) homes: Vec<String>,
    pub(super) etag: Option<String>,
    pub(super) sync_token: Option<String>,
    pub(super) ctag: Option<String>,
    pub(super) data: Option<String>,
    pub(super) is_calendar: bool,
    /// Whether it keeps events; servers that do not say so do.
    pub(super) no_events: bool,
    /// Whether the user may write into it, where the server says so.
    pub(super) writable: Option<bool>,
}

/// Reads an answer; `None` if it is none.
pub(super) fn multistatus(body: &[u8]) -> Option<Multistatus> {
    let text = std::str::from_utf8(body).ok()?;
    let document = parse(text)?;
    let root = document.root_element();
    if !is(root, DAV, "multistatus") {
        return None;
    }
    Some(Multistatus {
        resources: children(root, DAV, "response").filter_map(resource).collect(),
        sync_token: text_of(root, DAV, "sync-token"),
    })
}

/// Whether an answer names a precondition that was not met, such as `valid-sync-token`.
pub(super) fn names_condition(body: &[u8], condition: &str) -> bool {
    let document = std::str::from_utf8(body).ok().and_then(parse);
    document.is_some_and(|document| {
        let mut nodes = document.descendants();
        nodes.any(|node| is(node, DAV, condition) || is(node, CALDAV, condition))
    })
}

fn parse(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).ok()
}

fn resource(response: Node<'_, '_>) -> Option<Resource> {
    let mut found = Resource {
        href: text_of(response, DAV, "href")?,
        status: child(response, DAV, "status").and_then(status),
        ..Resource::default()
    };
    for stat in children(response, DAV, "propstat") {
        // What is missing or forbidden stands beside what is there.
        if child(stat, DAV, "status").and_then(status).is_some_and(|status| status / 100 != 2) {
            continue;
        }
        for prop in children(stat, DAV, "prop").flat_map(|prop| prop.children()) {
            found.take(prop);
        }
    }
    Some(found)
}

impl Resource {
    fn take(&mut self, prop: Node<'_, '_>) {
        let name = prop.tag_name();
        match (name.namespace(), name.name()) {
            (Some(DAV), "displayname") => self.name = text(prop),
            (Some(DAV), "getetag") => self.etag = text(prop),
            (Some(DAV), "sync-token") => self.sync_token = text(prop),
            (Some(DAV), "current-user-principal") => self.principal = text_of(prop, DAV, "href"),
            (Some(DAV), "resourcetype") => {
                self.is_calendar = child(prop, CALDAV, "calendar").is_some();
            }
            (Some(DAV), "current-user-privilege-set") => {
                let mut given = prop.descendants();
                self.writable = Some(given.any(|node| {
                    ["all", "write", "write-content", "bind"].iter().any(|may| is(node, DAV, may))
                }));
            }
            (Some(CALDAV), "calendar-home-set") => {
                self.homes = children(prop, DAV, "href").filter_map(text).collect();
            }
            (Some(CALDAV), "supported-calendar-component-set") => {
                let mut kinds = children(prop, CALDAV, "comp").peekable();
                self.no_events = kinds.peek().is_some()
                    && !kinds.any(|kind| kind.attribute("name") == Some("VEVENT"));
            }
            (Some(CALDAV), "calendar-data") => self.data = text(prop),
            (Some(CALENDAR_SERVER), "getctag") => self.ctag = text(prop),
            _ => {}
        }
    }
}

fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element() && node.has_tag_name((namespace, name))
}

fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| is(*child, namespace, name))
}

fn child<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Option<Node<'a, 'i>> {
    children(node, namespace, name).next()
}

fn text(node: Node<'_, '_>) -> Option<String> {
    let pieces = node.children().filter(Node::is_text).filter_map(|piece| piece.text());
    let whole: String = pieces.collect();
    let trimmed = whole.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

fn text_of(node: Node<'_, '_>, namespace: &'static str, name: &'static str) -> Option<String> {
    child(node, namespace, name).and_then(text)
}

/// The number out of `HTTP/1.1 404 Not Found`.
fn status(node: Node<'_, '_>) -> Option<u16> {
    node.text()?.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests;
