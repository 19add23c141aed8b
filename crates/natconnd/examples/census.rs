//! How much processor time a census takes, and the ports of one NAT address.
//!
//! `cargo run --release -p natconnd --example census -- 1000000`

#![allow(clippy::unwrap_used, reason = "whoever runs it sees where it stops")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use model::{
    Connection, Endpoint, Event, EventKind, KernelId, Protocol, Timestamp, TranslationKind, Tuple,
};
use natconnd::census::{UNPRIVILEGED, ports, take};
use natconnd::mirror::Mirror;

/// How often each is measured.
const ROUNDS: usize = 7;

/// The same numbers each time, but without order.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(limit)) as u32
    }
}

/// A gateway: how many NAT addresses, hosts and remotes share the connections.
struct Shape {
    name: &'static str,
    nat_addresses: u32,
    hosts: u32,
    remotes: u32,
}

const SHAPES: [Shape; 3] = [
    Shape {
        name: "one NAT address, 5000 hosts, 2000 remotes",
        nat_addresses: 1,
        hosts: 5000,
        remotes: 2000,
    },
    Shape {
        name: "64 NAT addresses, 50000 hosts, 20000 remotes",
        nat_addresses: 64,
        hosts: 50_000,
        remotes: 20_000,
    },
    Shape {
        name: "4096 NAT addresses, each connection its own host and remote",
        nat_addresses: 4096,
        hosts: u32::MAX,
        remotes: u32::MAX,
    },
];

fn main() {
    let count: u32 = std::env::args()
        .nth(1)
        .map_or(1_000_000, |count| count.parse().unwrap());
    for shape in SHAPES {
        println!("{count} connections: {}", shape.name);
        let mirror = Mirror::recorded(&events(count, &shape));
        println!("  resident      {:>7} KiB", resident());
        let nat = IpAddr::from(Ipv4Addr::from(0x6440_0000_u32));
        measure("census", || {
            let census = take(&mirror, &UNPRIVILEGED, || false).unwrap();
            format!(
                "{} remotes, fullest {}",
                census.remote_count, census.remotes[0].ports
            )
        });
        measure("ports", || {
            let map = ports(&mirror, nat, Protocol::TCP, &(0..=u16::MAX));
            format!("{} held", map.held.len())
        });
        println!("  resident      {:>7} KiB", resident());
    }
}

fn events(count: u32, shape: &Shape) -> Vec<Event> {
    let mut numbers = Numbers(7);
    let address = |base: u32, number: u32| IpAddr::from(Ipv4Addr::from(base.wrapping_add(number)));
    (0..count)
        .map(|id| {
            // Some hosts and remotes have far more than others.
            let skewed = |numbers: &mut Numbers, limit| {
                let limit = numbers.below(limit) + 1;
                numbers.below(limit)
            };
            let internal = Endpoint::new(
                address(0x0a00_0000, skewed(&mut numbers, shape.hosts)),
                1024 + numbers.below(60_000) as u16,
            );
            let nat = address(0x6440_0000, numbers.below(shape.nat_addresses));
            let nat = Endpoint::new(nat, 1024 + numbers.below(64_512) as u16);
            let remote = address(0xc000_0000, skewed(&mut numbers, shape.remotes));
            let remote = Endpoint::new(remote, 443);
            let protocol = if numbers.below(4) == 0 {
                Protocol::UDP
            } else {
                Protocol::TCP
            };
            let tuple = |source, destination| Tuple {
                protocol,
                source,
                destination,
                icmp: None,
            };
            Event {
                kind: EventKind::New,
                connection: Connection {
                    original: tuple(internal, remote),
                    reply: tuple(remote, nat),
                    kernel_id: KernelId(id),
                    status: TranslationKind::Source.status(),
                    started_at: Some(Timestamp(i64::from(id) * 1_000_000)),
                    ..Connection::default()
                },
            }
        })
        .collect()
}

fn measure(name: &str, mut work: impl FnMut() -> String) {
    let mut times: Vec<Duration> = Vec::new();
    let mut said = String::new();
    for _ in 0..ROUNDS {
        let began = processor_time();
        said = work();
        times.push(processor_time() - began);
    }
    times.sort();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let [least, middle, most] = [times[0], times[ROUNDS / 2], times[ROUNDS - 1]].map(milliseconds);
    println!("  {name:<13} {middle:>7.1} ms ({least:.1} to {most:.1}): {said}");
}

/// What this thread has had of a processor, whatever else the machine does.
fn processor_time() -> Duration {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = statistics.split(' ').next().unwrap();
    Duration::from_nanos(nanoseconds.parse().unwrap())
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
