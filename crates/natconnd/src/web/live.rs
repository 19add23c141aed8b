//! Connections as they are: filtered, sorted, page by page, or followed.

use askama::Template;

use super::address::address;
use super::rows::Row;
use super::{Asset, Frame, words};

/// Where the page is.
const PATH: &str = "/live";

/// Where changes are followed.
const EVENTS: &str = "/api/v1/events";

/// Newest first.
const NEWEST_FIRST: &str = "-started_at";

/// Columns of endpoints: the order that sorts by each, and the heading.
const ENDPOINTS: [(&str, &str); 3] = [
    ("internal", "Internal host"),
    ("nat", "NAT endpoint"),
    ("remote", "Remote endpoint"),
];

/// What was asked for, as it was typed; empty where nothing was.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LiveForm {
    /// Words that all must fit.
    pub q: String,
    /// The internal endpoint.
    pub internal: String,
    /// The NAT endpoint.
    pub nat: String,
    /// The remote endpoint.
    pub remote: String,
    /// Protocols.
    pub protocol: String,
    /// Kind of translation.
    pub kind: String,
    /// Conntrack zones.
    pub zone: String,
    /// The order.
    pub sort: String,
    /// How many rows.
    pub limit: String,
    /// Where the page begins.
    pub cursor: String,
    /// Whether changes are shown as they happen.
    pub is_following: bool,
}

impl LiveForm {
    /// What is in the fields of a request; others are not looked at. What is
    /// followed begins with the newest.
    pub fn of_fields(fields: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            let value = value.trim().to_owned();
            match &*name {
                "q" => form.q = value,
                "internal" => form.internal = value,
                "nat" => form.nat = value,
                "remote" => form.remote = value,
                "protocol" => form.protocol = value,
                "kind" => form.kind = value,
                "zone" => form.zone = value,
                "sort" => form.sort = value,
                "limit" => form.limit = value,
                "cursor" => form.cursor = value,
                "follow" => form.is_following = !value.is_empty() && value != "0",
                _ => {}
            }
        }
        if form.is_following {
            form.cursor.clear();
            form.sort.clear();
        }
        if form.sort.is_empty() {
            form.sort = NEWEST_FIRST.to_owned();
        }
        if form.limit.is_empty() {
            form.limit = "50".to_owned();
        }
        form
    }

    /// What chooses connections.
    fn wanted(&self) -> [(&'static str, &str); 7] {
        [
            ("q", &self.q),
            ("internal", &self.internal),
            ("nat", &self.nat),
            ("remote", &self.remote),
            ("protocol", &self.protocol),
            ("kind", &self.kind),
            ("zone", &self.zone),
        ]
    }

    /// Whether more is chosen by than words.
    pub fn is_detailed(&self) -> bool {
        self.wanted()
            .iter()
            .skip(1)
            .any(|(_, value)| !value.is_empty())
    }

    /// The query of `/api/v1/connections` for the same rows, after the `?`.
    pub fn query(&self) -> String {
        let rest = [
            ("sort", &*self.sort),
            ("limit", &self.limit),
            ("cursor", &self.cursor),
        ];
        let query = address("", &[&self.wanted()[..], &rest].concat());
        query.trim_start_matches('?').to_owned()
    }

    /// Where changes of these connections are followed.
    pub fn events(&self) -> String {
        address(EVENTS, &self.wanted())
    }

    /// This page in another order and from another row on.
    fn elsewhere(&self, sort: &str, cursor: &str, follow: &str) -> String {
        let sort = if sort == NEWEST_FIRST { "" } else { sort };
        let limit = if self.limit == "50" { "" } else { &self.limit };
        let rest = [
            ("sort", sort),
            ("limit", limit),
            ("follow", follow),
            ("cursor", cursor),
        ];
        address(PATH, &[&self.wanted()[..], &rest].concat())
    }
}

/// The heading of a column that the list can be sorted by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heading {
    /// What it says.
    pub title: &'static str,
    /// `ascending`, `descending`, or empty where the list is sorted by another.
    pub sorted: &'static str,
    /// Where the list is sorted by this one, or the other way round.
    pub address: String,
}

/// Connections as they are.
#[derive(Clone, Debug, Template)]
#[template(path = "live.html")]
pub struct Live {
    /// What is around it.
    pub frame: Frame,
    /// What was asked for.
    pub form: LiveForm,
    /// Why nothing is listed.
    pub refused: Option<String>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// How many there are on all pages.
    pub total: u64,
    /// How many live translations there are.
    pub live: u64,
    /// Where the next page begins.
    pub next: Option<String>,
    /// What is not known of this moment.
    pub gaps: Vec<String>,
}

impl Live {
    /// How many fit, in words.
    pub fn counted(&self) -> String {
        let [total, live] = [self.total, self.live].map(words::number);
        match self.total == self.live {
            true => format!("{live} live translations"),
            // The table goes on changing while it is looked at.
            false => format!("{total} of {live} live translations fit"),
        }
    }

    /// The headings of the endpoints.
    pub fn endpoint_headings(&self) -> [Heading; 3] {
        ENDPOINTS.map(|(name, title)| self.heading(name, title))
    }

    /// The heading of the begin.
    pub fn time_heading(&self) -> Heading {
        self.heading("started_at", "Began")
    }

    fn heading(&self, name: &'static str, title: &'static str) -> Heading {
        let descending = format!("-{name}");
        let sorted = match &*self.form.sort {
            sort if sort == name => "ascending",
            sort if sort == descending => "descending",
            _ => "",
        };
        // Of times the newest are asked for more often.
        let other = match (sorted, name) {
            ("ascending", _) | ("", "started_at") => &*descending,
            _ => name,
        };
        Heading {
            title,
            sorted,
            address: self.form.elsewhere(other, "", ""),
        }
    }

    /// Where the next page is.
    pub fn next_page(&self) -> Option<String> {
        let next = self.next.as_ref()?;
        Some(self.form.elsewhere(&self.form.sort, next, ""))
    }

    /// Where the first page is; none on the first.
    pub fn first_page(&self) -> Option<String> {
        let is_first = self.form.cursor.is_empty();
        (!is_first).then(|| self.form.elsewhere(&self.form.sort, "", ""))
    }

    /// Where the same is followed.
    pub fn following(&self) -> String {
        self.form.elsewhere(NEWEST_FIRST, "", "1")
    }

    /// Where the same is not followed.
    pub fn standing(&self) -> String {
        self.form.elsewhere(NEWEST_FIRST, "", "")
    }

    /// Where changes of these connections are followed by the script.
    pub fn events(&self) -> String {
        self.frame.viewer.purpose.carried_to(&self.form.events())
    }

    /// Where the script is.
    pub fn script(&self) -> &'static str {
        Asset::Live.address()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> LiveForm {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        LiveForm::of_fields(fields.iter().map(owned).collect())
    }

    #[test]
    fn what_is_left_out_is_usual() {
        let usual = form(&[("q", " "), ("unknown", "1")]);
        assert_eq!(usual.query(), "sort=-started_at&limit=50");
        assert_eq!(usual.events(), "/api/v1/events");
        assert!(!usual.is_detailed());
        let asked = form(&[("q", "10.0.0.1 tcp"), ("nat", ":443"), ("limit", "200")]);
        assert_eq!(
            asked.query(),
            "q=10.0.0.1+tcp&nat=:443&sort=-started_at&limit=200"
        );
        assert_eq!(asked.events(), "/api/v1/events?q=10.0.0.1+tcp&nat=:443");
        assert!(asked.is_detailed());
    }

    #[test]
    fn following_begins_with_the_newest() {
        let followed = form(&[("follow", "1"), ("sort", "nat"), ("cursor", "00")]);
        assert!(followed.is_following);
        assert_eq!(followed.query(), "sort=-started_at&limit=50");
    }
}
