//! Markup in everything that reaches a page: it is shown, and is no markup.
//!
//! The same in a real browser is in `tests/browser/injection.rs`.

use std::fs;

use lab::Error;

use crate::gateway::Attacked;
use crate::markup::Markup;
use crate::memory::MIB;
use crate::raw::{Reply, ask, escaped, get, post};

/// Ways out of a text, an attribute, a comment, a script and a template.
const MARKUP: [&str; 12] = [
    "<x-in>",
    "\"><x-in a=\"",
    "'><x-in a='",
    "\" onmouseover=\"x-in\" x-in=\"",
    "</textarea><x-in>",
    "</title></script></style><x-in>",
    "--><x-in><!--",
    "]]><x-in>",
    "javascript:alert(1)",
    "//elsewhere.example/x-in",
    "{{7*7}}${7*7}<%=7*7%>",
    "&lt;x-in&gt;&#60;x-in&#62;\u{0}\u{b}<x-in>",
];

/// What a page may do; none is without it.
#[track_caller]
fn assert_policy(reply: &Reply, of: &str) {
    let policy = reply.header("content-security-policy").unwrap_or_default();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{of}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{of}: {policy}");
    assert_eq!(
        reply.header("x-content-type-options"),
        Some("nosniff"),
        "{of}"
    );
}

#[track_caller]
fn assert_harmless(reply: &Reply, of: &str) {
    let kind = reply.header("content-type").unwrap_or_default().to_owned();
    if !kind.starts_with("text/html") {
        // Nothing else is shown as a page.
        assert!(
            [
                "application/problem+json",
                "application/json",
                "text/plain",
                "image/png"
            ]
            .iter()
            .any(|it| kind.starts_with(it)),
            "{of}: {kind}"
        );
        return;
    }
    assert_policy(reply, of);
    let markup = Markup::read(&reply.text());
    assert_eq!(markup.intruders(), [""; 0], "{of}: {}", reply.text());
    assert!(markup.elements.len() > 10, "{of}: {}", reply.text());
}

#[test]
fn what_somebody_writes_into_a_page_is_text() {
    lab::in_gateway!(|lab| {
        let config = "[history]\nfolder = \"/run/history\"\ngateway = \"<x-in>\\\"'><x-in>\"\n";
        let attacked = Attacked::start(lab, config)?;
        let address = attacked.daemon.address;
        for markup in MARKUP {
            let it = escaped(markup);
            for target in [
                format!("/desk?q={it}"),
                format!("/desk?text={it}"),
                format!("/desk?text=100.64.2.1:40007+{it}"),
                format!("/desk?text=From:+{it}%0ASource+IP:+100.64.2.1%0ASource+port:+40007%0A"),
                format!("/desk?text=1.2.3.4:5&timezone={it}"),
                format!("/desk?text=1.2.3.4:5&tolerance={it}"),
                format!("/desk?{it}={it}"),
                format!("/desk/report?nat=100.64.2.1:40007&line={it}"),
                format!("/desk/report?nat=100.64.2.1:40007&assumed={it}"),
                format!("/desk/report?nat={it}"),
                format!("/desk/report?{it}=1"),
                format!("/live?q={it}"),
                format!("/live?internal={it}"),
                format!("/live?sort={it}&limit={it}&cursor={it}"),
                format!("/live?{it}"),
                format!("/hosts/{it}"),
                format!("/hosts/192.168.248.2?from={it}&to={it}"),
                format!("/hosts/192.168.248.2?cursor={it}"),
                format!("/hosts/192.168.248.2?past={it}"),
                format!("/ports?nat={it}"),
                format!("/ports?protocol={it}&from={it}"),
                format!("/ports/picture.png?nat={it}"),
                format!("/health?last={it}"),
                format!("/health?{it}={it}"),
                format!("/docs/{it}"),
                format!("/docs/api?{it}"),
                format!("/assets/{it}"),
                format!("/{it}"),
                format!("/api/v1/{it}"),
                format!("/api/v1/lookup?nat={it}"),
                format!("/api/v1/lookup?{it}={it}"),
            ] {
                assert_harmless(&get(address, &target), &target);
            }
            for (path, body) in [
                ("/desk", format!("text={it}&timezone={it}&tolerance={it}")),
                ("/desk", format!("text=100.64.2.1:40007%0A{it}%0A{it}")),
                (
                    "/desk",
                    format!("text=nat%2Cx%0A100.64.2.1:40007%2C{it}%0A"),
                ),
                ("/desk", format!("text=%7B%22nat%22%3A%22{it}%22%7D")),
                ("/desk/answers", format!("text={it}")),
            ] {
                let reply = post(address, path, "", body.as_bytes()).unwrap();
                assert_harmless(&reply, &format!("{path} {body}"));
            }
            let method: String = markup
                .chars()
                .filter(|it| it.is_ascii_alphanumeric())
                .collect();
            let request =
                format!("{method} /desk HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");
            assert_harmless(&ask(address, request.as_bytes()).unwrap(), &method);
        }
        attacked.end(24 * MIB);
        Ok::<(), Error>(())
    });
}

/// A file is offered as a file, whatever is in it.
#[test]
fn answers_as_a_file_are_no_page() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let body = format!(
            "text={}",
            escaped("<html><script>alert(1)</script> 100.64.2.1:40007")
        );
        let reply = post(
            attacked.daemon.address,
            "/desk/answers",
            "",
            body.as_bytes(),
        )
        .unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(
            reply
                .header("content-type")
                .unwrap()
                .starts_with("text/plain")
        );
        assert!(
            reply
                .header("content-disposition")
                .unwrap()
                .starts_with("attachment")
        );
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        attacked.end(8 * MIB);
        Ok::<(), Error>(())
    });
}

/// Names of files, which the health page tells.
#[test]
fn names_of_files_are_text_too() {
    lab::in_gateway!(|lab| {
        let folder = "/run/<x-in> &lt;x-in&gt;";
        fs::create_dir_all(format!("{folder}/holds")).unwrap();
        for name in ["<x-in>", "\"'><x-in>", "&lt;x-in&gt;"] {
            fs::write(format!("{folder}/holds/{name}.parquet"), "nothing").unwrap();
        }
        let config = format!("[history]\nfolder = '{folder}'\n");
        let attacked = Attacked::start(lab, &config)?;
        let address = attacked.daemon.address;
        attacked.daemon.await_log("parquet");
        for target in ["/desk", "/live", "/ports", "/docs", "/hosts/192.168.248.2"] {
            assert_harmless(&get(address, target), target);
        }
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

/// Every page, refused or not, comes with its policy.
#[test]
fn no_page_is_without_its_policy() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        for target in [
            "/",
            "/desk",
            "/desk/report?nat=1.2.3.4:5",
            "/live",
            "/ports",
            "/health",
            "/docs",
            "/docs/api",
            "/docs/nothing",
            "/hosts/192.168.248.2",
            "/hosts/nobody",
            "/assets/nothing",
        ] {
            let reply = get(attacked.daemon.address, target);
            assert_policy(&reply, target);
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{target}");
            assert_eq!(
                Markup::read(&reply.text())
                    .intruders()
                    .iter()
                    .filter(|it| !it.contains("https://"))
                    .count(),
                0,
                "{target}"
            );
        }
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}
