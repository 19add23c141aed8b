//! All that natconnd knows of the generator's connections, live and ended,
//! found by lookups; and whether each is there just once.

use std::net::SocketAddrV4;
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::generator;
use crate::http::Client;
use crate::readers::Daemon;

/// Matches that a lookup may have at most.
const LIMIT: usize = 10_000;

/// One match of one lookup.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Record {
    /// The host behind the NAT.
    pub internal: SocketAddrV4,
    /// The far end.
    pub remote: SocketAddrV4,
    /// What the NAT shows.
    pub nat: SocketAddrV4,
    /// Whether it lives.
    pub is_live: bool,
    /// Whether nobody was told when it ended.
    pub is_estimated: bool,
}

/// How records stand against what was made.
#[derive(Clone, Copy, Default, Debug)]
pub struct Found {
    /// Connections with one record.
    pub once: u64,
    /// Those without.
    pub missing: u64,
    /// Those with more than one.
    pub repeated: u64,
    /// Records of nothing that was made.
    pub foreign: u64,
    /// Connections that live.
    pub live: u64,
    /// Connections whose end was not told but found.
    pub estimated: u64,
}

/// Looks up each of the generator's hosts, and returns all matches.
pub fn of_all_hosts(daemon: &Daemon) -> Result<Vec<Record>> {
    ask_of_all_hosts(daemon, "")
}

/// The same in history, from a time on, in nanoseconds since 1970.
pub fn of_all_hosts_since(daemon: &Daemon, from: i64) -> Result<Vec<Record>> {
    let from = model::Timestamp(from);
    ask_of_all_hosts(daemon, &format!("&from={from}&tolerance=0s"))
}

fn ask_of_all_hosts(daemon: &Daemon, when: &str) -> Result<Vec<Record>> {
    let mut client = Client::connect_unix(daemon.socket())?;
    let mut all = Vec::new();
    for host in generator::hosts() {
        let question = format!("/api/v1/lookup?internal={host}&limit={LIMIT}{when}");
        all.append(&mut ask(&mut client, &question)?);
    }
    Ok(all)
}

/// What a lookup by protocol, NAT endpoint and remote endpoint finds.
pub fn of_endpoints(
    client: &mut Client,
    nat: SocketAddrV4,
    remote: SocketAddrV4,
) -> Result<Vec<Record>> {
    let question = format!("/api/v1/lookup?protocol=udp&nat={nat}&remote={remote}&limit={LIMIT}");
    ask(client, &question)
}

fn ask(client: &mut Client, question: &str) -> Result<Vec<Record>> {
    let answer: Value = serde_json::from_slice(&client.get(question)?.body)
        .with_context(|| format!("read the answer to {question}"))?;
    ensure!(
        answer["cut"] == false,
        "GET {question}: more matches than {LIMIT}"
    );
    let matches = answer["matches"]
        .as_array()
        .with_context(|| format!("GET {question}: no matches in {answer}"))?;
    let read = |row: &Value| of_row(row).with_context(|| format!("read a match: {row}"));
    matches.iter().map(read).collect()
}

fn of_row(row: &Value) -> Option<Record> {
    let endpoint = |address: &str, port: &str| {
        let address = row[address].as_str()?.parse().ok()?;
        Some(SocketAddrV4::new(
            address,
            u16::try_from(row[port].as_u64()?).ok()?,
        ))
    };
    Some(Record {
        internal: endpoint("internal_address", "internal_port")?,
        remote: endpoint("remote_address", "remote_port")?,
        nat: endpoint("nat_address", "nat_port")?,
        is_live: row["ended_at"].is_null(),
        is_estimated: row["ended_at_source"] == "estimated",
    })
}

/// Holds records against the connections that the generator made with these
/// numbers.
pub fn hold_against(mut records: Vec<Record>, made: Range<u64>) -> Found {
    records.sort_unstable();
    let mut expected: Vec<_> = made.map(generator::endpoints).collect();
    expected.sort_unstable();
    let mut found = Found::default();
    let mut records = records.as_slice();
    for key in expected {
        let before = records.partition_point(|record| (record.internal, record.remote) < key);
        found.foreign += before as u64;
        records = &records[before..];
        let count = records.partition_point(|record| (record.internal, record.remote) == key);
        match count {
            0 => found.missing += 1,
            1 => found.once += 1,
            _ => found.repeated += 1,
        }
        let of_it = &records[..count];
        found.live += u64::from(of_it.iter().any(|record| record.is_live));
        found.estimated += u64::from(of_it.iter().any(|record| record.is_estimated));
        records = &records[count..];
    }
    found.foreign += records.len() as u64;
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_repeated_or_foreign_is_counted() {
        let record = |number: u64| {
            let (internal, remote) = generator::endpoints(number);
            Record {
                internal,
                remote,
                nat: remote,
                is_live: number == 3,
                is_estimated: number == 5,
            }
        };
        let records = [9, 1, 3, 5, 3, 77, 8].map(record).to_vec();
        let found = hold_against(records, 1..10);
        assert_eq!((found.once, found.repeated, found.foreign), (4, 1, 1));
        assert_eq!(found.missing, 4);
        assert_eq!((found.live, found.estimated), (1, 1));
    }
}
