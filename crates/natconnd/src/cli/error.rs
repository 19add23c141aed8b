//! Why something could not be done, and what the operator can do about it.

use std::io;
use std::time::Duration;

use hyper::StatusCode;

use crate::api::Problem;

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
    #[error("ask {question}: {cause}")]
    Ask {
        /// URL and way.
        question: String,
        /// What happened.
        cause: Box<AskError>,
    },
    /// The configuration file is of no use: one message for each mistake.
    #[error("{}", .0.join("\n"))]
    Config(Vec<String>),
    /// The text could not be written; a broken pipe is no mistake.
    #[error("write to standard output: {}", words(.0))]
    Write(io::Error),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
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
    #[error("{status}{}", detail(problem.as_deref(), text))]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// Why, where the answer says so as problem+json.
        problem: Option<Box<Problem>>,
        /// The beginning of the answer where it does not.
        text: String,
    },
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
            Self::Ask { question, cause } => cause.hint(question).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The lines between message and hints: what a refusal says of the
    /// parameter at fault.
    pub fn particulars(&self) -> Vec<String> {
        let Self::Ask { cause, .. } = self else {
            return Vec::new();
        };
        let AskError::Refused {
            problem: Some(problem),
            ..
        } = &**cause
        else {
            return Vec::new();
        };
        [
            ("parameter", &problem.parameter),
            ("found", &problem.found),
            ("expected", &problem.expected),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", printable(value.as_ref()?))))
        .collect()
    }
}

impl AskError {
    fn hint(&self, question: &str) -> Option<String> {
        let over_socket = question.contains(" over ");
        let hint = match self {
            Self::Connect(error) => match error.kind() {
                io::ErrorKind::PermissionDenied if over_socket => {
                    "only those whom the socket's permissions let in can ask: use sudo, or join \
                     the group that ls -l shows"
                }
                _ => "is natconnd running? --socket and --url say where to look for it",
            },
            Self::TimedOut(_) => "--timeout SECONDS waits longer",
            Self::Exchange(error) if error.is_parse() => "does natconnd listen there?",
            Self::Exchange(_) => "is natconnd still running?",
            Self::Refused { status, .. } if *status == StatusCode::FORBIDDEN => {
                "the key http.allow of natconnd's configuration says who may ask over TCP"
            }
            Self::Refused {
                status,
                problem: None,
                ..
            } if *status == StatusCode::NOT_FOUND => "does natconnd listen there?",
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

fn detail(problem: Option<&Problem>, text: &str) -> String {
    match (problem, text) {
        (Some(problem), _) => format!(": {}", printable(&problem.detail)),
        (None, "") => String::new(),
        (None, text) => format!(": {text}"),
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
