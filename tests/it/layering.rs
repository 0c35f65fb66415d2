//! The shape of the house, read from its manifests and sources: who may depend on whom, how files are laid
//! out, what must not be left in them. The rules are functions in `rules`, each shown there to find a bad sample.

mod code;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use rules::Complaints;

/// Longest file, lines: one that grows beyond has a second reason to exist.
const LONGEST: usize = 450;

/// One package: where it is, and what it must never know.
struct Package {
    manifest: &'static str,
    sources: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const PACKAGES: [Package; 3] = [
    Package {
        manifest: "storage/Cargo.toml",
        sources: &["storage/src", "storage/tests"],
        forbidden: &[
            "ractor",
            "axum",
            "reqwest",
            "clap",
            "anyhow",
            "hookswitch",
            "hookswitch-actors",
        ],
    },
    Package {
        manifest: "actors/Cargo.toml",
        sources: &["actors/src", "actors/tests"],
        forbidden: &[
            "axum",
            "reqwest",
            "sled",
            "clap",
            "tungstenite",
            "tokio-tungstenite",
            "anyhow",
            "hookswitch",
        ],
    },
    Package { manifest: "Cargo.toml", sources: &["src", "tests"], forbidden: &["sled", "ractor"] },
];

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the workspace below these folders, with its path from the root.
fn sources(folders: &[&str]) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    let mut found = Vec::new();
    for folder in folders.iter().map(|folder| root().join(folder)).filter(|folder| folder.is_dir())
    {
        walk(&folder, &mut found);
    }
    found
}

fn all_sources() -> Vec<(PathBuf, String)> {
    let folders: Vec<_> = PACKAGES.iter().flat_map(|package| package.sources).copied().collect();
    let found = sources(&folders);
    assert!(found.len() > 100, "only {} files were found: the rules look at nothing", found.len());
    found
}

fn complain(complaints: impl IntoIterator<Item = (PathBuf, Complaints)>) {
    let mut lines = Vec::new();
    for (path, complaints) in complaints {
        lines.extend(complaints.into_iter().map(|line| format!("{}: {line}", path.display())));
    }
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}

#[test]
fn no_package_depends_on_what_it_must_not_know() {
    complain(PACKAGES.iter().map(|package| {
        let manifest = fs::read_to_string(root().join(package.manifest)).unwrap();
        (package.manifest.into(), rules::dependencies(&manifest, package.forbidden))
    }));
}

#[test]
fn no_source_names_what_its_package_must_not_know() {
    for package in &PACKAGES {
        let files = sources(package.sources);
        assert!(!files.is_empty(), "{} has no sources", package.manifest);
        complain(
            files.into_iter().map(|(path, text)| (path, rules::imports(&text, package.forbidden))),
        );
    }
}

/// What is routed past `routing.rs` need not say who may ask, and what reads a path by itself could take an org from it that
/// nobody has judged.
#[test]
fn handlers_come_to_their_routes_and_their_orgs_by_one_door() {
    const ROUTES: &[&str] = &["axum::routing"];
    const ORGS: &[&str] = &[
        "axum::extract::Path",
        "axum::extract::RawPathParams",
        "axum::extract::OriginalUri",
        "axum::extract::path",
    ];
    let files = sources(&["src/http"]);
    assert!(files.len() > 40, "only {} files were found", files.len());
    complain(files.into_iter().map(|(path, text)| {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let routes = if file == "routing.rs" { &[] } else { ROUTES };
        let orgs = if ["access.rs", "extract.rs"].contains(&file) { &[] } else { ORGS };
        (path, rules::paths(&text, &[routes, orgs].concat()))
    }));
}

#[test]
fn every_file_is_short_and_says_first_what_it_owns() {
    complain(all_sources().into_iter().map(|(path, text)| {
        let complaints = [rules::length(&text, LONGEST), rules::opening(&text)].concat();
        (path, complaints)
    }));
}

#[test]
fn no_module_is_named_mod_rs() {
    complain(all_sources().into_iter().map(|(path, _)| {
        let complaints = rules::file_name(&path);
        (path, complaints)
    }));
}

#[test]
fn nothing_is_left_unfinished() {
    complain(all_sources().into_iter().map(|(path, text)| (path, rules::unfinished(&text))));
}

#[test]
fn every_configuration_key_is_explained() {
    let text = fs::read_to_string(root().join("config.toml")).unwrap();
    complain([("config.toml".into(), rules::explained(&text))]);
}
