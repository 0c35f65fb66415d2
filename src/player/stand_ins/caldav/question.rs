//! What the XML of a request asks for. Pure; knows no event.

use jiff::Timestamp;
use roxmltree::Document;

use super::Operation;
use super::object::utc;

const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";

/// What a report or a question for properties wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// The span of time.
    pub(super) range: Option<(Timestamp, Timestamp)>,
    /// A property, and the text that it is to contain.
    pub(super) containing: Option<(String, String)>,
    /// Paths.
    pub(super) paths: Vec<String>,
    /// A token.
    pub(super) token: String,
}

/// What a report asks for; `None` if it is no XML.
pub(super) fn report(body: &str) -> Option<(Operation, Question)> {
    let document = Document::parse(body).ok()?;
    let root = document.root_element();
    let named = |name: &'static str| {
        document.descendants().filter(move |node| node.has_tag_name((CALDAV, name)))
    };
    let text = |name: &'static str| {
        let mut found =
            document.descendants().filter(move |node| node.has_tag_name(("DAV:", name)));
        found.next().and_then(|node| node.text()).unwrap_or_default().trim().to_owned()
    };
    let mut question = Question::default();
    if let Some(range) = named("time-range").next() {
        question.range = Some((utc(range.attribute("start")?)?, utc(range.attribute("end")?)?));
    }
    if let Some(filter) = named("prop-filter").next() {
        let wanted = named("text-match").next()?.text()?.trim().to_owned();
        question.containing = Some((filter.attribute("name")?.to_owned(), wanted));
    }
    let hrefs = document.descendants().filter(|node| node.has_tag_name(("DAV:", "href")));
    question.paths = hrefs.filter_map(|node| Some(node.text()?.trim().to_owned())).collect();
    let operation = match root.tag_name().name() {
        "calendar-query" if question.containing.is_some() => Operation::Search,
        "calendar-query" => Operation::Range,
        "calendar-multiget" => Operation::These,
        "free-busy-query" => Operation::FreeBusy,
        "sync-collection" => {
            question.token = text("sync-token");
            Operation::Changes
        }
        _ => Operation::Unknown,
    };
    Some((operation, question))
}
