//! The program itself in a process of its own, so that it can be killed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;

use super::Host;
use super::MORNING;
use super::host::new_client;

/// Lasts over restarts, as an operator's own would.
const TOKEN: &str = "hsa_of_the_tests_only_0123456789";

pub(crate) struct Process {
    child: Child,
    base: String,
    client: Client,
}

impl Process {
    /// Starts `hookswitch serve` on `folder`/data and waits until it listens.
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::start_with(folder, "warn", "").await
    }

    /// As [`Self::start`], with a log level and more lines of configuration.
    pub(crate) async fn start_with(folder: &Path, level: &str, more: &str) -> Self {
        Self::run(folder, Self::command(folder, MORNING, level, more)).await
    }

    /// As [`Self::start`] at another time, with more lines of configuration.
    pub(crate) async fn start_at(folder: &Path, now: jiff::Timestamp, more: &str) -> Self {
        Self::run(folder, Self::command(folder, &now.to_string(), "warn", more)).await
    }

    /// As [`Self::start`] with more lines of configuration, on a machine that trusts no certificates but
    /// those of one authority, in this file.
    pub(crate) async fn start_trusting(folder: &Path, authority: &Path, more: &str) -> Self {
        let mut command = Self::command(folder, MORNING, "warn", more);
        command.env("SSL_CERT_FILE", authority);
        Self::run(folder, command).await
    }

    /// As [`Self::start`] with more lines of configuration and more in its environment.
    pub(crate) async fn start_where(folder: &Path, more: &str, outside: &[(&str, &str)]) -> Self {
        let mut command = Self::command(folder, MORNING, "warn", more);
        command.envs(outside.iter().copied());
        Self::run(folder, command).await
    }

    async fn run(folder: &Path, mut command: Command) -> Self {
        let folder = folder.to_owned();
        let start = move || Self::start_now(&mut command, &folder);
        tokio::task::spawn_blocking(start).await.unwrap()
    }

    fn start_now(command: &mut Command, folder: &Path) -> Self {
        let mut child = command.spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let Some(base) = first.trim().strip_prefix("listening on ") else {
            let _ = child.kill();
            let status = child.wait().unwrap();
            let said = std::fs::read_to_string(folder.join("stderr")).unwrap_or_default();
            panic!("the server did not start ({status}), it said: {first}{said}");
        };
        Self { base: base.to_owned(), child, client: new_client() }
    }

    fn command(folder: &Path, clock: &str, level: &str, more: &str) -> Command {
        let config = folder.join("config.toml");
        let text = format!(
            "[server]\nbind = \"127.0.0.1:0\"\ndev_endpoints = true\nclock = \"{clock}\"\n\
             [log]\nlevel = \"{level}\"\n{more}\n"
        );
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookswitch"));
        command
            .env_clear()
            .env("HOOKSWITCH_ADMIN_TOKEN", TOKEN)
            .current_dir(folder)
            .arg("serve")
            .arg("--config")
            .arg(config)
            .arg("--data-dir")
            .arg(Self::data(folder))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("stderr")).unwrap());
        command
    }

    pub(crate) fn data(folder: &Path) -> PathBuf {
        folder.join("data")
    }

    /// Starts a server that is expected to refuse; gives how it ended, what it said on stderr and
    /// how long it took.
    pub(crate) async fn refused(folder: &Path) -> (ExitStatus, String, Duration) {
        let folder = folder.to_owned();
        let run = move || {
            let started = Instant::now();
            let mut child = Self::command(&folder, MORNING, "warn", "").spawn().unwrap();
            loop {
                if let Some(status) = child.try_wait().unwrap() {
                    let said = std::fs::read_to_string(folder.join("stderr")).unwrap();
                    return (status, said, started.elapsed());
                }
                if started.elapsed() > Duration::from_secs(30) {
                    let _ = child.kill();
                    let _ = child.wait();
                    panic!("the server neither ended nor was it expected to go on");
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// Stops in order, as a service manager would, and gives all that went to stderr.
    pub(crate) async fn stop(mut self, folder: &Path) -> String {
        let said = folder.join("stderr");
        let stop = move || {
            let id = self.child.id().to_string();
            assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
            assert!(self.child.wait().unwrap().success(), "an ordered stop is a success");
            std::fs::read_to_string(said).unwrap()
        };
        tokio::task::spawn_blocking(stop).await.unwrap()
    }

    /// SIGKILL: nothing can be tidied up.
    pub(crate) fn kill(mut self) {
        self.kill_now();
    }

    fn kill_now(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_now();
    }
}

impl Host for Process {
    fn client(&self) -> &Client {
        &self.client
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn token(&self) -> &str {
        TOKEN
    }
}
