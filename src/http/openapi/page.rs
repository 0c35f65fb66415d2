//! The document as one HTML page: no script, one style that the policy knows by its hash, nothing
//! from elsewhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");

/// The page and the policy that lets browsers show it and nothing else.
pub(super) struct Page {
    pub(super) html: String,
    pub(super) policy: String,
}

impl Page {
    pub(super) fn of(document: &Value) -> Self {
        let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        Self { html: html(document), policy }
    }
}

fn html(document: &Value) -> String {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let info = &document["info"];
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} {version}: HTTP interface</title><style>{STYLE}</style></head><body>\
         <h1>{title} {version}</h1><p>{says}</p>\
         <p>For programs: <a href=\"openapi.json\">openapi.json</a></p><nav>",
        title = text(&info["title"]),
        version = text(&info["version"]),
        says = text(&info["description"]),
    );
    let tags: Vec<&Value> = document["tags"].as_array().into_iter().flatten().collect();
    for tag in &tags {
        page += &format!("<a href=\"#{0}\">{0}</a>", text(&tag["name"]));
    }
    page += "<a href=\"#Types\">Types</a></nav>";
    for tag in tags {
        let name = text(&tag["name"]);
        page += &format!("<h2 id=\"{name}\">{name}</h2><p>{}</p>", text(&tag["description"]));
        let paths = document["paths"].as_object().into_iter().flatten();
        for (path, operations) in paths {
            for (method, operation) in operations.as_object().into_iter().flatten() {
                if operation["tags"][0] == tag["name"] {
                    page += &entry(path, method, operation);
                }
            }
        }
    }
    page += "<h2 id=\"Types\">Types</h2>";
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    for (name, schema) in schemas {
        let name = escape(name);
        page += &format!(
            "<details id=\"type-{name}\"><summary>{name}</summary><pre>{}</pre></details>",
            pretty(schema)
        );
    }
    page + "</body></html>"
}

fn entry(path: &str, method: &str, operation: &Value) -> String {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let mut shown = format!(
        "<details><summary><span class=\"method\">{}</span> <code>{}</code> {} \
         <span class=\"role\">{}</span></summary>",
        escape(method),
        escape(path),
        text(&operation["summary"]),
        text(&operation["x-role"]),
    );
    for (what, value) in [
        ("Parameters", &operation["parameters"]),
        ("Body", &operation["requestBody"]["content"]),
        ("Answers", &operation["responses"]),
    ] {
        if !value.is_null() {
            shown += &format!("<h4>{what}</h4><pre>{}</pre>", pretty(value));
        }
    }
    shown + "</details>"
}

fn pretty(value: &Value) -> String {
    escape(&serde_json::to_string_pretty(value).unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
        escaped
    })
}
