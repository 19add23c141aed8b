//! Long answers that nobody reads.

use std::time::Duration;

use lab::{Error, Lab};

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::process::eventually;
use crate::raw::{Raw, get};

/// Connections that a list is long with.
const MANY: usize = 10_000;

/// What all clients together can have natconnd hold (`http/room.rs`), what two scans are
/// about, and what the table itself takes.
const HELD: u64 = (128 + 48) * MIB;

/// What one connection takes beside that.
const OF_ONE: u64 = 160 << 10;

fn many(lab: &Lab, attacked: &Attacked) -> Result<(), Error> {
    lab.outside().run_with_input(
        &["nft", "-f", "-"],
        "table ip quiet {
            chain input {
                type filter hook input priority filter
                udp dport >= 10000 drop
            }
        }",
    )?;
    for source in 0..5 {
        let socket = lab
            .host(1)
            .send_udp(20_000 + source, lab.outside().at(10_000))?;
        for port in 10_001..10_000 + MANY as u16 / 5 {
            socket.connect(lab.outside().at(port)).unwrap();
            socket.send(b"hello").unwrap();
        }
    }
    eventually(|| match attacked.daemon.status().connections {
        live if live >= MANY as u64 => Ok(()),
        live => Err(format!("{live} live")),
    });
    Ok(())
}

#[test]
fn answers_that_nobody_reads_take_what_there_is_room_for() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        many(lab, &attacked)?;
        let address = attacked.daemon.address;
        for target in [
            "/api/v1/connections?limit=10000",
            "/api/v1/lookup?internal=192.168.248.2&limit=10000",
            "/api/v1/connections?format=csv",
            "/api/v1/connections?format=ndjson&limit=10000",
            "/live?limit=200",
            "/docs/api",
        ] {
            let deaf: Vec<Raw> = (0..100)
                .map(|_| {
                    let mut raw = Raw::connect(address);
                    raw.send(format!("GET {target} HTTP/1.1\r\nHost: gateway\r\n\r\n").as_bytes());
                    raw
                })
                .collect();
            attacked.others.go_on(10);
            attacked.memory.assert_within(HELD + 100 * OF_ONE);
            drop(deaf);
        }
        // Once they are gone, there is room again.
        eventually(
            || match get(address, "/api/v1/connections?limit=10000").status {
                200 => Ok(()),
                status => Err(format!("it answers {status}")),
            },
        );
        attacked.end(HELD + 100 * OF_ONE);
        Ok::<(), Error>(())
    });
}

#[test]
fn where_there_is_no_room_that_is_said_and_lookups_go_on() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        many(lab, &attacked)?;
        let address = attacked.daemon.address;
        let request = b"GET /api/v1/connections?limit=10000 HTTP/1.1\r\nHost: gateway\r\n\r\n";
        let mut deaf: Vec<Raw> = (0..60).map(|_| Raw::connect(address)).collect();
        for raw in &mut deaf {
            raw.send(request);
        }
        attacked.others.go_on(10);
        let refused = eventually(|| match get(address, "/api/v1/connections?limit=10000") {
            reply if reply.status == 503 => Ok(reply),
            reply => Err(format!("it answers {}", reply.status)),
        });
        assert!(refused.is_clear_refusal(), "{refused:?}");
        assert_eq!(refused.header("retry-after"), Some("1"));
        // What is small goes on.
        assert_eq!(get(address, "/api/v1/status").status, 200);
        let row = get(address, "/api/v1/connections?limit=1");
        assert_eq!(row.status, 200, "{row:?}");
        drop(deaf);
        attacked.end(HELD + 60 * OF_ONE);
        Ok::<(), Error>(())
    });
}

/// Followers that read nothing cost no more than what they have not read, and miss what
/// came meanwhile.
#[test]
fn followers_that_read_nothing_hold_nobody_up() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let address = attacked.daemon.address;
        let mut deaf: Vec<Raw> = (0..200).map(|_| Raw::connect(address)).collect();
        for raw in &mut deaf {
            raw.send(b"GET /api/v1/events HTTP/1.1\r\nHost: gateway\r\n\r\n");
            raw.0
                .set_read_timeout(Some(Duration::from_secs(10)))
                .unwrap();
        }
        many(lab, &attacked)?;
        attacked.others.go_on(20);
        drop(deaf);
        attacked.end(200 * OF_ONE + 48 * MIB);
        Ok::<(), Error>(())
    });
}
