//! Everything a host has and had.
//!
//! What it has is there at once. What it had may take history a while, so the page is
//! written in two pieces: [`Host`] with a place for [`Past`] in it.

use std::net::IpAddr;

use askama::Template;

use super::address::address;
use super::rows::{Row, Share};
use super::{Frame, words};

use model::{Endpoint, Match, Period, Timestamp};

/// What stands in a rendered [`Host`] where its [`Past`] belongs. Nothing from outside
/// can look like it: there `<` is escaped.
pub const PLACE_OF_PAST: &str = "<!--past-->";

/// How many NAT addresses and remotes are named.
const NAMED: usize = 8;

/// What was asked of a host, as it was typed; empty where nothing was.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HostForm {
    /// Begin of the period.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Where the page of live connections begins.
    pub cursor: String,
    /// Where the page of records begins.
    pub past: String,
}

impl HostForm {
    /// What is in the fields of a request; others are not looked at.
    pub fn of_fields(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            let value = value.trim().to_owned();
            match &*name {
                "from" => form.from = value,
                "to" => form.to = value,
                "cursor" => form.cursor = value,
                "past" => form.past = value,
                _ => {}
            }
        }
        form
    }
}

/// Where the page of a host is, with these fields.
fn elsewhere(host: IpAddr, fields: &[(&str, &str)], part: &str) -> String {
    address(&format!("/hosts/{host}"), fields) + part
}

/// Everything a host has, and what is around it.
#[derive(Clone, Debug, Template)]
#[template(path = "host.html")]
pub struct Host {
    /// What is around it.
    pub frame: Frame,
    /// Which host.
    pub host: IpAddr,
    /// What was asked for.
    pub form: HostForm,
    /// The live connections of this page, newest first.
    pub rows: Vec<Row>,
    /// How many there are on all pages.
    pub total: u64,
    /// What is not known of this moment.
    pub gaps: Vec<String>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many of them, the newest, are counted by NAT address and remote.
    pub counted: usize,
    /// Its NAT addresses, those with most ports first.
    pub nat: Vec<Share>,
    /// The remotes that it has most connections with.
    pub remotes: Vec<Share>,
    /// Why the records of the past are not asked for.
    pub refused: Option<String>,
    /// Whether the past is known.
    pub has_history: bool,
}

impl Host {
    /// Counts connections by NAT address and by remote.
    pub fn count(&mut self, matches: &[Match]) {
        let nat = matches.iter().map(|found| found.translation.nat);
        self.nat = super::rows::shares(nat, NAMED, |it| it.address);
        let remotes = matches.iter().map(|found| found.translation.remote);
        self.remotes = super::rows::shares(remotes, NAMED, Shown);
        self.counted = matches.len();
    }

    /// How many live translations it has, in words.
    pub fn total_in_words(&self) -> String {
        words::number(self.total)
    }

    /// Whether not all of them are counted by NAT address and remote.
    pub fn is_counted_in_part(&self) -> bool {
        self.total > self.counted as u64
    }

    /// Where the next page of live connections is.
    pub fn next_page(&self) -> Option<String> {
        let cursor = self.next.as_ref()?;
        Some(elsewhere(self.host, &[("cursor", cursor)], ""))
    }

    /// Where its connections are followed.
    pub fn following(&self) -> String {
        let host = self.host.to_string();
        address("/live", &[("internal", &host), ("follow", "1")])
    }

    /// A time for the form: what a browser has in the field of a date and a time.
    pub fn from(&self) -> &str {
        without_zone(&self.form.from)
    }

    /// The same for the end.
    pub fn to(&self) -> &str {
        without_zone(&self.form.to)
    }
}

/// The form says that its times are UTC, and the field takes no zone.
fn without_zone(time: &str) -> &str {
    time.strip_suffix('Z').unwrap_or(time)
}

/// An endpoint that is shown as such.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Shown(Endpoint);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a host had in a period.
#[derive(Clone, Debug, Template)]
#[template(path = "host_past.html")]
pub struct Past {
    /// Which host.
    pub host: IpAddr,
    /// The period, in words.
    pub period: String,
    /// The connections, in the order in which they began.
    pub rows: Vec<Row>,
    /// Where the next page is.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub is_later: bool,
    /// Whether looking was given up before the page was full.
    pub is_cut: bool,
    /// What is not known of that time; nothing where all is.
    pub gaps: Vec<String>,
    /// Why there is nothing.
    pub trouble: Option<String>,
}

impl Past {
    /// A period in words.
    pub fn in_words(period: Period) -> String {
        match (period.from, period.to) {
            (Timestamp::MIN, Timestamp::MAX) => "ever".to_owned(),
            (Timestamp::MIN, to) => format!("until {}", words::time(to)),
            (from, Timestamp::MAX) => format!("since {}", words::time(from)),
            (from, to) => format!("from {} to {}", words::time(from), words::time(to)),
        }
    }

    /// Where the page after a row is, `cursor` says which, for the same period.
    pub fn page_after(host: IpAddr, period: Period, cursor: &str) -> String {
        let text = |time: Timestamp, open| match time == open {
            true => String::new(),
            false => time.to_string(),
        };
        let from = text(period.from, Timestamp::MIN);
        let to = text(period.to, Timestamp::MAX);
        elsewhere(
            host,
            &[("from", &from), ("to", &to), ("past", cursor)],
            "#past",
        )
    }
}
