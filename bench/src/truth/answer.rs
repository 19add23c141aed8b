//! What natconnd answered, as far as it can be held against the truth.

use std::net::{Ipv4Addr, SocketAddrV4};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::time;

/// Who measured a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The kernel.
    Kernel,
    /// natconnd, when it read the event.
    Received,
    /// Nobody: it was then or before.
    Estimated,
}

/// A time that natconnd tells, in nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told {
    /// When, cut to what natconnd writes.
    pub at: i64,
    /// Who measured it.
    pub source: Source,
}

/// One match of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// NAT endpoint.
    pub nat: SocketAddrV4,
    /// Remote endpoint.
    pub remote: SocketAddrV4,
    /// Who it was, says natconnd.
    pub internal: SocketAddrV4,
    /// Begin; `None` where natconnd cannot say.
    pub started: Option<Told>,
    /// End; `None` while it lives.
    pub ended: Option<Told>,
}

/// A time in which events were lost, in nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// Nothing is missing before.
    pub from: i64,
    /// Nothing is missing after; `None` while it lasts.
    pub to: Option<i64>,
}

/// An answer to a lookup.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// The matches.
    pub rows: Vec<Row>,
    /// What its coverage says is missing.
    pub gaps: Vec<Gap>,
}

impl Answer {
    /// Reads the content of a response to a lookup of UDP.
    ///
    /// A match that is no source translation of UDP, and an answer that was
    /// cut, are errors: nothing of the kind was asked for.
    pub fn parse(body: &[u8]) -> Result<Self> {
        let value: Value = serde_json::from_slice(body).context("read an answer")?;
        ensure!(value["cut"] == false, "read an answer: it was cut");
        let rows = value["matches"]
            .as_array()
            .context("read an answer: no matches")?;
        Ok(Self {
            rows: rows.iter().map(row).collect::<Result<_>>()?,
            gaps: gaps(&value["coverage"])?,
        })
    }
}

/// Reads the gaps of a coverage.
pub fn gaps(coverage: &Value) -> Result<Vec<Gap>> {
    let gaps = coverage["gaps"]
        .as_array()
        .with_context(|| format!("read a coverage: no gaps in {coverage}"))?;
    gaps.iter()
        .map(|gap| {
            let from = gap["from"]
                .as_str()
                .with_context(|| format!("read a gap: no from in {gap}"))?;
            Ok(Gap {
                from: time::parse(from)?,
                to: gap["to"].as_str().map(time::parse).transpose()?,
            })
        })
        .collect()
}

fn row(value: &Value) -> Result<Row> {
    ensure!(
        value["protocol"] == "udp" && value["kind"] == "source",
        "read a match: expected a source translation of udp, found {value}"
    );
    Ok(Row {
        nat: endpoint(value, "nat_address", "nat_port")?,
        remote: endpoint(value, "remote_address", "remote_port")?,
        internal: endpoint(value, "internal_address", "internal_port")?,
        started: told(value, "started_at", "started_at_source")?,
        ended: told(value, "ended_at", "ended_at_source")?,
    })
}

fn endpoint(value: &Value, address: &str, port: &str) -> Result<SocketAddrV4> {
    let read = || -> Option<SocketAddrV4> {
        let address: Ipv4Addr = value[address].as_str()?.parse().ok()?;
        let port = u16::try_from(value[port].as_u64()?).ok()?;
        Some(SocketAddrV4::new(address, port))
    };
    read().with_context(|| format!("read a match: no {address} and {port} in {value}"))
}

fn told(value: &Value, at: &str, source: &str) -> Result<Option<Told>> {
    let Some(text) = value[at].as_str() else {
        return Ok(None);
    };
    let source = match value[source].as_str() {
        Some("kernel") => Source::Kernel,
        Some("received") => Source::Received,
        Some("estimated") => Source::Estimated,
        _ => anyhow::bail!("read a match: no {source} in {value}"),
    };
    let at = time::parse(text)?;
    Ok(Some(Told { at, source }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATCH: &str = r#"{"protocol":"udp","kind":"source",
        "internal_address":"10.1.0.7","internal_port":5000,
        "nat_address":"203.0.113.1","nat_port":4000,
        "remote_address":"198.51.100.1","remote_port":443,"zone":0,
        "started_at":"1970-01-01T00:00:01.000Z","started_at_source":"kernel",
        "ended_at":null,"ended_at_source":null,"kernel_id":1}"#;

    fn answer(matches: &str, cut: bool) -> Result<Answer> {
        let gap = r#"{"from":"1970-01-01T00:00:01.000Z","to":null,"cause":"socket"}"#;
        let text = format!(
            r#"{{"verdict":"one","matches":[{matches}],"cut":{cut},
               "coverage":{{"complete":false,"gaps":[{gap}]}}}}"#
        );
        Answer::parse(text.as_bytes())
    }

    #[test]
    fn an_answer_is_read() {
        let answer = answer(MATCH, false).expect("a good answer");
        let row = &answer.rows[0];
        assert_eq!(row.internal.to_string(), "10.1.0.7:5000");
        assert_eq!(row.nat.to_string(), "203.0.113.1:4000");
        assert_eq!(row.remote.to_string(), "198.51.100.1:443");
        let second = Told {
            at: 1_000_000_000,
            source: Source::Kernel,
        };
        assert_eq!((row.started, row.ended), (Some(second), None));
        let gap = Gap {
            from: second.at,
            to: None,
        };
        assert_eq!(answer.gaps, [gap]);
    }

    #[test]
    fn what_was_not_asked_for_is_refused() {
        assert!(answer(MATCH, true).is_err());
        assert!(answer(&MATCH.replace("udp", "tcp"), false).is_err());
    }
}
