//! The pages for people.

use crate::client::Client;
use crate::server::{Running, example, many};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

#[test]
fn pages_forbid_whatever_is_not_natconnds_own() {
    let server = Running::with(Vec::new());
    let mut client = Client::connect(server.address);
    for path in [
        "/",
        "/desk",
        "/desk?q=100.64.2.1:40123",
        "/hosts/nobody",
        "/docs/nope",
    ] {
        let reply = client.get(path);
        assert_eq!(
            reply.header("content-security-policy"),
            Some(POLICY),
            "{path}"
        );
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("referrer-policy"), Some("same-origin"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let html = &reply.body;
        for forbidden in ["style=", "onclick", "javascript:", "<style", "<script>"] {
            assert!(!html.contains(forbidden), "{path}: {forbidden}");
        }
    }
}

#[test]
fn the_desk_names_the_host_in_words() {
    let server = Running::with(vec![example()]);
    let html = server.get("/desk?q=100.64.2.1:40123").body;
    assert!(html.contains("It is 192.168.248.2."), "{html}");
    assert!(html.contains("coverage complete"), "{html}");
    assert!(
        html.contains("Who is behind 100.64.2.1 port 40123, now?"),
        "{html}"
    );
    let report = "/desk/report?nat=100.64.2.1:40123&#38;line=100.64.2.1:40123\"";
    assert!(html.contains(report), "{html}");
    let html = server.get("/desk?q=100.64.2.1:40124").body;
    assert!(html.contains("Nobody. Nothing is missing"), "{html}");
    let report = server.get("/desk/report?nat=100.64.2.1:40123").body;
    for told in ["It is 192.168.248.2.", "gw1", "natconnd 0.1.0", "Clock"] {
        assert!(report.contains(told), "{told}: {report}");
    }
}

#[test]
fn what_is_pasted_is_shown_and_never_run() {
    let server = Running::with(vec![example()]);
    let hostile =
        "text=from+100.64.2.1%3A40123%0A%3C%2Ftextarea%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let reply = server.post_form("/desk", hostile);
    assert_eq!(reply.status, 200);
    assert!(!reply.body.contains("<script"), "{}", reply.body);
    assert!(
        reply.body.contains("It is 192.168.248.2."),
        "{}",
        reply.body
    );
}

#[test]
fn a_paste_comes_back_with_its_answers() {
    let server = Running::with(vec![example()]);
    let reply = server.post_form(
        "/desk/answers",
        "text=client+100.64.2.1%3A40123%0D%0Anothing%0D%0A",
    );
    assert_eq!(reply.status, 200);
    let disposition = reply.header("content-disposition");
    assert_eq!(disposition, Some("attachment; filename=\"answers.txt\""));
    assert!(reply.body.contains("192.168.248.2"), "{}", reply.body);
}

#[test]
fn what_cannot_be_read_is_told_on_the_page() {
    let server = Running::with(Vec::new());
    let reply = server.post_form("/desk", "text=203.0.113.7&timezone=Nowhere%2FAtAll");
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("is no time zone"), "{}", reply.body);
    let reply = server.post_form("/desk", "text=hello");
    assert_eq!(reply.status, 200);
    let reply = server.get("/desk/report?nat=nonsense");
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("This could not be answered"));
    let long = format!("text={}", "x".repeat(800 * 1024));
    assert_eq!(server.post_form("/desk", &long).status, 413);
}

#[test]
fn assets_are_kept_by_browsers() {
    let server = Running::with(Vec::new());
    let html = server.get("/desk").body;
    let at = html.find("/assets/style.css").unwrap();
    let address = html[at..].split('"').next().unwrap();
    let reply = server.get(address);
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert!(reply.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(server.get("/assets/nope.css").status, 404);
}

#[test]
fn ports_are_shown_with_who_holds_them() {
    let server = Running::with(many(300));
    let html = server.get("/ports?nat=100.64.2.1&protocol=tcp&from=0").body;
    for told in [
        "100.64.2.1, tcp: 300 ports in use",
        "Ports 0 to 1023: 300 in use",
        "/ports?nat=100.64.2.1&amp;protocol=tcp&amp;from=200#holders",
        "<a href=\"/hosts/192.168.248.2\">192.168.248.2</a>",
        "Most connections",
    ] {
        assert!(html.contains(told), "{told}: {html}");
    }
    assert!(html.len() < 80 << 10, "{}", html.len());
    // The fullest one where none is named.
    assert!(server.get("/ports").body.contains("100.64.2.1, tcp"));
    let mut client = Client::connect(server.address);
    client.send(
        "GET /ports/picture.png?nat=100.64.2.1&protocol=tcp&hosts= HTTP/1.1\r\nhost: gw\r\n\r\n",
    );
    let (status, headers) = client.read_head();
    assert_eq!(status, 200);
    assert!(headers.contains(&("content-type".to_owned(), "image/png".to_owned())));
    for wrong in [
        "/ports?nat=x",
        "/ports?from=70000",
        "/ports/picture.png",
        "/ports?color=1",
    ] {
        assert_eq!(server.get(wrong).status, 400, "{wrong}");
    }
}
