//! Cursors that somebody has made, changed or taken from elsewhere.
//!
//! A cursor says where a list goes on and nothing of what may be seen: whatever it is, what
//! comes is a page of the list that was asked for, or a refusal.

use lab::Error;
use model::Timestamp;
use natconnd::api::{Page, RecordsPage, Row};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::{Reply, escaped, get};

/// Whether a reply is a page or a clear refusal; the rows of the page.
fn rows(reply: &Reply) -> Option<Vec<Row>> {
    match reply.status {
        200 => Some(
            serde_json::from_slice::<Page>(&reply.body)
                .unwrap()
                .connections,
        ),
        400 => {
            assert!(reply.is_clear_refusal(), "{reply:?}");
            None
        }
        _ => panic!("{reply:?}"),
    }
}

#[test]
fn every_bit_of_a_cursor_may_be_another() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let host = lab.host(1).v4();
        let list = format!("/api/v1/connections?limit=3&internal={host}&sort=nat");
        let first: Page = serde_json::from_slice(&get(address, &list).body).unwrap();
        let cursor = first.next_cursor.unwrap();
        let bytes = cursor.len() / 2;
        let mut pages = 0;
        for bit in 0..bytes * 8 {
            let place = bit / 8 * 2;
            let byte = u8::from_str_radix(&cursor[place..place + 2], 16).unwrap();
            let changed = format!("{:02x}", byte ^ 1 << (bit % 8));
            let forged = format!("{}{changed}{}", &cursor[..place], &cursor[place + 2..]);
            let target = list.replace("&sort=nat", "");
            if let Some(rows) = rows(&get(address, &format!("{target}&cursor={forged}"))) {
                pages += 1;
                assert!(rows.len() <= 3);
                assert!(
                    rows.iter().all(|row| row.internal_address == host),
                    "{rows:?}"
                );
            }
        }
        assert!(pages > 0, "no change of a bit leaves a cursor");
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_cursor_of_elsewhere_shows_nothing_of_elsewhere() {
    lab::in_gateway!(|lab| {
        let config = "[history]\nfolder = \"/run/history\"\n";
        let attacked = Attacked::start(lab, config)?;
        let address = attacked.daemon.address;
        let page = |target: &str| -> Page {
            let reply = get(address, target);
            assert_eq!(reply.status, 200, "{reply:?}");
            serde_json::from_slice(&reply.body).unwrap()
        };
        // Of another filter: the list goes on behind that row, with the filter of now.
        let [one, other] = [1, 2].map(|number| lab.host(number).v4());
        let of_one = page(&format!("/api/v1/connections?limit=2&internal={one}"));
        let cursor = of_one.next_cursor.unwrap();
        let mixed = page(&format!(
            "/api/v1/connections?limit=50&internal={other}&cursor={cursor}"
        ));
        assert!(
            mixed
                .connections
                .iter()
                .all(|row| row.internal_address == other)
        );
        // Of another order: refused where an order is asked for.
        let reply = get(
            address,
            &format!("/api/v1/connections?sort=remote&cursor={cursor}"),
        );
        assert_eq!(reply.status, 400, "{reply:?}");
        // Of another endpoint, in both directions.
        let from = Timestamp(natconnd::mirror::now().0 - 3_600_000_000_000);
        let records = format!("/api/v1/records?limit=2&from={from}");
        let of_records: RecordsPage = serde_json::from_slice(&get(address, &records).body).unwrap();
        let record = of_records.next_cursor.unwrap();
        for target in [
            format!("{records}&cursor={cursor}"),
            format!("/api/v1/connections?cursor={record}"),
            format!("/live?cursor={record}"),
            format!("/hosts/{one}?cursor={record}"),
            format!("/hosts/{one}?past={cursor}"),
        ] {
            let reply = get(address, &target);
            assert_eq!(reply.status, 400, "{target}: {reply:?}");
            assert!(reply.is_clear_refusal());
        }
        let reply = get(address, &format!("/hosts/{other}?past={record}"));
        assert!(reply.status == 200, "{reply:?}");
        assert!(
            !reply.text().contains(&format!("/hosts/{one}\"")),
            "{}",
            reply.text()
        );
        attacked.end(24 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_cursor_of_anybodys_making_is_a_place_or_none() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let host = lab.host(1).v4();
        let list = format!("/api/v1/connections?limit=1&internal={host}");
        let first: Page = serde_json::from_slice(&get(address, &list).body).unwrap();
        let cursor = first.next_cursor.unwrap();
        let place = any::<prop::sample::Index>();
        let forged = prop_oneof![
            "\\PC{0,80}".boxed(),
            "0[12][0-9a-f]{0,160}".boxed(),
            // The largest times, ports and addresses there are.
            (place.clone(), 1_usize..40)
                .prop_map({
                    let cursor = cursor.clone();
                    move |(place, length)| {
                        let at = place.index(cursor.len());
                        let end = (at + length).min(cursor.len());
                        format!(
                            "{}{}{}",
                            &cursor[..at],
                            "f".repeat(end - at),
                            &cursor[end..]
                        )
                    }
                })
                .boxed(),
            place
                .prop_map(move |place| cursor[..place.index(cursor.len())].to_owned())
                .boxed(),
            (0_usize..2000)
                .prop_map(|length| "01".repeat(length))
                .boxed(),
        ];
        let config = Config {
            cases: 400,
            failure_persistence: None,
            ..Config::default()
        };
        let mut runner = TestRunner::new(config);
        let outcome = runner.run(&forged, |forged| {
            for path in [
                format!("{list}&cursor="),
                format!("{list}&sort=-remote&cursor="),
            ] {
                let reply = get(address, &format!("{path}{}", escaped(&forged)));
                if let Some(rows) = rows(&reply) {
                    prop_assert!(rows.len() <= 1);
                    prop_assert!(rows.iter().all(|row| row.internal_address == host));
                }
            }
            Ok(())
        });
        outcome.unwrap();
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}
