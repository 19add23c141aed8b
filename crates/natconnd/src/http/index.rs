//! `/`: what this is, for people who point a browser at it.

use hyper::Response;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderValue};

use super::body::Body;
use super::response::{PAGE, ok};

const INDEX: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>natconnd</title>
<h1>natconnd</h1>
<p>Answers which internal host is behind a NAT endpoint of this gateway.</p>
<ul>
<li><code>/api/v1/lookup?nat=ADDR:PORT&amp;remote=ADDR:PORT</code>: who is it?
<li><a href="/api/v1/connections">/api/v1/connections</a>: all translated connections
<li><code>/api/v1/lookup?nat=ADDR:PORT&amp;at=TIME</code>: who was it?
<li><code>/api/v1/lookups</code>, POST: who was it, for each line of a log, a table or a mail?
<li><code>/api/v1/records?internal=ADDR&amp;from=TIME&amp;to=TIME</code>: what did it do?
<li><code>/api/v1/events</code>: changes as they happen (server-sent events)
<li><a href="/api/v1/status">/api/v1/status</a>: what the daemon says about itself
<li><a href="/api/v1/health">/api/v1/health</a>: what ails it, and what helps
<li><a href="/healthz">/healthz</a>, <a href="/metrics">/metrics</a>: for machines
<li><a href="/openapi.json">/openapi.json</a>: all of this, described
</ul>
</html>
"#;

pub(super) fn respond() -> Response<Body> {
    let mut response = ok(PAGE, INDEX);
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    response
}
