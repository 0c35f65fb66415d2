//! An org of a test server.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Host, VapiCall};

#[derive(Clone)]
pub(crate) struct TestOrg {
    pub(crate) id: String,
    pub(crate) webhook_id: String,
    pub(crate) secret: String,
}

impl TestOrg {
    pub(crate) async fn create(server: &impl Host, settings: Value) -> Self {
        let mut body = json!({
            "name": "Willow Street Dental", "timezone": "America/Chicago", "country": "US",
        });
        for (key, value) in settings.as_object().unwrap() {
            body[key] = value.clone();
        }
        let (status, org) = server.request(Method::POST, "/api/orgs", Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{org}");
        let text = |field: &str| org[field].as_str().unwrap().to_owned();
        Self { id: text("id"), webhook_id: text("webhook_id"), secret: text("webhook_secret") }
    }

    pub(crate) async fn patch(&self, server: &impl Host, patch: Value) -> (StatusCode, Value) {
        server.request(Method::PATCH, &format!("/api/orgs/{}", self.id), Some(patch)).await
    }

    pub(crate) async fn bookings(&self, server: &impl Host) -> Vec<Value> {
        let path = format!("/api/orgs/{}/bookings?limit=10000", self.id);
        server.read(&path).await["items"].as_array().unwrap().clone()
    }

    /// A new call from `number`.
    pub(crate) fn call(&self, server: &impl Host, number: &str) -> VapiCall {
        VapiCall::new(server, self, number)
    }
}
