//! The endpoint for many questions, for the document only.
#![expect(
    dead_code,
    reason = "what stands here exists to be described, not to be used"
)]

use utoipa::{IntoParams, ToSchema};

use super::examples;
use super::responses::{BodyCompressed, BodyOtherwiseTransferred, BodyTimeout, BodyTooLarge, Busy};
use super::values::{
    CsvLines, Duration, EndpointPattern, Kind, Limit, NamedColumn, Protocol, Timezone, ZoneNumber,
};

/// What `/api/v1/lookups` reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LookupsParameters {
    /// What the lines are: CSV, NDJSON, lines of logs, or mails. Without it the content
    /// type says it, or the first line.
    #[param(value_type = Option<LinesFormat>, example = "csv")]
    format: Option<String>,
    /// Which column, or member, is for what. The rest is guessed from the names. Only of
    /// CSV and NDJSON; a column that is named must be there.
    #[param(value_type = Option<Vec<NamedColumn>>, style = Form, explode = false, min_items = 1,
        example = json!(["nat_address=src_ip", "nat_port=2"]))]
    columns: Option<String>,
    /// The gateway's NAT addresses: of the addresses in a text these are meant. Without it
    /// private addresses are never meant.
    #[param(value_type = Option<Vec<EndpointPattern>>, style = Form, explode = false,
        min_items = 1, example = json!(["100.64.2.0/24"]))]
    nat: Option<String>,
    /// The remote endpoint of lines that do not say one.
    #[param(value_type = Option<EndpointPattern>, example = "198.51.100.1:443")]
    remote: Option<String>,
    /// The protocol of lines that do not say one.
    #[param(value_type = Option<Protocol>, example = "tcp")]
    protocol: Option<String>,
    /// The kind of translation of lines that do not say one.
    #[param(value_type = Option<Kind>, example = "source")]
    kind: Option<String>,
    /// The conntrack zone of lines that do not say one.
    #[param(value_type = Option<ZoneNumber>, example = 0)]
    zone: Option<u16>,
    /// By how much the clock that measured the times may differ from this machine's; 2 s
    /// where it is absent.
    #[param(value_type = Option<Duration>, example = "5s")]
    tolerance: Option<String>,
    /// The zone of times that name none; UTC where it is absent.
    #[param(value_type = Option<Timezone>, example = "+01:00")]
    timezone: Option<String>,
    /// The year of dates that name none. Without it, the latest that is not in the future.
    #[param(minimum = 1970, maximum = 2261, example = 2026)]
    year: Option<u16>,
    /// How many translations to look at for each line; 100 where it is absent.
    #[param(value_type = Option<Limit>, example = 100)]
    limit: Option<u16>,
}

/// What lines are.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(super) enum LinesFormat {
    Csv,
    Ndjson,
    Text,
    Mail,
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
    request_body(description = "The lines, in UTF-8. CSV has a header, or `columns` by number. \
        Where there is none, there is nothing to answer.",
        content(
            (CsvLines = "text/csv", example = json!(examples::ASKED_CSV)),
            (Vec<serde_json::Value> = "application/x-ndjson", example = json!(examples::asked_ndjson())),
            (String = "text/plain", example = json!(examples::ASKED_TEXT)),
            (String = "message/rfc822", example = json!(examples::ASKED_MAIL)),
        )),
    responses(
        (status = 200, description = "The lines with their answers. Where the client takes \
            trailers, natconnd-tally behind them counts: lines, one, several, none, errors.",
            content(
                (String = "text/csv", example = json!(examples::answered_csv())),
                (Vec<AnsweredObject> = "application/x-ndjson",
                    example = json!(examples::answered_ndjson())),
                (String = "text/plain", example = json!(examples::answered_text())),
            )),
        (status = 408, response = BodyTimeout),
        (status = 413, response = BodyTooLarge),
        (status = 415, response = BodyCompressed),
        (status = 501, response = BodyOtherwiseTransferred),
        (status = 503, response = Busy),
    )
)]
pub(super) fn lookups() {}

/// The object of a line, with one member more.
#[derive(ToSchema)]
pub(super) struct AnsweredObject {
    /// The answer.
    natconnd: crate::api::LineAnswer,
}
