//! The endpoints, for the document only; the functions are never called.
#![expect(
    dead_code,
    reason = "these functions exist to be described, not to be called"
)]

use serde::Serialize;
use utoipa::ToSchema;

use super::parameters::{FilterParameters, LookupParameters, PageParameters, RecordsParameters};
use crate::api::{Health, LookupAnswer, Page, Problem, RecordsPage, Status};

/// Data of the event `missed`: the client was too slow.
#[derive(Serialize, ToSchema)]
pub(super) struct Missed {
    /// How many changes were made and not sent, those that do not fit the
    /// filter included.
    #[schema(example = 41)]
    missed: u64,
}

/// Which internal host is behind this NAT endpoint, or was?
///
/// With protocol, NAT endpoint and remote endpoint the kernel itself is asked.
/// No match is 200 with the verdict `none`, and proves something only where
/// `coverage.complete` is true.
///
/// With `at`, `from` or `to` the question is about the past: history and the live
/// table answer together, and each translation is told once. It fits where it lived
/// in that time, made longer by `tolerance` on both sides.
#[utoipa::path(
    get,
    path = "/api/v1/lookup",
    operation_id = "lookup",
    tag = "connections",
    params(LookupParameters),
    responses(
        (status = 200, description = "The answer, also where nothing fits", body = LookupAnswer,
            example = json!({
                "verdict": "one",
                "matches": [{
                    "protocol": "tcp", "kind": "source",
                    "internal_address": "192.168.248.2", "internal_port": 40123,
                    "nat_address": "100.64.2.1", "nat_port": 40123,
                    "remote_address": "100.64.2.10", "remote_port": 443,
                    "zone": 0,
                    "started_at": "2026-11-23T22:47:00.123Z", "started_at_source": "kernel",
                    "ended_at": null, "ended_at_source": null,
                    "kernel_id": 2_596_996_162_u32,
                    "end_evidence": null,
                    "internal_packets": null, "internal_bytes": null,
                    "remote_packets": null, "remote_bytes": null,
                    "mark": null,
                    "distance_ms": null
                }],
                "cut": false,
                "coverage": { "complete": true, "gaps": [] },
                "period": null, "remote_omitted": false, "gateway": null
            })),
        (status = 400, description = "A parameter is unknown or has a bad value", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
fn lookup() {}

/// The translated connections.
///
/// JSON comes in pages: give `next_cursor` as `cursor` to get the next one,
/// until it is null. A row that is there all the while is listed exactly once,
/// whatever else comes and goes. CSV and NDJSON without `limit` are the whole
/// list in one stream; with `limit` the header `Link` names the next page.
#[utoipa::path(
    get,
    path = "/api/v1/connections",
    operation_id = "connections",
    tag = "connections",
    params(FilterParameters, PageParameters),
    responses(
        (status = 200, description = "One page, or the rows", content(
            (Page = "application/json"),
            (String = "text/csv", example =
                "protocol,kind,internal_address,internal_port,nat_address,nat_port,\
                 remote_address,remote_port,zone,started_at,started_at_source,ended_at,\
                 ended_at_source,kernel_id,end_evidence,internal_packets,internal_bytes,\
                 remote_packets,remote_bytes,mark\ntcp,source,192.168.248.2,40123,100.64.2.1,\
                 40123,100.64.2.10,443,0,2026-11-23T22:47:00.123Z,kernel,,,2596996162,,,,,,\n"),
            (crate::api::Row = "application/x-ndjson"),
        ), headers(
            ("natconnd-coverage" = String, description = "`complete`, or `gaps` where something is missing"),
            ("link" = String, description = "The next page, where there is one (RFC 8288)"),
        )),
        (status = 400, description = "A parameter is unknown or has a bad value", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
fn connections() {}

/// What lived in a period, in the order in which it began.
///
/// Ended and living translations, each once. JSON comes in pages: give
/// `next_cursor` as `cursor` to get the next one, until it is null. CSV and NDJSON
/// without `limit` are the whole list in one stream, which breaks off visibly where
/// it cannot go on. A Parquet file is the whole list, too; what lives has no end in it.
#[utoipa::path(
    get,
    path = "/api/v1/records",
    operation_id = "records",
    tag = "connections",
    params(RecordsParameters),
    responses(
        (status = 200, description = "One page, the rows, or a file", content(
            (RecordsPage = "application/json"),
            (String = "text/csv"),
            (crate::api::Row = "application/x-ndjson"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        ), headers(
            ("natconnd-coverage" = String, description = "`complete`, or `gaps` where something is missing"),
            ("natconnd-cut" = String, description = "Of a page: `true` where looking was given up before it was full"),
            ("link" = String, description = "The next page, where there is one (RFC 8288)"),
        )),
        (status = 400, description = "A parameter is unknown or has a bad value", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
        (status = 404, description = "A Parquet file was asked for, and there is no history",
            body = Problem, content_type = "application/problem+json"),
    )
)]
fn records() {}

/// Every change as it happens.
///
/// Server-sent events named `started` and `ended`, with a Change as data. A
/// client that is too slow gets an event `missed`, with a Missed as data, and
/// may read the list again. An event `gap`, with a Gap as data, says that changes
/// are missing because natconnd itself does not know them: once when it begins,
/// and again when it is over. What has changed meanwhile is sent as soon as it is
/// found out, but for what has both begun and ended.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    operation_id = "events",
    tag = "connections",
    params(FilterParameters),
    responses(
        (status = 200, description = "Events without end", body = String,
            content_type = "text/event-stream",
            example = "event: missed\ndata: {\"missed\":41}\n\n"),
        (status = 400, description = "A parameter is unknown or has a bad value", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
fn events() {}

/// What the daemon says about itself.
#[utoipa::path(
    get,
    path = "/api/v1/status",
    operation_id = "status",
    tag = "daemon",
    responses(
        (status = 200, description = "The status", body = Status),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
fn status() {}

/// What ails natconnd and the kernel below, and what helps.
///
/// Each finding is of one check, the worst first; docs/doctor.md lists the checks.
/// It is looked at anew at most once a second, however often it is asked for.
/// Always 200: `state` says how bad it is.
#[utoipa::path(
    get,
    path = "/api/v1/health",
    operation_id = "health",
    tag = "daemon",
    responses(
        (status = 200, description = "The findings, whatever they are", body = Health,
            example = json!({
                "state": "failure",
                "checked_at": "2026-11-23T22:47:00.123Z",
                "checked_by": "natconnd",
                "findings": [{
                    "check": "events-setting",
                    "severity": "failure",
                    "finding": "the kernel is told to send no events \
                        (net.netfilter.nf_conntrack_events is 0): natconnd learns only what \
                        its dumps show",
                    "hint": "write it into a file in /etc/sysctl.d too, or it is gone after \
                        the next start",
                    "command": "sudo sysctl -w net.netfilter.nf_conntrack_events=1"
                }, {
                    "check": "privileges",
                    "severity": "ok",
                    "finding": "natconnd has CAP_NET_ADMIN",
                    "hint": null,
                    "command": null
                }]
            })),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
fn health() {}

/// Whether answers can be trusted to be complete from the start on.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "daemon",
    responses(
        (status = 200, description = "The kernel's table has been read", body = String,
            content_type = "text/plain", example = "ok\n"),
        (status = 503, description = "The kernel's table is still being read", body = String,
            content_type = "text/plain"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
fn healthz() {}

/// Metrics for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "daemon",
    responses(
        (status = 200, description = "OpenMetrics text", body = String,
            content_type = "application/openmetrics-text"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
fn metrics() {}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "daemon",
    responses(
        (status = 200, description = "OpenAPI 3.1", body = Object),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
fn openapi_json() {}
