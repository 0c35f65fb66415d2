//! `hookswitch simulate`: plays a scripted or typed call against a running server.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::civil::Date;
use jiff::{SignedDuration, Zoned};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::output::{bad, good, line, prompt};
use super::running::Reach;
use super::{Failure, logs, turns};
use crate::player::{
    self, CallDetails, Endpoint, HELP, Line, LiveCall, Pace, Scene, Script, ToolTurn, TurnReport,
    Typed, Values,
};

/// Flags of `simulate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The script
    #[arg(value_name = "FILE.toml", required_unless_present = "interactive")]
    file: Option<PathBuf>,
    /// Type the call instead of reading a script; `help` says how
    #[arg(long, conflicts_with = "file")]
    interactive: bool,
    /// Secret that the webhook expects
    #[arg(long, value_name = "S", env = "HOOKSWITCH_WEBHOOK_SECRET", hide_env_values = true)]
    webhook_secret: Option<String>,
    /// Today at the organisation, YYYY-MM-DD, from which {{date+1}} counts; without it this machine's date
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    /// Replaces a variable of the script
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "interactive")]
    set: Vec<String>,
    /// The caller's number in a typed call, E.164
    #[arg(long, value_name = "NUMBER", requires = "interactive")]
    caller: Option<String>,
    /// One JSON object a turn
    #[arg(long)]
    json: bool,
    // A whole webhook URL may also be given.
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    let script = args.file.as_ref().map(|path| read(path, &args.set)).transpose()?;
    let url = match &args.reach.url {
        Some(url) => url.clone(),
        None => args.reach.find(None)?.url,
    };
    let line = Endpoint::new(&url, args.webhook_secret.clone())
        .and_then(Line::new)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let scene = Scene {
        today: args.today.unwrap_or_else(|| Zoned::now().date()),
        ahead: SignedDuration::ZERO,
    };
    let failures = match &script {
        Some(script) => play(line, script, scene, args.json).await?,
        None => typed(line, scene, &args).await?,
    };
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: &PathBuf, set: &[String]) -> Result<Script, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(format!("cannot read {shown}: {error}; give the path of a script"))
    })?;
    let wrong = |error| Failure::new(format!("{shown}: {error}"));
    let mut script = Script::parse(&text).map_err(wrong)?;
    let mut replaced = BTreeMap::new();
    for pair in set {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("--set {pair} must be --set NAME=VALUE")))?;
        replaced.insert(name.to_owned(), value.to_owned());
    }
    if let Some(name) = replaced.keys().find(|name| !script.variables.contains_key(*name)) {
        let known: Vec<&str> = script.variables.keys().map(String::as_str).collect();
        return Err(Failure::usage(format!(
            "--set {name}: the script has no such variable; its [variables] are: {}",
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        )));
    }
    script.variables.extend(replaced);
    script.check().map_err(wrong)?;
    Ok(script)
}

async fn play(way: Line, script: &Script, scene: Scene, json: bool) -> Result<usize, Failure> {
    let report = player::play(way, script, scene, Pace::AtOnce, |turn| show(turn, json))
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let failures: Vec<_> = report.failures().collect();
    if json {
        for (turn, failure) in &failures {
            eprintln!("turn {turn}: {failure}");
        }
    } else if failures.is_empty() {
        line(format_args!("{}: \u{201c}{}\u{201d} went as expected", good("passed"), script.name));
    } else {
        let count = failures.len();
        line(format_args!(
            "{}: \u{201c}{}\u{201d}, {count} not as expected",
            bad("failed"),
            script.name
        ));
        for (turn, failure) in &failures {
            line(format_args!("  turn {turn}: {failure}"));
        }
    }
    Ok(failures.len())
}

async fn typed(way: Line, scene: Scene, args: &Args) -> Result<usize, Failure> {
    let details = CallDetails { caller_number: args.caller.clone(), ..CallDetails::default() };
    let (mut call, start) = LiveCall::start(way, &details, scene, Values::new(scene.today))
        .await
        .map_err(|error| Failure::usage(error.to_string()))?;
    show(&start, args.json);
    let mut failures = start.failures.len();
    if start.lost {
        return Ok(failures);
    }
    let person = std::io::stdin().is_terminal() && !args.json;
    if person {
        line("Type help to see what can be typed.");
    }
    let mut input = BufReader::new(tokio::io::stdin()).lines();
    loop {
        if person {
            prompt("> ");
        }
        let Some(text) = input
            .next_line()
            .await
            .map_err(|error| Failure::new(format!("cannot read stdin: {error}")))?
        else {
            break;
        };
        let turn = match player::parse_typed(&text) {
            Ok(Typed::Nothing) => continue,
            Ok(Typed::Help) => {
                line(HELP);
                continue;
            }
            Ok(Typed::End) => break,
            Ok(Typed::Say(text)) => call.say(&text).await,
            Ok(Typed::Agent(text)) => call.agent(&text).await,
            Ok(Typed::Again) => call.repeat_last().await,
            Ok(Typed::Tool(name, arguments)) => {
                call.tool(&ToolTurn { name, arguments, ..ToolTurn::default() }).await
            }
            Err(problem) => {
                eprintln!("{problem}");
                // A person can type again; a pipe cannot, and its mistake must be seen.
                failures += usize::from(!person);
                continue;
            }
        };
        show(&turn, args.json);
        failures += turn.failures.len();
        if turn.lost {
            return Ok(failures);
        }
    }
    let end = call.end().await;
    show(&end, args.json);
    Ok(failures + end.failures.len())
}

fn show(turn: &TurnReport, json: bool) {
    match serde_json::to_string(turn) {
        Ok(text) if json => line(text),
        _ => turns::show("", turn),
    }
}
