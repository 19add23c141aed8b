//! How the command introduces itself: token, certificate, case and reason.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::PathBuf;

use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::bearer::Token;
use super::choice::{Asker, DaemonChoice};
use super::daemon::Daemon;
use super::error::Error;
use super::tls::Security;

/// For which case, and why: text in UTF-8, percent-encoded.
const CASE: HeaderName = HeaderName::from_static("natconn-case");
const REASON: HeaderName = HeaderName::from_static("natconn-reason");

/// What natconnd is told of whoever asks it.
#[derive(Debug)]
pub(super) struct Introduction {
    headers: HeaderMap,
    security: Option<Security>,
    /// What it is known by.
    pub shown: Shown,
}

/// What somebody may be known by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Shown {
    /// A token.
    pub token: bool,
    /// A certificate.
    pub certificate: bool,
}

impl Introduction {
    /// What the options say, or else the variables that `variable` reads.
    ///
    /// Options that only make sense over TLS are a mistake without it; variables are not,
    /// because they are for all daemons that are asked.
    pub fn chosen(
        daemon: &Daemon,
        choice: &DaemonChoice,
        asker: &Asker,
        variable: impl Fn(&'static str) -> Option<OsString>,
    ) -> Result<Self, Error> {
        // An empty variable is as good as none, as in most commands.
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let file = |option: &Option<PathBuf>, name| {
            let of_variable = || variable(name).map(PathBuf::from);
            option.clone().or_else(of_variable)
        };
        let mut headers = HeaderMap::new();
        let token = Token::chosen(asker, variable("NATCONN_TOKEN"))?;
        let mut shown = Shown {
            token: token.is_some(),
            certificate: false,
        };
        if let Some(token) = token {
            if !daemon.keeps_secrets() && !asker.token_in_clear {
                return Err(Error::TokenInClear(daemon.question("")));
            }
            headers.insert(AUTHORIZATION, token.into_header());
        }
        for (header, option, name) in [
            (CASE, &asker.case, "NATCONN_CASE"),
            (REASON, &asker.reason, "NATCONN_REASON"),
        ] {
            let of_variable = || Some(variable(name)?.to_string_lossy().into_owned());
            if let Some(text) = option.clone().or_else(of_variable) {
                headers.insert(header, encoded(&text));
            }
        }
        let security = if let Some(host) = daemon.tls_host() {
            let certificate = file(&asker.certificate, "NATCONN_CERTIFICATE");
            let key = file(&asker.key, "NATCONN_KEY");
            let own = match (certificate, key) {
                (None, Some(key)) => return Err(Error::KeyAlone(key)),
                (certificate, key) => certificate.map(|certificate| {
                    let key = key.unwrap_or_else(|| certificate.clone());
                    (certificate, key)
                }),
            };
            shown.certificate = own.is_some();
            let ca = file(&choice.ca, "NATCONN_CA");
            Some(Security::new(host, ca.as_deref(), own)?)
        } else {
            for (option, name) in [
                (&choice.ca, "--ca"),
                (&asker.certificate, "--certificate"),
                (&asker.key, "--key"),
            ] {
                if option.is_some() {
                    return Err(Error::WithoutTls {
                        option: name,
                        daemon: daemon.to_string(),
                    });
                }
            }
            None
        };
        Ok(Self {
            headers,
            security,
            shown,
        })
    }

    /// What stands in the head of each request.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What TLS is spoken with, where it is.
    pub const fn security(&self) -> Option<&Security> {
        self.security.as_ref()
    }
}

/// All but letters, digits and `-._~` as `%XX`, of UTF-8 (RFC 3986, section 2.3).
fn encoded(text: &str) -> HeaderValue {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot go wrong.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    HeaderValue::try_from(encoded).expect("letters, digits and some signs of ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn introduced(
        url: &str,
        asker: &Asker,
        variables: &[(&str, &str)],
    ) -> Result<HeaderMap, String> {
        let choice = DaemonChoice::default();
        let daemon = match url {
            "" => Daemon::Socket(PathBuf::from("/s")),
            url => Daemon::of_url("--url", url).unwrap(),
        };
        let introduction = Introduction::chosen(&daemon, &choice, asker, |name| {
            let found = variables.iter().find(|(variable, _)| *variable == name)?;
            Some(found.1.into())
        });
        introduction
            .map(|introduction| introduction.headers)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn case_and_reason_are_sent_in_plain_letters() {
        let asker = Asker {
            reason: Some("abuse, 50% \u{fc}ber\nall".to_owned()),
            ..Asker::default()
        };
        let variables = [("NATCONN_CASE", "2026/117"), ("NATCONN_REASON", "other")];
        let headers = introduced("http://192.0.2.1", &asker, &variables).unwrap();
        assert_eq!(headers["natconn-case"], "2026%2F117");
        assert_eq!(
            headers["natconn-reason"],
            "abuse%2C%2050%25%20%C3%BCber%0Aall"
        );
        assert_eq!(headers.len(), 2);
        let none = [("NATCONN_CASE", ""), ("NATCONN_TOKEN", "")];
        assert!(introduced("", &Asker::default(), &none).unwrap().is_empty());
    }

    #[test]
    fn a_token_goes_in_clear_only_where_nobody_can_listen() {
        let variables = [("NATCONN_TOKEN", "natconn_x")];
        let asker = Asker::default();
        for url in [
            "",
            "http://127.0.0.1:8080",
            "http://[::1]",
            "http://localhost",
        ] {
            let headers = introduced(url, &asker, &variables).unwrap();
            assert_eq!(headers["authorization"], "Bearer natconn_x");
            // Whoever prints it for the sake of a fault prints no token.
            assert!(!format!("{headers:?}").contains("natconn_x"));
        }
        let refused = introduced("http://gateway:8080", &asker, &variables).unwrap_err();
        assert_eq!(
            refused,
            "show the token to http://gateway:8080: the way there is not encrypted"
        );
        let asker = Asker {
            token_in_clear: true,
            ..asker
        };
        assert!(introduced("http://gateway:8080", &asker, &variables).is_ok());
    }

    #[test]
    fn options_of_tls_are_not_left_out_in_silence() {
        let asker = Asker {
            certificate: Some("/c".into()),
            ..Asker::default()
        };
        let refused = introduced("http://gateway", &asker, &[]).unwrap_err();
        assert_eq!(refused, "read --certificate: gateway is not asked over TLS");
        let variables = [("NATCONN_CERTIFICATE", "/c"), ("NATCONN_CA", "/a")];
        assert!(introduced("http://gateway", &Asker::default(), &variables).is_ok());
        let refused = introduced(
            "https://gateway",
            &Asker::default(),
            &[("NATCONN_KEY", "/k")],
        );
        assert_eq!(
            refused.unwrap_err(),
            "read key /k: there is no certificate to it"
        );
    }
}
