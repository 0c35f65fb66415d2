//! Rust source without its comments and literals, so that a rule about code is not misled by words about code.
//! Knows just enough of the language's lexical form; lines stay where they are.

/// The source with comments, strings and character literals blanked out, line for line.
pub(super) fn only(source: &str) -> String {
    let mut rest = source;
    let mut code = String::with_capacity(source.len());
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let taken = comment(rest)
            .or_else(|| raw_string(rest, before))
            .or_else(|| string(rest))
            .or_else(|| character(rest));
        match taken {
            Some(length) => {
                let (gone, after) = rest.split_at(length);
                code.push(' ');
                code.extend(gone.chars().filter(|c| *c == '\n'));
                (rest, before) = (after, ' ');
            }
            None => {
                code.push(c);
                (rest, before) = (&rest[c.len_utf8()..], c);
            }
        }
    }
    code
}

fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let mut at = text.strip_prefix("/*").map(|_| 2)?;
    let mut depth = 1;
    while depth > 0 {
        let next = text[at..].find("*/");
        let (step, by) = match (text[at..].find("/*"), next) {
            (Some(open), Some(close)) if open < close => (open, 1),
            (_, Some(close)) => (close, -1),
            (_, None) => return Some(text.len()),
        };
        at += step + 2;
        depth += by;
    }
    Some(at)
}

/// `r"…"`, `r#"…"#`, `br"…"`; a raw identifier (`r#type`) or the end of a name is none.
fn raw_string(text: &str, before: char) -> Option<usize> {
    if before.is_alphanumeric() || before == '_' {
        return None;
    }
    let body = text.strip_prefix('b').unwrap_or(text).strip_prefix('r')?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inside = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(text.len() - inside.len() + length)
}

fn string(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !escaped => return Some(at + 2),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    Some(text.len())
}

/// `'x'` and `'\n'`; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    if let Some(escaped) = inside.strip_prefix('\\') {
        let skipped = escaped.chars().next()?.len_utf8();
        return escaped[skipped..].find('\'').map(|at| at + skipped + 3);
    }
    let c = inside.chars().next()?;
    inside[c.len_utf8()..].starts_with('\'').then(|| c.len_utf8() + 2)
}

#[test]
fn words_about_code_are_not_code() {
    let source = concat!(
        "let a = \"sled::open \\\" sled\"; // sled\n",
        "/* sled /* sled */\nsled */ let b = r#\"sled \" sled\"#;\n",
        "let c: &'static str = b\"sled\"; let d = '\"'; let e = '\\''; r#type::ok()\n",
    );
    let code = only(source);
    assert!(!code.contains("sled"), "{code}");
    assert_eq!(code.lines().count(), source.lines().count());
    for kept in ["let a", "let b", "let c: &'static str", "let d", "let e", "r#type::ok()"] {
        assert!(code.contains(kept), "{kept} is missing in {code}");
    }
}
