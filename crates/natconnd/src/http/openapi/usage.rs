//! The endpoints about who uses what, for the document only.
#![expect(
    dead_code,
    reason = "what stands here exists to be described, not to be used"
)]

use utoipa::IntoParams;

use crate::api::{Ports, Problem, Usage};

/// What `/api/v1/usage` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UsageParameters {
    /// How many NAT addresses, remotes and hosts at most.
    #[param(minimum = 1, maximum = 1000, default = 20)]
    top: Option<u16>,
    /// What hosts are sorted by, the greatest first: `connections` or `ports`.
    #[param(example = "ports", default = "connections")]
    sort: Option<String>,
}

/// Who uses how many connections and ports?
///
/// The whole table is counted every few seconds while somebody asks, with no more than
/// 5 % of a processor; `taken_at` says when that was. Only who asks first, or after
/// some minutes without a question, waits for it.
#[utoipa::path(
    get,
    path = "/api/v1/usage",
    operation_id = "usage",
    tag = "connections",
    params(UsageParameters),
    responses(
        (status = 200, description = "The last count", body = Usage,
            example = json!({
                "taken_at": "2026-11-23T22:47:00.123Z", "took_ms": 0.41,
                "translations": 3,
                "nat_address_count": 1, "remote_count": 2, "host_count": 2,
                "nat_addresses": [{
                    "nat_address": "100.64.2.1", "protocol": "tcp",
                    "translations": 3, "ports": 2
                }],
                "remotes": [{
                    "protocol": "tcp", "nat_address": "100.64.2.1",
                    "remote_address": "100.64.2.10", "remote_port": 443, "zone": 0,
                    "ports": 2, "available": 64_512, "per_cent": 0.0
                }, {
                    "protocol": "tcp", "nat_address": "100.64.2.1",
                    "remote_address": "100.64.2.11", "remote_port": 25, "zone": 0,
                    "ports": 1, "available": 64_512, "per_cent": 0.0
                }],
                "hosts": [{
                    "internal_address": "192.168.248.2", "connections": 2, "ports": 2
                }, {
                    "internal_address": "192.168.248.3", "connections": 1, "ports": 1
                }],
                "coverage": { "complete": true, "gaps": [] }
            })),
        (status = 400, description = "A parameter is unknown or has a bad value", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
        (status = 503, description = "The table has not been counted yet", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(super) fn usage() {}

/// What `/api/v1/ports` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PortsParameters {
    /// The NAT address.
    #[param(example = "100.64.2.1")]
    nat: String,
    /// A protocol with ports: `tcp`, `udp`, `sctp`, `dccp`, `udplite`, or its number.
    #[param(example = "tcp")]
    protocol: String,
    /// The first port.
    #[param(minimum = 0, maximum = 65_535, default = 0)]
    from: Option<u16>,
    /// The last port.
    #[param(minimum = 0, maximum = 65_535, default = 65_535)]
    to: Option<u16>,
}

/// Who holds which port of a NAT address at this moment?
///
/// One port may be held by several hosts, each for another remote endpoint. Ports that
/// nobody holds are left out.
#[utoipa::path(
    get,
    path = "/api/v1/ports",
    operation_id = "ports",
    tag = "connections",
    params(PortsParameters),
    responses(
        (status = 200, description = "The ports that are held", body = Ports,
            example = json!({
                "taken_at": "2026-11-23T22:47:00.123Z",
                "nat_address": "100.64.2.1", "protocol": "tcp",
                "ports": [{
                    "port": 40_123, "connections": 2, "forwarded": 0,
                    "internal_address": "192.168.248.2", "hosts": 2
                }],
                "coverage": { "complete": true, "gaps": [] }
            })),
        (status = 400, description = "A parameter is missing, unknown or has a bad value",
            body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
pub(super) fn ports() {}
