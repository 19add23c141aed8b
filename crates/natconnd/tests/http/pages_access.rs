//! Pages for whose they are: what for, who one is, and what one may see.

use std::sync::Arc;

use natconnd::access::Access;
use natconnd::config::{Caller, Config, Role, Roles, TokenHash};
use natconnd::token;

use crate::client::{Client, Reply};
use crate::server::{Running, example};

const TOKEN: &str = "natconn_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A server whose rules are the default ones, changed.
fn with(change: impl FnOnce(&mut Config)) -> Running {
    let mut config = Config::default();
    change(&mut config);
    let ruled = |server: &mut natconnd::http::Server| {
        server.access = Arc::new(Access::of(&config));
    };
    Running::start(vec![example()], ruled, None)
}

/// One that wants reasons.
fn curious() -> Running {
    with(|config| config.audit.require_reason = Roles::ALL)
}

/// One that knows a caller by its token.
fn with_caller(http: Roles, caller: Roles) -> Running {
    with(|config| {
        config.http.roles = http;
        let desk = Caller {
            tokens: vec![TokenHash(token::hash(TOKEN))],
            roles: caller,
            ..Caller::default()
        };
        config.callers.insert("desk".to_owned(), desk);
    })
}

fn post(server: &Running, path: &str, body: &str, headers: &str) -> Reply {
    let mut client = Client::connect(server.address);
    client.send(&format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    ));
    client.read_reply("POST")
}

/// The cookie that a reply sets, as it is sent back.
fn cookie(reply: &Reply) -> String {
    let set = reply.header("set-cookie").expect("a cookie");
    let pair = set.split(';').next().unwrap();
    format!("Cookie: {pair}\r\n")
}

#[test]
fn a_reason_is_asked_for_once_and_leads_to_what_was_wanted() {
    let server = curious();
    let wanted = "/live?q=100.64.2.1&limit=50";
    let asked = server.get(wanted);
    assert_eq!(asked.status, 403);
    assert!(!asked.body.contains("192.168.248.2"), "{}", asked.body);
    let to = "name=\"to\" value=\"/live?q=100.64.2.1&#38;limit=50\"";
    assert!(asked.body.contains(to), "{}", asked.body);

    let fields =
        "to=%2Flive%3Fq%3D100.64.2.1%26limit%3D50&case=A-7%2C+b&reason=port+scan%3B+%C3%A4";
    let reply = server.post_form("/desk/purpose", fields);
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, Some(wanted))
    );
    let set = reply.header("set-cookie").unwrap();
    let value = "natconn-purpose=case=A-7%2C+b&reason=port+scan%3B+%C3%A4";
    let rules = "; Path=/; HttpOnly; SameSite=Strict";
    assert_eq!(set, format!("{value}{rules}"));

    let kept = cookie(&reply);
    let page = server.request("GET", wanted, &kept);
    assert_eq!(page.status, 200);
    for told in [
        "192.168.248.2",
        "<bdi>A-7, b</bdi>",
        "<bdi>port scan; ä</bdi>",
        "/desk/purpose?to=/live%3Fq%3D100.64.2.1%26limit%3D50\"",
    ] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let json = server.request("GET", "/api/v1/connections", &kept);
    assert_eq!(json.status, 200);

    // To change both is to see them, and to forget them is to be asked again.
    let change = server.request("GET", "/desk/purpose?to=/live", &kept);
    assert_eq!(change.status, 200);
    assert!(change.body.contains("value=\"A-7, b\""), "{}", change.body);
    let forgotten = post(&server, "/desk/purpose", "to=/ports&forget=1", &kept);
    assert_eq!(forgotten.header("location"), Some("/ports"));
    let set = forgotten.header("set-cookie").unwrap();
    assert!(set.starts_with("natconn-purpose=;") && set.ends_with("; Max-Age=0"));
}

#[test]
fn no_page_says_anything_without_its_reason() {
    let server = curious();
    for path in [
        "/live",
        "/live?follow=1",
        "/hosts/192.168.248.2",
        "/ports",
        "/ports/picture.png?nat=100.64.2.1",
        "/desk?q=100.64.2.1:40123",
        "/desk/report?nat=100.64.2.1:40123",
        "/desk/report?internal=192.168.248.2",
    ] {
        let reply = server.get(path);
        assert_eq!(reply.status, 403, "{path}");
        assert!(reply.body.contains("name=\"reason\""), "{path}");
        assert!(!reply.body.contains("<td"), "{path}: {}", reply.body);
    }
    for path in ["/desk", "/health", "/docs"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    let named = server.get("/live?case=7");
    assert_eq!(named.status, 403, "a case is no reason");
    assert!(named.body.contains("name=\"case\" value=\"7\""));
}

#[test]
fn a_paste_is_not_lost_for_want_of_a_reason() {
    let server = curious();
    for path in ["/desk", "/desk/answers"] {
        let reply = server.post_form(path, "text=100.64.2.1%3A40123&case=7&reason=+");
        assert_eq!(reply.status, 403, "{path}");
        assert!(
            reply.body.contains(">100.64.2.1:40123</textarea>"),
            "{path}"
        );
        assert!(reply.body.contains("role=\"alert\""), "{path}");
        assert!(reply.body.contains("value=\"7\""), "{path}");
        let reply = server.post_form(path, "text=100.64.2.1%3A40123&case=7&reason=spam");
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.body.contains("192.168.248.2"), "{path}");
        // Links of the answer rely on it.
        let report = "/desk/report?nat=100.64.2.1:40123";
        let report = server.request("GET", report, &cookie(&reply));
        for told in [
            "<dt>Case</dt><dd><bdi>7<",
            "<bdi>spam<",
            "127.0.0.1, by address",
        ] {
            assert!(report.body.contains(told), "{told}: {}", report.body);
        }
    }
    // What is kept already is not set again, and what is emptied is forgotten.
    let kept = "Cookie: natconn-purpose=case=7&reason=spam\r\n";
    let same = post(&server, "/desk", "text=&case=7&reason=spam", kept);
    assert_eq!(same.header("set-cookie"), None);
    let emptied = post(&server, "/desk", "text=&case=&reason=", kept);
    let set = emptied.header("set-cookie").unwrap();
    assert!(set.ends_with("; Max-Age=0"), "{set}");
}

#[test]
fn what_a_link_says_it_is_for_holds_for_its_page_and_goes_along() {
    let server = curious();
    let page = server.get("/desk?q=100.64.2.1:40123&case=T%261&reason=spam");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("set-cookie"), None, "a link may be anybody's");
    for told in [
        "/desk/report?nat=100.64.2.1:40123&#38;line=100.64.2.1:40123&#38;case=T%261&#38;reason=spam\"",
        "/api/v1/lookup?nat=100.64.2.1:40123&#38;case=T%261&#38;reason=spam\"",
        "Keep for other pages",
    ] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let live = server.get("/live?follow=1&reason=spam").body;
    assert!(
        live.contains("data-events=\"/api/v1/events?reason=spam\""),
        "{live}"
    );
}

#[test]
fn case_and_reason_are_text_wherever_they_are_shown() {
    let server = with(|_| ());
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%27%3C/textarea%3E";
    let both = format!("case={hostile}&reason={hostile}");
    let kept = format!("Cookie: natconn-purpose={both}\r\n");
    for path in [
        "/desk?q=100.64.2.1:40123",
        "/desk/report?nat=100.64.2.1:40123",
        "/desk/purpose",
        "/live?follow=1",
        "/hosts/192.168.248.2",
        "/ports",
        "/health",
        "/docs",
        "/hosts/nobody",
    ] {
        let query = if path.contains('?') { '&' } else { '?' };
        for reply in [
            server.request("GET", path, &kept),
            server.get(&format!("{path}{query}{both}")),
        ] {
            let body = reply.body;
            for broken in ["<script>", "alert(1)</", "</textarea>'"] {
                assert!(!body.contains(broken), "{broken}: {body}");
            }
            let escaped = "&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#39;";
            assert!(body.contains(escaped), "{path}: {body}");
        }
    }
    let refused = post(
        &server,
        "/desk/purpose",
        &format!("to={hostile}&case={hostile}"),
        "",
    );
    assert_eq!(refused.status, 400, "no reason");
    assert!(!refused.body.contains("<script>"), "{}", refused.body);
}

#[test]
fn what_browsers_do_not_keep_is_told() {
    let server = with(|_| ());
    let long = "%E6%97%A5".repeat(500);
    let reply = server.post_form("/desk/purpose", &format!("to=/live&reason={long}"));
    assert_eq!(reply.status, 400);
    assert_eq!(reply.header("set-cookie"), None);
    assert!(reply.body.contains("fewer letters"), "{}", reply.body);
    assert!(reply.body.contains("value=\"/live\""), "{}", reply.body);
    let longer = "a".repeat(501);
    for path in ["/desk", "/desk/purpose"] {
        let reply = server.post_form(path, &format!("text=&reason={longer}"));
        assert_eq!(reply.status, 400, "{path}");
        assert!(reply.body.contains("<!doctype html>"), "{path}");
    }
    let reply = server.get("/live?reason=%ff");
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("<!doctype html>"), "{}", reply.body);
}

#[test]
fn the_cookie_is_secret_where_the_browser_speaks_tls() {
    let server = with(|_| ());
    let secret = |headers: &str| {
        let reply = post(&server, "/desk/purpose", "reason=spam", headers);
        assert_eq!(reply.status, 303, "{headers}");
        reply.header("set-cookie").unwrap().contains("; Secure")
    };
    assert!(!secret(""));
    assert!(!secret("Origin: http://test\r\n"));
    assert!(secret("Origin: https://test\r\n"));
    let behind_proxy = "Origin: https://gw.example\r\nSec-Fetch-Site: same-origin\r\n";
    assert!(secret(behind_proxy));
}

#[test]
fn forms_of_other_sites_are_refused() {
    let server = with(|_| ());
    for headers in [
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://test.evil.example\r\n",
        "Origin: http://test:81\r\n",
        "Origin: http://test\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\n",
    ] {
        for path in ["/desk", "/desk/purpose", "/api/v1/lookups"] {
            let reply = post(&server, path, "text=100.64.2.1:40123&reason=x", headers);
            assert_eq!(reply.status, 403, "{path} {headers}");
            assert_eq!(reply.header("set-cookie"), None);
            assert!(!reply.body.contains("192.168"), "{}", reply.body);
        }
    }
    let own = post(
        &server,
        "/desk",
        "text=100.64.2.1:40123",
        "Origin: http://test\r\n",
    );
    assert_eq!(own.status, 200);
}

#[test]
fn pages_show_only_where_one_may_go_and_who_one_is() {
    let server = with_caller(Roles::NONE.with(Role::Lookup), Roles::LOOKING);
    let html = server.get("/desk?q=100.64.2.1:40123").body;
    assert!(html.contains("It is 192.168.248.2."), "{html}");
    for hidden in ["href=\"/live", "href=\"/ports", "href=\"/hosts"] {
        assert!(!html.contains(hidden), "{hidden}: {html}");
    }
    assert!(html.contains("href=\"/health\"") && html.contains("href=\"/docs\""));
    assert!(
        html.contains("You are <b>127.0.0.1</b>, by address"),
        "{html}"
    );
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    let html = server
        .request("GET", "/desk?q=100.64.2.1:40123", &token)
        .body;
    assert!(html.contains("You are <b>desk</b>, by token"), "{html}");
    for shown in [
        "href=\"/live",
        "href=\"/ports",
        "href=\"/hosts/192.168.248.2",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }

    let server = with(|config| config.http.roles = Roles::NONE.with(Role::Metrics));
    let html = server.get("/health").body;
    assert!(!html.contains("href=\"/desk\""), "{html}");
    // Who may ask nothing reads the documents, and learns nothing of the gateway.
    let server = with(|config| config.http.roles = Roles::NONE);
    let html = server.get("/docs").body;
    assert!(
        !html.contains("gw1") && !html.contains("complete</a>"),
        "{html}"
    );
    assert!(!html.contains("href=\"/health\""), "{html}");
}

/// A refusal as a page: with its status, complete, and without a word of the gateway.
fn assert_refusal(reply: &Reply, status: u16, told: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert!(reply.body.starts_with("<!doctype html>"), "{}", reply.body);
    assert!(reply.body.contains(told), "{told}: {}", reply.body);
    for hidden in ["gw1", "complete", "192.168.248"] {
        assert!(!reply.body.contains(hidden), "{hidden}: {}", reply.body);
    }
    assert!(reply.header("content-security-policy").is_some());
}

#[test]
fn refusals_are_pages_for_people_and_problems_for_programs() {
    let metrics = Roles::NONE.with(Role::Metrics);
    let server = with_caller(metrics, metrics);
    let page = server.get("/live");
    assert_refusal(&page, 401, "the role browse");
    assert!(
        page.body.contains("password is your token"),
        "{}",
        page.body
    );
    assert!(page.body.contains("href=\"/health\""), "{}", page.body);
    assert!(!page.body.contains("href=\"/desk\""), "{}", page.body);
    let wrong = server.request("GET", "/live", "Authorization: Bearer natconn_B\r\n");
    assert_refusal(&wrong, 401, "none that is known here");
    let unreadable = server.request("GET", "/live", "Authorization: Digest x\r\n");
    assert_refusal(&unreadable, 401, "is no token");
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    let page = server.request("GET", "/live", &token);
    assert_refusal(&page, 403, "the role browse, which desk has not");
    let json = server.request("GET", "/api/v1/connections", &token);
    assert_eq!(
        json.header("content-type"),
        Some("application/problem+json")
    );

    let foreign = server.request("GET", "/health", "Sec-Fetch-Site: cross-site\r\n");
    assert_refusal(&foreign, 403, "Another site asked");
    let ask_as = |path: &str, host: &str| {
        let mut client = Client::connect(server.address);
        client.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        client.read_reply("GET")
    };
    let page = ask_as("/health", "evil.example");
    assert_refusal(&page, 421, "IP address");
    // It has its looks all the same.
    let at = page.body.find("/assets/style.css").unwrap();
    let style = page.body[at..].split('"').next().unwrap();
    assert_eq!(ask_as(style, "evil.example").status, 200);
}

#[test]
fn who_asks_too_much_is_told_when_to_come_again() {
    let server = with(|config| config.http.limits.requests_per_second = Some(1));
    assert_eq!(server.get("/desk").status, 200);
    let page = server.get("/desk");
    assert_refusal(&page, 429, "Come again in 1 second.");
    assert_eq!(page.header("retry-after"), Some("1"));
    // What it looks like is not counted.
    assert_eq!(server.get("/assets/style.css").status, 200);
}
