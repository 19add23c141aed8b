//! `Forwarded` (RFC 7239): a list of elements, each of pairs, with quoted strings.
//!
//! The last element counts, as in every list (see `fields`). The whole line is read
//! for it, strictly: quotes that a client left open must not turn what the proxy has
//! written behind them into something else.

use std::borrow::Cow;

use super::node::{self, Node};
use super::unreadable::Fault;

/// What the last element says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Element<'a> {
    /// `for`: who has sent the request to the proxy.
    pub sender: Option<Cow<'a, str>>,
    /// `by`: where the proxy has received it.
    pub receiver: Option<Cow<'a, str>>,
}

/// Reads the last element of a line.
pub(super) fn last_element(line: &str) -> Result<Element<'_>, Fault> {
    let mut rest = Rest(line);
    let mut last = None;
    let mut element = Element::default();
    let mut is_empty = true;
    loop {
        rest.skip_space();
        match rest.first() {
            None | Some(b',') => {
                // Empty elements do not count.
                if !is_empty {
                    last = Some(element);
                }
                if rest.first().is_none() {
                    break;
                }
                (element, is_empty) = (Element::default(), true);
                rest.skip(1);
                continue;
            }
            Some(b';') => {
                rest.skip(1);
                continue;
            }
            Some(_) => {}
        }
        is_empty = false;
        let (name, value) = rest.pair()?;
        let place = if name.eq_ignore_ascii_case("for") {
            &mut element.sender
        } else if name.eq_ignore_ascii_case("by") {
            &mut element.receiver
        } else {
            &mut None
        };
        if place.replace(value).is_some() {
            return Err(Fault::Malformed);
        }
        rest.skip_space();
        if !matches!(rest.first(), None | Some(b',' | b';')) {
            return Err(Fault::Malformed);
        }
    }
    last.ok_or(Fault::Malformed)
}

/// Reads the node of a pair: an address and perhaps a port, in whose place an
/// obfuscated one is none; or an identifier that hides the address.
pub(super) fn node(text: &str) -> Result<Node, Fault> {
    if text.eq_ignore_ascii_case("unknown") || text.starts_with('_') {
        return Err(Fault::Hidden);
    }
    let (address, port) = node::split(text)?;
    Ok(Node {
        address: node::address(address)?,
        port: port
            .filter(|port| !port.starts_with('_'))
            .map(node::port)
            .transpose()?,
    })
}

/// What of a line is not read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn first(&self) -> Option<u8> {
        self.0.as_bytes().first().copied()
    }

    fn skip(&mut self, count: usize) {
        self.0 = &self.0[count..];
    }

    fn skip_space(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    /// A name, an equals sign, and a token or quoted string.
    fn pair(&mut self) -> Result<(&'a str, Cow<'a, str>), Fault> {
        let name = self.token();
        if name.is_empty() || self.first() != Some(b'=') {
            return Err(Fault::Malformed);
        }
        self.skip(1);
        if self.first() == Some(b'"') {
            return Ok((name, self.quoted()?));
        }
        match self.value() {
            "" => Err(Fault::Malformed),
            value => Ok((name, value.into())),
        }
    }

    fn token(&mut self) -> &'a str {
        self.while_it_is(is_token)
    }

    /// A token, or what many write without the quotes that it should have: an
    /// endpoint.
    fn value(&mut self) -> &'a str {
        self.while_it_is(|byte| is_token(byte) || matches!(byte, b':' | b'[' | b']'))
    }

    fn while_it_is(&mut self, is: fn(u8) -> bool) -> &'a str {
        let end = self.0.bytes().position(|byte| !is(byte));
        let (read, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        read
    }

    /// A quoted string without its quotes, its escapes resolved.
    fn quoted(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.skip(1);
        let mut bytes = self.0.bytes().enumerate();
        let mut has_escapes = false;
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => {
                    let text = &self.0[..at];
                    self.skip(at + 1);
                    return Ok(if has_escapes {
                        unescaped(text).into()
                    } else {
                        text.into()
                    });
                }
                b'\\' => {
                    has_escapes = true;
                    bytes.next();
                }
                _ => {}
            }
        }
        Err(Fault::Malformed)
    }
}

fn unescaped(text: &str) -> String {
    let mut letters = text.chars();
    let mut unescaped = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        unescaped.extend(if letter == '\\' {
            letters.next()
        } else {
            Some(letter)
        });
    }
    unescaped
}

/// Whether a byte is one of a token (RFC 9110).
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn element(line: &str) -> Result<[Option<String>; 2], Fault> {
        let owned = |value: Option<Cow<'_, str>>| value.map(Cow::into_owned);
        last_element(line).map(|it| [owned(it.sender), owned(it.receiver)])
    }

    #[test]
    fn the_last_element_is_read() {
        for (line, sender, receiver) in [
            ("for=192.0.2.1", "192.0.2.1", ""),
            ("for=\"192.0.2.1:7\"", "192.0.2.1:7", ""),
            // Without the quotes that it should have.
            ("for=192.0.2.1:7;proto=https", "192.0.2.1:7", ""),
            ("For=\"[2001:db8::1]:7\";BY=_x", "[2001:db8::1]:7", "_x"),
            (
                "for=1.1.1.1, proto=http;for=\"2.2.2.2:2\" ; by=\"3.3.3.3:443\"",
                "2.2.2.2:2",
                "3.3.3.3:443",
            ),
            ("for=\"192.0.2.1\\:7\"", "192.0.2.1:7", ""),
            ("for=\"a,b\\\";for=c\", for=d;host=\"e, f;g\",,", "d", ""),
            ("proto=http", "", ""),
        ] {
            let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            assert_eq!(
                element(line),
                Ok([value(sender), value(receiver)]),
                "{line}"
            );
        }
    }

    #[test]
    fn quotes_that_are_left_open_swallow_nothing() {
        for line in [
            "",
            ",",
            "for",
            "for=",
            "=a",
            "for=a b",
            "for=\"a\"b",
            "for=\"a",
            "for=\"a\\",
            "for=a;for=b",
            // A client sent the first part, the proxy wrote the second.
            "for=\"x, for=\"192.0.2.1:7\";by=\"198.51.100.1:443\"",
            "for=\"x\\\", for=\"192.0.2.1:7\"",
            "x=\", for=192.0.2.1",
        ] {
            assert_eq!(element(line), Err(Fault::Malformed), "{line}");
        }
    }

    #[test]
    fn nodes_may_hide_what_they_are() {
        let read = |text| node(text).map(|node| (node.address.to_string(), node.port));
        assert_eq!(read("unknown"), Err(Fault::Hidden));
        assert_eq!(read("Unknown"), Err(Fault::Hidden));
        assert_eq!(read("_hidden"), Err(Fault::Hidden));
        assert_eq!(read("192.0.2.1:_p"), Ok(("192.0.2.1".to_owned(), None)));
        assert_eq!(read("[::1]:_p"), Ok(("::1".to_owned(), None)));
        assert_eq!(read("192.0.2.1:p"), Err(Fault::NoPort));
        assert_eq!(read("hidden"), Err(Fault::NoAddress));
    }

    /// A pair as its writer means it.
    type Pair = (&'static str, String);

    fn lists() -> impl Strategy<Value = Vec<Vec<Pair>>> {
        let names = prop::sample::select(vec!["for", "by", "host", "proto"]);
        let pair = (names, "[ -~]{0,12}");
        prop::collection::vec(prop::collection::vec(pair, 1..4), 1..4)
    }

    /// Writes a value in quotes, or without where it may be a token.
    fn written((name, value): &Pair) -> String {
        if !value.is_empty() && value.bytes().all(is_token) {
            return format!("{name}={value}");
        }
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{name}=\"{escaped}\"")
    }

    /// Cuts a line at a letter that is in no quotes.
    fn cut(line: &str, at: char) -> Vec<String> {
        let mut parts = vec![String::new()];
        let (mut is_quoted, mut is_escaped) = (false, false);
        for letter in line.chars() {
            if letter == at && !is_quoted {
                parts.push(String::new());
                continue;
            }
            parts.last_mut().unwrap().push(letter);
            is_quoted ^= letter == '"' && !is_escaped;
            is_escaped = is_quoted && letter == '\\' && !is_escaped;
        }
        parts
    }

    /// The values of `for` and `by` in the last element, read in the simplest way,
    /// of a line that is as it should be.
    fn naive(line: &str) -> [Option<String>; 2] {
        let elements = cut(line, ',');
        let last = elements.iter().rfind(|text| !text.trim().is_empty());
        let pairs = cut(last.unwrap(), ';');
        ["for", "by"].map(|wanted| {
            pairs.iter().find_map(|pair| {
                let (name, value) = pair.trim().split_once('=')?;
                let value = value.strip_prefix('"').map_or_else(
                    || value.to_owned(),
                    |rest| unescaped(&rest[..rest.len() - 1]),
                );
                name.eq_ignore_ascii_case(wanted).then_some(value)
            })
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(list in lists()) {
            let elements: Vec<String> = list
                .iter()
                .map(|pairs| pairs.iter().map(written).collect::<Vec<_>>().join(";"))
                .collect();
            let line = elements.join(", ");
            let last = list.last().unwrap();
            let meant = |wanted| {
                let mut values = last.iter().filter(|(name, _)| *name == wanted);
                let value = values.next().map(|(_, value)| value.clone());
                values.next().is_none().then_some(value)
            };
            let unique = |list: &[Pair]| {
                ["for", "by"].iter().all(|it| list.iter().filter(|pair| pair.0 == *it).count() < 2)
            };
            if list.iter().all(|pairs| unique(pairs)) {
                prop_assert_eq!(element(&line), Ok([meant("for").unwrap(), meant("by").unwrap()]));
                prop_assert_eq!(element(&line), Ok(naive(&line)));
            } else {
                prop_assert_eq!(element(&line), Err(Fault::Malformed));
            }
        }

        #[test]
        fn any_text_is_read_as_the_naive_way_does_or_refused(line in "[for=by\", ;\\\\a1:\\[.]{0,20}") {
            if let Ok(read) = element(&line) {
                prop_assert_eq!(read, naive(&line), "{}", line);
            }
        }

        #[test]
        fn takes_any_text(line: String) {
            if let Ok(element) = last_element(&line) {
                for text in [element.sender, element.receiver].into_iter().flatten() {
                    let _ = node(&text);
                }
            }
        }
    }
}
