//! The packet generator: every packet makes one new connection, as a rule.
//!
//! One thread on [`CORE`] writes UDP packets into the hosts' end of the veth
//! pair. The gateway forwards each of them in a softirq of the same system
//! call, on the same core, so the generator's speed is the speed at which the
//! gateway can make connections; nothing queues between the two.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::gateway::{self, Gateway};
use crate::sys::{self, PacketSocket};

/// The processor core of the generator and so of the gateway's forwarding.
pub const CORE: usize = 0;

const HOSTS: u64 = 1000;
const PORTS: u64 = 60_000;
const FIRST_PORT: u64 = 1024;
const REMOTES: u64 = 200;
const BATCH: usize = 64;

/// Where the fields lie in a frame: Ethernet 14, IPv4 20, UDP 8, payload 18.
pub const FRAME: usize = 60;
/// The IPv4 header.
pub const IP: usize = 14;
/// The UDP header.
pub const UDP: usize = IP + 20;
/// What the payload holds, for whom it may concern beyond the NAT: [`MARK`],
/// the internal endpoint, and the number of the packet.
pub const PAYLOAD: usize = UDP + 8;
/// How the payload begins, so that nothing else is taken for it.
pub const MARK: [u8; 4] = *b"whom";

/// One packet in so many belongs to a connection of a moment ago, where
/// packets are repeated.
const REPEAT_EVERY: u64 = 4;

/// How many packets ago that connection had its first: a fraction of a second
/// at the speed of the generator. Odd, so that no repeated packet is meant.
const REPEAT_AFTER: u64 = 20_001;

/// How much to send.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    /// As fast as it goes, for a time.
    FullSpeed(Duration),
    /// A number of packets per second, for a time.
    Rate(u64, Duration),
    /// A number of packets, as fast as it goes.
    Count(u64),
}

/// To whom packets go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Traffic {
    /// Number of remote addresses.
    pub remotes: u64,
    /// Whether all of them are asked at port 443; else four fifths.
    pub is_one_port: bool,
    /// Whether some packets belong to connections that have begun already; else
    /// every packet makes one.
    pub repeats: bool,
}

impl Traffic {
    /// Many remotes, several ports, every packet a new connection.
    pub const VARIED: Self = Self {
        remotes: REMOTES,
        is_one_port: false,
        repeats: false,
    };
}

/// Whether packet `number` belongs to an older connection, where packets are
/// repeated.
pub const fn is_repeat(number: u64) -> bool {
    number % REPEAT_EVERY == REPEAT_EVERY - 1
}

/// What was sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Packets handed to the veth pair, each of a new connection unless packets
    /// are repeated.
    pub packets: u64,
    /// How long that took.
    pub time: Duration,
    /// The longest that one system call took, which is [`BATCH`] packets.
    pub longest: Duration,
}

/// A connection and when its packet was sent.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    /// The connection, as [`crate::tally::Told`] numbers them.
    pub source: u32,
    /// Just before the system call that sent the packet.
    pub at: Instant,
}

/// Sends packets of ever new connections into one gateway.
///
/// It goes on where the last call stopped, so that no call meets a connection
/// of the one before; a tuple comes again after 60 million packets.
pub struct Generator {
    next: u64,
    traffic: Traffic,
}

impl Generator {
    /// Starts with the first connection.
    pub fn new() -> Self {
        Self::of(Traffic::VARIED)
    }

    /// Starts with the first connection of other traffic than usual.
    pub fn of(traffic: Traffic) -> Self {
        Self { next: 0, traffic }
    }

    /// How many connections it has made; the next one has this number.
    pub fn made(&self) -> u64 {
        self.next
    }

    /// Sends, and returns when all is sent and forwarded.
    pub fn send(&mut self, gateway: &Gateway, load: Load) -> Result<Sent> {
        let (first, traffic) = (self.next, self.traffic);
        let sent = gateway.world().run(|| {
            sys::pin(CORE).with_context(|| format!("pin the generator to core {CORE}"))?;
            send(first, traffic, load).context("send packets into the gateway")
        })?;
        self.next += sent.packets;
        Ok(sent)
    }

    /// Sends single packets, evenly spread, and says which connection began
    /// when.
    pub fn send_timed(
        &mut self,
        gateway: &Gateway,
        rate: u64,
        time: Duration,
    ) -> Result<Vec<Begun>> {
        let (first, traffic) = (self.next, self.traffic);
        let begun = gateway.world().run(|| {
            sys::pin(CORE).with_context(|| format!("pin the generator to core {CORE}"))?;
            send_timed(first, traffic, rate, time).context("send packets into the gateway")
        })?;
        self.next += begun.len() as u64;
        Ok(begun)
    }

    /// Sends one packet more of each of `count` connections, the first of which
    /// is as many as `back` before the next new one.
    pub fn send_again(&self, gateway: &Gateway, back: u64, count: u64) -> Result<Sent> {
        let first = self.next.saturating_sub(back);
        gateway.world().run(|| {
            sys::pin(CORE).with_context(|| format!("pin the generator to core {CORE}"))?;
            send(first, self.traffic, Load::Count(count))
                .context("send packets into the gateway again")
        })
    }
}

fn send(first: u64, traffic: Traffic, load: Load) -> Result<Sent> {
    let mut socket = PacketSocket::open(hosts_index()?, BATCH, FRAME)?;
    for index in 0..BATCH {
        write_constant_fields(socket.frame(index));
    }
    let start = Instant::now();
    let (mut packets, mut longest) = (0, Duration::ZERO);
    loop {
        let now = start.elapsed();
        let due = match load {
            Load::FullSpeed(time) if now >= time => 0,
            Load::FullSpeed(_) => BATCH as u64,
            Load::Rate(_, time) if now >= time => 0,
            Load::Rate(rate, _) => {
                let due = (now.as_secs_f64() * rate as f64) as u64;
                if due <= packets {
                    std::thread::sleep(Duration::from_micros(100));
                    continue;
                }
                (due - packets).min(BATCH as u64)
            }
            Load::Count(count) => (count - packets).min(BATCH as u64),
        };
        if due == 0 || sys::is_interrupted() {
            break;
        }
        for index in 0..due {
            let number = first + packets + index;
            write_packet(socket.frame(index as usize), traffic, number);
        }
        let before = start.elapsed();
        packets += send_all(&mut socket, due as usize)?;
        longest = longest.max(start.elapsed() - before);
    }
    Ok(Sent {
        packets,
        time: start.elapsed(),
        longest,
    })
}

fn send_timed(first: u64, traffic: Traffic, rate: u64, time: Duration) -> Result<Vec<Begun>> {
    let mut socket = PacketSocket::open(hosts_index()?, 1, FRAME)?;
    write_constant_fields(socket.frame(0));
    let count = (time.as_secs_f64() * rate as f64) as u64;
    let mut begun = Vec::with_capacity(count as usize);
    let start = Instant::now();
    for number in 0..count {
        let due = start + Duration::from_secs_f64(number as f64 / rate as f64);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if sys::is_interrupted() {
            break;
        }
        write_packet(socket.frame(0), traffic, first + number);
        let at = Instant::now();
        if send_all(&mut socket, 1)? == 1 {
            let Tuple {
                source: [_, _, high, low],
                source_port,
                ..
            } = Tuple::of(traffic, first + number);
            begun.push(Begun {
                source: u32::from_be_bytes([0, 0, high, low]) << 16 | u32::from(source_port),
                at,
            });
        }
    }
    Ok(begun)
}

/// Sends `count` frames and returns their number; a full queue is tried again.
fn send_all(socket: &mut PacketSocket, count: usize) -> Result<u64> {
    match socket.send(count) {
        Ok(sent) => Ok(sent as u64),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
        // ENOBUFS: the veth pair refused; the frame did not leave.
        Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

fn hosts_index() -> Result<i32> {
    sys::interface_index(gateway::HOSTS)
        .with_context(|| format!("find the interface {}", gateway::HOSTS))
}

fn write_constant_fields(frame: &mut [u8]) {
    frame[..6].copy_from_slice(&gateway::INSIDE_LINK);
    frame[6..12].copy_from_slice(&[0x02, 0, 0, 0, 0, 0x02]);
    frame[12..14].copy_from_slice(&0x0800u16.to_be_bytes());
    frame[IP] = 0x45;
    let length = (frame.len() - IP) as u16;
    frame[IP + 2..IP + 4].copy_from_slice(&length.to_be_bytes());
    frame[IP + 8] = 64;
    frame[IP + 9] = libc::IPPROTO_UDP as u8;
    let length = (frame.len() - UDP) as u16;
    frame[UDP + 4..UDP + 6].copy_from_slice(&length.to_be_bytes());
    // The UDP checksum stays 0, which means that there is none.
    frame[PAYLOAD..PAYLOAD + MARK.len()].copy_from_slice(&MARK);
}

/// Writes the tuple of packet `number`, the IPv4 checksum and the payload.
fn write_packet(frame: &mut [u8], traffic: Traffic, number: u64) {
    let connection = if traffic.repeats && is_repeat(number) {
        number.saturating_sub(REPEAT_AFTER)
    } else {
        number
    };
    let tuple = Tuple::of(traffic, connection);
    frame[IP + 12..IP + 16].copy_from_slice(&tuple.source);
    frame[IP + 16..IP + 20].copy_from_slice(&tuple.destination);
    frame[UDP..UDP + 2].copy_from_slice(&tuple.source_port.to_be_bytes());
    frame[UDP + 2..UDP + 4].copy_from_slice(&tuple.destination_port.to_be_bytes());
    frame[IP + 10..IP + 12].fill(0);
    let checksum = ipv4_checksum(&frame[IP..UDP]);
    frame[IP + 10..IP + 12].copy_from_slice(&checksum.to_be_bytes());
    frame[PAYLOAD + 4..PAYLOAD + 8].copy_from_slice(&tuple.source);
    frame[PAYLOAD + 8..PAYLOAD + 10].copy_from_slice(&tuple.source_port.to_be_bytes());
    frame[PAYLOAD + 10..PAYLOAD + 18].copy_from_slice(&number.to_be_bytes());
}

/// A whole frame as the generator sends it.
#[cfg(test)]
pub fn sample_frame(traffic: Traffic, number: u64) -> [u8; FRAME] {
    let mut frame = [0; FRAME];
    write_constant_fields(&mut frame);
    write_packet(&mut frame, traffic, number);
    frame
}

fn ipv4_checksum(header: &[u8]) -> u16 {
    let sum: u32 = header
        .chunks_exact(2)
        .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
        .sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    !((sum + (sum >> 16)) as u16)
}

/// The addresses of all hosts.
pub fn hosts() -> impl Iterator<Item = Ipv4Addr> {
    (0..HOSTS).map(|number| Ipv4Addr::from(host(number)))
}

/// Internal and remote endpoint of connection number `number`, in varied traffic.
pub fn endpoints(number: u64) -> (SocketAddrV4, SocketAddrV4) {
    let tuple = Tuple::of(Traffic::VARIED, number);
    (
        SocketAddrV4::new(tuple.source.into(), tuple.source_port),
        SocketAddrV4::new(tuple.destination.into(), tuple.destination_port),
    )
}

fn host(number: u64) -> [u8; 4] {
    [10, 1, ((number + 1) >> 8) as u8, (number + 1) as u8]
}

struct Tuple {
    source: [u8; 4],
    source_port: u16,
    destination: [u8; 4],
    destination_port: u16,
}

impl Tuple {
    /// Hosts take turns; each walks through its ports from a start of its own,
    /// in steps that share no factor with their number, so that ports in use
    /// are spread evenly at any moment.
    fn of(traffic: Traffic, number: u64) -> Self {
        let host = number % HOSTS;
        let turn = number / HOSTS;
        let port = (mix(host) + turn * 7919) % PORTS;
        let chance = mix(number.wrapping_add(1 << 40));
        let remote = chance % traffic.remotes;
        let destination_port = match (chance >> 20) % 10 {
            _ if traffic.is_one_port => 443,
            0 => 53,
            1 => 1024 + ((chance >> 32) % PORTS) as u16,
            _ => 443,
        };
        Self {
            source: self::host(host),
            source_port: (FIRST_PORT + port) as u16,
            destination: [198, 51, 100, 1 + remote as u8],
            destination_port,
        }
    }
}

/// Spreads a number over all bits, the same on every run (splitmix64).
fn mix(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_packet_is_a_connection_of_its_own() {
        let sources: HashSet<_> = (0..2_000_000)
            .map(|number| Tuple::of(Traffic::VARIED, number))
            .map(|tuple| (tuple.source, tuple.source_port))
            .collect();
        assert_eq!(sources.len(), 2_000_000);
    }

    #[test]
    fn a_header_with_its_checksum_sums_to_nothing() {
        let frame = sample_frame(Traffic::VARIED, 123_456);
        assert_eq!(ipv4_checksum(&frame[IP..UDP]), 0);
    }

    #[test]
    fn a_repeated_packet_has_the_tuple_of_one_that_is_none() {
        let traffic = Traffic {
            repeats: true,
            ..Traffic::VARIED
        };
        let number = 4 * 10_000 + 3;
        assert!(is_repeat(number) && !is_repeat(number - REPEAT_AFTER));
        let [again, first] =
            [number, number - REPEAT_AFTER].map(|number| sample_frame(traffic, number));
        assert_eq!(again[..PAYLOAD + 10], first[..PAYLOAD + 10]);
    }
}
