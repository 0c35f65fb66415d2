//! Requests as anybody could send them: any path, any headers, any bytes.

use hookswitch::config::{Config, Secret};
use reqwest::{Body, StatusCode};
use serde_json::{Value, json};

use super::TestServer;

/// Secret of the shared URLs of servers from [`TestServer::start_shared`].
pub(crate) const INSTANCE: &str = "instance-secret-for-tests";

impl TestServer {
    /// A server whose shared URLs are open to who knows [`INSTANCE`].
    pub(crate) async fn start_shared(clock: &str) -> Self {
        let open = |config: &mut Config| config.vapi.webhook_auth = Secret::new(INSTANCE);
        Self::start_with(clock, open, Vec::new).await
    }

    /// Posts `body` as it is; gives the answer's status and its JSON, or its text if it is none.
    pub(crate) async fn post_raw(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> (StatusCode, Value) {
        let mut request = self.client().post(self.url(path)).body(body);
        request = request.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|_| json!(text)))
    }

    /// Posts JSON with a bearer token.
    pub(crate) async fn post_as(
        &self,
        path: &str,
        token: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let bearer = format!("Bearer {token}");
        self.post_raw(path, &[("authorization", &bearer)], body.to_string()).await
    }
}
