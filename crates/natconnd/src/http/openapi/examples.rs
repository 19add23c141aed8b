//! The examples of the document: one gateway, one translation, and what natconnd writes of
//! them.
//!
//! They are written by what writes answers, so they look as answers do. A test asks a server
//! that knows this translation the document's own questions.

use std::time::Duration;

use model::{
    Answer, ChangeKind, Counters, Coverage, EndEvidence, Endpoint, Gap, GapCause, KernelId, Match,
    Period, Protocol, TimeSource, Timed, Timestamp, Traffic, Translation, TranslationKind, Verdict,
    Zone,
};
use serde_json::{Value, json};

use super::super::{csv, cursor, json as writer};
use crate::api;
use crate::lookup::{Change, Context, Order, PastAnswer, RecordsPage, State};

/// 2026-11-24T13:55:36.000Z, the moment of the examples.
const AT: i64 = 1_795_528_536_000;

/// The NAT endpoint of the examples, and who had it.
pub(super) fn living() -> Match {
    let remote = Endpoint::new([100, 64, 2, 10].into(), 443);
    Match {
        protocol: Protocol::TCP,
        translation: Translation {
            kind: TranslationKind::Source,
            internal: Endpoint::new([192, 168, 248, 2].into(), 40_123),
            nat: Endpoint::new([100, 64, 2, 1].into(), 40_123),
            remote,
        },
        original_destination: remote,
        zone: Zone::default(),
        kernel_id: Some(KernelId(2_596_996_162)),
        started_at: Some(kernel(AT - 12_877)),
        ended_at: None,
        end_evidence: None,
        traffic: None,
        mark: None,
    }
}

/// The same after its end, as history has it.
fn ended() -> Match {
    let [original, reply] =
        [(9, 1_312), (11, 8_204)].map(|(packets, bytes)| Counters { packets, bytes });
    Match {
        kernel_id: None,
        ended_at: Some(kernel(AT + 31_020)),
        end_evidence: Some(EndEvidence::Event),
        traffic: Some(Traffic { original, reply }),
        ..living()
    }
}

const fn kernel(milliseconds: i64) -> Timed {
    Timed {
        at: Timestamp::of_milliseconds(milliseconds),
        source: TimeSource::Kernel,
    }
}

fn at() -> Period {
    Period::at(Timestamp::of_milliseconds(AT))
}

fn gap() -> Gap {
    Gap {
        from: Timestamp::of_milliseconds(AT - 3_600_000),
        to: Some(Timestamp::of_milliseconds(AT - 3_598_000)),
        cause: GapCause::ReceiveBuffer,
    }
}

fn context() -> Context {
    Context {
        period: Some(at()),
        tolerance: Duration::from_secs(2),
        is_remote_omitted: false,
        gateway: Some("gw1".to_owned()),
    }
}

fn answer(verdict: Verdict, matches: Vec<Match>) -> Answer {
    Answer {
        asked_at: Timestamp::of_milliseconds(AT),
        matches,
        is_cut: false,
        verdict,
        coverage: Coverage::default(),
    }
}

/// What a writer writes, as a value.
fn value(write: impl FnOnce(&mut Vec<u8>)) -> Value {
    serde_json::from_str(&text(write)).expect("the writers of JSON write JSON")
}

/// What a writer writes, as text.
fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("the writers write UTF-8")
}

/// Who it is.
pub(super) fn lookup_now() -> Value {
    value(|out| writer::answer(out, &answer(Verdict::One, vec![living()])))
}

/// Who it was.
pub(super) fn lookup_then() -> Value {
    value(|out| {
        let past = PastAnswer {
            answer: answer(Verdict::One, vec![ended()]),
            distances: vec![Duration::ZERO],
            context: context(),
        };
        writer::past_answer(out, &past);
    })
}

/// Nobody, as far as is known.
pub(super) fn lookup_none() -> Value {
    value(|out| {
        let mut nobody = answer(Verdict::None, Vec::new());
        nobody.coverage = Coverage::of_gaps(vec![gap()]);
        writer::answer(out, &nobody);
    })
}

/// A page of the list.
pub(super) fn connections() -> Value {
    value(|out| writer::page(out, &[living()], None, &Coverage::default()))
}

/// A page of the records.
pub(super) fn records() -> Value {
    let page = RecordsPage {
        matches: vec![ended()],
        next: Some(ended()),
        is_cut: false,
        coverage: Coverage::of_gaps(vec![gap()]),
        context: context(),
    };
    value(|out| writer::records_page(out, &page, Some(&records_cursor())))
}

/// The list as CSV.
pub(super) fn connections_csv() -> Value {
    csv_of(&living())
}

/// The records as CSV.
pub(super) fn records_csv() -> Value {
    csv_of(&ended())
}

fn csv_of(found: &Match) -> Value {
    let row = text(|out| csv::row(out, found));
    json!(format!("{}{row}", csv::HEADER))
}

/// A line of the list as NDJSON.
pub(super) fn connections_ndjson() -> Value {
    json!([value(|out| writer::row(out, &living()))])
}

/// A line of the records as NDJSON.
pub(super) fn records_ndjson() -> Value {
    json!([value(|out| writer::row(out, &ended()))])
}

/// A stream of events.
pub(super) fn events() -> Value {
    let change = Change {
        kind: ChangeKind::Started,
        found: living(),
    };
    let change = text(|out| writer::change(out, &change));
    let gap = text(|out| writer::gap(out, &gap()));
    json!(format!(
        ": following\n\nevent: gap\ndata: {gap}\n\nevent: started\ndata: {change}\n\n\
         event: missed\ndata: {{\"missed\":41}}\n\n: still here\n\n"
    ))
}

/// Where the list goes on.
pub(super) fn cursor() -> String {
    cursor::encode(Order::default(), &living())
}

/// Where the records go on.
pub(super) fn records_cursor() -> String {
    cursor::encode_record(&ended())
}

/// What is asked in CSV.
pub(super) const ASKED_CSV: &str =
    "src_ip,src_port,timestamp\n100.64.2.1,40123,2026-11-24T13:55:36Z\n";
/// What is asked in NDJSON.
pub(super) const ASKED_NDJSON: &str =
    "{\"src_ip\":\"100.64.2.1\",\"src_port\":40123,\"ts\":\"2026-11-24T13:55:36Z\"}\n";
/// The line of [`ASKED_NDJSON`].
pub(super) fn asked_ndjson() -> Value {
    json!([serde_json::from_str::<Value>(ASKED_NDJSON).expect("the example is JSON")])
}

/// What is asked in a log.
pub(super) const ASKED_TEXT: &str =
    "2026-11-24T13:55:36Z sshd[811]: Failed password for root from 100.64.2.1 port 40123 ssh2\n";
/// What is asked in a mail.
pub(super) const ASKED_MAIL: &str = "From: abuse@example.net\nSubject: abuse\n\n\
     Source IP: 100.64.2.1\nSource Port: 40123\nTimestamp: 2026-11-24T13:55:36Z\n";

/// What stands beside a line of a log or a table.
pub(super) fn line() -> api::LineAnswer {
    let found = api::Row::from(&ended());
    api::LineAnswer {
        internal_address: Some(found.internal_address),
        internal_port: Some(found.internal_port),
        verdict: Some(Verdict::One.name().to_owned()),
        matches: Some(1),
        candidates: Vec::new(),
        started_at: found.started_at,
        ended_at: found.ended_at,
        distance_ms: Some(0),
        coverage: Some("complete".to_owned()),
        question: Some("nat=100.64.2.1:40123&at=2026-11-24T13:55:36.000Z&tolerance=2s".to_owned()),
        assumed: None,
        error: None,
    }
}

/// The lines of [`ASKED_CSV`] with their answers.
pub(super) fn answered_csv() -> Value {
    let (header, row) = ASKED_CSV.split_once('\n').unwrap_or_default();
    let names = api::LineAnswer::COLUMNS.join(",");
    let cells = line().cells().join(",");
    json!(format!("{header},{names}\n{},{cells}\n", row.trim_end()))
}

/// The lines of [`ASKED_NDJSON`] with their answers.
pub(super) fn answered_ndjson() -> Value {
    let mut asked = asked_ndjson();
    asked[0]["natconnd"] = json!(line());
    asked
}

/// The lines of [`ASKED_TEXT`] with their answers.
pub(super) fn answered_text() -> Value {
    let cells = line().cells().join("\t");
    json!(format!("{}\t{cells}\n", ASKED_TEXT.trim_end()))
}

/// What the daemon says about itself.
pub(super) fn status() -> Value {
    json!(api::Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: Timestamp::of_milliseconds(AT - 86_400_000).to_string(),
        ready: true,
        state: State::Following.name().to_owned(),
        connections: 1_204,
        translations: 1_206,
        ended: 377,
        changes_started: 904_121,
        changes_ended: 902_915,
        events: 1_807_036,
        lost: 0,
        receive_buffer: 4 << 20,
        kernel_timestamps: true,
        kernel_connections: Some(4_711),
        kernel_connections_max: Some(262_144),
        recording: Some(true),
        recording_trouble: None,
        coverage: (&Coverage::default()).into(),
    })
}

/// What ails it.
pub(super) fn health() -> Value {
    let sick = api::Finding {
        check: "events-setting".to_owned(),
        severity: api::Severity::Failure,
        finding: "the kernel is told to send no events (net.netfilter.nf_conntrack_events is \
            0): natconnd learns only what its dumps show"
            .to_owned(),
        hint: Some(
            "write it into a file in /etc/sysctl.d too, or it is gone after the next start"
                .to_owned(),
        ),
        command: Some("sudo sysctl -w net.netfilter.nf_conntrack_events=1".to_owned()),
    };
    let well = api::Finding {
        check: "privileges".to_owned(),
        severity: api::Severity::Ok,
        finding: "natconnd has CAP_NET_ADMIN".to_owned(),
        hint: None,
        command: None,
    };
    let at = Timestamp::of_milliseconds(AT).to_string();
    json!(api::Health::of_findings(at, "natconnd", vec![well, sick]))
}

/// Some metrics in Prometheus' own text.
pub(super) const PLAIN_METRICS: &str = "# HELP natconnd_up_seconds For how long it has run.\n\
     # TYPE natconnd_up_seconds gauge\nnatconnd_up_seconds 86400\n";

/// Some metrics.
pub(super) const METRICS: &str = "# HELP natconnd_up_seconds For how long it has run.\n\
     # TYPE natconnd_up_seconds gauge\nnatconnd_up_seconds 86400.0\n# EOF\n";

/// How much is kept of the past.
pub(super) fn history() -> Value {
    json!(api::History {
        folder: Some("/var/lib/natconnd/history".to_owned()),
        gateway: Some("gw1".to_owned()),
        recording: true,
        trouble: None,
        records: 12_420_377,
        journal_records: 20_377,
        segments: 14,
        bytes: 211_443_712,
        bytes_per_record: Some(16.83),
        oldest: Some(Timestamp::of_milliseconds(AT - 7_776_000_000).to_string()),
        keep_for_seconds: Some(7_776_000),
        keep_bytes: None,
        remote: "keep".to_owned(),
        unrecorded: 0,
        damaged: Vec::new(),
        verified_at: Some(Timestamp::of_milliseconds(AT - 40_000_000).to_string()),
        holds: vec![held()],
    })
}

fn held() -> api::Hold {
    api::Hold {
        case: "2026-117".to_owned(),
        records: 3,
        coverage: Some((&Coverage::default()).into()),
    }
}

/// What a case holds.
pub(super) fn hold() -> Value {
    json!(held())
}

/// What a case holds that was released.
pub(super) fn released() -> Value {
    json!(api::Hold {
        records: 0,
        ..held()
    })
}

/// All cases.
pub(super) fn holds() -> Value {
    json!(api::Holds {
        holds: vec![held()]
    })
}

/// Times of which something is missing.
pub(super) fn gaps() -> Value {
    json!(api::Gaps {
        gaps: vec![(&gap()).into()]
    })
}

/// A file, verified.
pub(super) fn verified() -> Value {
    json!([api::VerifiedFile {
        file: SEGMENT.to_owned(),
        fault: None,
    }])
}

/// What is due to be deleted.
pub(super) fn expired() -> Value {
    json!(api::Expired {
        segments: vec![api::Segment {
            file: SEGMENT.to_owned(),
            records: 1_048_576,
            bytes: 17_650_112,
            from: Timestamp::of_milliseconds(AT - 7_866_000_000).to_string(),
            to: Timestamp::of_milliseconds(AT - 7_776_600_000).to_string(),
        }],
    })
}

/// Who asked what.
pub(super) fn audit_page() -> Value {
    json!(api::AuditPage {
        lines: vec![api::AuditLine {
            sequence: 4711,
            time: Timestamp::of_milliseconds(AT).to_string(),
            kind: "request".to_owned(),
            request: Some("lookup".to_owned()),
            outcome: Some("answered".to_owned()),
            caller: Some("abuse-desk".to_owned()),
            credential: Some("token".to_owned()),
            peer: Some("192.0.2.30".to_owned()),
            listener: Some("office".to_owned()),
            role: Some("lookup".to_owned()),
            question: Some("/api/v1/lookup?nat=203.0.113.7:40123".to_owned()),
            case: Some("2026-117".to_owned()),
            reason: Some("port scan".to_owned()),
            matches: Some(1),
            verdict: Some("one".to_owned()),
            coverage: Some("complete".to_owned()),
            note: None,
            hash: HASH.to_owned(),
        }],
        next_cursor: Some("4711".to_owned()),
        damaged: Vec::new(),
    })
}

/// What came of verifying the audit.
pub(super) fn audit_report() -> Value {
    json!(api::AuditReport {
        whole: true,
        files: 1,
        lines: 4711,
        bytes: 1_884_400,
        first: Some(format!("1:{HASH}")),
        last: Some(format!("4711:{HASH}")),
        ..api::AuditReport::default()
    })
}

/// The hash of a line.
const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// A segment's file.
const SEGMENT: &str = "/var/lib/natconnd/history/segments/0000000042.parquet";

/// Who uses how many connections and ports.
pub(super) fn usage() -> Value {
    let Translation {
        nat,
        remote,
        internal,
        ..
    } = living().translation;
    let (nat, remote_address) = (nat.address.to_string(), remote.address.to_string());
    json!(api::Usage {
        taken_at: Timestamp::of_milliseconds(AT).to_string(),
        took_ms: 0.41,
        translations: 3,
        nat_address_count: 1,
        remote_count: 1,
        host_count: 1,
        nat_addresses: vec![api::NatUsage {
            nat_address: nat.clone(),
            protocol: "tcp".to_owned(),
            translations: 3,
            ports: Some(3),
        }],
        remotes: vec![api::RemoteUsage {
            protocol: "tcp".to_owned(),
            nat_address: nat,
            remote_address,
            remote_port: remote.port,
            zone: 0,
            ports: 3,
            available: 64_512,
            per_cent: 0.0,
        }],
        hosts: vec![api::HostUsage {
            internal_address: internal.address.to_string(),
            connections: 3,
            ports: 3,
        }],
        coverage: (&Coverage::default()).into(),
    })
}

/// Who holds which port.
pub(super) fn ports() -> Value {
    let Translation { nat, internal, .. } = living().translation;
    json!(api::Ports {
        taken_at: Timestamp::of_milliseconds(AT).to_string(),
        nat_address: nat.address.to_string(),
        protocol: "tcp".to_owned(),
        ports: vec![api::PortUsage {
            port: nat.port,
            connections: 1,
            forwarded: 0,
            internal_address: internal.address.to_string(),
            hosts: 1,
        }],
        coverage: (&Coverage::default()).into(),
    })
}
