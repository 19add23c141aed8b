//! Recorded answers, in the API's own types.

use natconnd::api::{Change, Coverage, Gap, LookupAnswer, LookupMatch, Page, Row};

/// A live translation of 192.168.248.`host`, port 40000 + `host`.
pub fn row(host: u8) -> Row {
    let port = 40_000 + u16::from(host);
    Row {
        protocol: "tcp".to_owned(),
        kind: "source".to_owned(),
        internal_address: [192, 168, 248, host].into(),
        internal_port: port,
        nat_address: [203, 0, 113, 7].into(),
        nat_port: port,
        remote_address: Some([198, 51, 100, 1].into()),
        remote_port: Some(443),
        zone: 0,
        started_at: Some("2026-11-23T22:47:00.123Z".to_owned()),
        started_at_source: Some("kernel".to_owned()),
        ended_at: None,
        ended_at_source: None,
        kernel_id: Some(4711),
        end_evidence: None,
        internal_packets: None,
        internal_bytes: None,
        remote_packets: None,
        remote_bytes: None,
        mark: None,
    }
}

/// The same, once it has ended.
pub fn ended(host: u8) -> Row {
    Row {
        ended_at: Some("2026-11-23T22:48:00.000Z".to_owned()),
        ended_at_source: Some("estimated".to_owned()),
        kernel_id: None,
        ..row(host)
    }
}

/// Nothing is missing.
pub fn complete() -> Coverage {
    Coverage {
        complete: true,
        gaps: Vec::new(),
    }
}

/// Events were lost for two and a half minutes.
pub fn gap() -> Coverage {
    Coverage {
        complete: false,
        gaps: vec![Gap {
            from: "2026-11-23T11:58:40.000Z".to_owned(),
            to: Some("2026-11-23T12:01:12.000Z".to_owned()),
            cause: "receive-buffer".to_owned(),
        }],
    }
}

/// The answer to a lookup.
pub fn answer(verdict: &str, matches: Vec<Row>, coverage: Coverage) -> LookupAnswer {
    let found = |row| LookupMatch {
        row,
        distance_ms: None,
    };
    LookupAnswer {
        verdict: verdict.to_owned(),
        matches: matches.into_iter().map(found).collect(),
        cut: false,
        coverage,
        period: None,
        remote_omitted: false,
        gateway: None,
    }
}

/// One page of a list.
pub fn page(connections: Vec<Row>, next_cursor: Option<&str>) -> Page {
    Page {
        connections,
        next_cursor: next_cursor.map(str::to_owned),
        coverage: complete(),
    }
}

/// A change as an event of the stream.
pub fn event(change: &str, row: Row) -> String {
    let data = text(&Change {
        change: change.to_owned(),
        row,
    });
    format!("event: {change}\ndata: {data}\n\n")
}

/// The JSON that the API sends.
pub fn text(answer: &impl serde::Serialize) -> String {
    serde_json::to_string(answer).unwrap()
}
