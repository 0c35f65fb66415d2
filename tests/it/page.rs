//! The page at `/`: that it is served whole, as it lies in the folder, and that browsers are told to be strict with it.

mod sign_in;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use reqwest::{Response, StatusCode};

use crate::support::TestServer;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/dashboard")
}

/// The files that browsers get; what is for editors and checkers lies beside them.
fn files() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder()];
    while let Some(path) = folders.pop() {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|kind| kind != "json") {
                found.insert(path.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    assert!(found.len() > 30, "{found:?}");
    found
}

fn path_of(file: &str) -> String {
    if file == "index.html" { "/".into() } else { format!("/assets/{file}") }
}

async fn get(server: &TestServer, path: &str) -> Response {
    server.client().get(server.url(path)).send().await.unwrap()
}

#[tokio::test]
async fn every_file_of_the_folder_is_served_as_it_is_and_with_its_type() {
    let server = TestServer::start().await;
    for file in files() {
        let answer = get(&server, &path_of(&file)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{file} is not in the table of files");
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let expected = match file.rsplit('.').next().unwrap() {
            "html" => "text/html; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "webmanifest" => "application/manifest+json",
            other => panic!("{file}: nobody has thought of .{other}"),
        };
        assert_eq!(kind, expected, "{file}");
        let served = answer.bytes().await.unwrap();
        assert!(served == std::fs::read(folder().join(&file)).unwrap(), "{file} is another");
    }
}

#[tokio::test]
async fn nothing_else_is_served() {
    let server = TestServer::start().await;
    for path in [
        "/assets/js/none.js",
        "/assets/js/..%2findex.html",
        "/assets/..%2f..%2fhttp.rs/x",
        "/assets/js/",
        "/index.html",
    ] {
        assert_eq!(get(&server, path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_be_strict() {
    let server = TestServer::start().await;
    for file in files() {
        let answer = get(&server, &path_of(&file)).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin");
        assert!(header("permissions-policy").contains("microphone=()"));
    }
}

#[tokio::test]
async fn what_a_browser_has_already_is_not_sent_again() {
    let server = TestServer::start().await;
    let first = get(&server, "/").await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.len() > 20, "{tag} is not strong");
    assert_eq!(first.headers()["cache-control"], "no-cache");
    let again = |known: String| {
        let request = server.client().get(server.url("/")).header("if-none-match", known);
        async { request.send().await.unwrap() }
    };
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let answer = again(known).await;
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer.headers()["etag"], tag.as_str());
        assert!(answer.bytes().await.unwrap().is_empty());
    }
    assert_eq!(again("\"other\"".into()).await.status(), StatusCode::OK);
    let other = get(&server, "/assets/js/main.js").await;
    assert_ne!(other.headers()["etag"], tag.as_str());
}

#[test]
fn no_file_names_another_host_or_makes_markup_of_text() {
    for file in files().into_iter().filter(|file| !file.ends_with(".png")) {
        let text = std::fs::read_to_string(folder().join(&file)).unwrap();
        // The name of SVG's vocabulary looks like an address and is none.
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for outside in ["http:/", "https:/", "wss:/", "ws:/", "url(//", "src=\"//"] {
            assert!(!text.contains(outside), "{file} has {outside}");
        }
        for unsafe_way in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("]
        {
            assert!(!text.contains(unsafe_way), "{file} has {unsafe_way}");
        }
        // In scripts it is how a comment names a type.
        assert!(!file.ends_with(".css") || !text.contains("@import"), "{file} has @import");
        if file.ends_with(".html") {
            for inline in ["<style", "style=", "onclick=", "javascript:"] {
                assert!(!text.contains(inline), "{file} has {inline}");
            }
            let scripts: Vec<_> = text.split("<script").skip(1).collect();
            assert!(scripts.iter().all(|script| script.contains("></script>")), "an inline script");
        }
    }
}

#[test]
fn the_page_names_each_of_its_files_so_that_none_is_waited_for_twice() {
    let page = std::fs::read_to_string(folder().join("index.html")).unwrap();
    for file in files() {
        let loaded = file.ends_with(".css") || file.ends_with(".js");
        if loaded && file != "js/types.js" {
            assert!(
                page.contains(&format!("\"/assets/{file}\"")),
                "index.html does not load {file}"
            );
        }
    }
}

#[test]
fn no_file_of_the_page_has_grown_beyond_one_purpose() {
    for file in files().into_iter().filter(|file| file.ends_with(".js") || file.ends_with(".css")) {
        let text = std::fs::read_to_string(folder().join(&file)).unwrap();
        let lines = text.lines().count();
        assert!(lines <= 450, "{file} has {lines} lines");
        let says = text.starts_with("// ") || text.starts_with("/* ");
        assert!(says, "{file} does not begin with what it is");
    }
}
