//! From a [`Filter`] to a program that finds the same events.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use ipnet::IpNet;
use model::{EndpointPattern, EndpointSet, Filter, Status, TranslationKind};

use super::assembler::{Assembler, Label, Program, Size, Test};
use crate::uapi::*;

/// Compiles a program that passes the events of translated connections of which
/// at least one translation fits `filter`.
///
/// `None` where the filter is too long for the kernel; the events must then be
/// filtered by whoever reads them.
pub fn program_for(filter: &Filter) -> Option<Program> {
    let mut program = Compiler {
        code: Assembler::default(),
    };
    let accept = program.code.label();
    if filter.protocols.is_empty()
        && filter.zones.is_empty()
        && filter.internal.is_any()
        && filter.nat.is_any()
        && filter.remote.is_any()
        && filter.original_destination.is_any()
    {
        let status = filter
            .kind
            .map_or(Status::TRANSLATED, TranslationKind::status);
        let drop = program.code.label();
        program.require_status(status, drop);
        program.code.jump(accept);
        program.code.put(drop);
    } else {
        for kind in TranslationKind::ALL {
            if filter.kind.is_none_or(|wanted| wanted == kind) {
                let otherwise = program.code.label();
                program.require_all(filter, kind, otherwise);
                program.code.jump(accept);
                program.code.put(otherwise);
            }
        }
    }
    program.code.give(0);
    program.code.put(accept);
    program.code.give(u32::MAX);
    program.code.finish()
}

/// A side of one of the two tuples.
#[derive(Clone, Copy)]
struct Side {
    tuple: u16,
    v4: u16,
    v6: u16,
    port: u16,
}

const ORIGINAL_SOURCE: Side = Side::source(CTA_TUPLE_ORIG);
const ORIGINAL_DESTINATION: Side = Side::destination(CTA_TUPLE_ORIG);
const REPLY_SOURCE: Side = Side::source(CTA_TUPLE_REPLY);
const REPLY_DESTINATION: Side = Side::destination(CTA_TUPLE_REPLY);

impl Side {
    const fn source(tuple: u16) -> Self {
        Self {
            tuple,
            v4: CTA_IP_V4_SRC,
            v6: CTA_IP_V6_SRC,
            port: CTA_PROTO_SRC_PORT,
        }
    }

    const fn destination(tuple: u16) -> Self {
        Self {
            tuple,
            v4: CTA_IP_V4_DST,
            v6: CTA_IP_V6_DST,
            port: CTA_PROTO_DST_PORT,
        }
    }

    /// Where the roles stand in the tuples: the table of
    /// `model::Translation`.
    const fn of_roles(kind: TranslationKind) -> [Self; 3] {
        match kind {
            TranslationKind::Source => [ORIGINAL_SOURCE, REPLY_DESTINATION, REPLY_SOURCE],
            TranslationKind::Destination => [REPLY_SOURCE, ORIGINAL_DESTINATION, ORIGINAL_SOURCE],
        }
    }
}

struct Compiler {
    code: Assembler,
}

impl Compiler {
    /// Goes on when the translation of `kind` exists and fits, else to
    /// `otherwise`.
    fn require_all(&mut self, filter: &Filter, kind: TranslationKind, otherwise: Label) {
        self.require_status(kind.status(), otherwise);
        if !filter.protocols.is_empty() {
            self.find(&[CTA_TUPLE_ORIG, CTA_TUPLE_PROTO, CTA_PROTO_NUM], otherwise);
            self.load_payload(Size::Byte);
            let numbers: Vec<u32> = filter.protocols.iter().map(|p| p.0.into()).collect();
            self.require_one_of(&numbers, otherwise);
        }
        if !filter.zones.is_empty() {
            self.load_zone();
            let zones: Vec<u32> = filter.zones.iter().map(|zone| (*zone).into()).collect();
            self.require_one_of(&zones, otherwise);
        }
        let [internal, nat, remote] = Side::of_roles(kind);
        self.require_endpoint(&filter.internal, internal, otherwise);
        self.require_endpoint(&filter.nat, nat, otherwise);
        self.require_endpoint(&filter.remote, remote, otherwise);
        self.require_endpoint(
            &filter.original_destination,
            ORIGINAL_DESTINATION,
            otherwise,
        );
    }

    fn require_status(&mut self, any_of: Status, otherwise: Label) {
        self.find(&[CTA_STATUS], otherwise);
        self.load_payload(Size::Word);
        self.require(Test::HasAnyBit(any_of.0), otherwise);
    }

    /// Goes on when the test holds; `otherwise` may be far away.
    fn require(&mut self, test: Test, otherwise: Label) {
        let (yes, no) = (self.code.label(), self.code.label());
        self.code.branch(test, yes, no);
        self.code.put(no);
        self.code.jump(otherwise);
        self.code.put(yes);
    }

    fn require_one_of(&mut self, values: &[u32], otherwise: Label) {
        let found = self.code.label();
        for value in values {
            let (hit, miss) = (self.code.label(), self.code.label());
            self.code.branch(Test::Equals(*value), hit, miss);
            self.code.put(hit);
            self.code.jump(found);
            self.code.put(miss);
        }
        self.code.jump(otherwise);
        self.code.put(found);
    }

    fn require_endpoint(&mut self, set: &EndpointSet, side: Side, otherwise: Label) {
        if set.is_any() {
            return;
        }
        let found = self.code.label();
        for pattern in &set.0 {
            let next = self.code.label();
            self.require_pattern(pattern, side, next);
            self.code.jump(found);
            self.code.put(next);
        }
        self.code.jump(otherwise);
        self.code.put(found);
    }

    fn require_pattern(&mut self, pattern: &EndpointPattern, side: Side, otherwise: Label) {
        if let Some(net) = pattern.addresses {
            self.require_address(net, side, otherwise);
        }
        if let Some(ports) = &pattern.ports {
            self.require_port(ports, side, otherwise);
        }
    }

    fn require_address(&mut self, net: IpNet, side: Side, otherwise: Label) {
        let attribute = if matches!(net, IpNet::V4(_)) {
            side.v4
        } else {
            side.v6
        };
        self.find(&[side.tuple, CTA_TUPLE_IP, attribute], otherwise);
        let (address, mask) = (words(net.network()), words(net.netmask()));
        self.code.index_from_accumulator();
        for (at, (address, mask)) in address.into_iter().zip(mask).enumerate() {
            if mask != 0 {
                self.code.load(Size::Word, (NLA_HDRLEN + 4 * at) as u32);
                self.code.and(mask);
                self.require(Test::Equals(address), otherwise);
            }
        }
    }

    fn require_port(&mut self, ports: &RangeInclusive<u16>, side: Side, otherwise: Label) {
        self.load_port(side);
        self.require(Test::AtLeast((*ports.start()).into()), otherwise);
        // There is no "at most": not above.
        let (above, fits) = (self.code.label(), self.code.label());
        self.code
            .branch(Test::Above((*ports.end()).into()), above, fits);
        self.code.put(above);
        self.code.jump(otherwise);
        self.code.put(fits);
    }

    /// A = port, or the ICMP id in its place, or 0.
    fn load_port(&mut self, side: Side) {
        let loaded = self.code.label();
        for attribute in [side.port, CTA_PROTO_ICMP_ID, CTA_PROTO_ICMPV6_ID] {
            let next = self.code.label();
            self.find(&[side.tuple, CTA_TUPLE_PROTO, attribute], next);
            self.load_payload(Size::Half);
            self.code.jump(loaded);
            self.code.put(next);
        }
        self.code.set(0);
        self.code.put(loaded);
    }

    /// A = zone, wherever it stands, or 0.
    fn load_zone(&mut self) {
        let loaded = self.code.label();
        for path in [
            &[CTA_TUPLE_REPLY, CTA_TUPLE_ZONE][..],
            &[CTA_TUPLE_ORIG, CTA_TUPLE_ZONE],
            &[CTA_ZONE],
        ] {
            let next = self.code.label();
            self.find(path, next);
            self.load_payload(Size::Half);
            self.code.jump(loaded);
            self.code.put(next);
        }
        self.code.set(0);
        self.code.put(loaded);
    }

    /// A = offset of the attribute at the end of a path of nests, or goes to
    /// `otherwise` where there is none.
    fn find(&mut self, path: &[u16], otherwise: Label) {
        self.code.set((NLMSG_HDRLEN + NFGENMSG_LEN) as u32);
        for (depth, attribute) in path.iter().enumerate() {
            self.code.set_index((*attribute).into());
            self.code.extension(if depth == 0 {
                SKF_NLATTR
            } else {
                SKF_NLATTR_NEST
            });
            let (missing, found) = (self.code.label(), self.code.label());
            self.code.branch(Test::Equals(0), missing, found);
            self.code.put(missing);
            self.code.jump(otherwise);
            self.code.put(found);
        }
    }

    /// A = payload of the attribute at offset A.
    fn load_payload(&mut self, size: Size) {
        self.code.index_from_accumulator();
        self.code.load(size, NLA_HDRLEN as u32);
    }
}

/// The words of an address, as the kernel loads them.
fn words(address: IpAddr) -> Vec<u32> {
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    octets
        .chunks_exact(4)
        .map(|word| {
            word.iter()
                .fold(0, |value, byte| value << 8 | u32::from(*byte))
        })
        .collect()
}
