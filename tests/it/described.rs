//! Vendors as their own descriptions (OpenAPI) have them. A story that is watched goes from our server
//! through a recorder and Prism, which checks requests and answers, to the stand-in. Needs
//! `HOOKSWITCH_SPECS`, a folder of descriptions, and Prism; without them it says so. Knows no vendor.

mod document;
mod faults;
mod names;
mod prism;
mod recorder;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Once;
use std::time::Duration;

use hookswitch::config::Config;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{MORNING, TestServer, eventually_within};
use document::Document;
use prism::Prism;
use recorder::Recorder;

/// A vendor's description, and where it is known to be behind the vendor.
pub(crate) struct Described {
    /// The files in the folder. What is in several is taken from the first.
    pub(crate) files: &'static [&'static str],
    /// What the vendor's paths begin with before those of the description.
    pub(crate) base: &'static str,
    /// What the description is known to lack, or to have wrong.
    pub(crate) behind: &'static [Behind],
    /// Puts right what a file has wrong by its own words, so that the rest is checked all the same; JSON alone.
    pub(crate) amends: Option<fn(&mut Value)>,
}

/// One thing that a description lacks or has wrong, so that its complaint is none about us.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Behind {
    /// Method and path, with `{id}` for what varies; none for all of them. One that the description lacks is
    /// thereby known.
    pub(crate) operation: &'static str,
    /// What is complained of, as far as it tells.
    pub(crate) complaint: &'static str,
    /// How it is known that the description is wrong.
    #[expect(dead_code, reason = "for those who read the list")]
    pub(crate) because: &'static str,
}

/// A stand-in behind its vendor's description.
pub(crate) struct Watched {
    recorder: Recorder,
    _prisms: Vec<Prism>,
    /// Descriptions that were put right.
    _amended: TempDir,
}

impl Watched {
    /// Puts a description before `upstream`, the stand-in's address. `None` where that cannot be done,
    /// which is said.
    pub(crate) async fn start(described: &'static Described, upstream: &str) -> Option<Self> {
        let (folder, program) = (folder()?, prism::program()?);
        let (mut documents, mut prisms) = (Vec::new(), Vec::new());
        let amended = tempfile::tempdir().unwrap();
        for file in described.files {
            let mut path = folder.join(file);
            if let Some(amends) = described.amends {
                let mut whole = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
                amends(&mut whole);
                path = amended.path().join(file);
                std::fs::write(&path, whole.to_string()).unwrap();
            }
            documents.push(Document::read(&path));
            let upstream = format!("{}{}", upstream.trim_end_matches('/'), described.base);
            prisms.push(Prism::start(&program, &path, &upstream));
        }
        for prism in &mut prisms {
            prism.is_up().await;
        }
        let urls = prisms.iter().map(Prism::url).collect();
        let recorder = Recorder::start(described, documents, urls).await;
        Some(Self { recorder, _prisms: prisms, _amended: amended })
    }

    /// Where the vendor is to be looked for, without the base of its paths.
    pub(crate) fn url(&self) -> String {
        self.recorder.url()
    }

    /// Waits until an operation was asked for and answered.
    pub(crate) async fn is_asked(&self, operation: &str) {
        let asked = || async { self.recorder.operations().contains(operation).then_some(()) };
        in_the_end(operation, asked).await;
    }

    /// Everything that is complained of, beyond what the description is known to have wrong.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.recorder.complaints()
    }

    /// Every operation of the list was asked for and no other, nothing about it is complained of, and all
    /// that the description is known to have wrong was met: else the list of that is too long.
    pub(crate) async fn is_faultless(&self, operations: &[&str]) {
        in_the_end("rest", || async { self.recorder.rests().then_some(()) }).await;
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
        let wanted: BTreeSet<String> = operations.iter().map(|one| (*one).to_owned()).collect();
        assert_eq!(self.recorder.operations(), wanted, "asked for (left) and to be (right)");
        let unmet = self.recorder.unmet();
        assert!(unmet.is_empty(), "nobody complains of this any more: {unmet:#?}");
    }
}

/// A connection at a server that the vendor can post to, from its making until it is switched off: `change` says
/// where the vendor is, `watches` how many promises to post there are.
pub(crate) async fn is_posted_to(
    change: impl FnOnce(&mut Config),
    connection: Value,
    watches: impl Fn() -> usize,
) {
    let known_outside = |config: &mut Config| {
        config.server.public_url = Some("https://calls.example.com".into());
        change(config);
    };
    let server = TestServer::start_with(MORNING, known_outside, Vec::new).await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/connections", org.id);
    let (status, made) = server.api(Method::POST, &path, Some(connection)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    in_the_end("a promise to post", || async { (watches() == 1).then_some(()) }).await;
    let path = format!("{path}/{}", made["id"].as_str().unwrap());
    let off = Some(json!({"status": "disconnected"}));
    assert_eq!(server.api(Method::PATCH, &path, off).await.0, StatusCode::OK);
    in_the_end("no promise to post", || async { (watches() == 0).then_some(()) }).await;
}

/// As `eventually`, for what goes through a checker: several of them at once take a small machine's time.
pub(crate) async fn in_the_end<T, F, Fut>(what: &str, check: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    eventually_within(Duration::from_secs(90), what, check).await
}

/// The folder of descriptions.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("HOOKSWITCH_SPECS").map(PathBuf::from);
    if folder.is_none() {
        skip("HOOKSWITCH_SPECS=a folder of vendors' descriptions");
    }
    folder
}

/// Says, past the test runner, what a test would need.
fn skip(needs: &str) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let said = format!("skipped: requests by the vendors' own descriptions, without {needs}\n");
        let _ = std::io::stderr().write_all(said.as_bytes());
    });
}
