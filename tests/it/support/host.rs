//! What a test talks to: a server within the test, or the program itself in a process of its own.

use std::sync::Once;

use reqwest::{Client, ClientBuilder, Method, StatusCode};
use serde_json::Value;

/// A client with the product's own crypto library.
pub(super) fn new_client() -> Client {
    client_builder().build().unwrap()
}

/// The same, to be made otherwise.
pub(crate) fn client_builder() -> ClientBuilder {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder().no_proxy()
}

pub(crate) trait Host {
    fn client(&self) -> &Client;

    /// Where `path` is.
    fn url(&self, path: &str) -> String;

    /// A token with every right.
    fn token(&self) -> &str;

    /// An operator's request; the body is sent as JSON.
    async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.client().request(method, self.url(path)).bearer_auth(self.token());
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// What is at `path`.
    async fn read(&self, path: &str) -> Value {
        let (status, body) = self.request(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }
}

impl<H: Host> Host for std::sync::Arc<H> {
    fn client(&self) -> &Client {
        (**self).client()
    }

    fn url(&self, path: &str) -> String {
        (**self).url(path)
    }

    fn token(&self) -> &str {
        (**self).token()
    }
}
