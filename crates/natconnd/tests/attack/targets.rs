//! Paths that lead elsewhere, or would, if anybody took them for names of files.

use lab::Error;

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::ask;

/// What is asked for, and the statuses that it may have.
fn targets() -> Vec<(Vec<u8>, &'static [u16])> {
    let text = |target: &str, statuses| (target.as_bytes().to_vec(), statuses);
    const NOWHERE: &[u16] = &[400, 404];
    let mut targets = vec![
        text("/../../etc/passwd", NOWHERE),
        text("/..%2f..%2fetc%2fpasswd", NOWHERE),
        text("/%2e%2e/%2e%2e/etc/passwd", NOWHERE),
        text("/%252e%252e/etc/passwd", NOWHERE),
        text("/..\\..\\etc\\passwd", NOWHERE),
        text("/..%5c..%5cetc%5cpasswd", NOWHERE),
        text("/%c0%ae%c0%ae/etc/passwd", NOWHERE),
        text("//etc/passwd", NOWHERE),
        text("///healthz", NOWHERE),
        text("/healthz/", NOWHERE),
        text("/healthz/.", NOWHERE),
        text("/healthz/../healthz", NOWHERE),
        text("/./healthz", NOWHERE),
        text("/HEALTHZ", NOWHERE),
        text("/healthz;a=b", NOWHERE),
        text("/healthz%3f", NOWHERE),
        text("/healthz%00", NOWHERE),
        text("/healthz%0d%0aX:%20y", NOWHERE),
        text("/healthz%20", NOWHERE),
        text("/%68ealthz", NOWHERE),
        text("/docs/../docs", NOWHERE),
        text("/docs/%2e%2e/%2e%2e/etc/passwd", NOWHERE),
        text("/docs/..%2f..%2fetc%2fpasswd", NOWHERE),
        text("/docs//etc/passwd", NOWHERE),
        text("/docs/%00", NOWHERE),
        text("/docs/index/../../x", NOWHERE),
        text("/assets/../style.css", NOWHERE),
        text("/assets/%2e%2e%2fstyle.css", NOWHERE),
        text("/assets/", NOWHERE),
        text("/assets/nothing.css", NOWHERE),
        text("/assets//etc/passwd", NOWHERE),
        text("/hosts/", NOWHERE),
        text("/hosts/../../etc/passwd", NOWHERE),
        text("/hosts/192.168.248.2%00", NOWHERE),
        text("/hosts/192.168.248.2/..", NOWHERE),
        text("/hosts/%3Cscript%3E", NOWHERE),
        text("/api/v1/../v1/status", NOWHERE),
        text("/api//v1/status", NOWHERE),
        text("/api/v1/status/", NOWHERE),
        text("/api/v1/history/holds/../../status", &[400, 403, 404, 405]),
        text(
            "/api/v1/history/holds/%2e%2e%2f%2e%2e",
            &[400, 403, 404, 405],
        ),
        text("/metrics%2f..", NOWHERE),
        text("\\healthz", NOWHERE),
        text("healthz", NOWHERE),
        text("", &[400]),
        text("?", NOWHERE),
        text("*", NOWHERE),
        text("#", NOWHERE),
        text("gateway:80", NOWHERE),
        text("file:///etc/passwd", NOWHERE),
        text("http://", NOWHERE),
        text("http://@/healthz", NOWHERE),
        text("/ä", NOWHERE),
        text("/\u{202e}", NOWHERE),
        (b"/\xff\xfe".to_vec(), NOWHERE),
        (b"/\x00".to_vec(), NOWHERE),
        (b"/\x7f".to_vec(), NOWHERE),
        (b"/<script>alert(1)</script>".to_vec(), NOWHERE),
        (b"/\"onload=alert(1)".to_vec(), NOWHERE),
    ];
    targets.push((["/".repeat(8000)].concat().into_bytes(), NOWHERE));
    targets.push((
        format!("/docs/{}", "../".repeat(3000)).into_bytes(),
        NOWHERE,
    ));
    targets.push((
        format!("/hosts/{}", "1".repeat(10_000)).into_bytes(),
        NOWHERE,
    ));
    targets.push((
        format!("/assets/{}", "%41".repeat(3000)).into_bytes(),
        NOWHERE,
    ));
    targets
}

#[test]
fn a_path_is_one_of_those_there_are_or_nothing() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        for (target, statuses) in targets() {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT"] {
                let request = [
                    format!("{method} ").as_bytes(),
                    &target,
                    b" HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n",
                ]
                .concat();
                let shown = String::from_utf8_lossy(&target[..target.len().min(60)]).into_owned();
                if method == "HEAD" {
                    // Its response has no body, whatever its length says.
                    let mut raw = crate::raw::Raw::connect(address);
                    raw.send(&request);
                    let (all, is_closed) = raw.rest(crate::raw::PATIENCE);
                    assert!(is_closed, "HEAD {shown}");
                    let all = String::from_utf8_lossy(&all).into_owned();
                    let (head, body) = all.split_once("\r\n\r\n").unwrap_or((&all, ""));
                    assert!(body.is_empty(), "HEAD {shown}: {head}\n{body}");
                    continue;
                }
                let reply = ask(address, &request);
                let reply = reply.unwrap_or_else(|| panic!("{method} {shown}: no response"));
                let is_one = statuses.contains(&reply.status) || matches!(reply.status, 403 | 405);
                assert!(is_one, "{method} {shown}: {reply:?}");
                assert!(reply.is_clear_refusal(), "{method} {shown}: {reply:?}");
                let text = reply.text();
                assert!(!text.contains("root:"), "{method} {shown}: {text}");
                assert!(
                    reply.body.len() < 8192,
                    "{method} {shown}: {} bytes",
                    reply.body.len()
                );
            }
        }
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}
