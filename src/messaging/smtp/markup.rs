//! A letter as HTML: the same words as its text, with nothing to load from anywhere. Everything in it is
//! escaped, since a caller may have said it.

use hookswitch_actors::ports::Letter;

/// The page.
pub(super) fn of(letter: &Letter) -> String {
    let mut page = String::from(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head>\n\
         <body style=\"font-family: sans-serif; line-height: 1.5; color: #222\">\n",
    );
    paragraphs(&mut page, &letter.lead);
    if !letter.facts.is_empty() {
        page.push_str("<table style=\"border-collapse: collapse\">\n");
        for (name, value) in &letter.facts {
            page.push_str("<tr><th style=\"text-align: left; padding-right: 1em\">");
            escape(&mut page, name);
            page.push_str("</th><td>");
            escape(&mut page, value);
            page.push_str("</td></tr>\n");
        }
        page.push_str("</table>\n");
    }
    paragraphs(&mut page, &letter.close);
    page.push_str("</body></html>\n");
    page
}

fn paragraphs(page: &mut String, texts: &[String]) {
    for text in texts {
        page.push_str("<p>");
        escape(page, text);
        page.push_str("</p>\n");
    }
}

/// Text that is shown as it is, between tags and in attributes alike.
fn escape(page: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            '\n' => page.push_str("<br>"),
            char if char.is_control() => {}
            char => page.push(char),
        }
    }
}
