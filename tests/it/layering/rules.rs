//! The rules of the house as pure functions over text: each gives its complaints, and each has a test that shows
//! it a bad sample. Knows no file but the one whose text it is given.

use std::path::Path;

use toml::{Table, Value};

use super::code;

/// What is wrong, one sentence a fault.
pub(super) type Complaints = Vec<String>;

/// Packages that a manifest must not name, in whatever table of dependencies, renamed or not.
pub(super) fn dependencies(manifest: &str, forbidden: &[&str]) -> Complaints {
    let manifest: Table = manifest.parse().unwrap();
    let mut tables: Vec<(&str, &Table)> = Vec::new();
    collect(&manifest, &mut tables);
    for target in
        manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values)
    {
        collect(target.as_table().unwrap(), &mut tables);
    }
    let mut complaints = Complaints::new();
    for (kind, table) in tables {
        for (name, details) in table {
            let package = details.get("package").and_then(Value::as_str).unwrap_or(name);
            if forbidden.contains(&package) {
                complaints.push(format!("[{kind}] must not have `{package}`"));
            }
        }
    }
    complaints
}

fn collect<'a>(table: &'a Table, found: &mut Vec<(&'a str, &'a Table)>) {
    for (kind, value) in table {
        if kind.ends_with("dependencies")
            && let Some(table) = value.as_table()
        {
            found.push((kind, table));
        }
    }
}

/// Packages that a source must not name as the start of a path.
pub(super) fn imports(source: &str, forbidden: &[&str]) -> Complaints {
    let mut complaints = Complaints::new();
    for (number, line) in (1..).zip(code::only(source).lines()) {
        for name in forbidden {
            let name = name.replace('-', "_");
            if is_path_root(line, &name) {
                complaints.push(format!("line {number} must not know `{name}`"));
            }
        }
    }
    complaints
}

/// Whether `name` stands where a path or an import begins: `name::…`, `use name`, `extern crate name`.
fn is_path_root(line: &str, name: &str) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        let before_path = before.strip_suffix("::").unwrap_or(before).trim_end();
        let inside_a_path = before.ends_with("::") && before_path.ends_with(in_name);
        if before.ends_with(in_name) || after.starts_with(in_name) || inside_a_path {
            return false;
        }
        let imported =
            ["use", "use ::", "crate"].iter().any(|word| before.trim_end().ends_with(word));
        imported || after.starts_with("::")
    })
}

/// Paths like `axum::routing` that a source names, written out or in braces.
pub(super) fn paths(source: &str, forbidden: &[&str]) -> Complaints {
    let text = code::only(source);
    let names = |path: &str| {
        let (package, item) = path.rsplit_once("::").unwrap_or(("", path));
        let group = format!("{package}::{{");
        let mut groups = text.split(&group).skip(1).filter_map(|rest| rest.split('}').next());
        let is_it =
            |part: &str| part.strip_prefix(item).is_some_and(|rest| !rest.starts_with(is_word));
        let written_out =
            text.match_indices(path).any(|(at, _)| !text[at + path.len()..].starts_with(is_word));
        written_out || groups.any(|group| group.split(',').map(str::trim).any(is_it))
    };
    let found = forbidden.iter().filter(|path| names(path));
    found.map(|path| format!("must not name `{path}`")).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Longer than `most` lines.
pub(super) fn length(source: &str, most: usize) -> Complaints {
    let lines = source.lines().count();
    if lines <= most {
        return Complaints::new();
    }
    vec![format!(
        "{lines} lines, more than {most}; give its second reason to exist a file of its own"
    )]
}

/// Without a first line that says what the file owns.
pub(super) fn opening(source: &str) -> Complaints {
    let first = source.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//!").is_some_and(|words| !words.trim().is_empty());
    if says {
        Complaints::new()
    } else {
        vec!["the first line must be `//!` and say what it owns".into()]
    }
}

/// Named `mod.rs`, which says nothing in a list of open files.
pub(super) fn file_name(path: &Path) -> Complaints {
    if path.file_name().is_some_and(|name| name == "mod.rs") {
        return vec!["is `foo/mod.rs`; it must be `foo.rs`".into()];
    }
    Complaints::new()
}

/// Marks of unfinished work.
pub(super) fn unfinished(source: &str) -> Complaints {
    let mut complaints = Complaints::new();
    for (number, line) in (1..).zip(code::only(source).lines()) {
        for mark in ["todo", "unimplemented", "dbg"] {
            let at = line.find(&format!("{mark}!"));
            if at.is_some_and(|at| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            {
                complaints.push(format!("line {number} has `{mark}!`"));
            }
        }
    }
    complaints
}

/// Keys of the configuration that stand there without a word. A comment above a key explains it; one above a
/// section explains its only key, or that of every section of the same kind (`[providers.…]`).
pub(super) fn explained(text: &str) -> Complaints {
    let mut complaints = Complaints::new();
    let (mut section, mut family) = (String::new(), String::new());
    let (mut above, mut section_says) = (false, false);
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let kind = name.split('.').next().unwrap_or_default().to_owned();
            section_says = name.contains('.') && (above || (kind == family && section_says));
            (section, family, above) = (name.to_owned(), kind, false);
        } else if line.starts_with('#') {
            above |= line.trim_start_matches('#').chars().any(char::is_alphabetic);
        } else if let Some((key, _)) = line.split_once('=') {
            if !above && !section_says {
                complaints.push(format!("`{section}.{}` is not explained", key.trim()));
            }
            above = false;
        } else {
            above = false;
        }
    }
    complaints
}

#[test]
fn a_forbidden_dependency_is_found_wherever_it_hides() {
    let manifest = "[dependencies]\nserde = \"1\"\nstore = { package = \"sled\", version = \"1\" }\n\
        [dev-dependencies]\nractor.workspace = true\n[target.'cfg(unix)'.dependencies]\nclap = \"4\"\n";
    assert_eq!(
        dependencies(manifest, &["sled", "ractor", "clap", "axum"]),
        [
            "[dependencies] must not have `sled`",
            "[dev-dependencies] must not have `ractor`",
            "[dependencies] must not have `clap`",
        ]
    );
    assert!(dependencies(manifest, &["anyhow"]).is_empty());
}

#[test]
fn a_forbidden_import_is_found_and_a_word_is_not() {
    let bad = [
        "use sled::Db;",
        "fn open() -> ::sled::Db {}",
        "let db = sled::open(path);",
        "pub use sled;",
        "extern crate sled as store;",
    ];
    for line in bad {
        assert_eq!(imports(line, &["sled"]), ["line 1 must not know `sled`"], "{line}");
    }
    let good = [
        "// use sled::Db;",
        "let text = \"sled::open\";",
        "use crate::sled::Door;",
        "home.sled()",
        "bobsled::ride();",
        "let sled = home.sled();",
        "use hookswitch_storage::Store;",
    ];
    for line in good {
        assert!(imports(line, &["sled", "hookswitch"]).is_empty(), "{line}");
    }
    assert_eq!(imports("\nuse tokio_tungstenite::x;", &["tokio-tungstenite"]).len(), 1);
}

#[test]
fn a_forbidden_path_is_found_however_it_is_written() {
    let bad = [
        "use axum::extract::Path;",
        "use axum::extract::{Path, State};",
        "use axum::extract::{State,\n    Path as AxumPath};",
        "fn get(at: axum::extract::Path<String>) {}",
    ];
    for line in bad {
        let expected = ["must not name `axum::extract::Path`"];
        assert_eq!(paths(line, &["axum::extract::Path"]), expected, "{line}");
    }
    let good = [
        "use axum::extract::{PathLike, State};",
        "use axum::extract::Paths;",
        "use super::extract::{Path, Query};",
        "// axum::extract::Path",
    ];
    for line in good {
        assert!(paths(line, &["axum::extract::Path"]).is_empty(), "{line}");
    }
}

#[test]
fn a_file_that_is_too_long_or_does_not_introduce_itself_is_found() {
    assert_eq!(length("a\nb\nc\n", 2).len(), 1);
    assert!(length("a\nb\n", 2).is_empty());
    for bad in ["", "use std::fs;\n//! Late.", "//!\n", "// Not a module's words."] {
        assert_eq!(opening(bad).len(), 1, "{bad:?}");
    }
    assert!(opening("//! Owns the rules.\n").is_empty());
    assert_eq!(file_name(Path::new("src/http/mod.rs")).len(), 1);
    assert!(file_name(Path::new("src/http.rs")).is_empty());
}

#[test]
fn unfinished_work_is_found_in_code_and_not_in_words() {
    for bad in ["todo!()", "    unimplemented!(\"later\")", "let x = dbg!(y);"] {
        assert_eq!(unfinished(bad).len(), 1, "{bad}");
    }
    for good in ["// todo!()", "let mark = \"todo!\";", "my_todo!()", "let todo = 1;"] {
        assert!(unfinished(good).is_empty(), "{good}");
    }
}

#[test]
fn a_key_without_a_word_is_found() {
    let text = "# All of it.\n\n[server]\n# Where.\nbind = 1\nport = 2\n\n# Hosts.\n[p.a]\nurl = 1\n\n[p.b]\nurl = 2\n\
        [q.a]\nurl = 3\n#\nempty = 4\n";
    assert_eq!(
        explained(text),
        [
            "`server.port` is not explained",
            "`q.a.url` is not explained",
            "`q.a.empty` is not explained",
        ]
    );
}
