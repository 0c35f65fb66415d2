//! Answers as servers write them, and as nobody should.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

#[test]
fn names_are_matched_by_namespace_whatever_the_prefix() {
    let sabre = br#"<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:cal="urn:ietf:params:xml:ns:caldav">
 <d:response><d:href>/remote.php/dav/calendars/ann/personal/</d:href>
  <d:propstat><d:prop><d:resourcetype><d:collection/><cal:calendar/></d:resourcetype>
   <d:displayname>Ann &amp; Co</d:displayname>
   <d:current-user-privilege-set><d:privilege><d:read/></d:privilege></d:current-user-privilege-set>
   <cal:supported-calendar-component-set><cal:comp name="VEVENT"/><cal:comp name="VTODO"/>
   </cal:supported-calendar-component-set></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>
  <d:propstat><d:prop><d:getetag>"not there"</d:getetag></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
 </d:response>
 <d:response><d:href>/remote.php/dav/calendars/ann/gone.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
 <d:sync-token>http://sabre.io/ns/sync/7</d:sync-token>
</d:multistatus>"#;
    let read = multistatus(sabre).unwrap();
    assert_eq!(read.sync_token.as_deref(), Some("http://sabre.io/ns/sync/7"));
    let [calendar, gone] = read.resources.as_slice() else { panic!("{read:?}") };
    assert!(calendar.is_calendar && !calendar.no_events);
    assert_eq!(calendar.name.as_deref(), Some("Ann & Co"));
    assert_eq!((calendar.writable, &calendar.etag), (Some(false), &None));
    assert_eq!(gone.status, Some(404));

    let other = br#"<x:multistatus xmlns:x="http://example.com/"/>"#;
    assert_eq!(multistatus(other), None);
    let plain = br#"<multistatus xmlns="DAV:"><response><href>/a/</href><propstat><prop>
        <resourcetype><calendar/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat>
        </response></multistatus>"#;
    assert!(!multistatus(plain).unwrap().resources[0].is_calendar, "a calendar of another kind");
}

#[test]
fn calendar_data_is_read_plain_and_in_a_section() {
    let around = |data: &str| {
        format!(
            "<multistatus xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><response>\
            <href>/a.ics</href><propstat><prop><C:calendar-data>{data}</C:calendar-data></prop>\
            <status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
        )
    };
    for data in ["SUMMARY:a &lt;b&gt;&#13;\nUID:1", "<![CDATA[SUMMARY:a <b>\r\nUID:1]]>"] {
        let read = multistatus(around(data).as_bytes()).unwrap();
        let text = read.resources[0].data.clone().unwrap();
        assert_eq!(text.lines().collect::<Vec<_>>(), ["SUMMARY:a <b>", "UID:1"], "{data}");
    }
}

#[test]
fn a_condition_is_found_by_its_name() {
    let error = br#"<error xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict/></error>"#;
    assert!(names_condition(error, "no-uid-conflict"));
    assert!(!names_condition(error, "valid-sync-token"));
    assert!(!names_condition(b"no-uid-conflict", "no-uid-conflict"));
}

#[test]
fn what_expands_or_is_endless_is_not_read() {
    let laughs = br#"<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
        <multistatus xmlns="DAV:"><sync-token>&b;</sync-token></multistatus>"#;
    assert_eq!(multistatus(laughs), None);
    let file = br#"<!DOCTYPE m [<!ENTITY f SYSTEM "file:///etc/passwd">]><multistatus xmlns="DAV:">&f;</multistatus>"#;
    assert_eq!(multistatus(file), None);
    let many =
        format!("<multistatus xmlns=\"DAV:\">{}</multistatus>", "<response/>".repeat(300_000));
    assert_eq!(multistatus(many.as_bytes()), None);
    // As deep as it gets, on a stack as small as a worker's.
    let deep = format!(
        "<multistatus xmlns=\"DAV:\">{}{}</multistatus>",
        "<a>".repeat(90_000),
        "</a>".repeat(90_000)
    );
    let reading = std::thread::Builder::new().stack_size(512 << 10).spawn(move || {
        let _ = (multistatus(deep.as_bytes()), names_condition(deep.as_bytes(), "x"));
    });
    reading.unwrap().join().unwrap();
}

#[test]
fn what_is_asked_with_is_well_formed_whatever_it_carries() {
    let at: Timestamp = "2026-09-24T15:00:00Z".parse().unwrap();
    for body in [
        who(),
        versions(),
        between(at, at),
        between_as_kept(at, at),
        free_busy(at, at),
        having("UID", "a<b>&\"c\""),
        changes("http://x/?a=1&b=<2>"),
        these(["/a&b.ics"].into_iter()),
    ] {
        assert!(Document::parse(&body).is_ok(), "{body}");
    }
}

proptest! {
    #[test]
    fn no_answer_whatever_makes_reading_fail(body: Vec<u8>, text in "(<[/!?]?[a-zD:&;\"=' -]{0,12}>?|[^<]{0,6}){0,40}") {
        let _ = (multistatus(&body), names_condition(&body, "x"));
        let wrapped = format!("<multistatus xmlns=\"DAV:\"><response>{text}</response></multistatus>");
        let _ = (multistatus(text.as_bytes()), multistatus(wrapped.as_bytes()));
    }

    #[test]
    fn a_text_that_is_searched_for_arrives_as_it_was(text in "[^\u{0}-\u{1f}\u{fffe}\u{ffff}]{1,30}") {
        let body = having("UID", &text);
        let document = Document::parse(&body).unwrap();
        let found = document.descendants().find(|node| node.has_tag_name((CALDAV, "text-match")));
        prop_assert_eq!(found.and_then(|node| node.text()).unwrap(), text);
    }
}
