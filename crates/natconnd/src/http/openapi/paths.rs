//! The endpoints about connections, for the document only; the functions are never called.
#![expect(
    dead_code,
    reason = "these functions exist to be described, not to be called"
)]

use serde::Serialize;
use utoipa::ToSchema;

use super::examples;
use super::parameters::{FilterParameters, LookupParameters, PageParameters, RecordsParameters};
use super::values::ParquetFile;
use crate::api::{LookupAnswer, Page, RecordsPage, Row};

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
        (status = 200, description = "The answer, also where nothing fits.", body = LookupAnswer,
            examples(
                ("now" = (summary = "Who it is", value = json!(examples::lookup_now()))),
                ("then" = (summary = "Who it was", value = json!(examples::lookup_then()))),
                ("none" = (summary = "Nobody, and no proof of it",
                    value = json!(examples::lookup_none()))),
            )),
    )
)]
pub(super) fn lookup() {}

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
        (status = 200, description = "One page, or the rows.", content(
            (Page = "application/json", example = json!(examples::connections())),
            (String = "text/csv", example = json!(examples::connections_csv())),
            (Vec<Row> = "application/x-ndjson",
                example = json!(examples::connections_ndjson())),
        )),
    )
)]
pub(super) fn connections() {}

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
        (status = 200, description = "One page, the rows, or a file.", content(
            (RecordsPage = "application/json", example = json!(examples::records())),
            (String = "text/csv", example = json!(examples::records_csv())),
            (Vec<Row> = "application/x-ndjson",
                example = json!(examples::records_ndjson())),
            (ParquetFile = "application/vnd.apache.parquet"),
        )),
        (status = 404, response = super::responses::NoHistory),
    )
)]
pub(super) fn records() {}

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
        (status = 200, description = "Events without end.", body = String,
            content_type = "text/event-stream", example = json!(examples::events())),
    )
)]
pub(super) fn events() {}
