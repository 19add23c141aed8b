//! The same translations as other programs log them.
//!
//! `conntrack -E -o timestamp` prints two lines, one when a connection begins and
//! one when it ends. ulogd2 with its hash, as it is packaged, writes one object of
//! JSON when it has ended, with both times. Times are whole milliseconds here,
//! which is kinder to them than the microseconds of a real gateway.

use std::io::{self, Write};

use model::{Counters, Endpoint, Match, Protocol, Timestamp, Traffic};

use super::random::mix;

/// Writes what `conntrack -E -o timestamp` prints about a begin or an end.
pub fn conntrack(out: &mut impl Write, told: &Match) -> io::Result<()> {
    let at = told.ended_at.or(told.started_at).unwrap_or_default().at;
    let (seconds, milliseconds) = split(at);
    write!(out, "[{seconds}.{milliseconds:03}000]\t")?;
    let [original, reply] = tuples(told);
    let protocol = told.protocol;
    let (name, number) = (protocol.name().unwrap_or("unknown"), protocol.0);
    if told.ended_at.is_none() {
        let state = match protocol {
            Protocol::TCP => " 120 SYN_SENT",
            _ => " 30",
        };
        write!(out, "    [NEW] {name:<8} {number}{state}")?;
        tuple(out, protocol, original, 8)?;
        out.write_all(b" [UNREPLIED]")?;
        tuple(out, protocol, reply, 0)?;
    } else {
        let state = match protocol {
            Protocol::TCP => " TIME_WAIT",
            _ => "",
        };
        write!(out, "[DESTROY] {name:<8} {number}{state}")?;
        tuple(out, protocol, original, 8)?;
        counters(out, told.traffic.map(|traffic| traffic.original))?;
        tuple(out, protocol, reply, 0)?;
        counters(out, told.traffic.map(|traffic| traffic.reply))?;
        if protocol == Protocol::TCP {
            out.write_all(b" [ASSURED]")?;
        }
    }
    out.write_all(b"\n")
}

/// Writes what ulogd2 logs about an end: `NFCT`, `IP2STR`, `JSON`.
pub fn ulogd(out: &mut impl Write, ended: &Match) -> io::Result<()> {
    let life = ended.life();
    let text = life.to.to_string();
    let Traffic { original, reply } = ended.traffic.unwrap_or_default();
    let number = ended.protocol.0;
    let [[source, destination], [reply_source, reply_destination]] = tuples(ended);
    write!(
        out,
        "{{\"timestamp\": \"{}\", \"dvc\": \"Netfilter\", \"orig.ip.protocol\": {number}, ",
        text.get(..19).unwrap_or(&text)
    )?;
    ports(out, ended.protocol, "orig", source, destination)?;
    write!(
        out,
        "\"orig.raw.pktlen\": {}, \"orig.raw.pktcount\": {}, \"reply.ip.protocol\": {number}, ",
        original.bytes, original.packets
    )?;
    ports(
        out,
        ended.protocol,
        "reply",
        reply_source,
        reply_destination,
    )?;
    write!(
        out,
        "\"reply.raw.pktlen\": {}, \"reply.raw.pktcount\": {}, ",
        reply.bytes, reply.packets
    )?;
    if ended.protocol.is_icmp() {
        out.write_all(b"\"icmp.code\": 0, \"icmp.type\": 8, ")?;
    }
    // The kernel's id is a hash of what it keeps to itself.
    let id = mix(life.from.0 as u64 ^ u64::from(source.port) << 40) as u32;
    let ((from, from_milliseconds), (to, to_milliseconds)) = (split(life.from), split(life.to));
    writeln!(
        out,
        "\"ct.mark\": 0, \"ct.id\": {id}, \"ct.event\": 4, \
         \"flow.start.sec\": {from}, \"flow.start.usec\": {}, \
         \"flow.end.sec\": {to}, \"flow.end.usec\": {}, \
         \"oob.family\": 2, \"oob.protocol\": 0, \"src_ip\": \"{}\", \"dest_ip\": \"{}\", \
         \"reply.ip.saddr.str\": \"{}\", \"reply.ip.daddr.str\": \"{}\"}}",
        from_milliseconds * 1000,
        to_milliseconds * 1000,
        source.address,
        destination.address,
        reply_source.address,
        reply_destination.address,
    )
}

fn split(at: Timestamp) -> (i64, i64) {
    let milliseconds = at.milliseconds();
    (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000))
}

/// Source and destination, original and reply, of a source translation.
fn tuples(found: &Match) -> [[Endpoint; 2]; 2] {
    let translation = &found.translation;
    [
        [translation.internal, found.original_destination],
        [translation.remote, translation.nat],
    ]
}

/// `kind` is the ICMP type, for echo requests and their answers.
fn tuple(
    out: &mut impl Write,
    protocol: Protocol,
    [source, destination]: [Endpoint; 2],
    kind: u8,
) -> io::Result<()> {
    write!(out, " src={} dst={}", source.address, destination.address)?;
    if protocol.is_icmp() {
        return write!(out, " type={kind} code=0 id={}", source.port);
    }
    write!(out, " sport={} dport={}", source.port, destination.port)
}

fn counters(out: &mut impl Write, counted: Option<Counters>) -> io::Result<()> {
    match counted {
        Some(Counters { packets, bytes }) => write!(out, " packets={packets} bytes={bytes}"),
        None => Ok(()),
    }
}

fn ports(
    out: &mut impl Write,
    protocol: Protocol,
    direction: &str,
    source: Endpoint,
    destination: Endpoint,
) -> io::Result<()> {
    if protocol.is_icmp() {
        return Ok(());
    }
    let (from, to) = (source.port, destination.port);
    write!(
        out,
        "\"{direction}.l4.sport\": {from}, \"{direction}.l4.dport\": {to}, "
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::past::traffic::{Profile, Traffic};

    fn told(protocol: Protocol, has_ended: bool) -> Match {
        let profile = Profile {
            has_counters: true,
            tells_begins: true,
            ..Profile::spread(10_000, 1)
        };
        Traffic::of(profile)
            .find(|told| told.protocol == protocol && told.ended_at.is_some() == has_ended)
            .expect("one of each")
    }

    fn line(write: impl Fn(&mut Vec<u8>, &Match) -> io::Result<()>, told: &Match) -> String {
        let mut line = Vec::new();
        write(&mut line, told).expect("memory is enough");
        String::from_utf8(line).expect("text")
    }

    /// A line with its numbers taken out: what is the same in all lines.
    fn shape(line: &str) -> String {
        let mut shape = String::new();
        for character in line.chars().filter(|one| *one != '.') {
            let is_digit = character.is_ascii_digit();
            if !is_digit {
                shape.push(character);
            } else if !shape.ends_with('0') {
                shape.push('0');
            }
        }
        shape
    }

    #[test]
    fn conntrack_is_written_as_it_prints() {
        // As version 1.4.7 has printed them.
        let new = "[1795532581.195872]\t    [NEW] tcp      6 120 SYN_SENT src=192.0.2.1 \
                   dst=192.0.2.2 sport=45432 dport=443 [UNREPLIED] src=192.0.2.2 \
                   dst=203.0.113.1 sport=443 dport=2946\n";
        let destroy = "[1795532584.724857]\t[DESTROY] udp      17 src=192.0.2.1 dst=192.0.2.2 \
                       sport=51686 dport=53 packets=1 bytes=31 src=192.0.2.2 dst=203.0.113.1 \
                       sport=53 dport=2514 packets=1 bytes=31\n";
        let written = line(conntrack, &told(Protocol::TCP, false));
        assert_eq!(shape(&written), shape(new));
        let written = line(conntrack, &told(Protocol::UDP, true));
        assert_eq!(shape(&written), shape(destroy));
    }

    #[test]
    fn ulogd_is_written_as_it_logs() {
        // As version 2.0.8 has logged it.
        let icmp = "{\"timestamp\": \"2026-11-24T15:03:04\", \"dvc\": \"Netfilter\", \
                    \"orig.ip.protocol\": 1, \"orig.raw.pktlen\": 168, \"orig.raw.pktcount\": 2, \
                    \"reply.ip.protocol\": 1, \"reply.raw.pktlen\": 168, \
                    \"reply.raw.pktcount\": 2, \"icmp.code\": 0, \"icmp.type\": 8, \
                    \"ct.mark\": 0, \"ct.id\": 3230530285, \"ct.event\": 4, \
                    \"flow.start.sec\": 1795532581, \"flow.start.usec\": 499119, \
                    \"flow.end.sec\": 1795532582, \"flow.end.usec\": 703538, \"oob.family\": 2, \
                    \"oob.protocol\": 0, \"src_ip\": \"192.0.2.1\", \"dest_ip\": \"192.0.2.2\", \
                    \"reply.ip.saddr.str\": \"192.0.2.2\", \"reply.ip.daddr.str\": \
                    \"203.0.113.1\"}\n";
        let written = line(ulogd, &told(Protocol::ICMP, true));
        assert_eq!(shape(&written), shape(icmp));
        let read: serde_json::Value =
            serde_json::from_str(&line(ulogd, &told(Protocol::TCP, true))).expect("JSON");
        assert!(read["orig.l4.sport"].is_u64() && read["reply.l4.dport"].is_u64());
    }
}
