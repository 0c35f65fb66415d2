//! Writes results to stdout. Owns colours and the rule that no text from outside controls the terminal.

use std::fmt::{self, Display};
use std::io::{IsTerminal, Write};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Writes one line. A reader that has gone away (`| head`) is no error: a server must outlive who read its address.
pub(super) fn line(text: impl Display) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        CLOSED.store(true, Ordering::Relaxed);
    }
}

/// Whether nobody reads any more, so that a command that only shows things can end.
pub(super) fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Writes a prompt, without ending the line.
pub(super) fn prompt(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

static COLOURS: LazyLock<bool> =
    LazyLock::new(|| std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none());

/// A text in a terminal style (SGR parameter), if stdout is a terminal that wants colours.
pub(super) struct Styled<'a>(&'static str, &'a str);

impl Display for Styled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *COLOURS { write!(f, "\x1b[{}m{}\x1b[0m", self.0, self.1) } else { f.write_str(self.1) }
    }
}

/// Of less importance.
pub(super) fn dim(text: &str) -> Styled<'_> {
    Styled("2", text)
}

/// As it should be.
pub(super) fn good(text: &str) -> Styled<'_> {
    Styled("32", text)
}

/// Not as it should be.
pub(super) fn bad(text: &str) -> Styled<'_> {
    Styled("31", text)
}

/// At most `most` characters of a text from outside, without control characters.
pub(super) fn clean(text: &str, most: usize) -> String {
    let mut characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut cleaned: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        cleaned.push('…');
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_cannot_send_commands_to_the_terminal() {
        assert_eq!(clean("hi\x1b[2J\r\nthere", 50), "hi [2J  there");
    }

    #[test]
    fn a_long_text_is_cut_with_a_sign() {
        assert_eq!(clean("äöüß", 3), "äöü…");
        assert_eq!(clean("äöü", 3), "äöü");
    }
}
