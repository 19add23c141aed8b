//! The responses that many operations have in common, under names of their own.
//!
//! What refuses, refuses as the server does: their examples are made by the functions that
//! make the refusals.

use hyper::StatusCode;
use serde_json::json;
use utoipa::ToResponse;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{
    Content, ContentBuilder, Header, HeaderBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
};

use super::super::coding::{compressed, otherwise_transferred};
use super::super::lookups::{busy, too_large};
use super::super::problem::{problem, unknown_path, wrong_method_of};
use super::super::query;
use super::examples::cursor;
use super::forward_auth;
use crate::api::Problem;

/// The content type of problem details (RFC 9457).
const PROBLEM: &str = "application/problem+json";

/// Declares types that are nothing but a named response, and the list of them.
macro_rules! responses {
    ($($(#[$about:meta])* $name:ident = $response:expr;)*) => {
        $(
            $(#[$about])*
            pub(super) struct $name;

            impl ToResponse<'static> for $name {
                fn response() -> (&'static str, RefOr<Response>) {
                    (stringify!($name), RefOr::T($response))
                }
            }
        )*

        fn all() -> Vec<(&'static str, RefOr<Response>)> {
            vec![$($name::response()),*]
        }
    };
}

responses! {
    /// 400
    BadRequest = refusal(
        "A parameter is unknown, is there twice, or has a bad value.",
        &query::limit("0").expect_err("a limit of 0 is refused"),
    );

    /// 401
    Unauthorized = with_header(
        refusal(
            "The token is none that is known here, and the connection is closed; or the caller \
             lacks the role, and has shown no token although one could give it.",
            &problem(
                StatusCode::UNAUTHORIZED,
                "answer: this needs the role admin; show a token",
            ),
        ),
        "WWW-Authenticate",
        header(
            "How to show a token, once for each way.",
            "Bearer realm=\"natconnd\"",
            IS_ALWAYS_THERE,
        ),
    );

    /// 403
    Forbidden = ResponseBuilder::new()
        .description(
            "The caller lacks the role, gives no reason where one must be given, or asks about \
             more time than it may; or a page of another site makes the request. As `text/html`: \
             the peer is outside the allow list, and the connection is closed.",
        )
        .content(PROBLEM, carrying(&problem(
            StatusCode::FORBIDDEN,
            "answer: this needs the role admin, which 127.0.0.1 has not",
        )))
        .content("text/html", forbidden())
        .build();

    /// 421
    Misdirected = refusal(
        "The request asks for a host that this is not (`http.hosts`).",
        &problem(
            StatusCode::MISDIRECTED_REQUEST,
            "answer: the request asks for a host that this is not; hint: ask by address, or add \
             the name to http.hosts",
        ),
    );

    /// 429
    TooMany = with_header(
        refusal("The caller has asked too much.", &problem(
            StatusCode::TOO_MANY_REQUESTS,
            "answer: the caller's limit requests-per-second is reached",
        )),
        "Retry-After",
        header("After how many seconds to try again.", "1", IS_ALWAYS_THERE),
    );

    /// 503
    NotWritten = refusal(
        "The answer cannot be written down in the audit, so there is none \
         (`audit.on-failure`).",
        &problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "write down who asks: the audit cannot be written, see the log",
        ),
    );

    /// 404
    NoAudit = refusal("Nothing is audited (`audit.folder`).", &problem(
        StatusCode::NOT_FOUND,
        "read the audit: there is none; hint: set audit.folder",
    ));

    /// 404
    NoHistory = refusal("Nothing is recorded (`history.folder`).", &problem(
        StatusCode::NOT_FOUND,
        "read history: none is recorded; hint: set history.folder",
    ));

    /// 404
    HoldsNothing = refusal("The case held nothing, or nothing is recorded.", &problem(
        StatusCode::NOT_FOUND,
        "release case 2026-117: it holds nothing",
    ));

    /// 404
    NotFound = refusal("There is no such path.", &unknown_path("/api/v1/lookpu"));

    /// 405
    MethodNotAllowed = with_header(
        refusal(
            "The path does not answer this method.",
            &wrong_method_of("POST", "/api/v1/lookup", "GET, HEAD"),
        ),
        "Allow",
        header("The methods that it answers.", "GET, HEAD", IS_ALWAYS_THERE),
    );

    /// 408
    BodyTimeout = refusal("Nothing came of the body for as long as `http.body-timeout` allows.", &problem(
        StatusCode::REQUEST_TIMEOUT,
        "read the body: nothing came for 300 s",
    ));

    /// 413
    BodyTooLarge = refusal(
        "The body is larger than `http.max-body` allows.",
        &too_large((1 << 30) + 1, 1 << 30),
    );

    /// 415
    BodyCompressed = refusal(
        "The body has a content encoding: nothing is decompressed.",
        &compressed("gzip"),
    );

    /// 501
    BodyOtherwiseTransferred = refusal(
        "The body has a transfer encoding other than `chunked`.",
        &otherwise_transferred("gzip, chunked"),
    );

    /// 422
    TooMuchFits = refusal("More fits than one request can hold.", &problem(
        StatusCode::UNPROCESSABLE_ENTITY,
        "hold records: more than 100000 fit, or looking took too long",
    ));

    /// 500
    BrokeOff = refusal("natconnd made a mistake; its log has the rest.", &problem(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the lookup broke off, see the log",
    ));

    /// 503
    HistoryUnreadable = refusal("History cannot be read now.", &problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "read history: it is not open yet",
    ));

    /// 503
    NotCounted = refusal("The table has not been counted yet.", &problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "count the table: it takes longer than usual, ask again in some seconds",
    ));

    /// 503
    Busy = with_header(
        refusal("As many such requests as may are being answered.", &busy(8)),
        "Retry-After",
        header("After how many seconds to try again.", "1", IS_ALWAYS_THERE),
    );
}

/// The headers of lists: where they go on, and whether anything is missing from them.
fn add_headers_of_lists(document: &mut OpenApi) {
    for (path, headers) in [
        ("/api/v1/connections", &["natconnd-coverage", "link"][..]),
        (
            "/api/v1/records",
            &["natconnd-coverage", "natconnd-cut", "link"],
        ),
    ] {
        let item = document.paths.paths.get_mut(path);
        let responses = item.and_then(|item| Some(&mut item.get.as_mut()?.responses));
        let response = responses.and_then(|all| all.responses.get_mut("200"));
        let Some(RefOr::T(response)) = response else {
            continue;
        };
        for name in headers {
            let header = match *name {
                "natconnd-coverage" => words(
                    "`complete`, or `gaps` where something is missing.",
                    &["complete", "gaps"],
                    IS_ALWAYS_THERE,
                ),
                "natconnd-cut" => words(
                    "Of a page or a file: `true` where looking was given up before its end.",
                    &["false", "true"],
                    MAY_BE_THERE,
                ),
                _ => {
                    let target = format!("<{path}?limit=1&cursor={}>; rel=\"next\"", cursor());
                    let about = "Of a page: the next one, where there is one (RFC 8288).";
                    header(about, &target, MAY_BE_THERE)
                }
            };
            response
                .headers
                .insert((*name).to_owned(), RefOr::T(header));
        }
    }
}

/// Where an answer leads: to the next page, and from a hold to its release.
fn add_links(document: &mut OpenApi) {
    let next = ("cursor", "$response.body#/next_cursor");
    let case = ("case", "$request.path.case");
    for (path, is_put, name, operation, parameter) in [
        ("/api/v1/connections", false, "next", "connections", next),
        ("/api/v1/records", false, "next", "records", next),
        (
            "/api/v1/history/holds/{case}",
            true,
            "release",
            "history_release",
            case,
        ),
    ] {
        let item = document.paths.paths.get_mut(path);
        let asked = item.and_then(|item| match is_put {
            true => item.put.as_mut(),
            false => item.get.as_mut(),
        });
        let response = asked.and_then(|asked| asked.responses.responses.get_mut("200"));
        if let Some(RefOr::T(response)) = response {
            let link = LinkBuilder::new()
                .operation_id(operation)
                .parameter(parameter.0, parameter.1);
            response
                .links
                .insert(name.to_owned(), RefOr::T(link.build()));
        }
    }
}

/// Gives each operation what all have in common, where it does not say otherwise: a
/// parameter may be unknown, and the API break off.
pub(super) fn add(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for (name, response) in all() {
        components.responses.insert(name.to_owned(), response);
    }
    add_headers_of_lists(document);
    add_links(document);
    forward_auth::add_headers(document);
    for (path, item) in &mut document.paths.paths {
        // Proxies make errors of what is no answer, so it never refuses a question.
        let may_refuse = path.starts_with("/api/") && path != forward_auth::PATH;
        let of_api: &[_] = match may_refuse {
            true => &[("400", "BadRequest"), ("500", "BrokeOff")],
            false => &[],
        };
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            add_to(operation, of_api);
        }
    }
}

fn add_to(operation: &mut Operation, common: &[(&str, &str)]) {
    for (status, name) in common {
        let response = RefOr::Ref(Ref::from_response_name(*name));
        let responses = &mut operation.responses.responses;
        responses.entry((*status).to_owned()).or_insert(response);
    }
}

fn refusal(description: &str, problem: &Problem) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content(PROBLEM, carrying(problem))
        .build()
}

fn carrying(problem: &Problem) -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(Some(json!(problem)))
        .build()
}

fn with_header(mut response: Response, name: &str, header: Header) -> Response {
    response.headers.insert(name.to_owned(), RefOr::T(header));
    response
}

/// That a header is there, or may be.
const IS_ALWAYS_THERE: bool = true;
pub(super) const MAY_BE_THERE: bool = false;

pub(super) fn header(about: &str, example: &str, is_required: bool) -> Header {
    let mut header = HeaderBuilder::new()
        .schema(Some(string(about)))
        .description(Some(about))
        .example(Some(json!(example)))
        .build();
    // utoipa has no member for it.
    header.extensions = Some([("required", is_required)].into_iter().collect());
    header
}

pub(super) fn words(about: &str, words: &[&str], is_required: bool) -> Header {
    let mut header = header(about, words[0], is_required);
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words.iter().copied()));
    header.schema = Some(RefOr::T(Schema::Object(schema.build())));
    header
}

fn forbidden() -> Content {
    ContentBuilder::new()
        .schema(Some(string("What is said to whoever may not ask.")))
        .example(Some(json!("Forbidden")))
        .build()
}

fn string(about: &str) -> Schema {
    let string = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(about));
    Schema::Object(string.build())
}
