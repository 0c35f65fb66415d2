//! Puts the layers of the configuration together: built-in, file, environment, flags. Owns their order, the
//! errors, and the older variable names that are still honoured. Reads the machine only in `Sources::of_process`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Environment, File, FileFormat, builder::DefaultState};

use super::clients::{OauthClients, OwnTwilio};
use super::secret::Secret;
use super::{Config, names, parse};

type Builder = config::ConfigBuilder<DefaultState>;

pub(crate) const BUILT_IN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config.toml"));
/// Older names of the public URL, the first that is set counts.
pub(crate) const PUBLIC_URL_NAMES: [&str; 3] = ["VAPI_SERVER_URL", "API_BASE_URL", "BACKEND_URL"];

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// The environment.
    Environment,
    /// Several layers together.
    Together,
}

impl Origin {
    fn spell(&self, key: &str) -> String {
        match self {
            Self::Environment => format!("HOOKSWITCH__{}", key.replace('.', "__").to_uppercase()),
            Self::File(_) | Self::Together => key.to_owned(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, " in {}", path.display()),
            Self::Environment => f.write_str(" in the environment"),
            Self::Together => Ok(()),
        }
    }
}

/// Why the configuration cannot be used. Names the key and the remedy, never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration file {}: {problem}; check the path given with --config", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The operating system's words.
        problem: String,
    },
    /// The file is not TOML.
    #[error("{}, line {line}: {problem}; the file must be TOML, see config.toml for an example", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The parser's words.
        problem: String,
    },
    /// A key that does not exist.
    #[error("unknown configuration key `{key}`{origin}{}", suggest(suggestion.as_deref()))]
    UnknownKey {
        /// The key as its origin spells it.
        key: String,
        /// Where it stands.
        origin: Origin,
        /// The nearest key, spelled likewise.
        suggestion: Option<String>,
    },
    /// A value that cannot be used.
    #[error("configuration key `{key}`{origin} {problem}")]
    Invalid {
        /// The key as its origin spells it.
        key: String,
        /// Where it stands.
        origin: Origin,
        /// What it must be.
        problem: String,
    },
}

fn suggest(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("; did you mean `{name}`?"),
        None => "; config.toml lists every key".to_owned(),
    }
}

/// What the command line sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--bind`
    pub bind: Option<SocketAddr>,
}

/// The layers above the built-in one.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file; it must exist.
    pub file: Option<PathBuf>,
    /// Environment variables, names as they are.
    pub environment: BTreeMap<String, String>,
    /// Flags.
    pub overrides: Overrides,
}

impl Sources {
    /// The sources of this process: the named file, or `config.toml` in the working folder if there is one,
    /// and the process's environment.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, overrides: Overrides) -> Self {
        let file =
            file.or_else(|| Some(PathBuf::from("config.toml")).filter(|path| path.is_file()));
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file, environment, overrides }
    }

    /// Reads and checks all layers.
    ///
    /// # Errors
    /// The first [`ConfigError`] found, layer by layer.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let mut builder = Builder::default().add_source(File::from_str(BUILT_IN, FileFormat::Toml));
        if let Some(path) = &self.file {
            let text = read(path)?;
            let layer = File::from_str(&text, FileFormat::Toml);
            // Each layer is read alone over the built-in one, so that an error can say where it stands.
            decode(defaults().add_source(layer.clone()), &Origin::File(path.clone()))?;
            builder = builder.add_source(layer);
        }
        let layer = Environment::with_prefix("HOOKSWITCH")
            .prefix_separator("__")
            .separator("__")
            .source(Some(self.own_variables()));
        decode(defaults().add_source(layer.clone()), &Origin::Environment)?;
        let mut config = decode(builder.add_source(layer), &Origin::Together)?;
        self.add_older_names(&mut config)?;
        if let Some(path) = &self.overrides.data_dir {
            config.storage.path.clone_from(path);
        }
        if let Some(bind) = self.overrides.bind {
            config.server.bind = bind;
        }
        config.check()?;
        Ok(config)
    }

    fn own_variables(&self) -> std::collections::HashMap<String, String> {
        let mut variables: std::collections::HashMap<_, _> = self
            .environment
            .iter()
            .filter(|(name, _)| name.starts_with("HOOKSWITCH__"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(key) = self.variable("VAPI_PRIVATE_KEY") {
            variables
                .entry("HOOKSWITCH__VAPI__PRIVATE_KEY".into())
                .or_insert_with(|| key.to_owned());
        }
        variables
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn add_older_names(&self, config: &mut Config) -> Result<(), ConfigError> {
        let invalid = |name: &str, problem: &str| ConfigError::Invalid {
            key: name.to_owned(),
            origin: Origin::Environment,
            problem: problem.to_owned(),
        };
        if config.server.public_url.is_none() {
            let found = PUBLIC_URL_NAMES.iter().find_map(|name| Some((name, self.variable(name)?)));
            if let Some((name, url)) = found {
                let url = parse::web_address(url).map_err(|problem| invalid(name, problem))?;
                config.server.public_url = Some(url);
            }
        }
        config.secrets.admin_token = self.variable("HOOKSWITCH_ADMIN_TOKEN").and_then(Secret::new);
        config.secrets.calcom_api_key = self.variable("CALCOM_API_KEY").and_then(Secret::new);
        config.secrets.square_access_token =
            self.variable("SQUARE_ACCESS_TOKEN").and_then(Secret::new);
        config.secrets.calendly_webhook_key =
            self.variable("CALENDLY_WEBHOOK_SIGNING_KEY").and_then(Secret::new);
        config.secrets.twilio = OwnTwilio::read(|name| self.variable(name));
        config.secrets.oauth = OauthClients::read(|name| self.variable(name));
        config.secrets.master_key = self
            .variable("HOOKSWITCH_MASTER_KEY")
            .map(str::parse)
            .transpose()
            .map_err(|problem| invalid("HOOKSWITCH_MASTER_KEY", problem))?;
        Ok(())
    }
}

fn defaults() -> Builder {
    Builder::default().add_source(File::from_str(BUILT_IN, FileFormat::Toml))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
        path: path.to_owned(),
        problem: error.to_string(),
    })?;
    // Parsed here first because this parser's error, unlike the layered one's, can be shown without the
    // line itself, which may hold a secret.
    if let Err(error) = text.parse::<toml::Table>() {
        let before = error.span().map_or(0, |span| span.start.min(text.len()));
        return Err(ConfigError::Syntax {
            path: path.to_owned(),
            line: text.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count() + 1,
            problem: error.message().replace('\n', " "),
        });
    }
    Ok(text)
}

fn decode(builder: Builder, origin: &Origin) -> Result<Config, ConfigError> {
    let mut unknown = None;
    let config = builder
        .build()
        .and_then(|layers| {
            serde_ignored::deserialize(layers, |path| {
                unknown.get_or_insert_with(|| path.to_string());
            })
        })
        .map_err(|error| invalid(error, origin))?;
    match unknown {
        None => Ok(config),
        Some(key) => {
            let known = names::known(BUILT_IN);
            Err(ConfigError::UnknownKey {
                suggestion: names::nearest(&key, &known).map(|name| origin.spell(name)),
                key: origin.spell(&key),
                origin: origin.clone(),
            })
        }
    }
}

fn invalid(error: config::ConfigError, origin: &Origin) -> ConfigError {
    let (key, problem) = match error {
        config::ConfigError::Type { key, expected, .. } => (key, format!("must be {expected}")),
        config::ConfigError::At { key, error, .. } => match *error {
            config::ConfigError::Type { expected, .. } => (key, format!("must be {expected}")),
            other => (key, other.to_string()),
        },
        other => (None, format!("cannot be read: {other}")),
    };
    ConfigError::Invalid {
        key: origin.spell(key.as_deref().unwrap_or("?")),
        origin: origin.clone(),
        problem,
    }
}

impl Config {
    /// The rules between keys and the ranges of numbers.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] for the first key that breaks one.
    pub fn check(&self) -> Result<(), ConfigError> {
        let rule = |holds: bool, key: &str, problem: &str| {
            holds.then_some(()).ok_or_else(|| ConfigError::Invalid {
                key: key.into(),
                origin: Origin::Together,
                problem: problem.into(),
            })
        };
        rule(
            self.server.clock.is_none() || self.server.dev_endpoints,
            "server.clock",
            "is for development only: also set server.dev_endpoints = true, or remove it",
        )?;
        let within = |value: u64, low: u64, high: u64| (low..=high).contains(&value);
        rule(
            within(self.sessions.tool_deadline_ms, 100, 19_000),
            "sessions.tool_deadline_ms",
            "must be between 100 and 19000 milliseconds, because Vapi gives up after 20 seconds",
        )?;
        rule(
            within(self.sessions.idle_seconds, 1, 86_400),
            "sessions.idle_seconds",
            "must be between 1 and 86400 seconds",
        )?;
        rule(
            within(self.sessions.slot_cache_ms, 0, 60_000),
            "sessions.slot_cache_ms",
            "must be between 0 and 60000 milliseconds",
        )?;
        rule(
            self.sessions.prefetch_days <= 31,
            "sessions.prefetch_days",
            "must be between 0 and 31 days",
        )?;
        rule(
            within(self.sessions.message_wait_ms, 0, 5_000),
            "sessions.message_wait_ms",
            "must be between 0 and 5000 milliseconds, because a caller listens",
        )?;
        rule(
            within(self.vapi.spacing_ms, 0, 10_000),
            "vapi.spacing_ms",
            "must be between 0 and 10000 milliseconds",
        )?;
        let in_a_day = |least| move |seconds: u64| (least..=86_400).contains(&seconds);
        let [poll, probe] =
            [in_a_day(1)(self.sync.poll_seconds), in_a_day(10)(self.sync.probe_seconds)];
        rule(poll, "sync.poll_seconds", "must be 1 to 86,400")?;
        rule(probe, "sync.probe_seconds", "must be 10 to 86,400")?;
        rule(self.sessions.max_live_calls >= 1, "sessions.max_live_calls", "must be at least 1")?;
        rule(
            (1..=1_048_576).contains(&self.feed.buffer_events),
            "feed.buffer_events",
            "must be between 1 and 1048576 events",
        )
    }
}

#[cfg(test)]
mod tests;
