//! Markup that somebody else has written, in a real browser: nothing of it runs.
//!
//! Every place of every page is tried in `tests/attack/pages.rs`; here are those that a
//! browser could read otherwise than a test does.

use lab::{Error, MASQUERADE};

use crate::browser::Browser;
use crate::gateway::Daemon;
use crate::look::DESKTOP;

/// Runs where it may; the title would say so.
const MARKUP: &str = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>\
    <svg onload=\"document.title='ran'\"><iframe srcdoc=\"<script>parent.document.title='ran'</script>\">\
    </textarea></title></style></script><script>document.title='ran'</script>\
    \"><script>document.title='ran'</script>' onmouseover='document.title=1' autofocus onfocus=\"document.title='ran'\" x=\"";

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn markup_of_others_does_not_run() {
    in_browser!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(25)?;
        let config = "[history]\nfolder = \"/run/history\"\ngateway = \"<img src=x onerror=\\\"document.title='ran'\\\">\"\n";
        let daemon = Daemon::start(lab, config);
        let _open = lab.host(1).connect_tcp(40123, lab.outside().at(25))?;
        let browser = Browser::open(lab, DESKTOP);
        let it = escaped(MARKUP);
        for target in [
            format!("/desk?q={it}"),
            format!("/desk?text=100.64.2.1:40123+{it}"),
            format!("/desk?text=1.2.3.4:5&timezone={it}&tolerance={it}"),
            format!("/desk/report?nat=100.64.2.1:40123&line={it}"),
            format!("/live?q={it}"),
            format!("/live?internal={it}"),
            format!("/hosts/{it}"),
            format!("/hosts/192.168.248.2?from={it}"),
            format!("/ports?nat={it}"),
            format!("/docs/{it}"),
            format!("/desk?{it}=1"),
            // What is no page is shown as what it is.
            format!("/{it}"),
            format!("/api/v1/lookup?nat={it}"),
        ] {
            browser.go(&daemon.url(&target));
            let title = browser.title();
            assert_ne!(title, "ran", "{target}");
            let made = browser.run(
                "return document.querySelectorAll('iframe, img[src=x], svg[onload], script:not([src^=\"/assets/\"])').length",
                &serde_json::json!([]),
            );
            assert_eq!(made, 0, "{target}");
            let complaints = browser.complaints();
            let policy = complaints
                .iter()
                .find(|it| it.contains("Content Security Policy"));
            assert_eq!(policy, None, "{target}: nothing was even tried");
        }
        // Typed into the box, and sent.
        browser.go(&daemon.url("/desk"));
        browser.find("#text").write("100.64.2.1:40123 <script>document.title='ran'</script>\n</textarea><script>document.title='ran'</script>");
        browser.find("button.main").click();
        browser.await_text("h2, .card, .finding", "");
        assert_ne!(browser.title(), "ran");
        Ok::<(), Error>(())
    });
}
