//! What somebody reads who comes back from a provider: a plain page without script, saying what happened
//! and what to do.

use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse, Response};

/// The end of a way.
pub(super) struct Outcome {
    pub(super) status: StatusCode,
    /// What happened.
    pub(super) title: String,
    /// What to do, a paragraph each.
    pub(super) then: Vec<String>,
}

impl Outcome {
    pub(super) fn bad(title: impl Into<String>, then: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, title: title.into(), then: vec![then.into()] }
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let paragraphs: String =
            self.then.iter().map(|text| format!("<p>{}</p>\n", escaped(text))).collect();
        let title = escaped(&self.title);
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <main>\n<h1>{title}</h1>\n{paragraphs}</main>\n</html>\n"
        );
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
            // The address of this page holds what the provider sent.
            (REFERRER_POLICY, "no-referrer"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (X_FRAME_OPTIONS, "DENY"),
        ];
        (self.status, headers, html).into_response()
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
