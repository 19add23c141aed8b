//! The endpoint for many questions, for the document only.
#![expect(
    dead_code,
    reason = "what stands here exists to be described, not to be used"
)]

use utoipa::IntoParams;

use crate::api::Problem;

/// What `/api/v1/lookups` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LookupsParameters {
    /// What the lines are: `csv`, `ndjson`, `text` (lines of logs) or `mail`. Without it the
    /// content type says it, or the first line.
    #[param(example = "csv")]
    format: Option<String>,
    /// Which column, or member, is for what: `FIELD=COLUMN`, separated by commas, with the
    /// column's name or its number from 1, and for `FIELD` one of `nat_address`, `nat_port`,
    /// `remote_address`, `remote_port`, `internal_address`, `protocol`, `kind`, `zone`, `at`,
    /// `time_of_day`, `from` and `to`. The rest is guessed from the names.
    #[param(example = "nat_address=src_ip,nat_port=3")]
    columns: Option<String>,
    /// The gateway's NAT addresses, separated by commas: of the addresses in a text these are
    /// meant. Without it private addresses are never meant.
    #[param(example = "203.0.113.0/24")]
    nat: Option<String>,
    /// The remote endpoint of lines that do not say one.
    #[param(example = "198.51.100.1:443")]
    remote: Option<String>,
    /// The protocol of lines that do not say one.
    #[param(example = "tcp")]
    protocol: Option<String>,
    /// The kind of translation of lines that do not say one.
    kind: Option<String>,
    /// The conntrack zone of lines that do not say one.
    zone: Option<u16>,
    /// By how much the clock that measured the times may differ from this machine's.
    #[param(example = "5s", default = "2s")]
    tolerance: Option<String>,
    /// The zone of times that name none: `UTC`, an offset, or a name that this machine
    /// knows.
    #[param(example = "Europe/Berlin", default = "UTC")]
    timezone: Option<String>,
    /// The year of dates that name none. Without it, the latest that is not in the future.
    year: Option<u16>,
    /// How many translations to look at for each line.
    #[param(minimum = 1, maximum = 10_000, default = 100)]
    limit: Option<u16>,
}

/// Which internal host is, or was, behind each of many lines?
///
/// The body is CSV, NDJSON, lines of logs, or mails; the answer is the same lines in their
/// order, each as it was, with the members of a LineAnswer beside it: as columns behind those
/// of CSV, as the member `natconnd` of an object, behind tabs in text, and on lines of their
/// own behind a mail. A line that says a time asks about then, any other about now. A line that
/// cannot be read says why in `error`, and stops no other.
///
/// Answers are sent while the body is still coming. A client that sends all of a long body
/// before it reads is cut off once four megabytes of answers wait for it.
#[utoipa::path(
    post,
    path = "/api/v1/lookups",
    operation_id = "lookups",
    tag = "connections",
    params(LookupsParameters),
    request_body(description = "The lines", content(
        (String = "text/csv", example = "src_ip,src_port,timestamp\n\
            100.64.2.1,40123,2026-11-23T22:47:00Z\n"),
        (Object = "application/x-ndjson"),
        (String = "text/plain"),
        (String = "message/rfc822"),
    )),
    responses(
        (status = 200, description = "The lines with their answers. Where the client takes \
            trailers, natconnd-tally behind them counts: lines, one, several, none, errors",
            content(
                (String = "text/csv"),
                (crate::api::LineAnswer = "application/x-ndjson"),
                (String = "text/plain"),
            )),
        (status = 400, description = "A parameter is unknown or has a bad value, or the body \
            cannot be read at all", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The peer is outside the allow list", body = String,
            content_type = "text/html", example = "Forbidden"),
        (status = 408, description = "The body did not come", body = Problem,
            content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "As many such requests as may are being answered",
            body = Problem, content_type = "application/problem+json"),
    )
)]
fn lookups() {}
