//! Requests to the kernel, built in a small buffer.

use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};

use model::{Protocol, Tuple};

use crate::attribute::align;
use crate::error::Error;
use crate::sys;
use crate::uapi::*;

/// More than the longest request of this crate: header, two IPv6 tuples,
/// filter, zone.
const CAPACITY: usize = 512;

/// Opens a socket in this network namespace that asks the kernel, and is told why it
/// refuses; `action` is what for.
pub fn asking_socket(action: &'static str) -> Result<OwnedFd, Error> {
    let socket = sys::netfilter_socket().map_err(Error::system(action))?;
    let fd = socket.as_fd();
    for option in [libc::NETLINK_EXT_ACK, libc::NETLINK_CAP_ACK] {
        sys::set_option(fd, libc::SOL_NETLINK, option, 1).map_err(Error::system(action))?;
    }
    sys::bind(fd, 0).map_err(Error::system(action))?;
    sys::connect_to_kernel(fd).map_err(Error::system(action))?;
    Ok(socket)
}

/// A conntrack request under construction.
pub struct Request {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Request {
    /// Begins a message; `family` is an `AF_*` of the `nfgenmsg`.
    pub fn new(kind: u16, flags: u16, sequence: u32, family: i32) -> Self {
        let mut request = Self {
            bytes: [0; CAPACITY],
            length: 0,
        };
        request.put(&[0; 4]);
        request.put(&kind.to_ne_bytes());
        request.put(&(NLM_F_REQUEST | flags).to_ne_bytes());
        request.put(&sequence.to_ne_bytes());
        request.put(&[0; 4]);
        request.put(&[family as u8, 0, 0, 0]);
        request
    }

    /// Names what the message is about (`res_id` of the `nfgenmsg`).
    #[cfg(any(test, fuzzing))]
    pub fn set_resource(&mut self, number: u16) {
        let at = NLMSG_HDRLEN + NFGENMSG_LEN - 2;
        self.bytes[at..at + 2].copy_from_slice(&number.to_be_bytes());
    }

    /// Adds an attribute.
    pub fn attribute(&mut self, kind: u16, payload: &[u8]) -> &mut Self {
        let length = (NLA_HDRLEN + payload.len()) as u16;
        self.put(&length.to_ne_bytes());
        self.put(&kind.to_ne_bytes());
        self.put(payload);
        self.length = align(self.length);
        self
    }

    /// Adds an attribute whose payload is what `fill` adds.
    pub fn nest(&mut self, kind: u16, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let start = self.length;
        self.put(&[0; 2]);
        self.put(&(NLA_F_NESTED | kind).to_ne_bytes());
        fill(self);
        let length = (self.length - start) as u16;
        self.bytes[start..start + 2].copy_from_slice(&length.to_ne_bytes());
        self
    }

    /// Adds a tuple with its protocol part (`CTA_TUPLE_*`).
    pub fn tuple(&mut self, kind: u16, tuple: &Tuple) -> &mut Self {
        self.nest(kind, |request| {
            request.nest(CTA_TUPLE_IP, |request| {
                request.address(CTA_IP_V4_SRC, CTA_IP_V6_SRC, tuple.source.address);
                request.address(CTA_IP_V4_DST, CTA_IP_V6_DST, tuple.destination.address);
            });
            request.nest(CTA_TUPLE_PROTO, |request| request.protocol(tuple));
        })
    }

    /// Adds an address as the attribute of its family.
    pub fn address(&mut self, v4: u16, v6: u16, address: IpAddr) {
        match address {
            IpAddr::V4(address) => self.attribute(v4, &address.octets()),
            IpAddr::V6(address) => self.attribute(v6, &address.octets()),
        };
    }

    fn protocol(&mut self, tuple: &Tuple) {
        self.attribute(CTA_PROTO_NUM, &[tuple.protocol.0]);
        let id = tuple.source.port.to_be_bytes();
        match (tuple.protocol, tuple.icmp) {
            (Protocol::ICMP, Some(icmp)) => {
                self.attribute(CTA_PROTO_ICMP_ID, &id)
                    .attribute(CTA_PROTO_ICMP_TYPE, &[icmp.kind])
                    .attribute(CTA_PROTO_ICMP_CODE, &[icmp.code]);
            }
            (Protocol::ICMPV6, Some(icmp)) => {
                self.attribute(CTA_PROTO_ICMPV6_ID, &id)
                    .attribute(CTA_PROTO_ICMPV6_TYPE, &[icmp.kind])
                    .attribute(CTA_PROTO_ICMPV6_CODE, &[icmp.code]);
            }
            _ => {
                self.attribute(CTA_PROTO_SRC_PORT, &id)
                    .attribute(CTA_PROTO_DST_PORT, &tuple.destination.port.to_be_bytes());
            }
        }
    }

    /// The message, ready to be sent.
    pub fn finish(&mut self) -> &[u8] {
        let length = self.length as u32;
        self.bytes[..4].copy_from_slice(&length.to_ne_bytes());
        &self.bytes[..self.length]
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }
}
