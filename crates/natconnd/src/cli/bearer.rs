//! The token to show, from a file or a variable.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hyper::header::HeaderValue;

use super::choice::Asker;
use super::error::Error;

/// Longer than any token, in bytes.
const LONGEST: usize = 4096;

/// A token. Nothing prints it.
pub(super) struct Token(String);

/// Where a token comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// A file.
    File(PathBuf),
    /// `NATCONN_TOKEN`.
    Variable,
    /// Standard input.
    Input,
}

/// Why there is no token in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum NoToken {
    #[error("found nothing")]
    Nothing,
    #[error("found more than one line")]
    Lines,
    #[error("found spaces or other signs that are in no token")]
    Signs,
    #[error("found more than {LONGEST} bytes")]
    TooLong,
    #[error("found a token's hash")]
    Hash,
    #[error("others may read it (mode {0:04o})")]
    Exposed(u32),
}

impl Token {
    /// What the option says, or else the variable; `None` where neither does.
    pub fn chosen(asker: &Asker, variable: Option<OsString>) -> Result<Option<Self>, Error> {
        if let Some(path) = &asker.token_file {
            return Self::of_file(path).map(Some);
        }
        let Some(text) = variable else {
            return Ok(None);
        };
        let token = Self::of(text.into_encoded_bytes());
        token.map(Some).map_err(|cause| Error::Token {
            from: Source::Variable,
            cause,
        })
    }

    /// Reads one from standard input, to its end.
    pub fn of_input() -> Result<Self, Error> {
        Self::of_bytes_of_input(read(io::stdin()))
    }

    /// Reads one from the next line of standard input.
    pub fn of_line() -> Result<Self, Error> {
        let mut line = Vec::new();
        let input = io::stdin().lock();
        let read = input.take(LONGEST as u64 + 1).read_until(b'\n', &mut line);
        Self::of_bytes_of_input(read.map(|_| line))
    }

    fn of_bytes_of_input(read: io::Result<Vec<u8>>) -> Result<Self, Error> {
        let text = read.map_err(|cause| Error::ReadFile {
            path: "/dev/stdin".into(),
            cause,
        })?;
        Self::of(text).map_err(|cause| Error::Token {
            from: Source::Input,
            cause,
        })
    }

    fn of_file(path: &Path) -> Result<Self, Error> {
        let unreadable = |cause| Error::ReadFile {
            path: path.to_owned(),
            cause,
        };
        let refuse = |cause| Error::Token {
            from: Source::File(path.to_owned()),
            cause,
        };
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        let mode = metadata.permissions().mode() & 0o7777;
        // A pipe, as of `<(pass show natconn)`, is nobody else's.
        if metadata.is_file() && mode & 0o006 != 0 {
            return Err(refuse(NoToken::Exposed(mode)));
        }
        Self::of(read(file).map_err(unreadable)?).map_err(refuse)
    }

    fn of(text: Vec<u8>) -> Result<Self, NoToken> {
        if text.len() > LONGEST {
            return Err(NoToken::TooLong);
        }
        let text = String::from_utf8(text).map_err(|_| NoToken::Signs)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(NoToken::Nothing);
        }
        if text.contains('\n') {
            return Err(NoToken::Lines);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NoToken::Signs);
        }
        if text.starts_with("sha256:") {
            return Err(NoToken::Hash);
        }
        Ok(Self(text.to_owned()))
    }

    /// The token itself.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The value of the header that shows it.
    pub fn into_header(self) -> HeaderValue {
        let header = HeaderValue::try_from(format!("Bearer {}", self.0));
        let mut header = header.expect("there are visible signs of ASCII in it only");
        header.set_sensitive(true);
        header
    }
}

fn read(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    from.by_ref()
        .take(LONGEST as u64 + 1)
        .read_to_end(&mut text)?;
    Ok(text)
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Variable => f.write_str("NATCONN_TOKEN"),
            Self::Input => f.write_str("standard input"),
        }
    }
}

impl NoToken {
    /// What can be done about it.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Exposed(_) => {
                "chmod 600 FILE, and make another token if somebody may have read this one"
            }
            Self::Hash => "that is for natconnd's configuration; the token itself is to be shown",
            Self::Nothing | Self::Lines | Self::Signs | Self::TooLong => {
                "natconn token new makes one: natconn_ and 43 letters, digits, - and _"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word() {
        let read = |text: &[u8]| Token::of(text.to_vec()).map(|token| token.0);
        assert_eq!(read(b"natconn_x\n"), Ok("natconn_x".to_owned()));
        assert_eq!(read(b" natconn_x\r\n\n"), Ok("natconn_x".to_owned()));
        for (text, why) in [
            (&b""[..], NoToken::Nothing),
            (b" \n", NoToken::Nothing),
            (b"a\nb", NoToken::Lines),
            (b"a b", NoToken::Signs),
            (b"a\tb", NoToken::Signs),
            (b"a\rb", NoToken::Signs),
            (b"\xff", NoToken::Signs),
            ("\u{e4}".as_bytes(), NoToken::Signs),
            (b"sha256:00", NoToken::Hash),
            (&[b'a'; LONGEST + 1], NoToken::TooLong),
        ] {
            assert_eq!(read(text), Err(why), "{text:?}");
        }
    }
}
