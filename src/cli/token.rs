//! `hookswitch token`: API tokens, shown once.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::json;

use super::api::Access;
use super::output::line;
use super::{Failure, logs};

/// Flags of `token`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a token; it is shown this once
    Create(Create),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    /// Everything
    Admin,
    /// Everything of one organisation
    Org,
    /// See, control calls, make bookings
    Supervisor,
    /// See, with numbers masked
    Viewer,
}

#[derive(Debug, clap::Args)]
struct Create {
    /// What it may do
    #[arg(long)]
    role: Role,
    /// Of which organisation; every role but admin needs one
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// When it ends, as 2027-01-01T00:00:00Z; without it never
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    let What::Create(args) = args.what;
    let role = match args.role {
        Role::Admin => "admin",
        Role::Org => "org",
        Role::Supervisor => "supervisor",
        Role::Viewer => "viewer",
    };
    match (args.role, &args.org) {
        (Role::Admin, Some(_)) => {
            return Err(Failure::usage("an admin reaches every organisation; leave --org out"));
        }
        (Role::Org | Role::Supervisor | Role::Viewer, None) => {
            return Err(Failure::usage(format!(
                "a token with the role {role} is of one organisation; give it with --org (`hookswitch org list` shows them)"
            )));
        }
        _ => {}
    }
    let body = json!({"role": role, "org": args.org, "expires_at": args.expires});
    let made = args.access.api()?.ask(Method::POST, "/api/tokens", Some(&body)).await?;
    if args.json {
        line(&made);
    } else {
        let text = |field: &str| made[field].as_str().unwrap_or_default();
        line(format_args!("token: {}", text("token")));
        line(format_args!(
            "id: {} (it is revoked by this id; the token itself is not shown again)",
            text("id")
        ));
    }
    Ok(ExitCode::SUCCESS)
}
