//! The endpoints about the daemon itself, for the document only.
#![expect(
    dead_code,
    reason = "these functions exist to be described, not to be called"
)]

use super::examples;
use super::responses::BrokeOff;
use crate::api::{Health, Status};

/// What the daemon says about itself.
///
/// Versions, counts, and whether anything is missing now. Always 200.
#[utoipa::path(
    get,
    path = "/api/v1/status",
    operation_id = "status",
    tag = "daemon",
    responses(
        (status = 200, description = "The status.", body = Status,
            example = json!(examples::status())),
    )
)]
pub(super) fn status() {}

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
        (status = 200, description = "The findings, whatever they are.", body = Health,
            example = json!(examples::health())),
    )
)]
pub(super) fn health() {}

/// Whether answers can be trusted to be complete from the start on.
///
/// For supervisors and load balancers. Whatever the query says.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "daemon",
    responses(
        (status = 200, description = "The kernel's table has been read.", body = String,
            content_type = "text/plain", example = "ok\n"),
        (status = 503, description = "The kernel's table is still being read.", body = String,
            content_type = "text/plain",
            example = "starting: the kernel's table has not been read to the end\n"),
    )
)]
pub(super) fn healthz() {}

/// Metrics for Prometheus.
///
/// docs/metrics.md lists them. Whatever the query says.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "daemon",
    responses(
        (status = 200, description = "OpenMetrics text, or Prometheus' own text where `Accept` \
            names text and not OpenMetrics.", content(
            (String = "application/openmetrics-text", example = json!(examples::METRICS)),
            (String = "text/plain", example = json!(examples::PLAIN_METRICS)),
        )),
        (status = 500, response = BrokeOff),
    )
)]
pub(super) fn metrics() {}

/// This document.
///
/// Of this version of natconnd. Whatever the query says.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "daemon",
    responses(
        (status = 200, description = "OpenAPI 3.1.", body = Object,
            example = json!({"openapi": "3.1.0", "info": {"title": "natconnd"}})),
    )
)]
pub(super) fn openapi_json() {}
