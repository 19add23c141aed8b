//! The endpoints about what is kept of the past, for the document only.
#![expect(
    dead_code,
    reason = "these functions exist to be described, not to be called"
)]

use utoipa::IntoParams;

use super::examples;
use super::parameters::LookupParameters;
use super::responses::{HistoryUnreadable, HoldsNothing, NoHistory, TooMuchFits};
use super::values::{Case, Time};
use crate::api::{Expired, Gaps, History, Hold, Holds, VerifiedFile};

/// What `/api/v1/history/gaps` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct GapsParameters {
    /// Only gaps that reach beyond this time.
    #[param(value_type = Option<Time>, example = "2026-11-01T00:00:00Z")]
    from: Option<String>,
    /// Only gaps that began before this time; now where it is absent.
    #[param(value_type = Option<Time>, example = "2026-11-24T00:00:00Z")]
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
        (status = 200, description = "How it goes.", body = History,
            example = json!(examples::history())),
    )
)]
pub(super) fn history() {}

/// The times of which something is missing, and why.
///
/// What `coverage` of an answer about the past is made of.
#[utoipa::path(
    get,
    path = "/api/v1/history/gaps",
    operation_id = "history_gaps",
    tag = "history",
    params(GapsParameters),
    responses(
        (status = 200, description = "The gaps, oldest first.", body = Gaps,
            example = json!(examples::gaps())),
        (status = 404, response = NoHistory),
        (status = 503, response = HistoryUnreadable),
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
        (status = 200, description = "A file on each line.", body = Vec<VerifiedFile>,
            content_type = "application/x-ndjson",
            example = json!(examples::verified())),
        (status = 404, response = NoHistory),
        (status = 503, response = HistoryUnreadable),
    )
)]
pub(super) fn verify() {}

/// The segments that are due to be deleted.
///
/// They are deleted without being asked for: segments go as a whole, once the last of their
/// records is beyond `history.keep`.
#[utoipa::path(
    get,
    path = "/api/v1/history/expired",
    operation_id = "history_expired",
    tag = "history",
    responses(
        (status = 200, description = "The segments, in the order in which they go.",
            body = Expired,
            example = json!(examples::expired())),
        (status = 404, response = NoHistory),
        (status = 503, response = HistoryUnreadable),
    )
)]
pub(super) fn expired() {}

/// The cases that hold records beyond their time.
///
/// Each with the number of its records, by name.
#[utoipa::path(
    get,
    path = "/api/v1/history/holds",
    operation_id = "history_holds",
    tag = "history",
    responses(
        (status = 200, description = "The cases.", body = Holds,
            example = json!(examples::holds())),
        (status = 404, response = NoHistory),
        (status = 503, response = HistoryUnreadable),
    )
)]
pub(super) fn holds() {}

/// Holds what a lookup about the past matches, whatever retention says.
///
/// The question is that of `/api/v1/lookup` and must name a time;
/// `limit` does not limit what is held. What is held already is not held twice.
#[utoipa::path(
    put,
    path = "/api/v1/history/holds/{case}",
    operation_id = "history_hold",
    tag = "history",
    params(
        ("case" = Case, Path, description = "The name of the case.", example = "2026-117"),
        LookupParameters,
    ),
    responses(
        (status = 200, description = "How much the case holds now.", body = Hold,
            example = json!(examples::hold())),
        (status = 404, response = NoHistory),
        (status = 422, response = TooMuchFits),
        (status = 503, response = HistoryUnreadable),
    )
)]
pub(super) fn hold() {}

/// Gives up what a case holds.
///
/// What is beyond its time is deleted with it.
#[utoipa::path(
    delete,
    path = "/api/v1/history/holds/{case}",
    operation_id = "history_release",
    tag = "history",
    params(
        ("case" = Case, Path, description = "The name of the case.", example = "2026-117"),
    ),
    responses(
        (status = 200, description = "The case holds nothing any more.", body = Hold,
            example = json!(examples::released())),
        (status = 404, response = HoldsNothing),
        (status = 503, response = HistoryUnreadable),
    )
)]
pub(super) fn release() {}
