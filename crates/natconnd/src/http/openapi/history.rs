//! The endpoints about what is kept of the past, for the document only.
#![expect(
    dead_code,
    reason = "these functions exist to be described, not to be called"
)]

use utoipa::IntoParams;

use super::parameters::LookupParameters;
use crate::api::{Expired, Gaps, History, Hold, Holds, Problem, VerifiedFile};

/// What `/api/v1/history/gaps` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct GapsParameters {
    /// Only gaps that reach beyond this time: RFC 3339, or Unix seconds.
    #[param(example = "2026-11-01T00:00:00Z")]
    from: Option<String>,
    /// Only gaps that began before this time; now where it is absent.
    #[param(example = "2026-12-01T00:00:00Z")]
    to: Option<String>,
}

/// How much is kept of the past, and how recording goes.
///
/// Always 200: `recording` says whether what ends now is recorded.
#[utoipa::path(
    get,
    path = "/api/v1/history",
    operation_id = "history",
    tag = "history",
    responses(
        (status = 200, description = "How it goes", body = History),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
pub(super) fn history() {}

/// The times of which something is missing, and why.
#[utoipa::path(
    get,
    path = "/api/v1/history/gaps",
    operation_id = "history_gaps",
    tag = "history",
    params(GapsParameters),
    responses(
        (status = 200, description = "The gaps, oldest first", body = Gaps),
        (status = 400, description = "A parameter is unknown or has a bad value", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
        (status = 404, description = "Nothing is recorded", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read now", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(super) fn gaps() {}

/// Reads every file and compares it with its checksum.
///
/// One line for each file, as soon as it is read; one such request is served at a
/// time.
#[utoipa::path(
    get,
    path = "/api/v1/history/verify",
    operation_id = "history_verify",
    tag = "history",
    responses(
        (status = 200, description = "A file on each line", body = VerifiedFile,
            content_type = "application/x-ndjson"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
        (status = 404, description = "Nothing is recorded", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read now", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(super) fn verify() {}

/// The segments that are due to be deleted. They are deleted without being asked for.
#[utoipa::path(
    get,
    path = "/api/v1/history/expired",
    operation_id = "history_expired",
    tag = "history",
    responses(
        (status = 200, description = "The segments, in the order in which they go",
            body = Expired),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
        (status = 404, description = "Nothing is recorded", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read now", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(super) fn expired() {}

/// The cases that hold records beyond their time.
#[utoipa::path(
    get,
    path = "/api/v1/history/holds",
    operation_id = "history_holds",
    tag = "history",
    responses(
        (status = 200, description = "The cases", body = Holds),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
        (status = 404, description = "Nothing is recorded", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read now", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(super) fn holds() {}

/// Holds what a lookup about the past matches, whatever retention says. Over the unix
/// socket only.
#[utoipa::path(
    put,
    path = "/api/v1/history/holds/{case}",
    operation_id = "history_hold",
    tag = "history",
    params(
        ("case" = String, Path, description = "1 to 100 letters, digits, `-`, `_` and `.`"),
        LookupParameters,
    ),
    responses(
        (status = 200, description = "How much the case holds now", body = Hold),
        (status = 400, description = "A parameter is unknown or has a bad value", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "Asked over TCP", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "Too much fits", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read now", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(super) fn hold() {}

/// Gives up what a case holds. Over the unix socket only.
#[utoipa::path(
    delete,
    path = "/api/v1/history/holds/{case}",
    operation_id = "history_release",
    tag = "history",
    params(
        ("case" = String, Path, description = "1 to 100 letters, digits, `-`, `_` and `.`"),
    ),
    responses(
        (status = 200, description = "The case holds nothing any more", body = Hold),
        (status = 403, description = "Asked over TCP", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "It held nothing", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(super) fn release() {}
