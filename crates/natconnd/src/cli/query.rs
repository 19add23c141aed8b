//! Paths with a query, percent-encoded.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use super::definition::FilterArguments;

/// A question: a path of the API and its parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Query {
    path: Cow<'static, str>,
    pairs: String,
}

impl Query {
    /// A question without parameters.
    pub const fn new(path: &'static str) -> Self {
        Self {
            path: Cow::Borrowed(path),
            pairs: String::new(),
        }
    }

    /// A question about what has this name below a path.
    pub fn below(path: &str, name: &str) -> Self {
        let mut path = format!("{path}/");
        encode(&mut path, name);
        Self {
            path: Cow::Owned(path),
            pairs: String::new(),
        }
    }

    /// The path without the parameters.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Path and parameters, as they stand in the first line of a request.
    pub fn target(&self) -> String {
        match &*self.pairs {
            "" => self.path.clone().into_owned(),
            pairs => format!("{}?{pairs}", self.path),
        }
    }

    /// Adds a parameter where there is a value for it.
    pub fn with(mut self, name: &str, value: Option<impl Display>) -> Self {
        let Some(value) = value else { return self };
        if !self.pairs.is_empty() {
            self.pairs.push('&');
        }
        self.pairs.push_str(name);
        self.pairs.push('=');
        encode(&mut self.pairs, &value.to_string());
        self
    }

    /// Adds what a filter asks for; the items of a list go into one parameter.
    pub fn with_filter(self, filter: &FilterArguments) -> Self {
        let list = |values: &[String]| (!values.is_empty()).then(|| values.join(","));
        let kinds: Vec<_> = filter.kind.iter().map(|kind| kind.name().into()).collect();
        self.with("internal", list(&filter.internal))
            .with("nat", list(&filter.nat))
            .with("remote", list(&filter.remote))
            .with("protocol", list(&filter.protocol))
            .with("kind", list(&kinds))
            .with("zone", list(&filter.zone))
    }
}

/// Encodes all but what a query holds literally (RFC 3986, section 3.4) and
/// no reader takes for anything else.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot go wrong.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_and_absent_ones_left_out() {
        let query = Query::new("/p")
            .with("nat", Some("[2001:db8::1]:443"))
            .with("remote", None::<&str>)
            .with("x", Some("a&b=c+d e%ä"))
            .with("limit", Some(5));
        assert_eq!(
            query.target(),
            "/p?nat=%5B2001:db8::1%5D:443&x=a%26b%3Dc%2Bd%20e%25%C3%A4&limit=5"
        );
        assert_eq!(Query::new("/p").target(), "/p");
    }
}
