//! Reading what `conntrack -L -o extended,id` prints.
//!
//! This is the other opinion that tests hold natconnd's against, so it shares
//! no code with the decoder of kernel messages.

use std::net::IpAddr;
use std::str::FromStr;

use model::{Endpoint, Icmp, KernelId, Protocol, Tuple, Zone, ZoneScope};

/// One connection as `conntrack -L -o extended,id` lists it.
///
/// An ICMP id stands as both ports of a tuple, as it does in
/// [`model::Tuple`]; the keys of GRE stand as its ports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The tuple as the initiator sent it.
    pub original: Tuple,
    /// The tuple that answers arrive with.
    pub reply: Tuple,
    /// The conntrack zone.
    pub zone: Zone,
    /// The kernel's id.
    pub kernel_id: KernelId,
    /// Seconds until the kernel forgets it. Not printed for offloaded ones.
    pub timeout: Option<u32>,
    /// State and flags in the order of the line: `ESTABLISHED`, `ASSURED`,
    /// `UNREPLIED`, …, without brackets.
    pub words: Vec<String>,
}

impl Listed {
    /// Whether `word` is among its state and flags.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|has| has == word)
    }

    /// Whether the reply goes elsewhere than the original came from.
    pub fn is_source_translated(&self) -> bool {
        self.original.source != self.reply.destination
    }

    /// Whether the reply comes from elsewhere than the original went to.
    pub fn is_destination_translated(&self) -> bool {
        if self.original.protocol.is_icmp() {
            // The id belongs to the source; the NAT may have changed it there.
            return self.original.destination.address != self.reply.source.address;
        }
        self.original.destination != self.reply.source
    }
}

/// A line of `conntrack -L` that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("conntrack -L: {problem} in {line:?}")]
pub struct ListingError {
    problem: String,
    line: String,
}

impl FromStr for Listed {
    type Err = ListingError;

    fn from_str(line: &str) -> Result<Self, ListingError> {
        read(line).map_err(|problem| ListingError {
            problem,
            line: line.to_owned(),
        })
    }
}

fn read(line: &str) -> Result<Listed, String> {
    let mut fields = line.split_whitespace();
    // Family's name and number, protocol's name and number.
    let number = fields.nth(3).ok_or("no protocol")?;
    let protocol = Protocol(parse("protocol", number)?);

    let mut tuples: Vec<Sides> = Vec::with_capacity(2);
    let mut listed = Listed {
        original: Tuple::default(),
        reply: Tuple::default(),
        zone: Zone::default(),
        kernel_id: KernelId::default(),
        timeout: None,
        words: Vec::new(),
    };
    let mut kernel_id = None;
    for field in fields {
        let Some((name, value)) = field.split_once('=') else {
            match field.parse() {
                Ok(seconds) if tuples.is_empty() => listed.timeout = Some(seconds),
                _ => listed.words.push(field.trim_matches(['[', ']']).to_owned()),
            }
            continue;
        };
        // The last tuple begun; `src` begins one.
        if name == "src" {
            tuples.push(Sides::default());
        }
        let tuple = tuples.last_mut();
        match (name, tuple) {
            ("src", Some(tuple)) => tuple.source = Some(parse(name, value)?),
            ("dst", Some(tuple)) => tuple.destination = Some(parse(name, value)?),
            ("sport", Some(tuple)) => tuple.source_port = parse(name, value)?,
            ("dport", Some(tuple)) => tuple.destination_port = parse(name, value)?,
            ("srckey", Some(tuple)) => tuple.source_port = parse_key(name, value)?,
            ("dstkey", Some(tuple)) => tuple.destination_port = parse_key(name, value)?,
            ("type", Some(tuple)) => tuple.icmp_kind = Some(parse(name, value)?),
            ("code", Some(tuple)) => tuple.icmp_code = parse(name, value)?,
            // An ICMP tuple has an id of its own, before the kernel's.
            ("id", Some(tuple)) if tuple.icmp_kind.is_some() && !tuple.has_id => {
                let id = parse(name, value)?;
                tuple.has_id = true;
                tuple.source_port = id;
                tuple.destination_port = id;
            }
            ("id", _) => kernel_id = Some(KernelId(parse(name, value)?)),
            ("zone", _) => listed.zone = zone(value, ZoneScope::Both)?,
            ("zone-orig", _) => listed.zone = zone(value, ZoneScope::Original)?,
            ("zone-reply", _) => listed.zone = zone(value, ZoneScope::Reply)?,
            // Counters, marks, use counts and what later versions add.
            _ => {}
        }
    }
    let [original, reply] = tuples
        .try_into()
        .map_err(|tuples: Vec<_>| format!("{} tuples instead of 2", tuples.len()))?;
    listed.original = original.into_tuple(protocol)?;
    listed.reply = reply.into_tuple(protocol)?;
    listed.kernel_id = kernel_id.ok_or("no id, which -o id prints")?;
    Ok(listed)
}

/// A tuple while its fields are being read.
#[derive(Default)]
struct Sides {
    source: Option<IpAddr>,
    destination: Option<IpAddr>,
    source_port: u16,
    destination_port: u16,
    icmp_kind: Option<u8>,
    icmp_code: u8,
    has_id: bool,
}

impl Sides {
    fn into_tuple(self, protocol: Protocol) -> Result<Tuple, String> {
        let source = self.source.ok_or("a tuple without src")?;
        let destination = self.destination.ok_or("a tuple without dst")?;
        Ok(Tuple {
            protocol,
            source: Endpoint::new(source, self.source_port),
            destination: Endpoint::new(destination, self.destination_port),
            icmp: self.icmp_kind.map(|kind| Icmp {
                kind,
                code: self.icmp_code,
            }),
        })
    }
}

fn parse<T: FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} is {value:?}"))
}

fn parse_key(name: &str, value: &str) -> Result<u16, String> {
    let digits = value.strip_prefix("0x").unwrap_or(value);
    u16::from_str_radix(digits, 16).map_err(|_| format!("{name} is {value:?}"))
}

fn zone(value: &str, scope: ZoneScope) -> Result<Zone, String> {
    let id = parse("zone", value)?;
    Ok(Zone { id, scope })
}

#[cfg(test)]
mod tests;
