//! Bodies of answers that are not natconnd's, for an error's one line.

use super::error::printable;

/// The most that is shown, in characters.
const LENGTH: usize = 80;

/// The gist of a body in one short line, fit for a terminal: of a page its
/// title or its text, of anything else its beginning.
pub(super) fn gist(body: &str) -> String {
    let text = title(body).map_or_else(|| without_tags(body), str::to_owned);
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => printable(&line[..end]) + "…",
        None => printable(&line),
    }
}

/// What stands between `<title>` and `</title>`.
fn title(body: &str) -> Option<&str> {
    // Of the same length, so that its indices are those of the body.
    let lower = body.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    Some(&body[start..end])
}

/// A page without its tags; what is no page stays as it is.
fn without_tags(body: &str) -> String {
    if !body.trim_start().starts_with('<') {
        return body.to_owned();
    }
    let mut text = String::new();
    let mut is_tag = false;
    for letter in body.chars() {
        match letter {
            '<' => {
                is_tag = true;
                text.push(' ');
            }
            '>' => is_tag = false,
            _ if is_tag => {}
            _ => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_title_or_its_text() {
        let page = "<html>\r\n<head><TITLE>404 Not\n Found</TITLE></head>\r\n<body>x</body>";
        assert_eq!(gist(page), "404 Not Found");
        assert_eq!(
            gist("<h1>\u{1b}[2Jnginx</h1>\n<hr>here"),
            "\\u{1b}[2Jnginx here"
        );
        assert_eq!(gist("<html></html>"), "");
        assert_eq!(gist("1 < 2\n"), "1 < 2");
        assert_eq!(gist("{}"), "{}");
    }

    #[test]
    fn a_long_body_is_cut() {
        let line = gist(&"ä".repeat(500));
        assert_eq!(line.chars().count(), LENGTH + 1);
        assert!(line.ends_with('…'));
    }
}
