//! The examples of the API's document are what a server answers.

use serde_json::{Value, json};

use natconnd::config::{Config, Roles};

use crate::access::elsewhere;
use crate::callers::{TOKEN, caller};
use crate::client::{Client, Reply};
use crate::server::{Running, example};

fn document() -> Value {
    serde_json::from_str(natconnd::http::openapi()).unwrap()
}

/// The example of a response.
fn said(document: &Value, path: &str, status: &str, kind: &str) -> Value {
    let response = &document["paths"][path]["get"]["responses"][status];
    let response = match response["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => response,
    };
    let content = &response["content"][kind];
    let example = content.get("example");
    let example = example.or_else(|| content.pointer("/examples/now/value"));
    example
        .unwrap_or_else(|| panic!("{path} has an example for {status} {kind}"))
        .clone()
}

/// A server that knows what the examples are about.
fn server(document: &Value) -> Running {
    let mut known = example();
    let page = said(document, "/api/v1/connections", "200", "application/json");
    let began = page["connections"][0]["started_at"].as_str().unwrap();
    known.started_at.as_mut().unwrap().at = began.parse().unwrap();
    Running::with(vec![known])
}

#[test]
fn what_is_found_looks_as_in_the_document() {
    let document = document();
    let server = server(&document);
    let json = "application/json";
    for (path, query) in [
        (
            "/api/v1/lookup",
            "nat=100.64.2.1:40123&remote=100.64.2.10:443&protocol=tcp",
        ),
        ("/api/v1/connections", "nat=100.64.2.1:1024-65535"),
    ] {
        let answered = server.get(&format!("{path}?{query}")).json();
        assert_eq!(answered, said(&document, path, "200", json), "{path}");
    }
    let path = "/api/v1/connections";
    let csv = server.get(&format!("{path}?format=csv")).body;
    assert_eq!(json!(csv), said(&document, path, "200", "text/csv"));
    let row = server.get(&format!("{path}?format=ndjson")).json();
    let rows = said(&document, path, "200", "application/x-ndjson");
    assert_eq!(json!([row]), rows);
    let healthz = server.get("/healthz").body;
    assert_eq!(
        json!(healthz),
        said(&document, "/healthz", "200", "text/plain")
    );
}

#[test]
fn what_is_refused_looks_as_in_the_document() {
    let document = document();
    let server = server(&document);
    for (target, method, name) in [
        ("/api/v1/lookup?nat=:1&limit=0", "GET", "BadRequest"),
        ("/api/v1/lookpu", "GET", "NotFound"),
        ("/api/v1/lookup", "POST", "MethodNotAllowed"),
        ("/api/v1/history/gaps", "GET", "NoHistory"),
    ] {
        let reply = server.request(method, target, "");
        assert_is_as_said(&document, name, &reply);
    }
}

/// Holds a refusal against the response of this name.
#[track_caller]
fn assert_is_as_said(document: &Value, name: &str, reply: &Reply) {
    let kind = "application/problem+json";
    let response = &document["components"]["responses"][name];
    let expected = &response["content"][kind]["example"];
    assert_eq!(reply.header("content-type"), Some(kind), "{name}");
    assert_eq!(&reply.json(), expected, "{name}");
    assert_eq!(expected["status"], reply.status, "{name}");
    for (header, of_header) in response["headers"].as_object().into_iter().flatten() {
        let known = header.to_lowercase();
        let mut found = reply.headers.iter().filter(|(name, _)| *name == known);
        let is_said = found.any(|(_, value)| of_header["example"] == value.as_str());
        assert!(is_said, "{name}: {header}");
    }
}

#[test]
fn whoever_may_not_do_this_is_told_so_as_in_the_document() {
    let document = document();
    let server = server(&document);
    let mut client = Client::connect(server.address);
    let hold = "/api/v1/history/holds/2026-117";
    let mut config = Config::default();
    server.access.replace(&config);
    let reply = client.request("DELETE", hold, "");
    assert_is_as_said(&document, "Forbidden", &reply);
    let of_token = caller(TOKEN, Roles::ALL);
    config.callers.insert("desk".to_owned(), of_token);
    server.access.replace(&config);
    let reply = client.request("DELETE", hold, "");
    assert_is_as_said(&document, "Unauthorized", &reply);
    let reply = client.get_of("evil.example", hold, "");
    assert_is_as_said(&document, "Misdirected", &reply);
    config.http.limits.requests_per_second = Some(1);
    server.access.replace(&config);
    let mut ask = || client.get("/api/v1/status");
    let mut reply = ask();
    // A slow machine may need some seconds for two within one.
    for _ in 0..1000 {
        if reply.status == 429 {
            break;
        }
        reply = ask();
    }
    assert_is_as_said(&document, "TooMany", &reply);
}

#[test]
fn whoever_may_not_ask_is_told_so_as_in_the_document() {
    let document = document();
    let server = server(&document);
    server.access.replace(&elsewhere());
    let reply = Client::connect(server.address).get("/api/v1/lookup?nat=:1");
    let expected = said(&document, "/api/v1/lookup", "403", "text/html");
    assert_eq!((reply.status, json!(reply.body)), (403, expected));
}

#[test]
fn a_parameter_that_is_not_in_the_document_is_refused() {
    let document = document();
    let server = server(&document);
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(operation) = item.get("get") else {
            continue;
        };
        if operation["responses"]["400"].is_null() {
            // They say themselves that they look at none, or refuse nothing.
            let about = operation["description"]
                .as_str()
                .unwrap()
                .replace('\n', " ");
            let says_so = [
                "Whatever the query says.",
                "whatever is wrong with the question",
            ];
            assert!(says_so.iter().any(|words| about.contains(words)), "{path}");
            continue;
        }
        let reply = server.get(&format!("{path}?unheard-of=1"));
        assert_eq!(reply.status, 400, "{path}");
        assert_eq!(reply.json()["parameter"], "unheard-of", "{path}");
        tried += 1;
    }
    assert!(tried > 9, "{tried}");
}

#[test]
fn head_says_what_get_says_and_other_methods_are_refused() {
    let document = document();
    let server = server(&document);
    for (path, item) in document["paths"].as_object().unwrap() {
        let target = path.replace("{case}", "a");
        let known: Vec<&String> = item.as_object().unwrap().keys().collect();
        if path == "/api/v1/forward-auth" {
            // Proxies ask with the method that they serve.
            assert_eq!(server.request("PATCH", &target, "").status, 204);
            continue;
        }
        let refused = server.request("PATCH", &target, "");
        assert_eq!(refused.status, 405, "{path}");
        let allowed = refused.header("allow").unwrap().to_lowercase();
        for method in known {
            assert!(allowed.contains(method.as_str()), "{path}: {allowed}");
        }
        let is_endless = path == "/api/v1/events";
        if item.get("get").is_none() || is_endless {
            continue;
        }
        let [head, get] = ["HEAD", "GET"].map(|method| server.request(method, &target, ""));
        assert_eq!(head.status, get.status, "{path}");
        let kind = "content-type";
        assert_eq!(head.header(kind), get.header(kind), "{path}");
    }
}
