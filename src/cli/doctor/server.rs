//! What a running server can be asked: whether it is ready, its clock, its orgs, and each of their
//! connections.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;

use super::Finding;
use crate::cli::api::{Access, Api, escaped};
use crate::cli::output::clean;

/// A difference between clocks that no network explains, seconds.
const CLOCKS_DIFFER: i64 = 10;

pub(super) async fn look(access: &Access, only: Option<&str>) -> Vec<Finding> {
    let what = "server";
    let api = match access.api() {
        Ok(api) => api,
        Err(error) => {
            let says = format!("not running, so no connection was checked: {error}");
            return vec![Finding::doubtful(what, says, "start it with `hookswitch serve`")];
        }
    };
    if !api.is_up().await {
        let says = format!("{} does not answer", api.url());
        return vec![Finding::bad(what, says, "start it with `hookswitch serve`; look at its log")];
    }
    let mut findings = vec![match api.get("/readyz").await {
        Ok(_) => Finding::good(what, format!("{} is ready", api.url())),
        Err(_) => {
            let says = format!("{} answers, but is not ready", api.url());
            Finding::bad(what, says, "look at its log; check the disk of its data folder")
        }
    }];
    // Only administrators see it; the rest does not depend on it.
    if let Ok(health) = api.get("/api/health").await {
        findings.extend(clock(&health));
    }
    findings.extend(vapi(&api).await);
    match orgs(&api, only).await {
        Ok(orgs) => {
            if orgs.is_empty() {
                let remedy = "make one with `hookswitch org apply FILE.toml`";
                findings.push(Finding::doubtful("organisations", "there are none yet", remedy));
            }
            for org in &orgs {
                findings.extend(connections(&api, org).await);
                findings.extend(webhook(&api, org).await);
                findings.extend(agents(&api, org).await);
            }
            findings.extend(directories(&api, &orgs).await);
            for (integration, name) in [("twilio", "text messages"), ("smtp", "e-mail")] {
                findings.extend(messengers(&api, &orgs, integration, name).await);
            }
        }
        Err(error) => {
            findings.push(Finding::bad("organisations", error, "check --org and --token"))
        }
    }
    findings
}

fn clock(health: &Value) -> Option<Finding> {
    let theirs: Timestamp = health["now"].as_str()?.parse().ok()?;
    let apart = theirs.duration_since(Timestamp::now()).as_secs().abs();
    (apart > CLOCKS_DIFFER).then(|| {
        let says = format!("the server's time is {apart} s away from this machine's");
        Finding::doubtful("server clock", says, "set the clocks, or remove server.clock")
    })
}

/// Whether tools can be registered with Vapi; it is asked now.
async fn vapi(api: &Api) -> Option<Finding> {
    // Only administrators see it.
    let account = api.get("/api/tools/account").await.ok()?;
    let what = "Vapi account";
    let Some(problem) = account["problem"].as_str() else {
        return Some(Finding::good(what, format!("has {} tools", account["tools"])));
    };
    let (says, remedy) = problem.split_once("; ").unwrap_or((problem, "look at the server's log"));
    let (says, remedy) = (clean(says, 300), clean(remedy, 300));
    Some(match account["code"].as_str() {
        // Whoever links tools by hand needs neither.
        Some("no_key" | "no_public_url" | "no_proof") => Finding::doubtful(what, says, remedy),
        _ => Finding::bad(what, says, remedy),
    })
}

/// Agents whose assistants have followed or not, and phone numbers likewise.
async fn agents(api: &Api, org: &Value) -> Vec<Finding> {
    let id = org["id"].as_str().unwrap_or_default();
    let what = clean(org["name"].as_str().unwrap_or(id), 40);
    let agents = api.all(&format!("/api/orgs/{}/agents", escaped(id))).await.unwrap_or_default();
    let path = format!("/api/orgs/{}/phone-numbers", escaped(id));
    let numbers = api.all(&path).await.unwrap_or_default();
    let agents = agents.iter().map(|agent| ("agent", agent, "name"));
    let numbers = numbers.iter().map(|number| ("phone number", number, "id"));
    let found = agents.chain(numbers).filter_map(|(kind, one, name)| {
        let name = clean(one[name].as_str().unwrap_or_default(), 60);
        let sync = &one["sync"];
        match sync["state"].as_str() {
            Some("synced") => Some(Finding::good(what.clone(), format!("{kind} {name} is synced"))),
            Some("not_synced") => {
                let says = clean(sync["says"].as_str().unwrap_or_default(), 400);
                let remedy = format!("then `hookswitch tools sync --org {id}`");
                Some(Finding::bad(what.clone(), format!("{kind} {name} is {says}"), remedy))
            }
            _ => None,
        }
    });
    found.collect()
}

async fn orgs(api: &Api, only: Option<&str>) -> Result<Vec<Value>, String> {
    match only {
        Some(org) => api.get(&format!("/api/orgs/{}", escaped(org))).await.map(|org| vec![org]),
        None => api.all("/api/orgs").await,
    }
    .map_err(|error| error.to_string())
}

async fn connections(api: &Api, org: &Value) -> Vec<Finding> {
    let id = org["id"].as_str().unwrap_or_default();
    let what = clean(org["name"].as_str().unwrap_or(id), 40);
    let path = format!("/api/orgs/{}/connections", escaped(id));
    let connections = match api.all(&path).await {
        Ok(connections) => connections,
        Err(error) => {
            let says = format!("its connections cannot be read: {error}");
            return vec![Finding::bad(what, says, "use a token that may read them")];
        }
    };
    let mut findings = Vec::new();
    if !connections.iter().any(|connection| connection["status"] == "connected") {
        let says = "nothing to book into: no calendar is connected";
        let remedy = format!("`hookswitch connection add builtin --org {id}`");
        findings.push(Finding::bad(what.clone(), says, remedy));
    }
    for connection in &connections {
        findings.push(check(api, &what, &path, connection).await);
    }
    findings
}

/// Whether what Vapi posts to the public URL would arrive here and be believed; it is tried now.
async fn webhook(api: &Api, org: &Value) -> Vec<Finding> {
    let id = escaped(org["id"].as_str().unwrap_or_default());
    let what = clean(org["name"].as_str().unwrap_or_default(), 40);
    let path = format!("/api/orgs/{id}/webhook/check");
    let tried = match api.ask(Method::POST, &path, None).await {
        Ok(tried) => tried,
        Err(error) => {
            let says = format!("its webhook could not be tried: {error}");
            return vec![Finding::doubtful(what, says, "use a token with the role org or admin")];
        }
    };
    if tried["public_url_set"] != true {
        // That it is missing is said of the configuration; the way from outside is not known.
        return Vec::new();
    }
    let items = tried["items"].as_array().into_iter().flatten();
    let found = items.map(|item| {
        let text = |name: &str| clean(item[name].as_str().unwrap_or_default(), 200);
        let scheme = text("scheme");
        if item["ok"] == true {
            let says = format!("its webhook is reached and proved by {scheme}");
            return Finding::good(what.clone(), says);
        }
        let says = format!("its webhook, with {scheme}: {}", text("problem"));
        Finding::bad(what.clone(), says, text("hint"))
    });
    found.collect()
}

/// How the customer directories of these orgs were when they were last asked.
async fn directories(api: &Api, orgs: &[Value]) -> Vec<Finding> {
    // Calls go on without one, so that one that cannot be asked about is not worth a word.
    let health = api.get("/api/health/customerconnect").await.unwrap_or_default();
    let text = |value: &Value| clean(value.as_str().unwrap_or_default(), 200);
    let found = health["connections"].as_array().into_iter().flatten();
    let found = found.filter_map(|item| {
        let org = orgs.iter().find(|org| org["id"] == item["org"])?;
        let what = clean(org["name"].as_str().unwrap_or_default(), 40);
        Some(match (item["problem"].is_string(), item["last_success_at"].is_string()) {
            (true, _) => {
                let says = format!("CustomerConnect: {}", text(&item["problem"]));
                Finding::bad(what, says, text(&item["hint"]))
            }
            (false, true) => Finding::good(what, "CustomerConnect answered the latest call"),
            (false, false) => {
                Finding::good(what, "CustomerConnect is set up; no call has asked it since")
            }
        })
    });
    found.collect()
}

/// Whether what these orgs send messages with can be used; it is asked now.
async fn messengers(api: &Api, orgs: &[Value], integration: &str, name: &str) -> Vec<Finding> {
    // Bookings go on without messages, so that what cannot be asked about is not worth a word.
    let health = api.get(&format!("/api/health/{integration}")).await.unwrap_or_default();
    let found = health["connections"].as_array().into_iter().flatten();
    let found = found.filter_map(|item| {
        let org = orgs.iter().find(|org| org["id"] == item["org"])?;
        let what = clean(org["name"].as_str().unwrap_or_default(), 40);
        Some(match (item["problem"].as_str(), item["warning"].as_str()) {
            (None, None) => Finding::good(what, format!("{name} can be sent")),
            (None, Some(warning)) => {
                let (says, remedy) = warning.split_once("; ").unwrap_or((warning, ""));
                let says = format!("{name} can be sent, but {}", clean(says, 200));
                Finding::doubtful(what, says, clean(remedy, 200))
            }
            (Some(problem), _) => {
                let says = format!("{name} cannot be sent: {}", clean(problem, 200));
                let remedy = format!("correct `{integration}` in the organisation's settings");
                Finding::bad(what, says, remedy)
            }
        })
    });
    found.collect()
}

async fn check(api: &Api, what: &str, path: &str, connection: &Value) -> Finding {
    let text = |value: &Value| clean(value.as_str().unwrap_or_default(), 200);
    let provider = text(&connection["provider"]);
    if connection["status"] == "disconnected" {
        let says = format!("{provider} is switched off");
        return Finding::doubtful(what, says, "PATCH it with {\"status\":\"connected\"} to use it");
    }
    let id = escaped(connection["id"].as_str().unwrap_or_default());
    match api.ask(Method::POST, &format!("{path}/{id}/check"), None).await {
        Ok(checked) if checked["ok"] == true => {
            Finding::good(what, format!("{provider} answered in {} ms", checked["duration_ms"]))
        }
        Ok(checked) => {
            let says = format!("{provider}: {}", text(&checked["problem"]));
            Finding::bad(what, says, text(&checked["hint"]))
        }
        Err(error) => {
            let says = format!("{provider} could not be checked: {error}");
            Finding::doubtful(what, says, "use a token with the role org or admin")
        }
    }
}
