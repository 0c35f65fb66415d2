//! Addresses in every form that somebody has used to get around such a rule, and names that change.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use reqwest::{Client, ClientBuilder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

fn rule(allow: &[&str]) -> Outbound {
    Outbound::new(&allow.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn judged(url: &str) -> Result<Way, Forbidden> {
    rule(&[]).check(&url.parse().unwrap())
}

#[test]
fn a_private_address_is_found_in_whatever_form_it_is_written() {
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0x0.0x0.0x1",
        "0177.0.0.1",
        "017700000001",
        "0x7f.1",
        "127.0.0.1.",
        "127%2e0%2e0%2e1",
        "１２７.0.0.1",
        "①②⑦.0.0.1",
        "0",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "3232235777",
        "169.254.169.254",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:a00:1]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2001::1]",
        "[2001:db8::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[5f00::1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.b.localhost",
    ] {
        for scheme in ["https", "http"] {
            let url = format!("{scheme}://{host}/dav/");
            assert_eq!(judged(&url), Err(Forbidden::Private), "{url}");
        }
    }
}

#[test]
fn a_public_address_or_name_may_be_called_by_https() {
    for host in [
        "cal.example.com",
        "8.8.8.8",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "[2606:4700::1111]",
        "[64:ff9b::808:808]",
        "localhost.example.com",
        "notlocalhost",
    ] {
        assert_eq!(judged(&format!("https://{host}:8443/")), Ok(Way::Public), "{host}");
        assert_eq!(judged(&format!("http://{host}/")), Err(Forbidden::Plain), "{host}");
    }
}

#[test]
fn what_is_no_plain_web_address_is_not_called() {
    for url in ["ftp://cal.example.com/", "file:///etc/passwd", "gopher://127.0.0.1/", "data:,x"] {
        assert_eq!(judged(url), Err(Forbidden::NoHttp), "{url}");
    }
    for url in ["https://ann@cal.example.com/", "https://:secret@cal.example.com/"] {
        assert_eq!(judged(url), Err(Forbidden::Userinfo), "{url}");
    }
    // What stands before the @ is no host.
    assert_eq!(judged("https://cal.example.com@127.0.0.1/"), Err(Forbidden::Userinfo));
    assert_eq!(judged("https://127.0.0.1\\@cal.example.com/"), Err(Forbidden::Private));
}

#[test]
fn only_the_very_host_and_port_that_are_listed_are_exempt() {
    let rule = rule(&["cal.lan:5232", "127.0.0.1:80", "[::1]:443"]);
    let judge = |url: &str| rule.check(&url.parse().unwrap());
    for url in [
        "http://cal.lan:5232/",
        "https://CAL.LAN:5232/ann/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "https://[::1]/",
    ] {
        assert_eq!(judge(url), Ok(Way::Exempt), "{url}");
    }
    for url in ["http://127.0.0.1:81/", "https://127.0.0.1/", "http://[::1]/", "http://127.0.0.2/"]
    {
        assert_eq!(judge(url), Err(Forbidden::Private), "{url}");
    }
    assert_eq!(judge("http://cal.lan/"), Err(Forbidden::Plain));
    assert_eq!(judge("https://cal.lan/"), Ok(Way::Public), "checked again when it is called");
    assert_eq!(judge("http://ann@cal.lan:5232/"), Err(Forbidden::Userinfo));
}

proptest! {
    #[test]
    fn no_spelling_of_an_ipv4_address_changes_the_verdict(bits: u32, spelling in 0_usize..7) {
        let address = Ipv4Addr::from(bits);
        let [a, b, c, d] = address.octets();
        let host = match spelling {
            0 => format!("{bits}"),
            1 => format!("{bits:#x}"),
            2 => format!("0{bits:o}"),
            3 => format!("{a:#x}.{b}.0{c:o}.{d}"),
            4 => format!("{a}.{}", bits & 0x00ff_ffff),
            5 => format!("{a}.{b}.{:#x}", bits & 0xffff),
            _ => format!("{address}."),
        };
        let expected = if is_public(address.into()) {
            Ok(Way::Public)
        } else {
            Err(Forbidden::Private)
        };
        prop_assert_eq!(judged(&format!("https://{host}/")), expected);
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_never_opens_what_it_does_not_open_itself(bits: u32) {
        let inner = Ipv4Addr::from(bits);
        let [a, b, c, d] = inner.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        for outer in [
            inner.to_ipv6_mapped(),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        ] {
            prop_assert!(!is_public(outer.into()) || is_public(inner.into()), "{outer}");
        }
    }

    #[test]
    fn the_standard_librarys_view_of_private_is_part_of_ours(four: u32, six: u128) {
        let four = Ipv4Addr::from(four);
        let known = four.is_private() || four.is_loopback() || four.is_link_local()
            || four.is_multicast() || four.is_broadcast() || four.is_documentation()
            || four.is_unspecified();
        prop_assert!(!known || !is_public(four.into()), "{four}");
        let six = Ipv6Addr::from(six);
        let known = six.is_loopback() || six.is_multicast() || six.is_unspecified()
            || six.is_unique_local() || six.is_unicast_link_local();
        prop_assert!(!known || !is_public(six.into()), "{six}");
    }
}

/// A resolver that gives another answer each time; the last one for ever.
struct Changing {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Lookup for Changing {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[asked.min(self.answers.len() - 1)].clone())
    }
}

/// A server of our own network, and how many connections it got.
async fn inside() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let reached = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reached);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    (port, reached)
}

fn doors(allow: &[String], answers: &[&[&str]]) -> (Doors, Arc<Changing>) {
    let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
    let answers = answers.iter().map(parse).collect();
    let lookup = Arc::new(Changing { answers, asked: AtomicUsize::new(0) });
    let outbound = Outbound::with_lookup(allow, Arc::clone(&lookup) as Arc<dyn Lookup>);
    (Doors::new(&outbound, builder).unwrap(), lookup)
}

fn builder() -> ClientBuilder {
    let wait = std::time::Duration::from_secs(5);
    Client::builder().connect_timeout(wait).timeout(wait)
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called_whatever_it_led_to_when_it_was_checked() {
    let (port, reached) = inside().await;
    let url: Url = format!("https://rebinding.example:{port}/").parse().unwrap();
    // Public when it is entered, inside when it is called.
    let (doors, lookup) = doors(&[], &[&["93.184.215.14"], &["127.0.0.1"]]);
    assert!(!doors.outbound().is_private(&url).await);
    // The clients of one connection keep the rule as those that they were made from.
    for doors in [doors.clone(), doors.own(builder)] {
        let client = doors.client(&url).unwrap();
        for _ in 0..3 {
            let error = client.get(url.clone()).send().await.unwrap_err();
            assert!(error.is_connect(), "{error:?}");
        }
    }
    assert!(lookup.asked.load(Ordering::SeqCst) > 1, "it was asked again");
    assert!(doors.outbound().is_private(&url).await);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn of_a_names_addresses_only_the_public_ones_are_called() {
    let (port, reached) = inside().await;
    let url: Url = format!("https://mixed.example:{port}/").parse().unwrap();
    let (doors, _) = doors(&[], &[&["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"]]);
    assert!(doors.client(&url).unwrap().get(url).send().await.is_err());
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_literal_address_needs_no_name_and_is_stopped_before() {
    let (port, reached) = inside().await;
    let (doors, lookup) = doors(&[], &[&["93.184.215.14"]]);
    let doors = doors.own(builder);
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"] {
        let url: Url = format!("https://{host}:{port}/").parse().unwrap();
        assert_eq!(doors.client(&url).err(), Some(Forbidden::Private), "{host}");
    }
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 0);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_exempt_is_called_and_its_redirects_are_not_followed() {
    let (port, reached) = inside().await;
    let (doors, _) = doors(&[format!("127.0.0.1:{port}")], &[&["93.184.215.14"]]);
    let url: Url = format!("http://127.0.0.1:{port}/").parse().unwrap();
    let answer = doors.client(&url).unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(reached.load(Ordering::SeqCst), 1);

    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let from = elsewhere.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = elsewhere.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        let to = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{port}/\r\n");
        stream.write_all(format!("{to}content-length: 0\r\n\r\n").as_bytes()).await.unwrap();
    });
    let url: Url = format!("http://127.0.0.1:{from}/").parse().unwrap();
    let (doors, _) = self::doors(&[format!("127.0.0.1:{from}")], &[&["93.184.215.14"]]);
    let answer = doors.client(&url).unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(reached.load(Ordering::SeqCst), 1);
}
