//! The endpoint for proxies, for the document only.
#![expect(
    dead_code,
    reason = "what stands here exists to be described, not to be used"
)]

use utoipa::openapi::{OpenApi, RefOr, Response};
use utoipa::{IntoParams, ToSchema};

use super::responses::{self, MAY_BE_THERE};
use super::values::PortNumber;

/// Where it is.
pub(super) const PATH: &str = "/api/v1/forward-auth";

/// What `/api/v1/forward-auth` reads of the query.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ForwardAuthParameters {
    /// Where the client's packets come from, as the proxy sees it: an address, or
    /// `ADDR:PORT` or `[V6]:PORT`. Where it is there, no header is read.
    #[param(example = "100.64.2.1")]
    nat: Option<String>,
    /// The client's port, where `nat` does not have it.
    #[param(value_type = Option<PortNumber>, example = 40123)]
    nat_port: Option<u16>,
    /// What the client is connected to, as the client sees it: the server's address, or
    /// with its port. Without it the verdict is `several` more often.
    #[param(example = "100.64.2.10")]
    remote: Option<String>,
    /// The server's port, where `remote` does not have it.
    #[param(value_type = Option<PortNumber>, example = 443)]
    remote_port: Option<u16>,
    /// The client's transport protocol, or the version of HTTP that it speaks: `HTTP/3.0` is
    /// udp, any other tcp. Without it, any.
    #[param(example = "tcp")]
    protocol: Option<String>,
    /// `one`: refuse the request with 403 unless the verdict is `one`.
    #[param(value_type = Option<Require>, example = "one")]
    require: Option<String>,
}

/// What must be.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(super) enum Require {
    One,
}

/// The headers that it reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct ForwardAuthHeaders {
    /// The client's address, as `nat`.
    #[param(rename = "X-Real-IP", example = "100.64.2.1")]
    x_real_ip: Option<String>,
    /// The client's port.
    #[param(rename = "X-Real-Port", example = "40123")]
    x_real_port: Option<String>,
    /// The server's address. Read together with `X-Real-IP`.
    #[param(rename = "X-Real-Server-IP", example = "100.64.2.10")]
    x_real_server_ip: Option<String>,
    /// The server's port. Read together with `X-Real-IP`.
    #[param(rename = "X-Real-Server-Port", example = "443")]
    x_real_server_port: Option<String>,
    /// As `protocol`. Read together with `X-Real-IP`.
    #[param(rename = "X-Real-Protocol", example = "tcp")]
    x_real_protocol: Option<String>,
    /// RFC 7239: `for` of the last element is the client, with its port; `by` the server.
    #[param(
        rename = "Forwarded",
        example = "for=\"100.64.2.1:40123\";by=\"100.64.2.10:443\""
    )]
    forwarded: Option<String>,
    /// The last element is the client, perhaps with its port.
    #[param(rename = "X-Forwarded-For", example = "100.64.2.1:40123")]
    x_forwarded_for: Option<String>,
    /// The client's port where `X-Forwarded-For` has none. Most proxies send the server's port
    /// under this name; one below 1024 is taken for that and not used.
    #[param(rename = "X-Forwarded-Port", example = "40123")]
    x_forwarded_port: Option<String>,
}

/// Which internal host sent the request that a proxy is serving?
///
/// For the subrequests of proxies: nginx's `auth_request`, Caddy's and Traefik's forward-auth.
/// Any method will do. The status lets the request pass, whatever is found, and whatever
/// is wrong with the question; with `require=one` it is 403 unless one host is found.
///
/// The first of these that is there names the client, even where it cannot be read: `nat`,
/// `X-Real-IP`, `Forwarded`, `X-Forwarded-For`. Headers that name different clients name none. A
/// proxy must write the one that counts itself, and all that is read together with it, or
/// remove them; `nat` is safest.
#[utoipa::path(
    get,
    path = "/api/v1/forward-auth",
    operation_id = "forward_auth",
    tag = "connections",
    params(ForwardAuthParameters, ForwardAuthHeaders),
    responses(
        (status = 204, description = "The request may pass. `one`: the host is in \
            X-Internal-Address. `several`: any of several hosts, so none is named; say `remote` and \
            `protocol` to tell them apart. `none`: nobody that is known. `not-nat`: no \
            translation has the client's address, so it is not behind this gateway."),
        (status = 403, description = "`require=one`, and the verdict is another, with the \
            same headers. Or the peer is outside the allow list.", body = String,
            content_type = "text/html", example = "Forbidden"),
    )
)]
pub(super) fn forward_auth() {}

/// Adds the headers that both answers have.
pub(super) fn add_headers(document: &mut OpenApi) {
    let item = document.paths.paths.get_mut(PATH);
    let responses = item.and_then(|item| Some(&mut item.get.as_mut()?.responses.responses));
    for (status, response) in responses.into_iter().flatten() {
        if let RefOr::T(response) = response {
            // A peer outside the allow list gets none of them.
            add_to(response, status == "204");
        }
    }
}

fn add_to(response: &mut Response, is_verdict_there: bool) {
    let verdicts = ["one", "several", "none", "not-nat"];
    let verdict = responses::words("How many hosts it may be.", &verdicts, is_verdict_there);
    let coverage = responses::words(
        "Whether something is missing of what natconnd knows of this moment.",
        &["complete", "gaps"],
        MAY_BE_THERE,
    );
    let text = |about, example| responses::header(about, example, MAY_BE_THERE);
    let headers = [
        ("X-Nat-Verdict", verdict),
        (
            "X-Internal-Address",
            text("The host, with the verdict `one`.", "192.168.248.2"),
        ),
        (
            "X-Internal-Port",
            text(
                "Its port, where all connections that fit have the same one.",
                "40123",
            ),
        ),
        ("X-Nat-Coverage", coverage),
        (
            "X-Nat-Reason",
            text(
                "Why the question could not be read; then nobody was looked for, and there is \
                 no X-Nat-Coverage.",
                "x-real-port: missing",
            ),
        ),
    ];
    for (name, header) in headers {
        response.headers.insert(name.to_owned(), RefOr::T(header));
    }
}
