//! The forms that lines come in, and how one is told from another.

use std::fmt;
use std::str::FromStr;

use super::columns::Columns;
use super::csv::Delimiter;

/// What the lines of an input are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// Rows under a header, with one of `,`, `;`, tab and `|` between columns.
    Csv,
    /// A JSON object on each line.
    Ndjson,
    /// Lines of logs, each with its endpoint and time somewhere in it.
    Text,
    /// Mails, whose endpoint and time stand on lines of their own.
    Mail,
}

/// A word that names no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no format")]
pub struct UnknownForm(pub String);

impl Form {
    /// All forms.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Ndjson, Self::Text, Self::Mail];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Text => "text",
            Self::Mail => "mail",
        }
    }

    /// The form that a content type names, if it names one. What `curl` sends unasked
    /// names none.
    pub fn of_content_type(kind: &str) -> Option<Self> {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            "text/csv" | "text/tab-separated-values" => Some(Self::Csv),
            "application/x-ndjson" | "application/jsonl" | "application/json-lines" => {
                Some(Self::Ndjson)
            }
            "message/rfc822" | "message/feedback-report" | "application/mbox" => Some(Self::Mail),
            _ => None,
        }
    }

    /// The form of an input that begins with this line: NDJSON where it is an object,
    /// mail where it is the first line of one, CSV where its columns' names say
    /// which of them is the NAT endpoint, text otherwise.
    pub fn of_first_line(line: &str) -> Self {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.starts_with('{') {
            return Self::Ndjson;
        }
        if is_of_mail(line) {
            return Self::Mail;
        }
        let delimiter = Delimiter::of_header(line);
        let names = delimiter.map(|delimiter| super::csv::fields(line.as_bytes(), delimiter));
        match names {
            Some(names) if Columns::guessed(&names).has_subject() => Self::Csv,
            _ => Self::Text,
        }
    }
}

/// The fields that mails begin with, and those of a report that was cut out of one.
const MAIL_FIELDS: [&str; 28] = [
    "return-path",
    "received",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "dkim-signature",
    "authentication-results",
    "arc-seal",
    "from",
    "to",
    "date",
    "subject",
    "message-id",
    "mime-version",
    "feedback-type",
    "reported-from",
    "reply-to",
    "x-arf",
    "x-xarf",
    "source-ip",
    "source ip",
    "source",
    "ip",
    "ip address",
    "ip-address",
    "attacker",
    "timestamp",
    "auto-submitted",
];

fn is_of_mail(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    let is_mbox = line.starts_with("From ") && line.contains(':');
    let is_field =
        line.len() > name.len() && MAIL_FIELDS.contains(&name.to_ascii_lowercase().as_str());
    is_mbox || is_field
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(word: &str) -> Result<Self, UnknownForm> {
        Self::ALL
            .into_iter()
            .find(|form| form.name() == word)
            .ok_or_else(|| UnknownForm(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells() {
        for (line, form) in [
            ("{\"src_ip\":\"203.0.113.7\"}", Form::Ndjson),
            ("\u{feff}timestamp,src_ip,src_port", Form::Csv),
            ("nat_address\tnat_port\tat", Form::Csv),
            ("\"Source IP\";\"Source Port\"", Form::Csv),
            ("nat", Form::Csv),
            ("From: abuse@example.org", Form::Mail),
            (
                "From abuse@example.org Mon Nov 23 22:47:00 2026",
                Form::Mail,
            ),
            ("Source IP: 203.0.113.7", Form::Mail),
            ("IP: 203.0.113.7", Form::Mail),
            (
                "203.0.113.7 - - [23/Nov/2026:22:47:00 +0000] \"GET / HTTP/1.1\" 200 5",
                Form::Text,
            ),
            (
                "Nov 23 22:47:00 host sshd[1]: from 203.0.113.7 port 40123",
                Form::Text,
            ),
            ("203.0.113.7,40123", Form::Text),
            ("", Form::Text),
        ] {
            assert_eq!(Form::of_first_line(line), form, "{line}");
        }
    }

    #[test]
    fn names_are_read() {
        for form in Form::ALL {
            assert_eq!(form.to_string().parse(), Ok(form));
        }
        assert_eq!("xml".parse::<Form>(), Err(UnknownForm("xml".to_owned())));
    }
}
