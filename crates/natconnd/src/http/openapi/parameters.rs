//! The parameters of the endpoints, for the document only.
#![expect(
    dead_code,
    reason = "these fields exist to be described, not to be read"
)]

use utoipa::IntoParams;

/// What `/api/v1/lookup` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LookupParameters {
    /// The NAT endpoint or a part of it: `ADDR`, `ADDR:PORT`, `:PORT`,
    /// `[V6]:PORT`, `ADDR/BITS`; `FIRST-LAST` in the port's place too. One of
    /// `nat`, `remote` and `internal` must be given.
    #[param(example = "100.64.2.1:40123")]
    nat: Option<String>,
    /// The remote endpoint or a part of it. Without it the answer may name
    /// several hosts.
    #[param(example = "100.64.2.10:443")]
    remote: Option<String>,
    /// The internal endpoint or a part of it.
    #[param(example = "192.168.248.2")]
    internal: Option<String>,
    /// Transport protocol: `tcp`, `udp`, `icmp`, `icmpv6`, `sctp`, `dccp`,
    /// `gre`, `udplite`, or its number.
    #[param(example = "tcp")]
    protocol: Option<String>,
    /// Kind of translation: `source` or `destination`.
    #[param(example = "source")]
    kind: Option<String>,
    /// Conntrack zone.
    #[param(example = 0)]
    zone: Option<u16>,
    /// How many matches at most.
    #[param(minimum = 1, maximum = 10_000, default = 100)]
    limit: Option<u16>,
    /// Who was behind it at this time: RFC 3339 with an offset from UTC, Unix
    /// seconds with or without a fraction, or `24/Nov/2026:13:55:36 +0000` as nginx's
    /// `$time_local` has it. It is the moment at its beginning: for a log in whole
    /// seconds leave `tolerance` at a second or more. Not together with `from` or
    /// `to`.
    #[param(example = "2026-11-24T13:55:36Z")]
    at: Option<String>,
    /// Who was behind it from this time on, written as `at` is; without it, since ever.
    #[param(example = "1795528500")]
    from: Option<String>,
    /// Who was behind it up to this time; without it, until now.
    #[param(example = "1795528800")]
    to: Option<String>,
    /// By how much the clock that measured the time may differ from this machine's:
    /// `500ms`, `2s`, `1h`, or `0`. Only together with a time, which may lie in the
    /// future by no more than this.
    #[param(example = "5s", default = "2s")]
    tolerance: Option<String>,
}

/// What `/api/v1/records` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RecordsParameters {
    /// What lived at this time or later: RFC 3339 with an offset from UTC, Unix
    /// seconds, or `24/Nov/2026:13:55:36 +0000`. Without it, since ever.
    #[param(example = "2026-11-24T00:00:00Z")]
    from: Option<String>,
    /// What lived at this time or earlier; without it, until now.
    #[param(example = "2026-11-25T00:00:00Z")]
    to: Option<String>,
    /// The internal endpoint or a part of it: `ADDR`, `ADDR:PORT`, `:PORT`,
    /// `[V6]:PORT`, `ADDR/BITS`; `FIRST-LAST` in the port's place too.
    #[param(example = "192.168.248.2")]
    internal: Option<String>,
    /// The NAT endpoint or a part of it.
    nat: Option<String>,
    /// The remote endpoint or a part of it.
    #[param(example = "198.51.100.1:25")]
    remote: Option<String>,
    /// Transport protocol, by name or number.
    #[param(example = "tcp")]
    protocol: Option<String>,
    /// Kind of translation: `source` or `destination`.
    kind: Option<String>,
    /// Conntrack zone.
    zone: Option<u16>,
    /// How many rows at most. Without it JSON has 100, CSV and NDJSON have the whole
    /// list. A Parquet file has it in any case.
    #[param(minimum = 1, maximum = 10_000)]
    limit: Option<u16>,
    /// `next_cursor` of the page before, unchanged.
    cursor: Option<String>,
    /// `json`, `csv`, `ndjson` or `parquet`; goes before the `Accept` header.
    #[param(example = "csv")]
    format: Option<String>,
}

/// What chooses connections. Each but `q` is a list; all that are given must fit, any
/// of a list will do.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FilterParameters {
    /// Up to eight words with spaces between them, all of which must fit: an endpoint or
    /// a part of it, which may be internal, NAT or remote, or a protocol's name, of
    /// several of which any will do.
    #[param(example = "192.168.248.2 :443 tcp")]
    q: Option<String>,
    /// Transport protocols, by name or number, separated by commas.
    #[param(example = "tcp,udp")]
    protocol: Option<String>,
    /// Kinds of translation, separated by commas.
    #[param(example = "source")]
    kind: Option<String>,
    /// Conntrack zones, separated by commas.
    #[param(example = "0,7")]
    zone: Option<String>,
    /// Internal endpoints, separated by commas: `ADDR`, `ADDR:PORT`, `:PORT`,
    /// `[V6]:PORT`, `ADDR/BITS`; `FIRST-LAST` in the port's place too.
    #[param(example = "192.168.248.0/24,192.168.249.7")]
    internal: Option<String>,
    /// NAT endpoints, written in the same way.
    #[param(example = "100.64.2.1:1024-2047")]
    nat: Option<String>,
    /// Remote endpoints, written in the same way.
    #[param(example = ":443")]
    remote: Option<String>,
}

/// How a list is sorted, paged and written.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParameters {
    /// `started_at`, `internal`, `nat` or `remote`; with `-` before it the
    /// greatest come first.
    #[param(example = "-started_at", default = "started_at")]
    sort: Option<String>,
    /// How many rows at most. Without it JSON has 100, CSV and NDJSON have
    /// the whole list.
    #[param(minimum = 1, maximum = 10_000)]
    limit: Option<u16>,
    /// `next_cursor` of the page before, unchanged.
    cursor: Option<String>,
    /// `json`, `csv` or `ndjson`; goes before the `Accept` header.
    #[param(example = "csv")]
    format: Option<String>,
}
