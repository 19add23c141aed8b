//! Why something could not be done, and what the operator can do about it.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::bearer::{NoToken, Source};
use super::refused::Refusal;
use super::tls_fault;
use crate::api::Problem;
use crate::tls::TlsError;

/// Why there is no outcome; each of them is exit status 2.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// Both variables name a daemon.
    #[error("choose a daemon: both NATCONN_SOCKET and NATCONN_URL are set")]
    TwoDaemons,
    /// The URL cannot be asked.
    #[error("read {source_name}: \"{found}\" cannot be asked: {cause}")]
    Url {
        /// The option or variable.
        source_name: &'static str,
        /// The URL.
        found: String,
        /// What is wrong with it.
        cause: &'static str,
    },
    /// There is no token where one should be.
    #[error("read a token from {from}: {cause}")]
    Token {
        /// Where it should be.
        from: Source,
        /// What is there.
        cause: NoToken,
    },
    /// The token would be seen by others.
    #[error("show the token to {0}: the way there is not encrypted")]
    TokenInClear(String),
    /// A file of certificates or keys is of no use.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A key to nothing.
    #[error("read key {}: there is no certificate to it", .0.display())]
    KeyAlone(PathBuf),
    /// An option that would mean nothing.
    #[error("read {option}: {daemon} is not asked over TLS")]
    WithoutTls {
        /// The option.
        option: &'static str,
        /// Who is asked.
        daemon: String,
    },
    /// No certificate can be for this host.
    #[error("speak TLS to \"{0}\": it is neither a DNS name nor an address")]
    NoServerName(String),
    /// Nobody says whose certificates count.
    #[error("find the CA certificates of this system: there are none")]
    NoRoots,
    /// The system has nothing to make a token of.
    #[error("make a token: {}", words(.0))]
    MakeToken(io::Error),
    /// There is no endpoint at all.
    #[error("look up: found no endpoint, expected a NAT endpoint, --remote or --internal")]
    NothingToLookUp,
    /// The protocol stands there as a word and as an option.
    #[error("read --protocol: the protocol is there twice, \"{word}\" and \"{option}\"")]
    TwoProtocols {
        /// Before the endpoint.
        word: String,
        /// Behind `--protocol`.
        option: String,
    },
    /// Nothing of the command line's doing: there are no threads or files.
    #[error("start: {}", words(.0))]
    Start(io::Error),
    /// The question did not reach natconnd, or its answer did not come back.
    #[error("{}", asking(question, cause))]
    Ask {
        /// URL and way.
        question: String,
        /// What happened.
        cause: Box<AskError>,
    },
    /// The configuration file is of no use: one message for each mistake.
    #[error("{}", .0.join("\n"))]
    Config(Vec<String>),
    /// A file could not be read.
    #[error("read {}: {}", path.display(), words(cause))]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file could not be written.
    #[error("write {}: {}", path.display(), words(cause))]
    WriteFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file of the audit could not be read.
    #[error("{} {}: {}", .0.doing, .0.path.display(), words(&.0.cause))]
    Audit(audit::FileError),
    /// There is nothing to be verified.
    #[error("{0}")]
    NoAudit(audit::VerifyError),
    /// A screen needs a terminal.
    #[error("show a screen: standard input and output are no terminal")]
    NoTerminal,
    /// The terminal could not be drawn on, or its keys not be read.
    #[error("show a screen: {}", words(.0))]
    Screen(io::Error),
    /// The text could not be written; a broken pipe is no mistake.
    #[error("write to standard output: {}", words(.0))]
    Write(io::Error),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// The host's name says nothing.
    #[error("look up \"{host}\": {}", resolver_words(cause))]
    Name {
        /// The host in the URL.
        host: String,
        /// What the resolver said.
        cause: io::Error,
    },
    /// There is nobody, or no way in.
    #[error("{}", words(.0))]
    Connect(io::Error),
    /// The answer did not come in time.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// What came back was no HTTP, or broke off.
    #[error("{}", exchange(.0))]
    Exchange(hyper::Error),
    /// The answer says no.
    #[error("{}{}", .0.status, .0.detail())]
    Refused(Refusal),
    /// There is no trust.
    #[error("{0}")]
    Tls(tls_fault::Fault),
    /// The connection ended before there was trust.
    #[error("shake hands for TLS: {}", handshake(.0))]
    Handshake(io::Error),
    /// The answer is not what the API promises.
    #[error("the answer is not natconnd's, it begins with \"{found}\": {cause}")]
    Unreadable {
        /// The beginning of the answer.
        found: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The answer is longer than any that natconnd gives.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// The stream of changes ended.
    #[error("natconnd ended the stream: it stopped or was restarted")]
    Ended,
    /// Not even the sign of life came that natconnd promises.
    #[error("no sign of life for {} s", .0.as_secs())]
    Silent(Duration),
}

impl Error {
    /// What happened, one message for each thing that did.
    pub fn messages(&self) -> Vec<String> {
        match self {
            Self::Config(messages) => messages.clone(),
            error => vec![error.to_string()],
        }
    }

    /// What the operator can do, a line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::TwoDaemons => vec!["unset one, or use --socket or --url".to_owned()],
            Self::Url { .. } => vec!["write for example http://127.0.0.1:8080".to_owned()],
            Self::NothingToLookUp => {
                vec!["write for example natconn lookup 203.0.113.7:40123".to_owned()]
            }
            Self::NoTerminal => {
                vec!["natconn top --once prints it as text, natconn top --json as JSON".to_owned()]
            }
            Self::WriteFile { cause, .. } if cause.kind() == io::ErrorKind::AlreadyExists => {
                vec!["remove it first, or name another file".to_owned()]
            }
            Self::Token { cause, .. } => vec![cause.hint().to_owned()],
            Self::TokenInClear(_) => vec![
                "ask over https://, or through a tunnel: ssh -L 8080:127.0.0.1:8080 GATEWAY; \
                 --token-in-clear shows it all the same"
                    .to_owned(),
            ],
            Self::Tls(error) => error.hint().map(str::to_owned).into_iter().collect(),
            Self::KeyAlone(_) => vec!["--certificate FILE names it".to_owned()],
            Self::WithoutTls { .. } => {
                vec!["--url https://HOST:PORT asks over TLS".to_owned()]
            }
            Self::NoRoots => {
                vec!["--ca FILE names them, or install the package ca-certificates".to_owned()]
            }
            Self::Audit(error) if error.cause.kind() == io::ErrorKind::PermissionDenied => {
                vec!["use sudo: only root and natconnd may read it".to_owned()]
            }
            Self::NoAudit(_) => {
                vec!["the key audit.folder of natconnd's configuration says where it is".to_owned()]
            }
            Self::Ask { question, cause } => cause.hint(question).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether there was nobody who answered; else `None`. True where there may
    /// be somebody, and the way there is closed to this user.
    pub fn is_nobody(&self) -> Option<bool> {
        let Self::Ask { cause, .. } = self else {
            return None;
        };
        match &**cause {
            AskError::Connect(error) => Some(error.kind() == io::ErrorKind::PermissionDenied),
            AskError::TimedOut(_) => Some(false),
            AskError::Exchange(error) if !error.is_parse() => Some(false),
            _ => None,
        }
    }

    /// The lines between message and hints: what a refusal says of the
    /// parameter at fault, as far as the message does not.
    pub fn particulars(&self) -> Vec<String> {
        let Self::Ask { cause, .. } = self else {
            return Vec::new();
        };
        let Some(problem) = cause.problem() else {
            return Vec::new();
        };
        let said = fault(problem);
        [
            ("parameter", &problem.parameter),
            ("found", &problem.found),
            ("expected", &problem.expected),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
        .filter(|(_, value)| !said.contains(value.trim_start_matches("a ")))
        .map(|(name, value)| format!("{name}: {}", printable(value)))
        .collect()
    }
}

impl AskError {
    /// What an answer that says no has in it for programs.
    fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(refusal) => refusal.problem.as_deref(),
            _ => None,
        }
    }

    fn hint(&self, question: &str) -> Option<String> {
        let over_socket = question.contains(" over ");
        let hint = match self {
            Self::Name { .. } => "check the name in --url, or write the address in its place",
            Self::Connect(error) => match error.kind() {
                io::ErrorKind::PermissionDenied if over_socket => {
                    "use sudo, have somebody add you to the group natconnd, or ask over TCP: --url \
                     http://127.0.0.1:8080"
                }
                io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
                    "this machine has no way to that address: check the one in --url, and the \
                     routes"
                }
                _ => "is natconnd running? --socket and --url say where to look for it",
            },
            Self::TimedOut(_) => "--timeout SECONDS waits longer",
            Self::Exchange(error) if error.is_parse() && !over_socket => {
                "does natconnd listen there? where it speaks TLS, write https://"
            }
            Self::Exchange(error) if error.is_parse() => "does natconnd listen there?",
            Self::Exchange(_) => "is natconnd still running?",
            Self::Refused(refusal) => return refusal.hint(),
            Self::Tls(fault) => return fault.hint(),
            Self::Handshake(_) => "does it speak TLS? if not, write http://",
            Self::Unreadable { .. } => "does natconnd listen there, and of the same version?",
            Self::Ended => "natconn status tells whether it runs again",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// An I/O error in words, without the number that the system has for it.
pub(super) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// What the resolver said, without the system call's own words before it.
fn resolver_words(error: &io::Error) -> String {
    let text = words(error);
    let said = text.split(": ").last().unwrap_or(&text);
    words(&io::Error::other(said.to_owned()))
}

fn handshake(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the connection ended".to_owned(),
        _ => words(error),
    }
}

/// A parameter at fault needs no word about the way to natconnd; anything else
/// does.
fn asking(question: &str, cause: &AskError) -> String {
    match cause.problem() {
        Some(problem) if problem.parameter.is_some() => printable(fault(problem)),
        _ => format!("ask {question}: {cause}"),
    }
}

/// A problem's detail without what was expected, which has a line of its own.
fn fault(problem: &Problem) -> &str {
    let detail = &problem.detail;
    match detail.rsplit_once(", expected ") {
        Some((fault, _)) if problem.expected.is_some() => fault,
        _ => detail,
    }
}

fn exchange(error: &hyper::Error) -> String {
    if error.is_parse() {
        return format!("the answer is no HTTP: {error}");
    }
    let source = std::error::Error::source(error);
    match source.and_then(|source| source.downcast_ref::<io::Error>()) {
        Some(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
            format!("the answer broke off: {}", words(source))
        }
        _ if error.is_incomplete_message() || source.is_some() => "the answer broke off".to_owned(),
        _ => error.to_string(),
    }
}

/// A text that somebody else wrote, fit for a terminal: its beginning, with
/// control characters written out.
pub(super) fn printable(text: &str) -> String {
    const LENGTH: usize = 400;
    let mut printable = String::new();
    for (index, letter) in text.trim_end().chars().enumerate() {
        if index == LENGTH {
            printable.push('…');
            break;
        }
        if letter.is_control() {
            printable.extend(letter.escape_default());
        } else {
            printable.push(letter);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_are_words() {
        let refused = io::Error::from_raw_os_error(111);
        assert_eq!(words(&refused), "connection refused");
        assert_eq!(words(&io::Error::other("")), "");
    }

    #[test]
    fn foreign_text_cannot_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\r\n"), "a\\u{1b}[31mb");
        assert_eq!(printable(&"ä".repeat(500)).chars().count(), 401);
    }
}
