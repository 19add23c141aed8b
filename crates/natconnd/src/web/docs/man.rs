//! Manual pages to HTML: as much of roff as clap_mangen writes.
//!
//! A test sees that there is no more in ours than what is known here.

use std::fmt::Write as _;

use super::anchors::Anchors;
use super::list::Document;
use super::{Heading, Rendered};

/// Renders the source of a manual page.
pub(super) fn render(source: &str) -> Rendered {
    let mut page = Page::default();
    for line in source.lines() {
        page.line(line);
    }
    page.close();
    Rendered {
        html: page.html,
        headings: page.headings,
    }
}

/// What is open, and ends with the next of its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Open {
    #[default]
    Nothing,
    Paragraph,
    /// A term, whose explanation follows.
    Term,
    Explanation,
    Item,
    /// Lines as they stand.
    Block,
}

#[derive(Debug, Default)]
struct Page {
    html: String,
    headings: Vec<Heading>,
    anchors: Anchors,
    open: Open,
    is_in_list: bool,
}

impl Page {
    fn line(&mut self, line: &str) {
        let (request, rest) = line.split_once(' ').unwrap_or((line, ""));
        match request {
            ".TH" => {
                let name = rest.split(' ').take(2).collect::<Vec<_>>();
                let name = format!("{}({})", name[0], name.get(1).unwrap_or(&""));
                let _ = writeln!(self.html, "<h1>{}</h1>", escaped(&name));
            }
            ".SH" => {
                self.close();
                let words = sentence(rest.trim_matches('"'));
                let id = self.anchors.of(&words);
                let _ = writeln!(self.html, "<h2 id=\"{id}\">{}</h2>", escaped(&words));
                self.headings.push(Heading { id, words });
            }
            ".PP" => self.close(),
            ".TP" => {
                self.end_of_one();
                if !self.is_in_list {
                    self.html.push_str("<dl>\n");
                    self.is_in_list = true;
                }
                self.open = Open::Term;
            }
            // Values of an option: a list inside its explanation.
            ".RS" => self.html.push_str("<ul>\n"),
            ".IP" => {
                self.end_of_item();
                self.html.push_str("<li>");
                self.open = Open::Item;
            }
            ".RE" => {
                self.end_of_item();
                self.html.push_str("</ul>\n");
            }
            ".br" => self.html.push_str("<br>"),
            ".nf" => {
                self.close();
                self.html.push_str("<pre><code>");
                self.open = Open::Block;
            }
            ".fi" => self.close(),
            // Conditions about quotes.
            ".ie" | ".el" => {}
            _ => self.words(line),
        }
    }

    /// Words, in what is open.
    fn words(&mut self, line: &str) {
        match self.open {
            Open::Nothing => {
                if line.trim().is_empty() {
                    return;
                }
                self.html.push_str("<p>");
                self.open = Open::Paragraph;
            }
            Open::Term => {
                let _ = writeln!(self.html, "<dt>{}</dt>", text(line));
                self.html.push_str("<dd>");
                self.open = Open::Explanation;
                return;
            }
            _ => {}
        }
        self.html.push_str(&text(line));
        self.html.push('\n');
    }

    /// Ends what is open, but not the list that it is in.
    fn end_of_one(&mut self) {
        self.html.push_str(match self.open {
            Open::Nothing | Open::Term => "",
            Open::Paragraph => "</p>\n",
            Open::Item => "</li>\n",
            Open::Explanation => "</dd>\n",
            Open::Block => "</code></pre>\n",
        });
        self.open = Open::Nothing;
    }

    /// Ends a value; the explanation that it belongs to goes on.
    fn end_of_item(&mut self) {
        if self.open == Open::Item {
            self.html.push_str("</li>\n");
        }
        self.open = Open::Explanation;
    }

    fn close(&mut self) {
        self.end_of_one();
        if self.is_in_list {
            self.html.push_str("</dl>\n");
            self.is_in_list = false;
        }
    }
}

/// `EXIT STATUS` as `Exit status`.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter();
    first.chain(letters.flat_map(char::to_lowercase)).collect()
}

/// A line of roff as HTML: bold and italic, and links to other manual pages.
fn text(line: &str) -> String {
    let mut html = String::new();
    let mut font = "";
    let mut plain = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (word, length) = match rest.as_bytes() {
            [b'f', kind, ..] => {
                html.push_str(&linked(&std::mem::take(&mut plain)));
                if !font.is_empty() {
                    let _ = write!(html, "</{font}>");
                }
                font = match kind {
                    b'B' => "b",
                    b'I' => "i",
                    _ => "",
                };
                if !font.is_empty() {
                    let _ = write!(html, "<{font}>");
                }
                ("", 2)
            }
            [b'*', b'(', ..] => ("'", 4),
            [b'(', ..] => ("", 3),
            [b'-', ..] => ("-", 1),
            [b'e' | b'\\', ..] => ("\\", 1),
            [b'&', ..] => ("", 1),
            _ => ("", 0),
        };
        plain.push_str(word);
        rest = rest.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    html.push_str(&linked(&plain));
    if !font.is_empty() {
        let _ = write!(html, "</{font}>");
    }
    html
}

/// Escapes text, and makes links of `natconn-lookup(1)`.
fn linked(plain: &str) -> String {
    let mut html = String::new();
    for (index, word) in plain.split(' ').enumerate() {
        if index > 0 {
            html.push(' ');
        }
        let ends = ["(1)", "(8)"];
        let section = ends.iter().find_map(|end| {
            let at = word.find(end)?;
            Some((&word[..at], &end[1..2], &word[at + end.len()..]))
        });
        let page =
            section.and_then(|(name, section, _)| Document::named(&format!("{name}.{section}")));
        match (page, section) {
            (Some(page), Some((name, section, after))) => {
                let (name, after) = (escaped(name), escaped(after));
                let address = page.address();
                let _ = write!(html, "<a href=\"{address}\">{name}({section})</a>{after}");
            }
            _ => html.push_str(&escaped(word)),
        }
    }
    html
}

fn escaped(plain: &str) -> String {
    plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_writes_becomes_html() {
        let page = render(
            ".ie \\n(.g .ds Aq \\(aq\n.TH natconn 1  \"x\" y\n.SH \"EXIT STATUS\"\nOne\\*(Aqs <b>.\n\
             .PP\n\\fB\\-h\\fR and \\fIN\\fR\n.TP\n\\fB\\-\\-at\\fR\nAt it\n.TP\nnatconnd(8)\nThat\n\
             .SH B\n.nf\na  b\nc\n.fi\n",
        );
        assert_eq!(
            page.html,
            "<h1>natconn(1)</h1>\n<h2 id=\"exit-status\">Exit status</h2>\n\
             <p>One's &lt;b&gt;.\n</p>\n<p><b>-h</b> and <i>N</i>\n</p>\n<dl>\n\
             <dt><b>--at</b></dt>\n<dd>At it\n</dd>\n\
             <dt><a href=\"/docs/natconnd.8\">natconnd(8)</a></dt>\n<dd>That\n</dd>\n</dl>\n\
             <h2 id=\"b\">B</h2>\n<pre><code>a  b\nc\n</code></pre>\n"
        );
        assert_eq!(page.headings.len(), 2);
    }

    #[test]
    fn our_manual_pages_have_nothing_else() {
        const KNOWN: [&str; 13] = [
            ".TH", ".SH", ".PP", ".TP", ".IP", ".br", ".nf", ".fi", ".ie", ".el", ".RS", ".RE",
            ".\\\"",
        ];
        let pages = Document::all().filter(|document| document.is_man());
        let mut count = 0;
        for page in pages {
            for line in page.source().lines().filter(|line| line.starts_with('.')) {
                let request = line.split(' ').next().unwrap_or_default();
                assert!(KNOWN.contains(&request), "{}: {line}", page.name);
            }
            let html = page.render().html;
            assert!(!html.contains('\\'), "{}: {html}", page.name);
            count += 1;
        }
        assert!(count > 20, "{count}");
    }
}
