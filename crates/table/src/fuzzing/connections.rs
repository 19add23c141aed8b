//! Connections of few endpoints, so that ports, hosts and tuples collide all
//! the time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::{Connection, Endpoint, Icmp, KernelId, Protocol, Status, Tuple, Zone, ZoneScope};

use super::choices::Choices;

/// A connection as a kernel could have it.
pub fn connection(choices: &mut Choices<'_>) -> Connection {
    let is_v6 = choices.below(2) == 1;
    let icmp = if is_v6 {
        Protocol::ICMPV6
    } else {
        Protocol::ICMP
    };
    let protocol = choices.one_of(&[Protocol::TCP, Protocol::UDP, icmp]);
    let host = |host: u8| {
        if is_v6 {
            IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, host.into()))
        } else {
            IpAddr::V4(Ipv4Addr::new(192, 0, 2, host))
        }
    };
    let at = |last: u8, port: u8| Endpoint::new(host(last), port.into());
    let (internal, port) = (choices.below(3), choices.below(2) + 1);
    let (nat, nat_port) = (choices.one_of(&[10, 11, 0]), choices.below(2) + 1);
    let remote = choices.below(2) + 20;
    let is_icmp = protocol.is_icmp();
    let far = if is_icmp { port } else { 7 };
    let nat_far = if is_icmp { nat_port } else { 7 };
    let to_nat = at(nat, if is_icmp { port } else { nat_port });
    // The source is rewritten, the destination, or both.
    let (original, reply) = match choices.below(3) {
        0 => (
            [at(internal, port), at(remote, far)],
            [at(remote, nat_far), at(nat, nat_port)],
        ),
        1 => (
            [at(remote, port), to_nat],
            [at(internal, port), at(remote, port)],
        ),
        _ => (
            [at(internal, port), to_nat],
            [at(remote, nat_port), at(nat, nat_port)],
        ),
    };
    let echo = is_icmp.then_some(Icmp {
        kind: if is_v6 { 128 } else { 8 },
        code: 0,
    });
    let tuple = |[source, destination]: [Endpoint; 2], icmp| Tuple {
        protocol,
        source,
        destination,
        icmp,
    };
    Connection {
        original: tuple(original, echo),
        reply: tuple(reply, echo.map(Icmp::inverted)),
        zone: choices.one_of(&ZONES),
        kernel_id: KernelId(choices.below(3).into()),
        status: status(is_icmp, original, reply),
        ..Connection::default()
    }
}

const ZONES: [Zone; 3] = [
    Zone {
        id: 0,
        scope: ZoneScope::Both,
    },
    Zone {
        id: 1,
        scope: ZoneScope::Original,
    },
    Zone {
        id: 1,
        scope: ZoneScope::Reply,
    },
];

/// The kernel sets the bit of a side that it has changed. The id of ICMP is part
/// of the source only.
fn status(is_icmp: bool, original: [Endpoint; 2], reply: [Endpoint; 2]) -> Status {
    let is_source = original[0] != reply[1];
    let is_destination = if is_icmp {
        original[1].address != reply[0].address
    } else {
        original[1] != reply[0]
    };
    let bit = |is_set, Status(bit)| if is_set { bit } else { 0 };
    Status(
        bit(is_source, Status::SOURCE_TRANSLATED)
            | bit(is_destination, Status::DESTINATION_TRANSLATED),
    )
}
