//! One translation as JSON or CSV, and what wraps it.

use std::net::IpAddr;

use model::{Counters, Traffic, TranslationKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One translation of one connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Row {
    /// Transport protocol: its name, or its number where it has none.
    #[schema(example = "tcp")]
    pub protocol: String,
    /// Which side is rewritten: `source` (SNAT, masquerade) or `destination`
    /// (DNAT, port forward, redirect).
    #[schema(example = "source")]
    pub kind: String,
    /// The host behind the NAT.
    #[schema(value_type = String, example = "192.168.248.2")]
    pub internal_address: IpAddr,
    /// Its port; the id for ICMP, the key for GRE.
    pub internal_port: u16,
    /// The address that the NAT shows to the remote.
    #[schema(value_type = String, example = "100.64.2.1")]
    pub nat_address: IpAddr,
    /// The port that the NAT shows to the remote.
    pub nat_port: u16,
    /// The far end, as seen on the wire where the NAT endpoint is visible; null
    /// where history leaves it out (`history.remote = "omit"`).
    #[schema(value_type = Option<String>, example = "100.64.2.10")]
    pub remote_address: Option<IpAddr>,
    /// Its port; null with the address.
    pub remote_port: Option<u16>,
    /// Conntrack zone, 0 by default.
    pub zone: u16,
    /// When it began, RFC 3339 in UTC; null where nobody can say.
    #[schema(example = "2026-11-23T22:47:00.123Z")]
    pub started_at: Option<String>,
    /// Who measured `started_at`: `kernel`, `received` or `estimated`.
    pub started_at_source: Option<String>,
    /// When it ended; null while it lives. Where `end_evidence` is `checkpoint`, the
    /// last time at which it is known to have lived.
    pub ended_at: Option<String>,
    /// Who measured `ended_at`.
    pub ended_at_source: Option<String>,
    /// The kernel's id while it lives, as `conntrack -o id` prints it.
    pub kernel_id: Option<u32>,
    /// How its end was learned: `event` (the kernel told it), `dump` (the kernel did
    /// not have it any more), `successor` (another connection took its place),
    /// `restart` (it was gone when natconnd had started again) or `checkpoint` (it
    /// has not ended). Known to history only, null elsewhere.
    pub end_evidence: Option<String>,
    /// Packets that the internal endpoint sent; null where the kernel did not count
    /// (`nf_conntrack_acct`), and outside of history.
    pub internal_packets: Option<u64>,
    /// Bytes that the internal endpoint sent.
    pub internal_bytes: Option<u64>,
    /// Packets that the remote endpoint sent.
    pub remote_packets: Option<u64>,
    /// Bytes that the remote endpoint sent.
    pub remote_bytes: Option<u64>,
    /// The firewall's mark; null where there is none, and outside of history.
    pub mark: Option<u32>,
}

impl From<&model::Match> for Row {
    fn from(found: &model::Match) -> Self {
        let translation = &found.translation;
        let remote = (!translation.remote.is_omitted()).then_some(translation.remote);
        let sent = found
            .traffic
            .map(|traffic| sent(translation.kind, &traffic));
        Self {
            protocol: found.protocol.to_string(),
            kind: translation.kind.name().to_owned(),
            internal_address: translation.internal.address,
            internal_port: translation.internal.port,
            nat_address: translation.nat.address,
            nat_port: translation.nat.port,
            remote_address: remote.map(|remote| remote.address),
            remote_port: remote.map(|remote| remote.port),
            zone: found.zone.id,
            started_at: found.started_at.map(|time| time.at.to_string()),
            started_at_source: found.started_at.map(|time| time.source.name().to_owned()),
            ended_at: found.ended_at.map(|time| time.at.to_string()),
            ended_at_source: found.ended_at.map(|time| time.source.name().to_owned()),
            kernel_id: found.kernel_id.map(|id| id.0),
            end_evidence: found
                .end_evidence
                .map(|evidence| evidence.name().to_owned()),
            internal_packets: sent.map(|[internal, _]| internal.packets),
            internal_bytes: sent.map(|[internal, _]| internal.bytes),
            remote_packets: sent.map(|[_, remote]| remote.packets),
            remote_bytes: sent.map(|[_, remote]| remote.bytes),
            mark: found.mark,
        }
    }
}

/// What the internal endpoint sent, and what the remote did.
///
/// The internal endpoint is the initiator of a source translation, and who answers
/// in a destination translation.
pub const fn sent(kind: TranslationKind, traffic: &Traffic) -> [Counters; 2] {
    match kind {
        TranslationKind::Source => [traffic.original, traffic.reply],
        TranslationKind::Destination => [traffic.reply, traffic.original],
    }
}

/// How complete the data behind an answer is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Coverage {
    /// Whether nothing is missing in the asked time. An empty answer proves
    /// something only then.
    pub complete: bool,
    /// The times in which events were lost, oldest first.
    pub gaps: Vec<Gap>,
}

/// A time in which events were lost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// The last time at which nothing was missing.
    pub from: String,
    /// The time from which nothing is missing again; null while it lasts.
    pub to: Option<String>,
    /// Why: `starting`, `receive-buffer`, `socket`, `dump`, `undecodable`,
    /// `fault`, `events-off` (`nf_conntrack_events=0`), `filter`: the question
    /// reaches beyond `track.filter`, `unrecorded`: history could not be written,
    /// `damaged`: a file of it is, or `beyond-history`: the question reaches back
    /// beyond what is kept.
    pub cause: String,
}

impl From<&model::Gap> for Gap {
    fn from(gap: &model::Gap) -> Self {
        Self {
            from: gap.from.to_string(),
            to: gap.to.map(|to| to.to_string()),
            cause: gap.cause.name().to_owned(),
        }
    }
}

impl From<&model::Coverage> for Coverage {
    fn from(coverage: &model::Coverage) -> Self {
        Self {
            complete: coverage.is_complete(),
            gaps: coverage.gaps().iter().map(Gap::from).collect(),
        }
    }
}

/// One page of a list of connections.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page {
    /// The translations of this page, in the order asked for.
    pub connections: Vec<Row>,
    /// Give it as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
    /// How complete the list is.
    pub coverage: Coverage,
}

/// One translation that began or ended, as sent by `/api/v1/events`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// `started` or `ended`.
    pub change: String,
    /// The translation.
    #[serde(flatten)]
    pub row: Row,
}
