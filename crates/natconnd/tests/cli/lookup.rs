//! `natconn lookup`.

use natconnd::api::LookupAnswer;

use crate::answers::{answer, complete, ended, gap, row, text};
use crate::command::{Run, ask, asking, run};
use crate::server::{Server, json};

const ENDPOINT: &str = "203.0.113.7:40002";

fn lookup(answer: &LookupAnswer, arguments: &[&str]) -> Run {
    ask(json(&text(answer)), &[&["lookup"], arguments].concat())
}

fn printed(code: i32, out: &str) -> Run {
    Run {
        code,
        out: out.to_owned(),
        err: String::new(),
    }
}

#[test]
fn one_host_is_named() {
    let answer = answer("one", vec![row(2)], complete());
    assert_eq!(
        lookup(&answer, &[ENDPOINT]),
        printed(
            0,
            "\
PROTOCOL  KIND    INTERNAL             NAT                REMOTE            ZONE  FROM (UTC)               UNTIL (UTC)
tcp       source  192.168.248.2:40002  203.0.113.7:40002  198.51.100.1:443  0     2026-11-23 22:47:00.123  live

192.168.248.2 is behind 203.0.113.7:40002
"
        )
    );
}

#[test]
fn several_hosts_are_told_apart_by_the_remote() {
    let several = answer("several", vec![row(2), row(3)], complete());
    assert_eq!(
        lookup(&several, &["tcp", "203.0.113.7"]),
        printed(
            0,
            "\
PROTOCOL  KIND    INTERNAL             NAT                REMOTE            ZONE  FROM (UTC)               UNTIL (UTC)
tcp       source  192.168.248.2:40002  203.0.113.7:40002  198.51.100.1:443  0     2026-11-23 22:47:00.123  live
tcp       source  192.168.248.3:40003  203.0.113.7:40003  198.51.100.1:443  0     2026-11-23 22:47:00.123  live

2 hosts are behind tcp 203.0.113.7: 192.168.248.2, 192.168.248.3
--remote ADDR:PORT, the far end, tells them apart
"
        )
    );
}

#[test]
fn what_is_over_and_what_was_cut_is_said() {
    let mut cut = answer("several", vec![ended(2)], gap());
    cut.cut = true;
    let run = lookup(&cut, &[ENDPOINT, "--remote", ":443", "--limit", "1"]);
    assert_eq!(
        run,
        printed(
            0,
            "\
PROTOCOL  KIND    INTERNAL             NAT                REMOTE            ZONE  FROM (UTC)               UNTIL (UTC)
tcp       source  192.168.248.2:40002  203.0.113.7:40002  198.51.100.1:443  0     2026-11-23 22:47:00.123  ~2026-11-23 22:48:00.000

several hosts were behind 203.0.113.7:40002 with remote :443: 192.168.248.2, …
more translations fit than are shown: --limit N shows up to 10000
events were lost from 2026-11-23 11:58:40 to 12:01:12 UTC (receive-buffer): others may fit too
"
        )
    );
}

#[test]
fn no_match_is_an_answer() {
    let none = answer("none", vec![], complete());
    assert_eq!(
        lookup(&none, &["udp", ENDPOINT]),
        printed(
            1,
            "\
no match for udp 203.0.113.7:40002
nothing is missing from this answer: nobody is behind it now, nor was in the last moments
"
        )
    );
}

#[test]
fn no_match_of_a_cut_answer_is_not_called_proof() {
    let mut none = answer("none", vec![], complete());
    none.cut = true;
    let run = lookup(&none, &[ENDPOINT]);
    assert!(!run.out.contains("nothing is missing"), "{}", run.out);
}

#[test]
fn an_address_whose_last_group_may_be_a_port_is_told() {
    let none = answer("none", vec![], gap());
    let note = "2001:db8::1:5255 was read as an address; for a port write [2001:db8::1]:5255\n";
    for (arguments, is_told) in [
        (&["2001:db8::1:5255"][..], true),
        (&[ENDPOINT, "--remote", "2001:db8::1:5255"], true),
        (&["2001:db8::1"], false),
        (&["[2001:db8::1]:5255"], false),
    ] {
        let run = lookup(&none, arguments);
        assert_eq!(run.out.ends_with(note), is_told, "{}", run.out);
    }
    let some = answer("one", vec![row(2)], complete());
    let run = lookup(&some, &["2001:db8::1:5255"]);
    assert!(!run.out.contains(note), "{}", run.out);
}

#[test]
fn no_match_is_not_proof_where_events_were_lost() {
    let none = answer("none", vec![], gap());
    let arguments = ["udp", ENDPOINT, "--kind", "source", "--zone", "7"];
    assert_eq!(
        lookup(&none, &arguments),
        printed(
            1,
            "\
no match for udp 203.0.113.7:40002 with kind source, zone 7
events were lost from 2026-11-23 11:58:40 to 12:01:12 UTC (receive-buffer): this is not proof
"
        )
    );
}

#[test]
fn json_is_the_apis_own_bytes() {
    // Spaces and an unknown field would not survive being read and written.
    for (verdict, matches, code) in [("one", vec![row(2)], 0), ("none", vec![], 1)] {
        let text = text(&answer(verdict, matches, gap()));
        let text = format!(" {{\"new_field\" : 1, {}", &text[1..]);
        let run = ask(json(&text), &["lookup", ENDPOINT, "--json"]);
        assert_eq!(run, printed(code, &format!("{text}\n")));
    }
}

#[test]
fn everything_typed_reaches_the_api() {
    let asked = |arguments: &[&str]| {
        let none = text(&answer("none", vec![], complete()));
        let server = Server::on_socket(vec![json(&none)]);
        let arguments = [&["lookup"], arguments].concat();
        assert_eq!(run(&mut asking(&server, &arguments)).code, 1);
        server.targets().remove(0)
    };
    assert_eq!(asked(&["192.0.2.1:7"]), "/api/v1/lookup?nat=192.0.2.1:7");
    assert_eq!(
        asked(&["--internal", "192.168.1.0/24"]),
        "/api/v1/lookup?internal=192.168.1.0/24"
    );
    let expected = "/api/v1/lookup?nat=%5B2001:db8::1%5D:7&remote=:443&internal=::1\
                    &protocol=udp&kind=destination&zone=3&limit=5";
    let options = [
        "--remote",
        ":443",
        "--internal",
        "::1",
        "--kind",
        "destination",
        "--zone",
        "3",
        "--limit",
        "5",
    ];
    let word: &[&str] = &["udp", "[2001:db8::1]:7"];
    let option: &[&str] = &["[2001:db8::1]:7", "--protocol", "udp"];
    assert_eq!(asked(&[word, &options].concat()), expected);
    assert_eq!(asked(&[option, &options].concat()), expected);
}

#[test]
fn times_are_local_on_demand() {
    let text = text(&answer("one", vec![row(2)], gap()));
    let server = Server::on_socket(vec![json(&text)]);
    let mut command = asking(&server, &["lookup", ENDPOINT, "--local"]);
    let run = run(command.env("TZ", "XYZ-2"));
    assert!(
        run.out.contains(" 2026-11-24 00:47:00.123+02:00 "),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("from 2026-11-23 13:58:40+02:00 to 14:01:12+02:00 (")
    );
    assert!(!run.out.contains("UTC"));
}
