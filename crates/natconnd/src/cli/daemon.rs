//! Where natconnd listens: a unix socket or a TCP port, with TLS or without.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use hyper::Uri;
use hyper::http::uri::Scheme;

use super::choice::DaemonChoice;
use super::error::Error;

/// Where natconnd listens unless its configuration says otherwise.
pub(super) const DEFAULT_SOCKET: &str = "/run/natconnd/natconnd.sock";

/// The daemon to ask.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Daemon {
    /// Over a unix socket.
    Socket(PathBuf),
    /// Over TCP.
    Tcp {
        /// Whether TLS is spoken.
        is_tls: bool,
        /// Name or address, IPv6 without brackets.
        host: String,
        /// Where the URL has none 80, or 443 for TLS.
        port: u16,
        /// Host and port as they stand in the URL.
        authority: String,
        /// What comes before the API's own paths, without a slash at its end.
        prefix: String,
    },
}

impl Daemon {
    /// The daemon that the options name, or else the variables that `variable`
    /// reads, or else the default.
    pub fn chosen(
        choice: &DaemonChoice,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, Error> {
        if let Some(path) = &choice.socket {
            return Ok(Self::Socket(path.clone()));
        }
        if let Some(url) = &choice.url {
            return Self::of_url("--url", url);
        }
        // An empty variable is as good as none, as in most commands.
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        match (variable("NATCONN_SOCKET"), variable("NATCONN_URL")) {
            (Some(_), Some(_)) => Err(Error::TwoDaemons),
            (Some(path), None) => Ok(Self::Socket(path.into())),
            (None, Some(url)) => Self::of_url("NATCONN_URL", &url.to_string_lossy()),
            (None, None) => Ok(Self::Socket(DEFAULT_SOCKET.into())),
        }
    }

    pub(super) fn of_url(source: &'static str, text: &str) -> Result<Self, Error> {
        let refuse = |cause: &'static str| Error::Url {
            source_name: source,
            found: text.to_owned(),
            cause,
        };
        let url: Uri = text.parse().map_err(|_| refuse("it is no URL"))?;
        let is_tls = match url.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(_) => return Err(refuse("it is of another scheme")),
            None => return Err(refuse("it has no http:// or https:// before the host")),
        };
        let authority = url.authority().ok_or_else(|| refuse("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("natconnd knows no users"));
        }
        if url.query().is_some() {
            return Err(refuse("it has a query"));
        }
        // `port_u16` is `None` for a port that is none, too.
        if authority.port_u16().is_none() && authority.as_str().len() > authority.host().len() {
            return Err(refuse("its port is no number from 0 to 65535"));
        }
        let usual = if is_tls { 443 } else { 80 };
        Ok(Self::Tcp {
            is_tls,
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(usual),
            authority: authority.as_str().to_owned(),
            prefix: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Whether it is this machine's: over a unix socket, or on its loopback.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Tcp { host, .. } => {
                let address = host.parse::<IpAddr>();
                host == "localhost" || address.is_ok_and(|address| address.is_loopback())
            }
        }
    }

    /// Whether what is said to it is read by nobody on the way.
    pub fn keeps_secrets(&self) -> bool {
        self.is_local() || self.tls_host().is_some()
    }

    /// The host whose certificate must be shown, where TLS is spoken.
    pub fn tls_host(&self) -> Option<&str> {
        match self {
            Self::Tcp {
                is_tls: true, host, ..
            } => Some(host),
            _ => None,
        }
    }

    /// The `Host` header.
    pub fn authority(&self) -> &str {
        match self {
            Self::Socket(_) => "localhost",
            Self::Tcp { authority, .. } => authority,
        }
    }

    /// The path to ask for: the API's own behind the URL's.
    pub fn path(&self, path: &str) -> String {
        match self {
            Self::Socket(_) => path.to_owned(),
            Self::Tcp { prefix, .. } => format!("{prefix}{path}"),
        }
    }

    /// What is asked, for messages: the path as a URL, and the way to it.
    pub fn question(&self, path: &str) -> String {
        let scheme = match self.tls_host() {
            Some(_) => "https",
            None => "http",
        };
        let url = format!("{scheme}://{}{}", self.authority(), self.path(path));
        match self {
            Self::Socket(socket) => format!("{url} over {}", socket.display()),
            Self::Tcp { .. } => url,
        }
    }
}

impl fmt::Display for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => path.display().fmt(f),
            Self::Tcp { authority, .. } => f.write_str(authority),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(socket: &str, url: &str, variables: [&str; 2]) -> Result<Daemon, String> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let choice = DaemonChoice {
            socket: given(socket).map(PathBuf::from),
            url: given(url),
            timeout: 10,
            ca: None,
        };
        let daemon = Daemon::chosen(&choice, |name| {
            let value = variables[usize::from(name == "NATCONN_URL")];
            Some(value.into())
        });
        daemon.map_err(|error| error.to_string())
    }

    #[test]
    fn options_come_before_variables_and_variables_before_the_default() {
        let url = "http://192.0.2.1:8080";
        let way = |daemon: Result<Daemon, String>| daemon.unwrap().question("/healthz");
        assert_eq!(
            way(chosen("", "", ["", ""])),
            "http://localhost/healthz over /run/natconnd/natconnd.sock"
        );
        assert_eq!(
            way(chosen("", "", ["/s", ""])),
            "http://localhost/healthz over /s"
        );
        assert_eq!(way(chosen("", "", ["", url])), format!("{url}/healthz"));
        assert_eq!(
            way(chosen("/o", "", ["/s", url])),
            "http://localhost/healthz over /o"
        );
        assert_eq!(way(chosen("", url, ["/s", ""])), format!("{url}/healthz"));
        assert!(chosen("", "", ["/s", url]).is_err());
    }

    #[test]
    fn urls_name_host_port_and_prefix() {
        let tcp = |url: &str| match chosen("", url, ["", ""]).unwrap() {
            Daemon::Tcp {
                host, port, prefix, ..
            } => (host, port, prefix),
            Daemon::Socket(path) => panic!("{}", path.display()),
        };
        let expected = |host: &str, port, prefix: &str| (host.to_owned(), port, prefix.to_owned());
        assert_eq!(tcp("http://gateway"), expected("gateway", 80, ""));
        assert_eq!(tcp("http://gateway/"), expected("gateway", 80, ""));
        assert_eq!(
            tcp("http://[2001:db8::1]:81/nat/"),
            expected("2001:db8::1", 81, "/nat")
        );
        assert_eq!(tcp("https://gateway/"), expected("gateway", 443, ""));
        assert_eq!(tcp("https://gateway:80"), expected("gateway", 80, ""));
    }

    #[test]
    fn sockets_and_loopback_are_of_this_machine() {
        let is_local = |url: &str| chosen("", url, ["", ""]).unwrap().is_local();
        for url in [
            "",
            "http://localhost:1",
            "http://127.0.0.2",
            "http://[::1]:80",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in ["http://192.0.2.1", "http://gateway", "http://[2001:db8::1]"] {
            assert!(!is_local(url), "{url}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said() {
        let cause = |url: &str| chosen("", url, ["", ""]).unwrap_err();
        for (url, expected) in [
            ("ftp://gateway", "it is of another scheme"),
            (
                "gateway:8080",
                "it has no http:// or https:// before the host",
            ),
            (
                "/run/natconnd/natconnd.sock",
                "it has no http:// or https:// before the host",
            ),
            ("http://a b", "it is no URL"),
            ("http://u:p@gateway", "natconnd knows no users"),
            (
                "http://gateway:99999",
                "its port is no number from 0 to 65535",
            ),
            ("http://gateway/?a=b", "it has a query"),
        ] {
            let message = cause(url);
            assert!(message.ends_with(expected), "{url}: {message}");
            assert!(message.contains(url), "{message}");
        }
    }
}
