//! Markdown to HTML that a page may have.
//!
//! Raw HTML is shown as the text that it is, and comments not at all. Links to other
//! documents lead to their pages; those to files that are not served are plain text.

use pulldown_cmark::{Alignment, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::anchors::Anchors;
use super::list::Document;
use super::{Heading, Rendered};

/// Renders a document; `folder` is where its file is, from the root of the sources.
pub(super) fn render(text: &str, folder: &str) -> Rendered {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES);
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut anchors = Anchors::default();
    let mut headings = Vec::new();
    let mut heading: Option<usize> = None;
    // For each open link whether it is one on the page.
    let mut links = Vec::new();
    for event in parser {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                if !html.trim_start().starts_with("<!--") {
                    events.push(Event::Text(html));
                }
                continue;
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(events.len()),
            Event::End(TagEnd::Heading(level)) => {
                if let Some(start) = heading.take() {
                    let words = words(&events[start..]);
                    let id = anchors.of(&words);
                    if let Event::Start(Tag::Heading { id: of_it, .. }) = &mut events[start] {
                        *of_it = Some(id.clone().into());
                    }
                    if level == pulldown_cmark::HeadingLevel::H2 {
                        headings.push(Heading { id, words });
                    }
                }
            }
            Event::Start(Tag::Table(columns)) => {
                events.push(Event::Html("<div class=\"scroll\">".into()));
                // Alignment would be a style in the page, which its policy forbids.
                let plain = vec![Alignment::None; columns.len()];
                events.push(Event::Start(Tag::Table(plain)));
                continue;
            }
            Event::End(TagEnd::Table) => {
                events.push(event);
                events.push(Event::Html("</div>\n".into()));
                continue;
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let target = target(&dest_url, folder);
                links.push(target.is_some());
                if let Some(target) = target {
                    let dest_url = CowStr::from(target);
                    events.push(Event::Start(Tag::Link {
                        link_type,
                        dest_url,
                        title,
                        id,
                    }));
                }
                continue;
            }
            Event::End(TagEnd::Link) => {
                if links.pop() == Some(true) {
                    events.push(event);
                }
                continue;
            }
            // A file's name says less on a page than what the document is called.
            Event::Text(name) if links.last() == Some(&true) && name.ends_with(".md") => {
                let document = Document::of_file(&path_of(&name, folder));
                let title = document.map(|document| CowStr::from(document.title));
                events.push(Event::Text(title.unwrap_or(name)));
                continue;
            }
            // A picture would have to be served.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => continue,
            _ => {}
        }
        events.push(event);
    }
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, events.into_iter());
    Rendered {
        html: out,
        headings,
    }
}

/// What stands in a heading, without its marks.
fn words(events: &[Event<'_>]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(&**text),
        _ => None,
    });
    texts.collect()
}

/// Where a link of a document leads on the pages; `None` where it cannot be followed there.
fn target(link: &str, folder: &str) -> Option<String> {
    if link.starts_with("https://") || link.starts_with("http://") || link.starts_with('#') {
        return Some(link.to_owned());
    }
    if link.contains(':') {
        return None;
    }
    let (file, mark) = link.split_once('#').unwrap_or((link, ""));
    let path = path_of(file, folder);
    let page = match &*path {
        "docs/openapi.json" => "/openapi.json".to_owned(),
        "docs/man" => Document::named("natconn.1")?.address(),
        path => Document::of_file(path)?.address(),
    };
    Some(match mark {
        "" => page,
        mark => format!("{page}#{mark}"),
    })
}

/// The path of a file from the root of the sources, as a document in `folder` names it.
fn path_of(file: &str, folder: &str) -> String {
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            ".." => drop(path.pop()),
            "" | "." => {}
            part => path.push(part),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        render(text, "docs").html
    }

    #[test]
    fn html_in_a_document_is_text() {
        let shown = html("a <b onclick=x>b</b> <!-- c -->\n\n<script>alert(1)</script>\n");
        assert!(
            !shown.contains("<b") && !shown.contains("<script"),
            "{shown}"
        );
        assert!(shown.contains("&lt;script&gt;"), "{shown}");
        assert!(!shown.contains("<!--") && !shown.contains(" c "), "{shown}");
    }

    #[test]
    fn links_lead_to_pages_or_are_none() {
        for (link, shown) in [
            ("config.md", "href=\"/docs/config\""),
            ("config.md#http", "href=\"/docs/config#http\""),
            ("README.md", "href=\"/docs\""),
            ("../GLOSSARY.md", "href=\"/docs/glossary\""),
            ("openapi.json", "href=\"/openapi.json\""),
            ("man", "href=\"/docs/natconn.1\""),
            ("#a", "href=\"#a\""),
            ("https://example.net/a", "href=\"https://example.net/a\""),
        ] {
            let page = html(&format!("[x]({link})"));
            assert!(page.contains(shown), "{link}: {page}");
        }
        for link in [
            "../CONTRIBUTING.md",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            let page = html(&format!("[x]({link})"));
            assert_eq!(page, "<p>x</p>\n", "{link}");
        }
    }

    #[test]
    fn a_link_that_is_a_file_name_has_the_title() {
        let page = html("See [config.md](config.md#http) and [the keys](config.md).");
        assert!(page.contains(">Configuration</a> and <a"), "{page}");
        assert!(page.contains(">the keys</a>"), "{page}");
    }

    #[test]
    fn headings_have_marks_and_are_listed() {
        let rendered = render(
            "# One\n\n## Two `three`\n\n### Four\n\n## Two three\n",
            "docs",
        );
        let ids: Vec<&str> = rendered.headings.iter().map(|it| &*it.id).collect();
        assert_eq!(ids, ["two-three", "two-three-1"]);
        assert!(rendered.html.contains("<h2 id=\"two-three-1\">"));
        assert_eq!(rendered.headings[0].words, "Two three");
    }

    #[test]
    fn tables_have_no_style_of_their_own() {
        let shown = html("| a | b |\n|:--|--:|\n| 1 | 2 |\n");
        assert!(shown.contains("<div class=\"scroll\"><table>"), "{shown}");
        assert!(!shown.contains("style="), "{shown}");
    }
}
