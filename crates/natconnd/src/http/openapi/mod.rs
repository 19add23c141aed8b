//! `/openapi.json`: the API, described.
//!
//! The endpoints and their parameters are declared in `paths`, for this
//! document only; the types are those of [`crate::api`]. A test holds the
//! declarations to what the endpoints really read.

mod access;
mod audit;
mod complete;
mod daemon;
mod examples;
mod forward_auth;
mod history;
mod lookups;
mod parameters;
mod paths;
mod reference;
mod responses;
#[cfg(test)]
mod tests;
mod usage;
mod values;

use std::sync::LazyLock;

use utoipa::OpenApi as _;

pub use reference::api_reference;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "natconnd",
        description = "Which internal host is behind a NAT endpoint of this gateway?\n\n\
            Answers are lists, because one NAT endpoint can serve several hosts at once for \
            different remote endpoints, and they say how complete the data behind them is. \
            \"Nothing found\" is an answer, not an error.\n\n\
            Members of objects are always there, and null where there is nothing to say. New \
            ones may be added within `/api/v1`; none is renamed or removed. Times are RFC 3339 in \
            UTC.\n\n\
            Refusals are problem details (RFC 9457). A parameter that is unknown or there twice \
            is refused; what a list has of several values stands in one parameter, separated by \
            commas. A path that is not here gets 404 (NotFound), a method that a path does not \
            answer 405 (MethodNotAllowed). Every endpoint answers HEAD as it answers GET. A \
            peer outside the allow list gets 403 with `Forbidden` as `text/html` from every \
            path. A request that is no HTTP, or whose head is too long, gets 400, 414 or 431 \
            without a body.\n\n\
            Whoever asks is a caller: one of the configuration, known by a token, a client \
            certificate or as a user of the machine, or else whoever the listener lets in. Each \
            operation says which role its caller needs. No refusal says anything of what is \
            known of connections.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "The natconnd that answered with this document. By \
        default it listens at http://127.0.0.1:8080 and at the unix socket \
        /run/natconnd/natconnd.sock.")),
    tags(
        (name = "connections", description = "Who is or was behind a NAT endpoint, and what \
            connections there are or were."),
        (name = "history", description = "What is kept of the past, and for how long."),
        (name = "audit", description = "Who asked what."),
        (name = "daemon", description = "How natconnd itself is doing."),
    ),
    paths(
        paths::lookup,
        lookups::lookups,
        forward_auth::forward_auth,
        paths::connections,
        paths::records,
        paths::events,
        daemon::status,
        daemon::health,
        usage::usage,
        usage::ports,
        history::history,
        history::gaps,
        history::verify,
        history::expired,
        history::holds,
        history::hold,
        history::release,
        audit::audit,
        audit::verify,
        daemon::healthz,
        daemon::metrics,
        daemon::openapi_json,
    ),
    components(schemas(
        crate::api::LineAnswer,
        crate::api::Row,
        crate::api::Change,
        crate::api::Problem,
        paths::Missed,
        values::EndpointPattern,
        values::Time,
        values::Duration,
        values::Protocol,
        values::Kind,
        values::ZoneNumber,
        values::Limit,
        values::Cursor,
        values::RecordsCursor,
        values::CsvLines,
        values::ParquetFile,
        values::Case,
        values::NamedColumn,
        values::Timezone,
        values::ProtocolWithPorts,
        values::PortNumber,
        values::Top,
        values::Address,
        values::Words,
        crate::api::HostOrder,
        forward_auth::Require,
        parameters::Sort,
        parameters::ListFormat,
        parameters::RecordsFormat,
        lookups::LinesFormat,
    ))
)]
struct Document;

/// The OpenAPI document, as `/openapi.json` gives it.
pub fn openapi() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let mut document = Document::openapi();
        responses::add(&mut document);
        access::add(&mut document);
        complete::complete(&mut document);
        let text = document.to_pretty_json();
        let mut text = text.expect("the document has no map with other keys than strings");
        text.push('\n');
        text
    });
    &DOCUMENT
}
