//! The same through a real mail server, read by an iCalendar library of another language; and TLS with
//! certificates of the test's own. Where the two Python packages are not installed these tests say so and
//! pass; with `CI=true` that is a failure.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Once, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::*;
use crate::support::Process;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mail/server.py");
const USER: &str = "desk";
const PASSWORD: &str = "a-mail-password-of-the-tests";

/// A Python that has both packages, as `HOOKSWITCH_PYTHON` or the search path names it.
fn python() -> Option<std::ffi::OsString> {
    let python = std::env::var_os("HOOKSWITCH_PYTHON").unwrap_or_else(|| "python3".into());
    let has_both = Command::new(&python)
        .args(["-c", "import aiosmtpd, icalendar"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    has_both.is_ok_and(|status| status.success()).then_some(python)
}

/// Past the test runner, which shows what passing tests print to nobody.
fn skip() {
    const HOW: &str = "pip install aiosmtpd icalendar, or HOOKSWITCH_PYTHON=path/to/python";
    assert!(
        std::env::var_os("CI").is_none_or(|value| value != "true"),
        "the tests against a real mail server need it: {HOW}"
    );
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let said = format!("skipped: tests against aiosmtpd, a mail server: {HOW}\n");
        let _ = std::io::stderr().write_all(said.as_bytes());
    });
}

/// A running aiosmtpd.
struct Real {
    child: Child,
    port: u16,
    came: Arc<Mutex<Vec<Value>>>,
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Real {
    /// `None` where it is not installed.
    async fn start(arguments: Vec<String>) -> Option<Self> {
        tokio::task::spawn_blocking(move || Self::start_now(&arguments)).await.unwrap()
    }

    fn start_now(arguments: &[String]) -> Option<Self> {
        let Some(python) = python() else {
            skip();
            return None;
        };
        let mut child = Command::new(python)
            .arg(SCRIPT)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = said.next().unwrap().unwrap().parse().unwrap();
        let came = Arc::<Mutex<Vec<Value>>>::default();
        let into = Arc::clone(&came);
        std::thread::spawn(move || {
            for line in said.map_while(Result::ok) {
                let mail = serde_json::from_str(&line).unwrap();
                into.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
            }
        });
        Some(Self { child, port, came })
    }

    /// The mails that came, when there are so many.
    async fn came(&self, count: usize) -> Vec<Value> {
        eventually_within(RETRIED, &format!("{count} mails at aiosmtpd"), || async {
            let came = self.came.lock().unwrap_or_else(PoisonError::into_inner).clone();
            (came.len() >= count).then_some(came)
        })
        .await
    }
}

fn event(mail: &Value) -> &Value {
    let parts = mail["parts"].as_array().unwrap();
    let types: Vec<_> = parts.iter().map(|part| part["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["text/plain", "text/html", "text/calendar", "application/ics"], "{mail}");
    assert_eq!(parts[2]["event"], parts[3]["event"]);
    assert_eq!(parts[3]["file"], "invite.ics");
    for part in &parts[2..] {
        assert_eq!(part["method"], part["event"]["method"], "{part}");
    }
    &parts[2]["event"]
}

#[tokio::test]
async fn what_arrives_at_a_real_server_is_one_appointment_to_another_languages_library() {
    let Some(real) = Real::start(vec!["plain".into()]).await else { return };
    let exempt = format!("127.0.0.1:{}", real.port);
    let change = |config: &mut hookswitch::config::Config| config.outbound.allow.push(exempt);
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let name = "Zoë's \"Café\", Ltd; & Söhne";
    let org = server.org(json!({"name": name, "smtp": plain(real.port)})).await;
    let booking = book(&server, &org, "10:00").await;
    real.came(1).await;
    settled(&server, &org).await;
    act_on(&server, &org, &booking, "reschedule", json!({"start": format!("{DAY}T11:00")})).await;
    real.came(2).await;
    settled(&server, &org).await;
    act_on(&server, &org, &booking, "cancel", json!({})).await;
    let mails = real.came(3).await;
    let uid = format!("{}@hookswitch", booking["id"].as_str().unwrap());
    let told = [
        ("REQUEST", "CONFIRMED", 0, "15:00", "15:30"),
        ("REQUEST", "CONFIRMED", 1, "16:00", "16:30"),
        ("CANCEL", "CANCELLED", 2, "16:00", "16:30"),
    ];
    for (mail, (method, status, sequence, start, end)) in mails.iter().zip(told) {
        let event = event(mail);
        let expected = json!({"method": method, "uid": uid, "sequence": sequence, "status": status,
            "start": format!("{DAY}T{start}:00+00:00"), "end": format!("{DAY}T{end}:00+00:00"),
            "summary": event["summary"],
            "organizer": [format!("mailto:{DESK}"), name.replace('"', "'")],
            "attendee": [format!("mailto:{ADDRESS}"), "Ann Ruiz"]});
        assert_eq!(*event, expected);
        assert!(event["summary"].as_str().unwrap().contains(name), "{event}");
        assert_eq!((&mail["from"], &mail["to"]), (&json!(DESK), &json!([ADDRESS])));
        assert_eq!((&mail["sender"], &mail["defects"]), (&json!(name), &json!([])), "{mail}");
        let html = mail["parts"][1]["text"].as_str().unwrap();
        assert!(html.contains("&amp; Söhne") && !html.contains("& Söhne"), "{html}");
    }
}

async fn settled(host: &impl Host, org: &TestOrg) {
    eventually_within(RETRIED, "an accepted mail", || async {
        messages(host, org).await.iter().all(|it| it["state"] == "accepted").then_some(())
    })
    .await;
}

/// An authority, and a server's certificate by it, in files.
fn certificate(folder: &Path, name: &str) -> [String; 3] {
    let at = |kind: &str| folder.join(format!("{name}.{kind}"));
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let server = params.signed_by(&key, &authority).unwrap();
    std::fs::write(at("authority"), authority.pem()).unwrap();
    std::fs::write(at("certificate"), server.pem()).unwrap();
    std::fs::write(at("key"), key.serialize_pem()).unwrap();
    ["authority", "certificate", "key"].map(|kind| at(kind).display().to_string())
}

#[tokio::test]
async fn tls_is_agreed_on_with_a_trusted_certificate_and_refused_with_another() {
    let folder = tempfile::tempdir().unwrap();
    let [authority, certificate_file, key] = certificate(folder.path(), "known");
    let [_, strange, strange_key] = certificate(folder.path(), "strange");
    let who = [USER, PASSWORD].map(str::to_owned);
    let of = |security: &str, certificate: &str, key: &str| {
        let mut arguments = vec![security.to_owned(), certificate.to_owned(), key.to_owned()];
        arguments.extend(who.clone());
        arguments
    };
    let mut servers = Vec::new();
    for security in ["starttls", "tls"] {
        for (file, key) in [(&certificate_file, &key), (&strange, &strange_key)] {
            let Some(real) = Real::start(of(security, file, key)).await else { return };
            servers.push((security, file == &certificate_file, real));
        }
    }
    let allow: Vec<_> =
        servers.iter().map(|(_, _, real)| format!("\"localhost:{}\"", real.port)).collect();
    let more = format!("[outbound]\nallow = [{}]", allow.join(", "));
    let trusting = Path::new(&authority);
    let server = Process::start_trusting(folder.path(), trusting, &more).await;
    for (security, trusted, real) in &servers {
        let smtp = json!({"host": "localhost", "port": real.port, "security": security,
            "from": DESK, "username": USER, "password": PASSWORD});
        let org = TestOrg::create(&server, json!({"smtp": smtp})).await;
        book(&server, &org, "10:00").await;
        let health = server.read("/api/health/smtp").await;
        let ours = health["connections"].as_array().unwrap();
        let ours = ours.iter().find(|item| item["org"] == org.id.as_str()).unwrap();
        if *trusted {
            let mail = real.came(1).await.remove(0);
            assert_eq!(mail["secret"], true, "{security}: {mail}");
            assert_eq!(ours["status"], "connected", "{security}: {ours}");
            let wrong = json!({"smtp": {"password": "another"}});
            assert_eq!(org.patch(&server, wrong).await.0, StatusCode::OK);
            let health = server.read("/api/health/smtp").await.to_string();
            assert!(health.contains("set `smtp.username` and `smtp.password` anew"), "{health}");
        } else {
            assert!(
                ours["problem"].as_str().unwrap().contains("certificate"),
                "{security}: {ours}"
            );
            let problem = eventually_within(RETRIED, "a problem", || async {
                messages(&server, &org).await[0]["problem"].as_str().map(str::to_owned)
            })
            .await;
            assert!(problem.contains("certificate"), "{security}: {problem}");
            assert!(real.came.lock().unwrap().is_empty(), "nothing goes to a stranger");
        }
    }
    // A server that offers no TLS gets nothing, whatever it calls itself.
    let Some(plain) = Real::start(vec!["plain".into()]).await else { return };
    drop(server);
    let more = format!("[outbound]\nallow = [\"localhost:{}\"]", plain.port);
    let server = Process::start_trusting(folder.path(), trusting, &more).await;
    let smtp = json!({"host": "localhost", "port": plain.port, "from": DESK});
    let org = TestOrg::create(&server, json!({"smtp": smtp})).await;
    book(&server, &org, "10:00").await;
    let problem = eventually_within(RETRIED, "a problem", || async {
        messages(&server, &org).await[0]["problem"].as_str().map(str::to_owned)
    })
    .await;
    assert!(problem.contains("STARTTLS"), "{problem}");
    assert!(plain.came.lock().unwrap().is_empty());
}
