//! Connections as rows of a table.

use std::fmt::Write as _;
use std::net::IpAddr;

use model::{Endpoint, Match, TimeSource, Timed};

use super::words;

/// One translation as a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The kernel's id; empty once it has ended.
    pub id: String,
    /// The internal host.
    pub host: IpAddr,
    /// Its port.
    pub port: u16,
    /// The NAT endpoint.
    pub nat: String,
    /// The remote endpoint.
    pub remote: String,
    /// The protocol.
    pub protocol: String,
    /// Which side is translated, and the zone where there is one.
    pub kind: String,
    /// When it began.
    pub began: String,
    /// When it ended; empty while it lives.
    pub ended: String,
}

impl Row {
    /// What is shown of a match.
    pub fn new(found: &Match) -> Self {
        let roles = &found.translation;
        let mut kind = roles.kind.to_string();
        if found.zone.id != 0 {
            // Writing to a string cannot go wrong.
            let _ = write!(kind, ", zone {}", found.zone.id);
        }
        Self {
            id: found
                .kernel_id
                .map_or_else(String::new, |id| id.0.to_string()),
            host: roles.internal.address,
            port: roles.internal.port,
            nat: roles.nat.to_string(),
            remote: match roles.remote.is_omitted() {
                true => "not recorded".to_owned(),
                false => roles.remote.to_string(),
            },
            protocol: found.protocol.to_string(),
            kind,
            began: found.started_at.map_or("not known".to_owned(), known),
            ended: found.ended_at.map_or_else(String::new, known),
        }
    }

    /// What stands before the host's address: an IPv6 address with a port has brackets.
    pub const fn open(&self) -> &'static str {
        match self.host {
            IpAddr::V4(_) => "",
            IpAddr::V6(_) => "[",
        }
    }

    /// What stands between the host's address and its port.
    pub const fn close(&self) -> &'static str {
        match self.host {
            IpAddr::V4(_) => ":",
            IpAddr::V6(_) => "]:",
        }
    }
}

fn known(time: Timed) -> String {
    let at = words::time(time.at);
    match time.source {
        TimeSource::Kernel | TimeSource::Received => at,
        TimeSource::Estimated => format!("at or before {at}"),
    }
}

/// Something and how often it is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// What it is.
    pub what: String,
    /// How often.
    pub count: usize,
}

/// The most frequent of some endpoints, by what `name` says of each; most frequent
/// first, at most `most` of them.
pub fn shares<N: ToString + Ord>(
    endpoints: impl Iterator<Item = Endpoint>,
    most: usize,
    name: impl Fn(Endpoint) -> N,
) -> Vec<Share> {
    let mut counts = std::collections::BTreeMap::<N, usize>::new();
    for endpoint in endpoints {
        *counts.entry(name(endpoint)).or_default() += 1;
    }
    let mut shares: Vec<(N, usize)> = counts.into_iter().collect();
    shares.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    shares.truncate(most);
    let share = |(what, count): (N, usize)| Share {
        what: what.to_string(),
        count,
    };
    shares.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first() {
        let endpoint = |last: u8, port| Endpoint::new([192, 0, 2, last].into(), port);
        let endpoints = [
            endpoint(1, 1),
            endpoint(2, 1),
            endpoint(2, 2),
            endpoint(3, 1),
        ];
        let found = shares(endpoints.into_iter(), 2, |endpoint| endpoint.address);
        let found: Vec<_> = found.iter().map(|it| (&*it.what, it.count)).collect();
        assert_eq!(found, [("192.0.2.2", 2), ("192.0.2.1", 1)]);
    }
}
