//! Talks to a server's operator interface for the commands that show or change something. Owns how
//! an error of the server becomes an error of the command.

use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::Failure;
use super::output::clean;
use super::running::{Reach, Running};

/// Long enough for a check of a large store.
const PATIENCE: Duration = Duration::from_secs(600);
const CONNECT: Duration = Duration::from_secs(10);

/// Flags of every command that talks to a server.
#[derive(Debug, clap::Args)]
pub(super) struct Access {
    /// API token; without it the local server's own
    #[arg(long, value_name = "T", env = "HOOKSWITCH_TOKEN", hide_env_values = true)]
    token: Option<String>,
    #[command(flatten)]
    pub(super) reach: Reach,
}

/// Flags of commands that are about organisations: which, and how the answer looks.
#[derive(Debug, clap::Args)]
pub(super) struct Plain {
    /// The organisation; without it all that the token reaches, or the only one
    #[arg(long, visible_alias = "org-id", value_name = "ORG")]
    pub(super) org: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) access: Access,
}

impl Plain {
    /// The server, and the organisations that are meant: id and name.
    pub(super) async fn orgs(&self) -> Result<(Api, Vec<(String, String)>), Failure> {
        let api = self.access.api()?;
        let found = match &self.org {
            Some(org) => {
                vec![api.get(&format!("/api/orgs/{}", escaped(org))).await?]
            }
            None => api.all("/api/orgs").await?,
        };
        let text = |org: &Value, field: &str| org[field].as_str().unwrap_or_default().to_owned();
        let orgs = found.iter().map(|org| (text(org, "id"), text(org, "name"))).collect();
        Ok((api, orgs))
    }
}

/// A server that can be asked.
pub(super) struct Api {
    client: Client,
    server: Running,
}

impl Access {
    /// The server that is meant. It is not asked yet whether it answers.
    pub(super) fn api(&self) -> Result<Api, Failure> {
        let server = self.reach.find(self.token.clone())?;
        let client = Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .build()
            .map_err(|error| Failure::new(format!("cannot speak HTTP: {error}")))?;
        Ok(Api { client, server })
    }
}

impl Api {
    /// The server's address.
    pub(super) fn url(&self) -> &str {
        &self.server.url
    }

    /// Whether a server answers there at all.
    pub(super) async fn is_up(&self) -> bool {
        let url = format!("{}/livez", self.server.url);
        self.client.get(url).timeout(CONNECT).send().await.is_ok()
    }

    /// What is at `path`.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, None).await
    }

    /// Sends a request, with a JSON body if there is one, and gives the JSON of the answer.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.send(request).await?;
        answer.json().await.map_err(|_| {
            Failure::new(format!("{} did not answer in JSON; is it hookswitch?", self.server.url))
        })
    }

    /// As [`Self::ask`] without a body, for an answer that is not JSON.
    pub(super) async fn fetch(&self, method: Method, path: &str) -> Result<Response, Failure> {
        self.send(self.request(method, path)).await
    }

    /// All items of a list, page by page.
    pub(super) async fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let next = cursor.as_deref().map(|cursor| format!("{joint}cursor={}", escaped(cursor)));
            let mut page = self.get(&format!("{path}{}", next.unwrap_or_default())).await?;
            if let Some(found) = page["items"].as_array_mut() {
                items.append(found);
            }
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(items),
            }
        }
    }

    /// The org that was named, or all that the token reaches.
    pub(super) async fn orgs(&self, named: Option<&str>) -> Result<Vec<String>, Failure> {
        if let Some(org) = named {
            return Ok(vec![org.to_owned()]);
        }
        let all = self.all("/api/orgs").await?;
        Ok(all.iter().filter_map(|org| org["id"].as_str().map(str::to_owned)).collect())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.server.url));
        let request = request.header(ACCEPT, "application/json");
        match &self.server.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let url = &self.server.url;
        let answer = request.send().await.map_err(|error| {
            if error.is_builder() {
                return Failure::usage("--url must be the server's address, as http://127.0.0.1:3001");
            }
            Failure::new(format!(
                "cannot reach {url}; is the server running? Start it with `hookswitch serve`, or say where it is with --url"
            ))
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body: Value = answer.json().await.unwrap_or_default();
        Err(refused(status, &body["error"]))
    }
}

fn refused(status: StatusCode, error: &Value) -> Failure {
    let text = |field: &str| error[field].as_str().map(|text| clean(text, 500));
    match (status, text("message"), text("hint")) {
        (StatusCode::UNAUTHORIZED, ..) => Failure::new(
            "the server does not accept the token; give one with --token or HOOKSWITCH_TOKEN",
        ),
        (_, Some(message), Some(hint)) => Failure::new(format!("{message}; {hint}")),
        _ => Failure::new(format!("the server answered with HTTP status {status}; see its log")),
    }
}

/// A text as part of a path or a query.
pub(super) fn escaped(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn an_id_from_the_command_line_cannot_leave_its_place_in_the_path() {
        assert_eq!(escaped("org_1-a.b~"), "org_1-a.b~");
        assert_eq!(escaped("../x?y=ü"), "..%2Fx%3Fy%3D%C3%BC");
    }
}
