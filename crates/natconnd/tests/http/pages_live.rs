//! The page of live connections.

use std::collections::BTreeSet;

use model::{Match, Protocol};

use crate::server::{Running, example, many, masqueraded};

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
