//! Pages as a browser reads them: elements, attributes and texts, by the rules of the HTML
//! standard for what is well formed.

/// An element's begin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

/// What a page is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Markup {
    pub elements: Vec<Element>,
    /// All texts, one after the other.
    pub text: String,
}

/// Elements in which nothing is an element.
const OF_TEXT: [&str; 4] = ["title", "textarea", "script", "style"];

impl Markup {
    pub fn read(html: &str) -> Self {
        let mut markup = Self::default();
        let mut rest = html;
        while let Some((text, behind)) = rest.split_once('<') {
            markup.text += &unescaped(text);
            if let Some(comment) = behind.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            let begins = behind.starts_with(|it: char| it.is_ascii_alphabetic());
            if !begins && !behind.starts_with(['/', '!', '?']) {
                markup.text.push('<');
                rest = behind;
                continue;
            }
            let (element, behind) = element(behind);
            rest = behind;
            if begins {
                if OF_TEXT.contains(&&*element.name) {
                    let end = format!("</{}", element.name);
                    let at = rest.to_lowercase().find(&end).unwrap_or(rest.len());
                    markup.text += &unescaped(&rest[..at]);
                    rest = &rest[at..];
                }
                markup.elements.push(element);
            }
        }
        markup.text += &unescaped(rest);
        markup
    }

    /// What somebody else could have put there, and no template has.
    pub fn intruders(&self) -> Vec<String> {
        let mut found = Vec::new();
        for Element { name, attributes } in &self.elements {
            if name.starts_with("x-") || name == "base" || name == "iframe" {
                found.push(format!("<{name}>"));
            }
            for (attribute, value) in attributes {
                let leads = ["href", "src", "action", "formaction", "data-events"];
                let value = value.trim_start();
                let stays = value.starts_with('#')
                    || value.starts_with('?')
                    || (value.starts_with('/') && !value[1..].starts_with(['/', '\\']));
                if (leads.contains(&&**attribute) && !stays)
                    || attribute.starts_with("on")
                    || attribute.starts_with("x-")
                    || attribute == "style"
                    || !attribute
                        .bytes()
                        .all(|it| it.is_ascii_alphanumeric() || b"-:".contains(&it))
                {
                    found.push(format!("{attribute}={value:?} of <{name}>"));
                }
            }
        }
        found
    }
}

/// The element that begins or ends here, and what is behind it.
fn element(text: &str) -> (Element, &str) {
    let end = text
        .find(|it: char| {
            it.is_ascii_whitespace() || it == '>' || (it == '/' && !text.starts_with('/'))
        })
        .unwrap_or(text.len());
    let mut element = Element {
        name: text[..end].to_lowercase(),
        attributes: Vec::new(),
    };
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|it: char| it.is_ascii_whitespace() || it == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            return (element, behind);
        }
        if rest.is_empty() {
            return (element, rest);
        }
        let end = rest
            .find(|it: char| it.is_ascii_whitespace() || ['=', '>', '/'].contains(&it))
            .unwrap_or(rest.len())
            .max(1);
        let name = rest[..end].to_lowercase();
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(behind) = rest.strip_prefix('=') {
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|it| ['"', '\''].contains(it));
            let (text, after) = match quote {
                Some(quote) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
                None => {
                    let end = behind.find(|it: char| it.is_ascii_whitespace() || it == '>');
                    behind.split_at(end.unwrap_or(behind.len()))
                }
            };
            value = unescaped(text);
            rest = after;
        }
        element.attributes.push((name, value));
    }
}

/// A text with its references resolved.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out += before;
        let reference = behind.split_once(';').filter(|(name, _)| name.len() < 10);
        let character = reference.and_then(|(name, _)| match name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            name => {
                let number = name.strip_prefix('#')?;
                let number = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(number)
            }
        });
        match (character, reference) {
            (Some(character), Some((_, behind))) => {
                out.push(character);
                rest = behind;
            }
            _ => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out + rest
}

#[test]
fn an_intruder_is_seen_however_it_got_there() {
    for html in [
        "<p><x-in></p>",
        "<a href=\"/a\"><X-IN a=b></a>",
        "<a href=\"/a\" onclick=\"b\">",
        "<a title=\"\" x-in=\"\">",
        "<a href='javascript:a'>",
        "<a href=\" java&#115;cript:a\">",
        "<a href=\"//elsewhere\">",
        "<a href=\"https://elsewhere\">",
        "<form action=data:a>",
        "<textarea></textarea><x-in>",
        "<p style=\"a\">",
        "<base href=\"/\">",
        "<a a\"b=\"c\">",
    ] {
        assert_ne!(Markup::read(html).intruders(), [""; 0], "{html}");
    }
    for html in [
        "<p>&lt;x-in&gt; a < b</p>",
        "<textarea><x-in></textarea>",
        "<a href=\"/a?b=%3Cx-in%3E\" title=\"&quot;&gt;&lt;x-in&gt;\">a</a>",
        "<!-- <x-in> --><br/>",
        "<script src=\"/assets/live.js\">if (a < b) \"<x-in>\"</script>",
    ] {
        assert_eq!(Markup::read(html).intruders(), [""; 0], "{html}");
    }
    let markup = Markup::read("<p title=a>1 &lt; 2 &#38;&#x26;</p><title>&lt;b&gt;</title>");
    assert_eq!(markup.text, "1 < 2 &&<b>");
    assert_eq!(markup.elements.len(), 2);
}
