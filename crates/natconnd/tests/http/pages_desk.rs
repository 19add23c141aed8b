//! The desk and its report: that an answer is never surer than what is known.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use model::{Coverage, Gap, GapCause, Match, Timestamp};

use crate::client::Client;
use crate::server::{Running, at, example, masqueraded};

/// Connections through one NAT endpoint to as many remotes, the last ones the newest;
/// the first is of another host.
fn crowd(count: u16) -> Vec<Match> {
    let of_other = |number| match number {
        0 => "192.168.248.9:40123",
        _ => "192.168.248.2:40123",
    };
    let matches = (0..count).map(|number| {
        let [high, low] = number.to_be_bytes();
        let remote = SocketAddr::new(Ipv4Addr::new(198, 51, high, low).into(), 443);
        let remote = remote.to_string();
        let mut found = masqueraded(of_other(number), "100.64.2.1:40123", &remote);
        found.started_at = at(i64::from(number) - 10_000);
        found
    });
    matches.collect()
}

#[test]
fn a_host_is_not_hidden_by_many_connections_of_another() {
    let server = Running::with(crowd(31));
    for page in [
        "/desk?q=100.64.2.1:40123",
        "/desk/report?nat=100.64.2.1:40123",
    ] {
        let html = server.get(page).body;
        assert!(html.contains("It is one of 2 hosts;"), "{html}");
        assert!(html.contains("/hosts/192.168.248.9\""), "{html}");
        assert_eq!(html.matches("data-label=\"NAT endpoint\"").count(), 20);
        assert!(html.contains("11 more"), "{html}");
    }
}

#[test]
fn hosts_of_an_answer_that_was_cut_are_at_least_so_many() {
    let server = Running::with(crowd(1_200));
    let html = server.get("/desk?q=100.64.2.1:40123").body;
    assert!(html.contains("It is one of at least 2 hosts;"), "{html}");
    assert!(html.contains("coverage incomplete"), "{html}");
}

#[test]
fn a_report_shows_what_was_assumed_and_pasted() {
    let server = Running::with(vec![example()]);
    let html = server
        .get("/desk?q=Nov+23+22:47:01+fw+%3Cb%3E%26+100.64.2.1:40123")
        .body;
    let begin = html.find("/desk/report?").unwrap();
    let address = html[begin..].split('"').next().unwrap();
    let address = address.replace("&amp;", "&").replace("&#38;", "&");
    assert!(
        address.contains("&assumed=zone,year&line=Nov+23"),
        "{address}"
    );
    let report = server.get(&address).body;
    for told in [
        "names no time zone",
        "names no year",
        "Nov 23 22:47:01 fw &#60;b&#62;&#38; 100.64.2.1:40123",
        "at 2026-11-23 22:47:01 UTC",
        "Clock, when this was printed",
    ] {
        assert!(report.contains(told), "{told}: {report}");
    }
    // What programs ask has neither.
    let json = "/api/v1/lookup?nat=100.64.2.1:40123&assumed=zone";
    assert_eq!(server.get(json).status, 400);
    for wrong in ["assumed=month", &format!("line={}", "x".repeat(400))] {
        let address = format!("/desk/report?nat=100.64.2.1:40123&{wrong}");
        assert_eq!(server.get(&address).status, 400, "{wrong}");
    }
}

#[test]
fn an_address_that_is_not_this_gateways_is_told() {
    let server = Running::with(vec![example()]);
    let told = "No translation of this gateway has the address 192.0.2.9 at the moment";
    let html = server.get("/desk?q=192.0.2.9:40123").body;
    assert!(html.contains(told), "{html}");
    let html = server.get("/desk?q=100.64.2.1:40124").body;
    assert!(
        !html.contains("No translation of this gateway has"),
        "{html}"
    );
}

#[test]
fn what_a_host_has_tells_its_gaps() {
    let server = Running::with(vec![example()]);
    server.answers.set_coverage(Coverage::of_gaps(vec![Gap {
        from: Timestamp(0),
        to: None,
        cause: GapCause::EventsOff,
    }]));
    let html = server.get("/hosts/192.168.248.2").body;
    let now = html.find("What it has now").unwrap();
    let past = html.find("What it had<").unwrap();
    let told = "the kernel was told not to report connections";
    assert!(html[now..past].contains(told), "{html}");
}

#[test]
fn a_form_that_does_not_come_is_given_up() {
    let server = Running::limited(Vec::new(), |limits| {
        limits.body_timeout = Duration::from_millis(200);
    });
    let mut client = Client::connect(server.address);
    client.send(
        "POST /desk HTTP/1.1\r\nhost: gw\r\ncontent-length: 100\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\ntext=1",
    );
    assert_eq!(client.read_reply("POST").status, 408);
}

#[test]
fn pastes_come_within_the_limit_of_many_questions() {
    let server = Running::limited(vec![example()], |limits| limits.bulk_requests = 0);
    let paste = "text=100.64.2.1%3A40123%0D%0A100.64.2.1%3A40124";
    for path in ["/desk", "/desk/answers"] {
        let reply = server.post_form(path, paste);
        assert_eq!(reply.status, 503, "{path}");
        assert_eq!(reply.header("retry-after"), Some("1"), "{path}");
        assert!(reply.body.contains("<!doctype html>"), "{path}");
    }
    // One question is none of many.
    let html = server.get("/desk?q=100.64.2.1:40123").body;
    assert!(html.contains("It is 192.168.248.2."), "{html}");
}

#[test]
fn answers_stay_in_no_cache() {
    let server = Running::with(vec![example()]);
    let reply = server.post_form("/desk/answers", "text=100.64.2.1%3A40123");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[test]
fn questions_beyond_those_that_are_read_are_told() {
    let server = Running::with(vec![example()]);
    let paste = "100.64.2.1%3A40123%0A".repeat(10_001);
    let html = server.post_form("/desk", &format!("text={paste}")).body;
    assert!(html.contains("more than 10\u{202f}000 questions"));
    assert!(html.contains("The first 20 of more than 10\u{202f}000"));
}

#[test]
fn the_fields_of_the_desk_are_read_as_people_write() {
    let server = Running::with(vec![example()]);
    let asked = "/desk?q=100.64.2.1:40123+at+2026-11-23T22:47:03Z&tolerance=5";
    let html = server.get(asked).body;
    assert!(html.contains("give or take 5 s"), "{html}");
    let html = server.get("/desk?q=100.64.2.1&timezone=Nowhere/AtAll").body;
    assert!(!html.contains("parameter"), "{html}");
    assert!(
        html.contains("read “Time zone, where the text names none”"),
        "{html}"
    );
    let html = server.get("/desk?q=100.64.2.1&tolerance=soon").body;
    assert!(html.contains("read “Clocks may differ by”"), "{html}");
}

#[test]
fn nat_addresses_that_are_not_shown_are_counted() {
    let matches = (0..45).map(|last| {
        let nat = format!("100.64.2.{last}:40123");
        masqueraded(&format!("192.168.248.2:{last}"), &nat, "100.64.2.100:443")
    });
    let server = Running::with(matches.collect());
    let html = server.get("/ports").body;
    assert!(html.contains("5 more are not shown"), "{html}");
}

#[test]
fn headings_say_what_they_head() {
    let server = Running::with(vec![example()]);
    let paste = "text=100.64.2.1%3A1%0A100.64.2.1%3A2%0A100.64.2.1%3A40123";
    let desk = server.post_form("/desk", paste).body;
    let ports = server.get("/ports?from=0").body;
    for html in [desk, ports] {
        assert!(html.contains("<th scope=\"col\""), "{html}");
        assert!(
            !html.contains("<th>") && !html.contains("<th class"),
            "{html}"
        );
    }
}
