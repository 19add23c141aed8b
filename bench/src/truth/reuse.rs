//! Whether there was something to get wrong: NAT endpoints that went from host
//! to host.

use std::collections::HashSet;

use super::packet::Packet;

/// How NAT endpoints were used.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reuse {
    /// Connections: of one internal endpoint with one NAT endpoint and remote.
    pub connections: u64,
    /// NAT endpoints.
    pub nat_endpoints: u64,
    /// Of them, those that several hosts had, with whatever remotes.
    pub shared: u64,
    /// NAT endpoints together with a remote that several hosts had, one after
    /// the other: only the time tells them apart.
    pub in_turns: u64,
    /// Times from the last packet of one host to the first of the next in such
    /// a turn, in nanoseconds, sorted.
    pub turns: Vec<i64>,
}

impl Reuse {
    /// Looks at packets in the order of [`super::after::order`].
    pub fn of(packets: &[Packet]) -> Self {
        let mut reuse = Self::default();
        for of_nat in packets.chunk_by(|one, other| one.nat == other.nat) {
            let mut hosts = HashSet::new();
            for turns in of_nat.chunk_by(|one, other| one.remote == other.remote) {
                let senders: HashSet<_> = turns.iter().map(|packet| packet.internal).collect();
                reuse.connections += senders.len() as u64;
                let hosts_in_turn: HashSet<_> = senders.iter().map(|sender| *sender.ip()).collect();
                reuse.in_turns += u64::from(hosts_in_turn.len() > 1);
                hosts.extend(hosts_in_turn);
                for pair in turns.windows(2) {
                    if pair[0].internal.ip() != pair[1].internal.ip() {
                        reuse.turns.push(pair[1].at - pair[0].at);
                    }
                }
            }
            reuse.nat_endpoints += 1;
            reuse.shared += u64::from(hosts.len() > 1);
        }
        reuse.turns.sort_unstable();
        reuse
    }
}

#[cfg(test)]
mod tests {
    use super::super::after;
    use super::*;

    fn packet(at: i64, nat: u16, remote: u8, host: u8) -> Packet {
        Packet {
            at,
            nat: format!("203.0.113.1:{nat}").parse().expect("an endpoint"),
            remote: format!("198.51.100.{remote}:443")
                .parse()
                .expect("an endpoint"),
            internal: format!("10.1.0.{host}:5000").parse().expect("an endpoint"),
        }
    }

    #[test]
    fn hosts_in_turns_are_told_from_hosts_at_once() {
        let mut packets = [
            packet(900, 4000, 1, 2),
            packet(100, 4000, 1, 1),
            packet(200, 4000, 1, 1),
            packet(150, 4000, 2, 3),
            packet(100, 4001, 1, 4),
            packet(100, 4002, 1, 5),
            packet(100, 4002, 2, 6),
        ];
        after::order(&mut packets);
        let expected = Reuse {
            connections: 6,
            nat_endpoints: 3,
            shared: 2,
            in_turns: 1,
            turns: vec![700],
        };
        assert_eq!(Reuse::of(&packets), expected);
    }
}
