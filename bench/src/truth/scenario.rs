//! Under which circumstances the truth is looked at.

use crate::arguments::Truth;
use crate::generator::Traffic;

/// NAT addresses, as on every gateway of the benchmark.
const ADDRESSES: u64 = 8;

/// A gateway, its traffic, and how hard it is pressed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// What it is called in reports.
    pub name: &'static str,
    /// NAT ports on each address.
    pub ports: u64,
    /// To whom packets go.
    pub traffic: Traffic,
    /// Whether the kernel notes the times of connections.
    pub has_kernel_times: bool,
    /// Packets at a time, with a rest after them until all connections have
    /// ended; without a rest where it is `None`.
    pub burst: Option<u64>,
    /// Whether hosts must have had the same NAT endpoint with the same remote.
    pub is_reused: bool,
    /// How many connections to make.
    pub connections: u64,
}

impl Scenario {
    /// All that belong to the truth.
    pub fn all(truth: Truth) -> Vec<Self> {
        // Connections last about a second, so that no more than `room` of them
        // can begin in one where all have the same remote.
        let (connections, wide, room, bursts) = match truth {
            Truth::Whole => (2_000_000, 2_000_000, 48_000, 500_000),
            Truth::Quick => (13_000, 30_000, 6_000, 12_000),
        };
        let few = |remotes| Traffic {
            remotes,
            is_one_port: true,
            repeats: true,
        };
        let pressed = |name, remotes| Self {
            name,
            ports: room / ADDRESSES / remotes,
            traffic: few(remotes),
            has_kernel_times: true,
            burst: None,
            is_reused: true,
            connections,
        };
        let undisturbed = |has_kernel_times| Self {
            name: "many ports",
            ports: 64_512,
            traffic: Traffic {
                repeats: true,
                ..Traffic::VARIED
            },
            has_kernel_times,
            burst: None,
            is_reused: false,
            connections: wide,
        };
        // Times of receipt cannot tell hosts apart that follow each other at
        // once: the kernel may keep what has expired until another host needs
        // its place. So here all is over before the next hosts come.
        let in_bursts = Self {
            has_kernel_times: false,
            burst: Some(room),
            connections: bursts,
            ..pressed("one remote, in bursts", 1)
        };
        vec![
            pressed("one remote", 1),
            pressed("25 remotes", 25),
            undisturbed(true),
            in_bursts,
            undisturbed(false),
        ]
    }

    /// The addresses and ports, as nft writes them after `snat to`.
    pub fn nat(&self) -> String {
        let last = 1023 + self.ports;
        format!("203.0.113.1-203.0.113.{ADDRESSES}:1024-{last}")
    }

    /// Who measures the times, in a word.
    pub fn times(&self) -> &'static str {
        if self.has_kernel_times {
            "kernel"
        } else {
            "receipt"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_ports_and_fits_into_the_port_range() {
        for truth in [Truth::Whole, Truth::Quick] {
            for scenario in Scenario::all(truth) {
                assert!((1..=64_512).contains(&scenario.ports), "{scenario:?}");
            }
        }
    }

    #[test]
    fn where_reuse_is_expected_there_are_fewer_places_than_connections() {
        for truth in [Truth::Whole, Truth::Quick] {
            for scenario in Scenario::all(truth).iter().filter(|one| one.is_reused) {
                let places = ADDRESSES * scenario.ports * scenario.traffic.remotes;
                assert!(2 * places <= scenario.connections, "{scenario:?}");
            }
        }
    }
}
