//! The page of a request that is not answered, for whose it is.
//!
//! It says what the matter is and what to do, and nothing of natconnd's: no gateway, no
//! coverage, no data.

use askama::Template;

use super::{Asset, Section};

/// Why a request is not answered.
#[derive(Clone, PartialEq, Eq, Debug, Template)]
#[template(path = "refusal.html")]
pub struct Refusal {
    /// Its heading.
    pub title: &'static str,
    /// What the matter is.
    pub what: String,
    /// What to do.
    pub hints: Vec<String>,
    /// Where else whoever asks may go.
    pub sections: Vec<Section>,
}

impl Refusal {
    fn new(title: &'static str, what: impl Into<String>, hints: &[&str]) -> Self {
        Self {
            title,
            what: what.into(),
            hints: hints.iter().map(|hint| (*hint).to_owned()).collect(),
            sections: Vec::new(),
        }
    }

    /// 400: the request itself cannot be read; `what` says why.
    pub fn unreadable(what: impl Into<String>) -> Self {
        Self::new("This could not be read", what, &[])
    }

    /// 401: nobody is known by what was shown; `what` says it.
    pub fn unidentified(what: impl Into<String>) -> Self {
        Self::new("Log in", what, &[HOW_TO_LOG_IN, WHO_HAS_TOKENS])
    }

    /// 401: without a token too little is allowed; `needed` is the role that would do.
    pub fn without_token(needed: &str, sections: Vec<Section>) -> Self {
        let what = format!("This page needs {needed}. Show who you are by a token.");
        Self {
            sections,
            ..Self::unidentified(what)
        }
    }

    /// 403: `who` has not what is `needed`.
    pub fn without_role(needed: &str, who: &str, sections: Vec<Section>) -> Self {
        let what = format!("This page needs {needed}, which {who} has not.");
        Self {
            sections,
            ..Self::new(
                "This is not for you to see",
                what,
                &[
                    "Whoever runs this gateway says in its configuration which caller has which \
                     roles.",
                    "A browser keeps a token until all of its windows are closed. To show another \
                     one, close them first.",
                ],
            )
        }
    }

    /// 403: a page of another site makes the request.
    pub fn cross_site() -> Self {
        Self::new(
            "Another site asked for this",
            "A page of another site made this request in your name, so it was not answered.",
            &["If it was you who wanted it, type the address of this page into the browser."],
        )
    }

    /// 421: the name that was asked for may be somebody else's.
    pub fn wrong_host() -> Self {
        Self::new(
            "This server is not known by that name",
            "The address of this page has a name that this server is not known by. Another site \
             could have had its own name point here.",
            &[
                "Open the page by the server's IP address.",
                "If the name is right, whoever runs this server adds it to the hosts of the \
                 listener in its configuration, and has natconnd reload that.",
            ],
        )
    }

    /// 429: a limit of the caller is reached, for so many seconds.
    pub fn too_many(limit: &str, seconds: u64) -> Self {
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let hint = format!("Come again in {seconds} {unit}.");
        Self::new(
            "Too much at once",
            format!("The limit {limit} of this caller is reached."),
            &[&hint],
        )
    }

    /// 503: the answer cannot be written down, and may not be given without.
    pub fn not_written() -> Self {
        Self::new(
            "Nothing can be answered at the moment",
            "Each answer is written down before it is given, and writing does not work.",
            &["Whoever runs this gateway finds out why by natconn doctor."],
        )
    }

    /// Where the style sheet is.
    pub fn style(&self) -> &'static str {
        Asset::Style.address()
    }

    /// Where the icon is.
    pub fn icon(&self) -> &'static str {
        Asset::Icon.address()
    }
}

const HOW_TO_LOG_IN: &str = "Load the page again: the browser asks for a name and a password. The \
                             password is your token; the name can be anything.";

const WHO_HAS_TOKENS: &str = "Whoever runs this gateway gives out tokens.";
