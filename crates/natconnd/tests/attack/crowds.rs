//! Ten thousand connections that say nothing.

use std::net::Ipv4Addr;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use lab::Error;
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::raw::{Raw, get};

/// How many connect, from how many addresses of this machine.
const CROWD: usize = 10_000;
const ADDRESSES: u8 = 8;

/// Bytes that a connection may take which has said nothing.
const OF_ONE: u64 = 24 << 10;

fn crowd(address: std::net::SocketAddr, many: usize) -> Vec<Raw> {
    (0..many)
        .map(|number| {
            let last = (number % usize::from(ADDRESSES)) as u8 + 2;
            Raw::connect_from(Ipv4Addr::new(127, 0, 0, last), address)
        })
        .collect()
}

fn many_files() {
    let all = Rlimit {
        current: Some(CROWD as u64 + 1000),
        maximum: Some(CROWD as u64 + 1000),
    };
    setrlimit(Resource::Nofile, all).unwrap();
}

#[test]
fn ten_thousand_idle_connections_are_no_more_than_they_take() {
    lab::in_gateway!(|lab| {
        many_files();
        // There is room for all of them and those who ask.
        let limits = "max-connections = 10100\nheader-timeout = \"60s\"\n";
        let attacked = Attacked::start(lab, limits)?;
        let idle = crowd(attacked.daemon.address, CROWD);
        attacked.others.go_on(20);
        assert_eq!(get(attacked.daemon.address, "/healthz").status, 200);
        let list = attacked.daemon.natconn(&["list"]);
        assert!(list.status.success(), "{list:?}");
        drop(idle);
        attacked.end(CROWD as u64 * OF_ONE + 8 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_crowd_that_takes_all_places_leaves_the_operators_and_goes_at_its_time() {
    lab::in_gateway!(|lab| {
        many_files();
        let limits = "max-connections = 2000\nheader-timeout = \"4s\"\n";
        let attacked = Attacked::start(lab, limits)?;
        // Who asks by a connection that is there goes on; who comes now waits for a place.
        let (address, socket) = (attacked.daemon.address, attacked.daemon.socket.clone());
        let began = Instant::now();
        let mut idle = crowd(address, 3000);
        let mut over_unix = UnixStream::connect(&socket).unwrap();
        std::io::Write::write_all(
            &mut over_unix,
            b"GET /healthz HTTP/1.0\r\nHost: gateway\r\n\r\n",
        )
        .unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut over_unix, &mut text).unwrap();
        assert!(text.starts_with("HTTP/1.0 200"), "{text}");
        // The first of them have had their time by then, and those behind them theirs.
        assert_eq!(get(address, "/healthz").status, 200);
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{:?}",
            began.elapsed()
        );
        assert!(
            idle[0].rest(Duration::from_secs(10)).1,
            "it keeps its place"
        );
        attacked.end(3000 * OF_ONE + 8 * MIB);
        Ok::<(), Error>(())
    });
}
