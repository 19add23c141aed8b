//! The page of live connections.

use std::collections::BTreeSet;

use model::{Coverage, Gap, GapCause, Match, Protocol};

use crate::server::{Running, at, example, many, masqueraded};

/// A few connections of two hosts.
fn few() -> Vec<Match> {
    let udp = Match {
        protocol: Protocol::UDP,
        ..masqueraded("192.168.248.3:53", "100.64.2.1:2000", "100.64.2.11:53")
    };
    vec![example(), udp]
}

/// The text of the first cells of the rows.
fn hosts(html: &str) -> Vec<String> {
    let rows = html.split("<tr data-id=").skip(1);
    let cells = rows.map(|row| row.split("<td>").nth(1).unwrap_or_default());
    cells.map(text).collect()
}

fn text(markup: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for character in markup.chars() {
        match character {
            '<' => is_tag = true,
            '>' => is_tag = false,
            character if !is_tag => text.push(character),
            _ => {}
        }
    }
    text
}

/// The address of the link with an id.
fn link(html: &str, id: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("id=\"{id}\""))?;
    let (_, rest) = rest.split_once("href=\"")?;
    let (address, _) = rest.split_once('"')?;
    Some(address.replace("&#38;", "&"))
}

#[test]
fn what_is_typed_chooses() {
    let server = Running::with(few());
    for (query, expected) in [
        ("", &["192.168.248.2:40123", "192.168.248.3:53"][..]),
        (
            "?q=&internal=&nat=&remote=&protocol=&kind=&limit=50",
            &["192.168.248.2:40123", "192.168.248.3:53"],
        ),
        ("?q=192.168.248.3", &["192.168.248.3:53"]),
        ("?q=:443+tcp", &["192.168.248.2:40123"]),
        ("?q=100.64.2.0/24+udp", &["192.168.248.3:53"]),
        ("?q=100.64.2.1:2000", &["192.168.248.3:53"]),
        ("?q=:443+udp", &[]),
        ("?nat=:40000-50000", &["192.168.248.2:40123"]),
        (
            "?internal=192.168.248.0/24&remote=:53",
            &["192.168.248.3:53"],
        ),
        ("?protocol=udp&kind=source", &["192.168.248.3:53"]),
        ("?kind=destination", &[]),
    ] {
        let reply = server.get(&format!("/live{query}"));
        assert_eq!(reply.status, 200, "{query}");
        let mut hosts = hosts(&reply.body);
        hosts.sort();
        assert_eq!(hosts, expected, "{query}");
    }
    let html = server.get("/live?q=udp").body;
    assert!(html.contains("1 of 2 live translations fit"), "{html}");
    assert!(html.contains("value=\"udp\""), "{html}");
    assert!(html.contains("href=\"/hosts/192.168.248.3\""), "{html}");
}

#[test]
fn each_order_is_a_link_in_its_heading() {
    let server = Running::with(few());
    for (order, first, sorted) in [
        ("internal", "192.168.248.2:40123", "ascending"),
        ("-internal", "192.168.248.3:53", "descending"),
        ("nat", "192.168.248.3:53", "ascending"),
        ("-nat", "192.168.248.2:40123", "descending"),
        ("remote", "192.168.248.2:40123", "ascending"),
        ("-remote", "192.168.248.3:53", "descending"),
        ("started_at", "192.168.248.2:40123", "ascending"),
        ("-started_at", "192.168.248.3:53", "descending"),
    ] {
        let html = server.get(&format!("/live?sort={order}")).body;
        assert_eq!(hosts(&html)[0], first, "{order}");
        let sorted = format!("aria-sort=\"{sorted}\"");
        assert_eq!(html.matches("aria-sort=").count(), 1, "{order}");
        assert!(html.contains(&sorted), "{order}: {html}");
        let other = match order.strip_prefix('-') {
            Some(name) => format!("sort={name}\""),
            None if order == "started_at" => "<a href=\"/live\"".to_owned(),
            None => format!("sort=-{order}\""),
        };
        assert!(html.contains(&other), "{order}: no {other} in {html}");
    }
}

#[test]
fn paging_to_the_end_shows_each_row_once() {
    let server = Running::with(many(430));
    for order in ["started_at", "-started_at", "internal", "-nat"] {
        let mut seen = Vec::new();
        let mut next = Some(format!("/live?limit=100&q=tcp&sort={order}"));
        let mut pages = 0;
        while let Some(address) = next {
            let html = server.get(&address).body;
            assert!(html.contains("430 live translations"), "{html}");
            assert_eq!(link(&html, "first").is_some(), pages > 0, "{address}");
            seen.extend(hosts(&html));
            next = link(&html, "next");
            pages += 1;
        }
        assert_eq!(pages, 5, "{order}");
        assert_eq!(seen.len(), 430, "{order}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 430, "{order}");
    }
}

#[test]
fn what_cannot_be_read_stays_in_the_form() {
    let server = Running::with(few());
    for (query, told) in [
        ("q=nobody", "is no IP address"),
        ("q=443", "a port is written :443"),
        ("nat=1.2.3.4:x", "is no port"),
        ("protocol=tpc", "is no protocol"),
        ("limit=10000", "expected 50, 100 or 200"),
        ("sort=age", "is no order"),
        ("cursor=00", "is no cursor"),
    ] {
        let reply = server.get(&format!("/live?{query}"));
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.body.contains(told), "{query}: {}", reply.body);
        assert!(reply.body.contains("role=\"alert\""), "{query}");
        assert!(hosts(&reply.body).is_empty(), "{query}");
    }
    let html = server.get("/live?q=nobody&nat=:443&kind=source").body;
    for kept in [
        "value=\"nobody\"",
        "value=\":443\"",
        "<option selected>source",
        "<details open",
    ] {
        assert!(html.contains(kept), "{kept}: {html}");
    }
    assert_eq!(server.get("/live?q=%zz").status, 400);
}

#[test]
fn hostile_input_is_text() {
    let server = Running::with(few());
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for name in [
        "q", "internal", "nat", "remote", "protocol", "kind", "zone", "sort", "limit", "cursor",
    ] {
        for follow in ["", "&follow=1"] {
            let html = server.get(&format!("/live?{name}={hostile}{follow}")).body;
            assert!(!html.contains("<script>"), "{name}: {html}");
            assert!(!html.contains("\"><script"), "{name}: {html}");
        }
    }
}

#[test]
fn following_needs_one_script_and_says_so() {
    let server = Running::with(few());
    let plain = server.get("/live").body;
    assert!(!plain.contains("<script"), "{plain}");
    assert_eq!(link(&plain, "follow").as_deref(), Some("/live?follow=1"));
    let html = server.get("/live?follow=1&q=:443+tcp&sort=nat").body;
    assert_eq!(html.matches("<script").count(), 1, "{html}");
    assert!(html.contains("<noscript>"), "{html}");
    assert!(
        html.contains("data-events=\"/api/v1/events?q=:443+tcp\""),
        "{html}"
    );
    let (_, script) = html.split_once("<script src=\"").unwrap();
    let script = server.get(script.split('"').next().unwrap());
    assert_eq!(script.status, 200);
    let kind = script.header("content-type");
    assert_eq!(kind, Some("text/javascript; charset=utf-8"));
    for forbidden in [
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
    ] {
        assert!(!script.body.contains(forbidden), "{forbidden}");
    }
}

/// Of a page with everything that it loads, in bytes.
fn weight(server: &Running, path: &str) -> usize {
    let html = server.get(path).body;
    let assets = html.split("/assets/").skip(1);
    let assets = assets.map(|rest| format!("/assets/{}", rest.split('"').next().unwrap()));
    html.len() + assets.map(|it| server.get(&it).body.len()).sum::<usize>()
}

#[test]
fn pages_are_light() {
    let v6 = |number: u16| {
        masqueraded(
            &format!(
                "[2001:db8:1111:2222:3333:4444:5555:6666]:{}",
                50_000 + number
            ),
            &format!(
                "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:{}",
                50_000 + number
            ),
            "[2001:db8:7777:8888:9999:aaaa:bbbb:cccc]:65535",
        )
    };
    let server = Running::with((0..300).map(v6).collect());
    let heaviest = weight(&server, "/live?limit=200&follow=1");
    assert!(heaviest <= 100 * 1024, "{heaviest} bytes");
    let server = Running::with(many(300));
    let html = server.get("/live?limit=100").body;
    assert!(html.len() <= 30 * 1024, "{} bytes", html.len());
}

#[test]
fn a_host_shows_what_it_has_and_had() {
    let mut matches = many(120);
    let mut ended = example();
    ended.translation.nat = crate::server::endpoint("100.64.2.1:999");
    ended.translation.internal.port = 999;
    ended.kernel_id = None;
    ended.started_at = at(-20);
    ended.ended_at = at(-10);
    matches.extend([ended, few()[1]]);
    let server = Running::with(matches);
    let path = "/hosts/192.168.248.2";
    let period = "from=2026-11-23T22:46:00Z&to=2026-11-23T22:47:30";
    let reply = server.get(&format!("{path}?{period}"));
    assert_eq!(reply.status, 200);
    let html = reply.body;
    let (has, had) = html.split_once("id=\"past\"").unwrap();
    assert!(has.contains("<b>120</b> live translations"), "{has}");
    assert_eq!(hosts(has).len(), 50);
    assert_eq!(hosts(has)[0], "192.168.248.2:119");
    assert!(
        has.contains("100.64.2.1</span> <span class=\"soft\">120"),
        "{has}"
    );
    assert!(!has.contains("192.168.248.3"), "{has}");
    assert!(had.contains("keeps no history"), "{had}");
    assert_eq!(hosts(had)[0], "192.168.248.2:999");
    assert!(had.contains("<td>2026-11-23 22:46:50"), "{had}");
    assert!(
        had.contains("lived from 2026-11-23 22:46:00 to 2026-11-23 22:47:30"),
        "{had}"
    );
    assert!(had.contains("coverage complete"), "{had}");
    assert!(
        html.ends_with("</html>") || html.ends_with("</html>\n"),
        "{html}"
    );
    let gap = Gap {
        from: at(-30).unwrap().at,
        to: Some(at(-25).unwrap().at),
        cause: GapCause::Stopped,
    };
    server.answers.set_coverage(Coverage::Gaps(vec![gap]));
    let html = server.get(&format!("{path}?{period}")).body;
    let told = "Not everything is known from 2026-11-23 22:46:30 to 2026-11-23 22:46:35: \
                natconnd was not running.";
    assert!(html.contains(told), "{html}");
    assert!(html.contains("coverage incomplete"), "{html}");
}

#[test]
fn pages_of_a_host_show_each_row_once() {
    let server = Running::with(many(120));
    for (id, part, first) in [
        ("next", 0, "/hosts/192.168.248.2"),
        ("next-past", 1, "/hosts/192.168.248.2?from=2026-11-23T22:46"),
    ] {
        let mut seen = Vec::new();
        let mut next = Some(first.to_owned());
        while let Some(address) = next {
            let address = address.split('#').next().unwrap().to_owned();
            let html = server.get(&address).body;
            let parts: Vec<&str> = html.split("id=\"past\"").collect();
            seen.extend(hosts(parts[part]));
            next = link(&html, id);
        }
        assert_eq!(seen.len(), 120, "{id}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120, "{id}");
    }
}

#[test]
fn a_host_that_is_no_address_is_told() {
    let server = Running::with(few());
    for path in [
        "/hosts/nobody",
        "/hosts/",
        "/hosts/192.168.248.2/x",
        "/hosts/%3Cscript%3E",
    ] {
        let reply = server.get(path);
        assert_eq!(reply.status, 400, "{path}");
        assert!(reply.body.contains("is no IP address"), "{}", reply.body);
        assert!(!reply.body.contains("<script>"), "{}", reply.body);
    }
    let path = "/hosts/192.168.248.2";
    for (query, told) in [
        ("from=yesterday", "expected RFC 3339"),
        (
            "from=2026-11-24T00:00&to=2026-11-23T00:00",
            "is before from",
        ),
        ("past=00", "is no cursor of records"),
        ("from=%22%3E%3Cscript%3E", "expected RFC 3339"),
    ] {
        let reply = server.get(&format!("{path}?{query}"));
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.body.contains(told), "{query}: {}", reply.body);
        assert!(!reply.body.contains("<script>"), "{query}");
        assert_eq!(hosts(&reply.body).len(), 1, "what lives is shown");
    }
    assert_eq!(server.get(&format!("{path}?cursor=00")).status, 400);
    let nobody = server.get("/hosts/10.9.9.9").body;
    assert!(
        nobody.contains("No live connection of this host"),
        "{nobody}"
    );
    assert_eq!(server.get("/hosts/2001:db8::1").status, 200);
}
