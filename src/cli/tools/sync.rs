//! `hookswitch tools sync` and `tools audit`: a line per agent and the counters of the whole run (P127,
//! P128). Both ask the server, organisation by organisation; what is done is decided there.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use reqwest::Method;
use serde_json::{Value, json};

use crate::cli::Failure;
use crate::cli::api::{Api, Plain, escaped};
use crate::cli::output::{bad, clean, good, line};

/// Longest line of a difference, characters.
const LONGEST: usize = 300;

/// Flags of `tools sync`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Change nothing, and show what would change
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    plain: Plain,
}

/// What all organisations together came to.
#[derive(Default)]
struct Counters {
    orgs: usize,
    orgs_with_agents: usize,
    agents: usize,
    synced: usize,
    numbers: usize,
    numbers_synced: usize,
    changed: usize,
    links: usize,
    findings: usize,
    /// Each registration once, with what happened to it first: later organisations find it as it is then.
    tools: BTreeMap<(String, String), String>,
    ids: BTreeSet<String>,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Failure> {
    let counters = all(&args.plain, args.dry_run).await?;
    match (counters.agents - counters.synced, counters.numbers - counters.numbers_synced) {
        (0, 0) => Ok(ExitCode::SUCCESS),
        (0, 1) => Err(Failure::new("one phone number is not synced; do what stands beside it")),
        (1, 0) => Err(Failure::new("one agent is not synced; do what stands beside it")),
        (0, many) => Err(Failure::new(format!(
            "{many} phone numbers are not synced; do what stands beside them"
        ))),
        (many, 0) => {
            Err(Failure::new(format!("{many} agents are not synced; do what stands beside them")))
        }
        (agents, numbers) => Err(Failure::new(format!(
            "not synced: {agents} of the agents and {numbers} of the phone numbers; do what stands beside them"
        ))),
    }
}

pub(super) async fn audit(plain: &Plain) -> Result<ExitCode, Failure> {
    let counters = all(plain, true).await?;
    let wrong = counters.agents - counters.synced + counters.numbers - counters.numbers_synced;
    let differs = counters.changed + wrong + counters.findings;
    match differs {
        0 => Ok(ExitCode::SUCCESS),
        _ => Err(Failure::new("Vapi's side differs; `hookswitch tools sync` puts it right")),
    }
}

async fn all(plain: &Plain, dry_run: bool) -> Result<Counters, Failure> {
    let (api, orgs) = plain.orgs().await?;
    let mut counters = Counters::default();
    let mut reports = Vec::new();
    for (id, name) in &orgs {
        let report = one(&api, id, dry_run).await?;
        counters.count(&report);
        if !plain.json {
            shown(name, &report);
        }
        reports.push(json!({"org": id, "report": report}));
    }
    let summary = counters.summary(dry_run);
    if plain.json {
        line(json!({"organizations": reports, "counters": summary}));
    } else {
        counters.print(dry_run);
    }
    Ok(counters)
}

async fn one(api: &Api, org: &str, dry_run: bool) -> Result<Value, Failure> {
    let path = format!("/api/orgs/{}/tools/sync?dry_run={dry_run}", escaped(org));
    api.ask(Method::POST, &path, None).await
}

fn items<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value, field: &str) -> String {
    clean(value[field].as_str().unwrap_or_default(), LONGEST)
}

impl Counters {
    fn count(&mut self, report: &Value) {
        self.orgs += 1;
        let agents = items(report, "agents");
        self.orgs_with_agents += usize::from(!agents.is_empty());
        for tool in items(report, "tools") {
            let key = (text(tool, "name"), text(tool, "variant"));
            self.tools.entry(key).or_insert_with(|| text(tool, "action"));
            self.ids.extend(tool["vapi_tool_id"].as_str().map(str::to_owned));
        }
        for number in items(report, "phone_numbers") {
            self.numbers += 1;
            self.numbers_synced += usize::from(number["synced"] == true);
            self.changed += usize::from(number["changed"] == true);
            self.findings += items(number, "findings").len();
        }
        for agent in agents {
            self.agents += 1;
            self.synced += usize::from(agent["synced"] == true);
            self.changed += usize::from(agent["changed"] == true);
            self.findings += items(agent, "findings").len();
            if agent["synced"] == true {
                self.links += items(agent, "tools").len();
            }
        }
    }

    fn of(&self, action: &str) -> usize {
        self.tools.values().filter(|done| *done == action).count()
    }

    fn summary(&self, dry_run: bool) -> Value {
        json!({
            "dry_run": dry_run,
            "organizations_processed": self.orgs,
            "organizations_with_assistants": self.orgs_with_agents,
            "agents": self.agents,
            "agents_synced": self.synced,
            "phone_numbers": self.numbers,
            "phone_numbers_synced": self.numbers_synced,
            "success_percent": self.percent(),
            "tools_registered": self.tools.len(),
            "tool_ids": self.ids.len(),
            "links": self.links,
            "created": self.of("created"),
            "adopted": self.of("adopted"),
            "updated": self.of("updated"),
            "unchanged": self.of("unchanged"),
        })
    }

    fn percent(&self) -> usize {
        (self.synced * 100).checked_div(self.agents).unwrap_or(100)
    }

    fn print(&self, dry_run: bool) {
        let would = if dry_run { " (nothing was changed)" } else { "" };
        line(format_args!("organizations processed: {}{would}", self.orgs));
        line(format_args!("organizations with Vapi assistants: {}", self.orgs_with_agents));
        line(format_args!("agents synced: {} of {}", self.synced, self.agents));
        line(format_args!("success rate: {} %", self.percent()));
        line(format_args!(
            "tools registered: {} ({} created, {} adopted, {} updated, {} unchanged; shared by all)",
            self.tools.len(),
            self.of("created"),
            self.of("adopted"),
            self.of("updated"),
            self.of("unchanged"),
        ));
        line(format_args!("links: {}", self.links));
        if self.numbers > 0 {
            let (numbers, synced) = (self.numbers, self.numbers_synced);
            line(format_args!("phone numbers synced: {synced} of {numbers}"));
        }
    }
}

fn shown(org: &str, report: &Value) {
    let (agents, numbers) = (items(report, "agents"), items(report, "phone_numbers"));
    if agents.is_empty() && numbers.is_empty() {
        return;
    }
    line(clean(org, 60));
    for number in numbers {
        let id = number["number"].as_str().map_or_else(|| text(number, "id"), |it| clean(it, 60));
        let state = match (number["synced"] == true, number["changed"] == true) {
            (false, _) => bad("not synced").to_string(),
            (true, true) if report["dry_run"] == true => good("would change").to_string(),
            (true, true) => good("changed").to_string(),
            (true, false) => good("nothing to change").to_string(),
        };
        line(format_args!("  phone number {id}: {state}"));
        remarks(number);
    }
    for agent in agents {
        let (name, direction) = (text(agent, "name"), text(agent, "direction"));
        let tools = items(agent, "tools").len();
        let state = match (agent["synced"] == true, agent["changed"] == true) {
            (false, _) => bad("not synced").to_string(),
            (true, true) => {
                let new = items(agent, "linked").len();
                let word = if report["dry_run"] == true { "would change" } else { "Tool linked" };
                format!("{} ({tools} tools, {new} of them new)", good(word))
            }
            (true, false) => format!("{} ({tools} tools, nothing to change)", good("Tool linked")),
        };
        line(format_args!("  {direction} agent {name}: {state}"));
        remarks(agent);
    }
}

/// What an agent or a number says of itself.
fn remarks(one: &Value) {
    if one["synced"] != true {
        line(format_args!("    -> {}", text(one, "says")));
    }
    for change in items(one, "changes") {
        let change = change.as_str().unwrap_or_default();
        line(format_args!("    {}", clean(change, LONGEST)));
    }
    for finding in items(one, "findings") {
        let finding = finding.as_str().unwrap_or_default();
        line(format_args!("    {} {}", bad("!"), clean(finding, LONGEST)));
    }
}
