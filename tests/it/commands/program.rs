//! The program under test as a child process: its lines as they come, its end. Owns the time limits, and that no
//! process outlives its test.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longest wait for one line or for an end; generous, since many tests share few cores.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a program ended, with all that it said.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\nstdout:\n{}\nstderr:\n{}", self.code, self.out, self.err)
    }
}

/// A running program.
pub(super) struct Program {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    err: Option<JoinHandle<String>>,
}

/// Runs the program to its end, with `input` on its stdin.
pub(crate) fn run(folder: &Path, args: &[&str], input: &str) -> Ended {
    let mut program = Program::start(folder, args, &[]);
    let mut stdin = program.child.stdin.take().unwrap();
    // A program that fails early does not read to the end.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    program.wait()
}

impl Program {
    /// Starts it in `folder`, with nothing of this process's own configuration in its environment.
    pub(super) fn start(folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookswitch"));
        let ours = ["HOOKSWITCH", "VAPI", "API_BASE_URL", "BACKEND_URL"];
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| ours.iter().any(|start| name.starts_with(start))) {
                command.env_remove(name);
            }
        }
        command.args(args).current_dir(folder).envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                let Ok(line) = line else { break };
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        // Read all the time, or a full pipe would stop the program.
        let err = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = BufReader::new(err).read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        Self { child, lines, seen: Vec::new(), err: Some(err) }
    }

    /// The next line of its stdout.
    pub(super) fn next_line(&mut self) -> String {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.seen.push(line.clone());
                line
            }
            Err(problem) => {
                let _ = self.child.kill();
                let err = self.err.take().map(|err| err.join().unwrap()).unwrap_or_default();
                panic!("no further line ({problem}) after {:?}; stderr:\n{err}", self.seen);
            }
        }
    }

    /// Reads on until a line has `text` in it.
    pub(super) fn wait_for(&mut self, text: &str) {
        while !self.next_line().contains(text) {}
    }

    /// Tells it to stop, as service managers do, and waits for its end.
    pub(super) fn terminate(self) -> Ended {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(told.success());
        self.wait()
    }

    /// Waits for its end.
    pub(super) fn wait(mut self) -> Ended {
        drop(self.child.stdin.take());
        // Its stdout ends when it does, so that waiting for lines is waiting for the end.
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.seen.push(line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(problem) => panic!("it does not end ({problem}); so far: {:?}", self.seen),
            }
        }
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let err = self.err.take().map(|err| err.join().unwrap()).unwrap_or_default();
        let out = self.seen.iter().fold(String::new(), |text, line| text + line.as_str() + "\n");
        Ended { code, out, err }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
