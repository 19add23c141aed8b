//! Translations as a gateway with some thousand hosts has them.
//!
//! The same for the same [`Profile`]. Connections begin at random, live for
//! seconds as a rule and for hours at times, and are told in the order in which
//! that happens: once when they begin, if wanted, and once when they end. As in
//! the kernel, no two that live at the same time have the same tuple in either
//! direction.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::net::{IpAddr, Ipv4Addr};

use model::{
    Counters, EndEvidence, Endpoint, Match, Protocol, TimeSource, Timed, Timestamp, Translation,
    TranslationKind, Zone,
};

use super::random::{Random, Weighted, mix};

/// Hosts behind the gateway.
pub const HOSTS: u32 = 5000;
/// Addresses that they are translated to.
pub const NAT_ADDRESSES: u32 = 16;
/// Remote addresses.
pub const REMOTES: u32 = 200_000;

/// How unequal remotes are: the exponent of Zipf's law.
const REMOTE_EXPONENT: f64 = 1.25;
/// How unequal hosts are: the exponent of Pareto's law.
const HOST_EXPONENT: f64 = 1.2;
/// Half of all connections live for less than this, in milliseconds.
const MEDIAN_LIFE: f64 = 8000.0;
/// How far lives lie apart: one in a thousand lives for more than an hour, one in
/// a million for more than a day.
const LIFE_DEVIATION: f64 = 2.0;
/// NAT ports that are the internal port, of a thousand.
const KEPT_PORTS: u64 = 900;
/// Echo requests, of a thousand connections.
const PINGS: u64 = 5;

/// Connections per hour of the day, relative to the mean.
const DAY: [f64; 24] = [
    0.55, 0.40, 0.30, 0.25, 0.25, 0.30, 0.45, 0.70, 0.95, 1.10, 1.15, 1.20, 1.20, 1.15, 1.15, 1.20,
    1.25, 1.35, 1.50, 1.65, 1.75, 1.65, 1.40, 1.15,
];

/// Remote ports beside 443, how often of a thousand, and for which protocol.
const PORTS: [(u64, u16, Protocol); 9] = [
    (430, 53, Protocol::UDP),
    (230, 80, Protocol::TCP),
    (70, 123, Protocol::UDP),
    (50, 5223, Protocol::TCP),
    (40, 993, Protocol::TCP),
    (40, 8080, Protocol::TCP),
    (30, 3478, Protocol::UDP),
    (20, 22, Protocol::TCP),
    (20, 853, Protocol::TCP),
];

/// What traffic shall be like.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Profile {
    /// The same seed makes the same connections.
    pub seed: u64,
    /// How many.
    pub connections: u64,
    /// When the first may begin; midnight where days shall have nights.
    pub from: Timestamp,
    /// How many begin per second, on average of a day.
    pub rate: f64,
    /// Whether the evening has more of them than the night.
    pub has_nights: bool,
    /// Whether packets and bytes are counted.
    pub has_counters: bool,
    /// Whether begins are told too; else ends only.
    pub tells_begins: bool,
}

impl Profile {
    /// This many connections in so many days; the begins are not told.
    pub fn spread(connections: u64, days: u64) -> Self {
        Self {
            seed: 1,
            connections,
            from: Timestamp::of_milliseconds(MIDNIGHT),
            rate: connections as f64 / (days * 24 * 3600) as f64,
            has_nights: true,
            has_counters: false,
            tells_begins: false,
        }
    }
}

/// 2025-01-01T00:00:00Z, in milliseconds since 1970.
const MIDNIGHT: i64 = 1_735_689_600_000;

/// The connections of a profile.
pub struct Traffic {
    profile: Profile,
    random: Random,
    hosts: Weighted,
    remotes: Weighted,
    /// Begun so far.
    begun: u64,
    /// When the next begins, in milliseconds since 1970.
    next: f64,
    live: Vec<Connection>,
    /// Places in `live` that are free.
    free: Vec<u32>,
    /// When which of `live` ends.
    ends: BinaryHeap<Reverse<(i64, u32)>>,
    /// The tuples of live connections, both directions, scattered.
    taken: HashSet<u64, BuildHasherDefault<Scattered>>,
}

/// A live connection.
#[derive(Clone, Copy)]
struct Connection {
    started: i64,
    host: u32,
    remote: u32,
    internal_port: u16,
    nat_port: u16,
    remote_port: u16,
    nat: u8,
    protocol: Protocol,
    traffic: Option<model::Traffic>,
}

impl Traffic {
    /// Begins with the first connection.
    pub fn of(profile: Profile) -> Self {
        let mut random = Random::of(profile.seed);
        // The most active of the hosts would else be one in five thousand of
        // a law without mean.
        let host = |_| random.share().max(1e-4).powf(-1.0 / HOST_EXPONENT);
        let hosts: Vec<f64> = (0..HOSTS).map(host).collect();
        Self {
            profile,
            random,
            hosts: Weighted::by(&hosts),
            remotes: Weighted::zipf(REMOTES as usize, REMOTE_EXPONENT),
            begun: 0,
            next: profile.from.milliseconds() as f64,
            live: Vec::new(),
            free: Vec::new(),
            ends: BinaryHeap::new(),
            taken: HashSet::default(),
        }
    }

    /// Begins a connection at `now`; gives its place.
    fn begin(&mut self, now: i64) -> u32 {
        let host = self.hosts.draw(&mut self.random);
        let remote = self.remotes.draw(&mut self.random);
        let (protocol, remote_port) = self.service();
        let mut connection = Connection {
            started: now,
            host,
            remote,
            internal_port: 0,
            nat_port: 0,
            remote_port,
            // The kernel chooses by both addresses, unless told otherwise
            // (find_best_ips_proto of nf_nat_core.c).
            nat: (mix(u64::from(host) << 32 | u64::from(remote)) % u64::from(NAT_ADDRESSES)) as u8,
            protocol,
            traffic: self.profile.has_counters.then(|| self.traffic()),
        };
        loop {
            connection.internal_port = self.internal_port(host);
            if self.taken.insert(connection.original()) {
                break;
            }
        }
        connection.nat_port = connection.internal_port;
        if !protocol.is_icmp() && self.random.below(1000) >= KEPT_PORTS {
            connection.nat_port = self.any_port();
        }
        while !self.taken.insert(connection.reply()) {
            connection.nat_port = self.any_port();
        }
        let place = self.free.pop().unwrap_or(self.live.len() as u32);
        match self.live.get_mut(place as usize) {
            Some(free) => *free = connection,
            None => self.live.push(connection),
        }
        let life = self.random.log_normal(MEDIAN_LIFE, LIFE_DEVIATION);
        self.ends.push(Reverse((now + 1 + life as i64, place)));
        place
    }

    /// What is asked for, and where.
    fn service(&mut self) -> (Protocol, u16) {
        let draw = self.random.below(1000);
        if draw < PINGS {
            return (Protocol::ICMP, 0);
        }
        if draw >= 200 {
            // Some of the web is asked by QUIC.
            let is_quic = self.random.below(1000) < 350;
            return (
                if is_quic {
                    Protocol::UDP
                } else {
                    Protocol::TCP
                },
                443,
            );
        }
        let mut draw = self.random.below(1000);
        for (often, port, protocol) in PORTS {
            if draw < often {
                return (protocol, port);
            }
            draw -= often;
        }
        let protocol = [Protocol::TCP, Protocol::UDP][self.random.below(2) as usize];
        (protocol, self.any_port())
    }

    /// A port out of the range that the host's system takes them from.
    fn internal_port(&mut self, host: u32) -> u16 {
        let (first, count) = match host % 5 {
            0 | 1 => (49_152, 16_384),
            _ => (32_768, 28_232),
        };
        first + self.random.below(count) as u16
    }

    fn any_port(&mut self) -> u16 {
        1024 + self.random.below(64_512) as u16
    }

    /// Packets and bytes, more of them downwards.
    fn traffic(&mut self) -> model::Traffic {
        let packets = self.random.log_normal(9.0, 1.6).ceil();
        let back = (packets * self.random.log_normal(1.0, 0.4)).ceil();
        let counters = |packets: f64, size: f64| Counters {
            packets: packets as u64,
            bytes: (packets * size.clamp(40.0, 1500.0)) as u64,
        };
        model::Traffic {
            original: counters(packets, self.random.log_normal(130.0, 0.6)),
            reply: counters(back, self.random.log_normal(500.0, 0.8)),
        }
    }

    /// Moves on to the begin of the one after this.
    fn go_on(&mut self) {
        let hour = (self.next / 3_600_000.0) as usize % DAY.len();
        let share = if self.profile.has_nights {
            DAY[hour]
        } else {
            1.0
        };
        self.next += 1000.0 * self.random.wait() / (self.profile.rate * share);
    }
}

/// What is told, in its order in time.
impl Iterator for Traffic {
    type Item = Match;

    fn next(&mut self) -> Option<Match> {
        loop {
            let end = self.ends.peek().copied();
            let is_over = self.begun == self.profile.connections;
            match end {
                Some(Reverse((at, place))) if is_over || at <= self.next as i64 => {
                    self.ends.pop();
                    self.free.push(place);
                    let connection = self.live[place as usize];
                    self.taken.remove(&connection.original());
                    self.taken.remove(&connection.reply());
                    return Some(connection.tell(Some(at)));
                }
                _ if is_over => return None,
                _ => {
                    let now = self.next as i64;
                    let place = self.begin(now);
                    self.begun += 1;
                    self.go_on();
                    if self.profile.tells_begins {
                        return Some(self.live[place as usize].tell(None));
                    }
                }
            }
        }
    }
}

impl Connection {
    fn original(&self) -> u64 {
        let ports = u64::from(self.internal_port) << 16 | u64::from(self.remote_port);
        let addresses = u64::from(self.host) << 32 | u64::from(self.remote);
        mix(addresses ^ mix(ports << 8 | u64::from(self.protocol.0)))
    }

    fn reply(&self) -> u64 {
        let ports = u64::from(self.nat_port) << 16 | u64::from(self.remote_port);
        // Out of the way of the original ones.
        let addresses = u64::from(self.nat) << 32 | u64::from(self.remote) | 1 << 63;
        mix(addresses ^ mix(ports << 8 | u64::from(self.protocol.0)))
    }

    fn tell(&self, ended: Option<i64>) -> Match {
        let remote_address = remote(self.remote);
        // An echo's identifier stands in the place of both its ports.
        let [remote_port, asked_port] = if self.protocol.is_icmp() {
            [self.nat_port, self.internal_port]
        } else {
            [self.remote_port; 2]
        };
        let timed = |milliseconds| Timed {
            at: Timestamp::of_milliseconds(milliseconds),
            source: TimeSource::Kernel,
        };
        Match {
            protocol: self.protocol,
            translation: Translation {
                kind: TranslationKind::Source,
                internal: Endpoint::new(host(self.host), self.internal_port),
                nat: Endpoint::new(nat(self.nat), self.nat_port),
                remote: Endpoint::new(remote_address, remote_port),
            },
            original_destination: Endpoint::new(remote_address, asked_port),
            zone: Zone::default(),
            kernel_id: None,
            started_at: Some(timed(self.started)),
            ended_at: ended.map(timed),
            end_evidence: ended.map(|_| EndEvidence::Event),
            traffic: self.traffic.filter(|_| ended.is_some()),
            mark: None,
        }
    }
}

/// The address of a host.
pub fn host(number: u32) -> IpAddr {
    Ipv4Addr::from(0x0a14_0000 + number).into()
}

fn nat(number: u8) -> IpAddr {
    Ipv4Addr::new(203, 0, 113, 1 + number).into()
}

/// Remotes are scattered over a quarter of all addresses; no packet goes there.
fn remote(number: u32) -> IpAddr {
    let scattered = number.wrapping_mul(0x9e37_79b1) & ((1 << 30) - 1);
    Ipv4Addr::from(0x1000_0000 + scattered).into()
}

/// For keys that are scattered already.
#[derive(Default)]
struct Scattered(u64);

impl Hasher for Scattered {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 << 8 | u64::from(*byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(connections: u64) -> Profile {
        Profile {
            tells_begins: true,
            has_counters: true,
            ..Profile::spread(connections, 1)
        }
    }

    fn at(found: &Match) -> Timestamp {
        let time = found.ended_at.or(found.started_at);
        time.expect("a time").at
    }

    #[test]
    fn everything_is_told_once_and_in_order() {
        let told: Vec<Match> = Traffic::of(profile(20_000)).collect();
        assert_eq!(told.len(), 40_000);
        assert!(told.is_sorted_by_key(at));
        let ends = told.iter().filter(|found| found.ended_at.is_some());
        assert_eq!(ends.count(), 20_000);
        let again: Vec<Match> = Traffic::of(profile(20_000)).collect();
        assert!(told == again, "the same seed makes the same");
    }

    #[test]
    fn no_tuple_is_taken_twice_at_a_time() {
        let busy = Profile {
            rate: 20_000.0,
            ..profile(100_000)
        };
        let mut live = HashSet::new();
        for found in Traffic::of(busy) {
            let Translation {
                internal,
                nat,
                remote,
                ..
            } = found.translation;
            let keys = [
                (found.protocol, nat, remote),
                (found.protocol, internal, found.original_destination),
            ];
            for key in keys {
                if found.ended_at.is_none() {
                    assert!(live.insert(key), "{found:?}");
                } else {
                    assert!(live.remove(&key), "{found:?}");
                }
            }
        }
        assert!(live.is_empty());
    }

    #[test]
    fn the_shape_is_as_promised() {
        let ended: Vec<Match> = Traffic::of(Profile::spread(200_000, 1)).collect();
        let share = |is_meant: &dyn Fn(&Match) -> bool| {
            ended.iter().filter(|found| is_meant(found)).count() as f64 / ended.len() as f64
        };
        let life = |found: &Match| found.life().to.since(found.life().from).as_secs();
        let web = share(&|found| found.translation.remote.port == 443);
        let kept = share(&|found| found.translation.nat.port == found.translation.internal.port);
        let short = share(&|found| life(found) < 8);
        let hours = share(&|found| life(found) >= 3600);
        assert!((0.79..0.81).contains(&web), "{web}");
        assert!((0.89..0.91).contains(&kept), "{kept}");
        assert!((0.49..0.51).contains(&short), "{short}");
        assert!((0.0005..0.002).contains(&hours), "{hours}");
        let last = ended.iter().map(|found| found.life().from).max();
        let days = last
            .expect("records")
            .since(Timestamp::of_milliseconds(MIDNIGHT));
        assert!(
            (0.95..1.05).contains(&(days.as_secs_f64() / 86_400.0)),
            "{days:?}"
        );
    }
}
