//! The parameters of the endpoints, for the document only.
#![expect(
    dead_code,
    reason = "these fields exist to be described, not to be read"
)]

use utoipa::{IntoParams, ToSchema};

use super::values::{
    Cursor, Duration, EndpointPattern, Kind, Limit, Protocol, RecordsCursor, Time, Words,
    ZoneNumber,
};

/// What `/api/v1/lookup` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LookupParameters {
    /// The NAT endpoint or a part of it. One of `nat`, `remote` and `internal` must be
    /// given.
    #[param(value_type = Option<EndpointPattern>, example = "100.64.2.1:40123")]
    nat: Option<String>,
    /// The remote endpoint or a part of it. Without it the answer may name several hosts.
    #[param(value_type = Option<EndpointPattern>, example = "100.64.2.10:443")]
    remote: Option<String>,
    /// The internal endpoint or a part of it.
    #[param(value_type = Option<EndpointPattern>, example = "192.168.248.2")]
    internal: Option<String>,
    /// The transport protocol.
    #[param(value_type = Option<Protocol>, example = "tcp")]
    protocol: Option<String>,
    /// The kind of translation.
    #[param(value_type = Option<Kind>, example = "source")]
    kind: Option<String>,
    /// The conntrack zone.
    #[param(value_type = Option<ZoneNumber>, example = 0)]
    zone: Option<u16>,
    /// How many matches at most; 100 where it is absent.
    #[param(value_type = Option<Limit>, example = 10)]
    limit: Option<u16>,
    /// Who was behind it at this time. It is the moment at its beginning: for a log in
    /// whole seconds leave `tolerance` at a second or more. Not together with `from` or
    /// `to`.
    #[param(value_type = Option<Time>, example = "2026-11-24T13:55:36Z")]
    at: Option<String>,
    /// Who was behind it from this time on; without it, since ever.
    #[param(value_type = Option<Time>, example = "1795528500")]
    from: Option<String>,
    /// Who was behind it up to this time, which is not before `from`; without it, until
    /// now.
    #[param(value_type = Option<Time>, example = "1795528800")]
    to: Option<String>,
    /// By how much the clock that measured the time may differ from this machine's; 2 s
    /// where it is absent. Only together with a time, which may lie in the future by no
    /// more than this.
    #[param(value_type = Option<Duration>, example = "5s")]
    tolerance: Option<String>,
}

/// What `/api/v1/records` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RecordsParameters {
    /// What lived at this time or later; without it, since ever.
    #[param(value_type = Option<Time>, example = "2026-11-24T00:00:00Z")]
    from: Option<String>,
    /// What lived at this time or earlier, not before `from`; without it, until now.
    #[param(value_type = Option<Time>, example = "2026-11-25T00:00:00Z")]
    to: Option<String>,
    /// The internal endpoint or a part of it.
    #[param(value_type = Option<EndpointPattern>, example = "192.168.248.2")]
    internal: Option<String>,
    /// The NAT endpoint or a part of it.
    #[param(value_type = Option<EndpointPattern>, example = "100.64.2.1:40123")]
    nat: Option<String>,
    /// The remote endpoint or a part of it.
    #[param(value_type = Option<EndpointPattern>, example = "198.51.100.1:25")]
    remote: Option<String>,
    /// The transport protocol.
    #[param(value_type = Option<Protocol>, example = "tcp")]
    protocol: Option<String>,
    /// The kind of translation.
    #[param(value_type = Option<Kind>, example = "source")]
    kind: Option<String>,
    /// The conntrack zone.
    #[param(value_type = Option<ZoneNumber>, example = 0)]
    zone: Option<u16>,
    /// How many rows at most. Without it JSON has 100, CSV and NDJSON have the whole
    /// list. A Parquet file has it in any case.
    #[param(value_type = Option<Limit>, example = 1000)]
    limit: Option<u16>,
    /// `next_cursor` of the page before, unchanged.
    #[param(value_type = Option<RecordsCursor>, example = json!(super::examples::records_cursor()))]
    cursor: Option<String>,
    /// What it is written in; goes before the `Accept` header.
    #[param(value_type = Option<RecordsFormat>, example = "csv")]
    format: Option<String>,
}

/// What chooses connections. Each but `q` is a list; all that are given must fit, any
/// of a list will do.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, style = Form)]
pub(super) struct FilterParameters {
    /// Up to eight words with spaces between them, all of which must fit: an endpoint or
    /// a part of it, which may be internal, NAT or remote, or a protocol's name, of
    /// several of which any will do.
    #[param(value_type = Option<Words>, example = "192.168.248.2 :443 tcp")]
    q: Option<String>,
    /// Transport protocols. Where `q` names some too, one must be in both.
    #[param(value_type = Option<Vec<Protocol>>, explode = false, min_items = 1,
        example = json!(["tcp", "udp"]))]
    protocol: Option<String>,
    /// Kinds of translation.
    #[param(value_type = Option<Vec<Kind>>, explode = false, min_items = 1,
        example = json!(["source"]))]
    kind: Option<String>,
    /// Conntrack zones.
    #[param(value_type = Option<Vec<ZoneNumber>>, explode = false, min_items = 1,
        example = json!([0, 7]))]
    zone: Option<String>,
    /// Internal endpoints, or parts of them.
    #[param(value_type = Option<Vec<EndpointPattern>>, explode = false, min_items = 1,
        example = json!(["192.168.248.0/24", "192.168.249.7"]))]
    internal: Option<String>,
    /// NAT endpoints, or parts of them.
    #[param(value_type = Option<Vec<EndpointPattern>>, explode = false, min_items = 1,
        example = json!(["100.64.2.1:1024-65535"]))]
    nat: Option<String>,
    /// Remote endpoints, or parts of them.
    #[param(value_type = Option<Vec<EndpointPattern>>, explode = false, min_items = 1,
        example = json!([":443"]))]
    remote: Option<String>,
}

/// How a list is sorted, paged and written.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParameters {
    /// What it is sorted by; with `-` before it the greatest come first. `started_at` where
    /// it is absent, or the order of the cursor.
    #[param(value_type = Option<Sort>, example = "started_at")]
    sort: Option<String>,
    /// How many rows at most. Without it JSON has 100, CSV and NDJSON have the whole list.
    #[param(value_type = Option<Limit>, example = 100)]
    limit: Option<u16>,
    /// `next_cursor` of the page before, unchanged.
    #[param(value_type = Option<Cursor>, example = json!(super::examples::cursor()))]
    cursor: Option<String>,
    /// What it is written in; goes before the `Accept` header.
    #[param(value_type = Option<ListFormat>, example = "csv")]
    format: Option<String>,
}

/// What a list is sorted by.
#[derive(ToSchema)]
pub(super) enum Sort {
    #[schema(rename = "started_at")]
    StartedAt,
    #[schema(rename = "-started_at")]
    LastStartedAt,
    #[schema(rename = "internal")]
    Internal,
    #[schema(rename = "-internal")]
    LastInternal,
    #[schema(rename = "nat")]
    Nat,
    #[schema(rename = "-nat")]
    LastNat,
    #[schema(rename = "remote")]
    Remote,
    #[schema(rename = "-remote")]
    LastRemote,
}

/// What a list of connections is written in.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(super) enum ListFormat {
    Json,
    Csv,
    Ndjson,
}

/// What records are written in.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(super) enum RecordsFormat {
    Json,
    Csv,
    Ndjson,
    Parquet,
}
