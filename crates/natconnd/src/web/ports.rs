//! The Ports page: who has which ports, and where they run out.

use std::collections::HashMap;
use std::net::IpAddr;

use askama::Template;
use model::Protocol;

use super::port_picture::{Dot, HOST_COLOURS, OTHER_COLOUR, SHARED_COLOUR};
use super::{Frame, words};
use crate::lookup::{Census, HeldPort, HostUse, PortMap, RemoteUse};

/// Ports in one block, which is a link in the picture: four rows of it.
const BLOCK: u16 = 1024;

/// Holders in a table of them.
const HOLDERS: usize = 200;

/// Rows in a table of what is used most.
const TOP: usize = 20;

/// Rows in the table of NAT addresses.
const NAT_ROWS: usize = 2 * TOP;

/// Ports, and for whom.
#[derive(Clone, Debug, Template)]
#[template(path = "ports.html")]
pub struct Ports {
    /// What is around it.
    pub frame: Frame,
    /// How much of what is in use.
    pub usage: Option<Usage>,
    /// The ports of one NAT address.
    pub picture: Option<Picture>,
}

/// How much of what is in use.
#[derive(Clone, Debug)]
pub struct Usage {
    /// When it was counted.
    pub taken_at: String,
    /// Each NAT address with each protocol.
    pub nat: Vec<NatRow>,
    /// How many of these are not shown; empty where all are.
    pub unshown: String,
    /// The fullest pairs of NAT address and remote endpoint.
    pub remotes: Vec<RemoteRow>,
    /// Ports that one pair can use.
    pub available: String,
    /// Hosts with the most connections.
    pub by_connections: Vec<HostRow>,
    /// Hosts with the most ports.
    pub by_ports: Vec<HostRow>,
}

/// One NAT address with one protocol.
#[derive(Clone, Debug)]
pub struct NatRow {
    /// The address.
    pub address: IpAddr,
    /// The protocol.
    pub protocol: String,
    /// Live translations.
    pub translations: String,
    /// Different ports in use; empty where the protocol has none.
    pub ports: String,
    /// How full its fullest pair is.
    pub fullest: Share,
    /// Whether its picture is shown.
    pub is_shown: bool,
}

/// One pair of NAT address and remote endpoint.
#[derive(Clone, Debug)]
pub struct RemoteRow {
    /// The NAT address.
    pub nat_address: IpAddr,
    /// The remote endpoint.
    pub remote: String,
    /// The protocol.
    pub protocol: String,
    /// Ports in use.
    pub ports: String,
    /// How full it is.
    pub share: Share,
}

/// One host.
#[derive(Clone, Debug)]
pub struct HostRow {
    /// The host.
    pub address: IpAddr,
    /// Its live translations.
    pub connections: String,
    /// Its different NAT endpoints.
    pub ports: String,
}

/// A part of something that has an end.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// How much is used.
    pub used: u64,
    /// How much there is.
    pub of: u64,
}

impl Share {
    /// In per cent, with a tenth.
    pub fn per_cent(self) -> String {
        format!("{:.1} %", 100.0 * self.used as f64 / self.of.max(1) as f64)
    }

    /// From where on it is nearly full.
    pub const fn high(self) -> u64 {
        self.of / 5 * 4
    }
}

impl Usage {
    /// What a census says; `shown` is the NAT address whose picture is shown.
    pub fn new(census: &Census, shown: Option<(IpAddr, Protocol)>) -> Self {
        let available = census.available();
        let share = |used| Share {
            used,
            of: available,
        };
        let nat = census.nat_addresses.iter().map(|row| NatRow {
            address: row.address,
            protocol: row.protocol.to_string(),
            translations: words::number(row.translations),
            ports: row.ports.map(words::number).unwrap_or_default(),
            fullest: share(row.fullest),
            is_shown: shown == Some((row.address, row.protocol)),
        });
        let remote = |row: &RemoteUse| RemoteRow {
            nat_address: row.nat_address,
            remote: row.remote.to_string(),
            protocol: row.protocol.to_string(),
            ports: words::number(row.ports),
            share: share(row.ports),
        };
        let host = |row: &HostUse| HostRow {
            address: row.address,
            connections: words::number(row.connections),
            ports: words::number(row.ports),
        };
        Self {
            taken_at: words::time(census.taken_at),
            nat: nat.take(NAT_ROWS).collect(),
            unshown: unshown(census.nat_addresses.len(), census.other_nat_addresses.count),
            remotes: census.remotes.iter().take(TOP).map(remote).collect(),
            available: words::number(available),
            by_connections: census.by_connections.iter().take(TOP).map(host).collect(),
            by_ports: census.by_ports.iter().take(TOP).map(host).collect(),
        }
    }
}

/// How many NAT addresses are not in the table, of `known` and `others` that the census
/// has no row for; empty where all are.
fn unshown(known: usize, others: u64) -> String {
    match known.saturating_sub(NAT_ROWS) as u64 + others {
        0 => String::new(),
        unshown => words::number(unshown),
    }
}

/// The ports of one NAT address and protocol.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The NAT address.
    pub nat_address: IpAddr,
    /// The protocol.
    pub protocol: String,
    /// How many ports are in use.
    pub held: Share,
    /// Whose colours are which: the query of the picture names them.
    pub hosts: String,
    /// The colours.
    pub legend: Vec<Colour>,
    /// The parts that can be looked at.
    pub blocks: Vec<Block>,
    /// Who holds the ports of one part.
    pub holders: Option<Holders>,
}

/// A colour of the picture.
#[derive(Clone, Debug)]
pub struct Colour {
    /// The colour.
    pub colour: &'static str,
    /// Whose it is; `None` where it is nobody's own.
    pub host: Option<IpAddr>,
    /// What it is, where it is nobody's own.
    pub what: &'static str,
    /// How many ports have it.
    pub ports: String,
}

/// A part of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Its first port.
    pub from: u16,
    /// Its last port.
    pub to: u16,
    /// How many of them are held.
    pub held: usize,
    /// The first row of the picture that it is.
    pub row: u16,
    /// Whether its holders are shown.
    pub is_shown: bool,
}

/// Who holds the ports of a part.
#[derive(Clone, Debug)]
pub struct Holders {
    /// The first port that was looked at.
    pub from: u16,
    /// The last one.
    pub to: u16,
    /// The ports that are held.
    pub rows: Vec<HeldPort>,
    /// Where the next part begins.
    pub next: Option<u16>,
}

impl Picture {
    /// The picture of a port map, with the holders from port `from` on.
    pub fn new(map: &PortMap, from: Option<u16>) -> Self {
        let hosts = most_ports(map);
        let mut ports: HashMap<u8, u64> = HashMap::new();
        let dot = dots(&hosts);
        let key = |dot: Dot| match dot {
            Dot::Host(number) => number,
            Dot::Other | Dot::Free => u8::MAX - 1,
            Dot::Shared => u8::MAX,
        };
        for held in &map.held {
            *ports.entry(key(dot(held))).or_default() += 1;
        }
        let count = |key: u8| words::number(ports.get(&key).copied().unwrap_or_default());
        let own = HOST_COLOURS.into_iter().zip(&hosts).zip(0_u8..);
        let own = own.map(|((colour, host), number)| Colour {
            colour,
            host: Some(*host),
            what: "",
            ports: count(number),
        });
        let others = [
            (OTHER_COLOUR, "all other hosts", u8::MAX - 1),
            (
                SHARED_COLOUR,
                "several hosts, for different remotes",
                u8::MAX,
            ),
        ];
        let others = others.map(|(colour, what, key)| Colour {
            colour,
            host: None,
            what,
            ports: count(key),
        });
        let blocks = (0..=u16::MAX / BLOCK).map(|block| {
            let (first, last) = (block * BLOCK, block * BLOCK + (BLOCK - 1));
            let held = map.held.iter();
            Block {
                from: first,
                to: last,
                held: held.filter(|it| (first..=last).contains(&it.port)).count(),
                row: first / 256,
                is_shown: from.is_some_and(|from| (first..=last).contains(&from)),
            }
        });
        Self {
            nat_address: map.nat_address,
            protocol: map.protocol.to_string(),
            held: Share {
                used: map.held.len() as u64,
                of: 65_536,
            },
            hosts: hosts
                .iter()
                .map(IpAddr::to_string)
                .collect::<Vec<_>>()
                .join(","),
            legend: own.chain(others).collect(),
            blocks: blocks.collect(),
            holders: from.map(|from| Holders::new(map, from)),
        }
    }
}

impl Holders {
    fn new(map: &PortMap, from: u16) -> Self {
        let end = from - from % BLOCK + (BLOCK - 1);
        let held = map
            .held
            .iter()
            .filter(|held| (from..=end).contains(&held.port));
        let mut rows: Vec<HeldPort> = held.copied().take(HOLDERS + 1).collect();
        let next = (rows.len() > HOLDERS).then(|| rows.pop()).flatten();
        Self {
            from,
            to: next.map_or(end, |next| next.port - 1),
            next: match next {
                Some(next) => Some(next.port),
                None => end.checked_add(1),
            },
            rows,
        }
    }
}

/// The hosts with the most ports of a map, as many as have colours.
fn most_ports(map: &PortMap) -> Vec<IpAddr> {
    let mut ports: HashMap<IpAddr, usize> = HashMap::new();
    for held in map.held.iter().filter(|held| held.hosts == 1) {
        *ports.entry(held.newest_host).or_default() += 1;
    }
    let mut hosts: Vec<(usize, IpAddr)> = ports.into_iter().map(|(ip, n)| (n, ip)).collect();
    hosts.sort_unstable_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    hosts.truncate(HOST_COLOURS.len());
    hosts.into_iter().map(|(_, host)| host).collect()
}

/// What a held port looks like where these hosts have colours.
pub fn dots(hosts: &[IpAddr]) -> impl Fn(&HeldPort) -> Dot {
    let numbered = hosts.iter().zip(0_u8..).take(HOST_COLOURS.len());
    let colours: HashMap<IpAddr, u8> = numbered.map(|(host, number)| (*host, number)).collect();
    move |held| match (held.hosts, colours.get(&held.newest_host)) {
        (2.., _) => Dot::Shared,
        (_, Some(number)) => Dot::Host(*number),
        (_, None) => Dot::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_not_shown_are_counted() {
        assert_eq!(unshown(NAT_ROWS, 0), "");
        assert_eq!(unshown(NAT_ROWS + 1, 0), "1");
        assert_eq!(unshown(NAT_ROWS + 1, 1_000), "1\u{202f}001");
    }
}
