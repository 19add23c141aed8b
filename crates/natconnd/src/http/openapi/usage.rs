//! The endpoints about who uses what, for the document only.
#![expect(
    dead_code,
    reason = "what stands here exists to be described, not to be used"
)]

use utoipa::IntoParams;

use super::examples;
use super::responses::NotCounted;
use super::values::{Address, PortNumber, ProtocolWithPorts, Top};
use crate::api::{HostOrder, Ports, Usage};

/// What `/api/v1/usage` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UsageParameters {
    /// How many NAT addresses, remotes and hosts at most; 20 where it is absent.
    #[param(value_type = Option<Top>, example = 20)]
    top: Option<u16>,
    /// What hosts are sorted by, the greatest first; `connections` where it is absent.
    #[param(value_type = Option<HostOrder>, example = "ports")]
    sort: Option<String>,
}

/// Who uses how many connections and ports?
///
/// The whole table is counted when somebody asks, with no more than 5 % of a processor: a
/// small one anew for each question, a large one every few seconds. `taken_at` says when
/// that was. An answer is waited for, two seconds at most.
#[utoipa::path(
    get,
    path = "/api/v1/usage",
    operation_id = "usage",
    tag = "connections",
    params(UsageParameters),
    responses(
        (status = 200, description = "The last count.", body = Usage,
            example = json!(examples::usage())),
        (status = 503, response = NotCounted),
    )
)]
pub(super) fn usage() {}

/// What `/api/v1/ports` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PortsParameters {
    /// The NAT address.
    #[param(value_type = Address, example = "100.64.2.1")]
    nat: String,
    /// The transport protocol.
    #[param(value_type = ProtocolWithPorts, example = "tcp")]
    protocol: String,
    /// The first port; 0 where it is absent.
    #[param(value_type = Option<PortNumber>, example = 1024)]
    from: Option<u16>,
    /// The last port, which is not below the first; 65535 where it is absent.
    #[param(value_type = Option<PortNumber>, example = 65_535)]
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
        (status = 200, description = "The ports that are held.", body = Ports,
            example = json!(examples::ports())),
    )
)]
pub(super) fn ports() {}
