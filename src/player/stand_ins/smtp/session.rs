//! One conversation with a client (RFC 5321): greeting, addresses, the mail. Says what a real server would
//! in the order of a real one.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Inner, Kept, Trouble};

/// Most of a greeting that does not end, bytes.
const FLOOD: usize = 64 << 20;

/// Holds a conversation until the client goes or the trouble it is in ends it.
pub(super) async fn hold(stream: TcpStream, inner: Arc<Inner>) {
    let trouble = {
        let mut state = inner.lock();
        state.conversations += 1;
        state.next.pop_front().or(state.always)
    };
    let session = Session { stream: BufReader::new(stream), inner, trouble };
    // The client went away, or was sent away.
    let _ = session.run().await;
}

struct Session {
    stream: BufReader<TcpStream>,
    inner: Arc<Inner>,
    trouble: Option<Trouble>,
}

impl Session {
    async fn run(mut self) -> io::Result<()> {
        match self.trouble {
            Some(Trouble::Drops) => return Ok(()),
            Some(Trouble::Hangs) => std::future::pending().await,
            Some(Trouble::Floods) => return self.flood().await,
            _ => self.say("220 stand-in ESMTP").await?,
        }
        let mut from = String::new();
        let mut to = Vec::new();
        let mut any_letters = false;
        while let Some(line) = self.line().await? {
            let (word, rest) = line.split_once([' ', ':']).unwrap_or((line.as_str(), ""));
            match word.to_ascii_uppercase().as_str() {
                "EHLO" if self.trouble == Some(Trouble::Ascii) => self.say("250 stand-in").await?,
                "EHLO" => self.say("250-stand-in\r\n250-8BITMIME\r\n250 SMTPUTF8").await?,
                "HELO" | "NOOP" => self.say("250 OK").await?,
                "RSET" => {
                    to.clear();
                    self.say("250 OK").await?;
                }
                "MAIL" => {
                    any_letters = self.trouble != Some(Trouble::Ascii)
                        && rest.split_whitespace().any(|word| word == "SMTPUTF8");
                    from = between(rest);
                    self.say("250 OK").await?;
                }
                "RCPT" => match self.trouble {
                    Some(Trouble::Recipient(code)) => self.say(&format!("{code} no")).await?,
                    _ if !any_letters && !rest.is_ascii() => self.say("553 what letters").await?,
                    _ => {
                        to.push(between(rest));
                        self.say("250 OK").await?;
                    }
                },
                "DATA" if to.is_empty() => self.say("503 nobody to send it to").await?,
                "DATA" => {
                    self.say("354 go on").await?;
                    let Some(data) = self.mail().await? else { return Ok(()) };
                    let kept = Kept { from: from.clone(), to: std::mem::take(&mut to), data };
                    self.take(kept).await?;
                    if self.trouble == Some(Trouble::TakesAndDrops) {
                        return Ok(());
                    }
                }
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 unknown").await?,
            }
        }
        Ok(())
    }

    async fn take(&mut self, kept: Kept) -> io::Result<()> {
        let keep = |inner: &Inner| inner.lock().kept.push(kept);
        match self.trouble {
            Some(Trouble::Content(code)) => self.say(&format!("{code} no")).await,
            Some(Trouble::TakesAndDrops) => {
                keep(&self.inner);
                Ok(())
            }
            Some(Trouble::TakesAndHangs) => {
                keep(&self.inner);
                std::future::pending().await
            }
            _ => {
                keep(&self.inner);
                self.say("250 taken").await
            }
        }
    }

    async fn flood(mut self) -> io::Result<()> {
        let much = vec![b'x'; 64 << 10];
        for _ in 0..FLOOD / much.len() {
            self.stream.write_all(&much).await?;
        }
        Ok(())
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    /// The next line without its end; `None` if there is none.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// A mail, up to the line with nothing but a dot.
    async fn mail(&mut self) -> io::Result<Option<String>> {
        let mut mail = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
            if line == ".\r\n" {
                return Ok(Some(mail));
            }
            mail.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
    }
}

/// What stands between the angle brackets.
fn between(text: &str) -> String {
    let inside = text.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
