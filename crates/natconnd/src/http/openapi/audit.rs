//! The endpoints about who asked what, for the document only.
#![expect(
    dead_code,
    reason = "these functions exist to be described, not to be called"
)]

use utoipa::IntoParams;

use super::examples;
use super::responses::NoAudit;
use super::values::{Limit, Time};
use crate::api::{AuditPage, AuditReport};

/// What `/api/v1/audit` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditParameters {
    /// Only lines that were written at this time or later.
    #[param(value_type = Option<Time>, example = "2026-11-01T00:00:00Z")]
    from: Option<String>,
    /// Only lines that were written at this time or earlier.
    #[param(value_type = Option<Time>, example = "2026-11-24T00:00:00Z")]
    to: Option<String>,
    /// Only requests of this caller.
    #[param(example = "abuse-desk")]
    caller: Option<String>,
    /// Only requests for this case.
    #[param(example = "2026-117")]
    case: Option<String>,
    /// Only lines of which a text has this in it.
    #[param(example = "203.0.113.7")]
    contains: Option<String>,
    /// How many lines at most.
    #[param(value_type = Option<Limit>, example = 100)]
    limit: Option<u64>,
    /// The `next_cursor` of the page before.
    #[param(pattern = "^[0-9]{1,20}$", example = "4711")]
    cursor: Option<String>,
}

/// Who asked what, newest first.
///
/// Reading is a line of the audit itself. A page may have fewer lines than `limit` and a
/// `next_cursor` all the same: looking for them took long.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "audit",
    tag = "audit",
    params(AuditParameters),
    responses(
        (status = 200, description = "A page of lines.", body = AuditPage,
            example = json!(examples::audit_page())),
        (status = 404, response = NoAudit),
    )
)]
pub(super) fn audit() {}

/// What `/api/v1/audit/verify` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VerifyParameters {
    /// A line that the audit had, kept elsewhere: a chain without it is another one.
    #[param(
        pattern = "^[0-9]{1,20}:[0-9A-Fa-f]{64}$",
        example = "4711:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    head: Option<String>,
}

/// Reads every line, and says whether the audit is whole.
///
/// One such request is served at a time.
#[utoipa::path(
    get,
    path = "/api/v1/audit/verify",
    operation_id = "audit_verify",
    tag = "audit",
    params(VerifyParameters),
    responses(
        (status = 200, description = "What came of it.", body = AuditReport,
            example = json!(examples::audit_report())),
        (status = 404, response = NoAudit),
    )
)]
pub(super) fn verify() {}
