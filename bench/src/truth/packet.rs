//! A packet beyond the NAT, and what it says about where it came from.

use std::net::{Ipv4Addr, SocketAddrV4};

use crate::generator::{FRAME, IP, MARK, PAYLOAD, UDP};

/// One packet of the generator, as it came out of the gateway.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packet {
    /// When it was on the wire, in nanoseconds since 1970.
    pub at: i64,
    /// Its source: the NAT endpoint.
    pub nat: SocketAddrV4,
    /// Its destination: the remote endpoint.
    pub remote: SocketAddrV4,
    /// The truth: who sent it, as its payload says.
    pub internal: SocketAddrV4,
}

impl Packet {
    /// Reads a frame that came at `at`; gives the packet and its number, and
    /// nothing where the frame is not the generator's.
    pub fn read(at: i64, frame: &[u8]) -> Option<(Self, u64)> {
        let frame: &[u8; FRAME] = frame.try_into().ok()?;
        if frame[PAYLOAD..PAYLOAD + MARK.len()] != MARK {
            return None;
        }
        let packet = Self {
            at,
            nat: endpoint(frame, IP + 12, UDP)?,
            remote: endpoint(frame, IP + 16, UDP + 2)?,
            internal: endpoint(frame, PAYLOAD + 4, PAYLOAD + 8)?,
        };
        let number = frame[PAYLOAD + 10..].first_chunk()?;
        Some((packet, u64::from_be_bytes(*number)))
    }
}

fn endpoint(frame: &[u8], address: usize, port: usize) -> Option<SocketAddrV4> {
    let address: [u8; 4] = *frame.get(address..)?.first_chunk()?;
    let port = u16::from_be_bytes(*frame.get(port..)?.first_chunk()?);
    Some(SocketAddrV4::new(Ipv4Addr::from(address), port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::{Traffic, sample_frame};

    #[test]
    fn what_the_generator_writes_is_read() {
        let frame = sample_frame(Traffic::VARIED, 4711);
        let (packet, number) = Packet::read(7, &frame).expect("the generator's");
        assert_eq!((packet.at, number), (7, 4711));
        // Nobody has translated it yet.
        assert_eq!(packet.nat, packet.internal);
        assert_eq!(packet.internal.ip().octets()[..2], [10, 1]);
        assert_eq!(packet.remote.ip().octets()[..3], [198, 51, 100]);
    }

    #[test]
    fn the_translated_source_is_not_the_truth() {
        let mut frame = sample_frame(Traffic::VARIED, 4711);
        frame[IP + 12..IP + 16].copy_from_slice(&[203, 0, 113, 1]);
        frame[UDP..UDP + 2].copy_from_slice(&4000_u16.to_be_bytes());
        let (packet, _) = Packet::read(7, &frame).expect("the generator's");
        assert_eq!(packet.nat, "203.0.113.1:4000".parse().expect("an endpoint"));
        assert_eq!(packet.internal.ip().octets()[..2], [10, 1]);
    }

    #[test]
    fn other_frames_are_not_the_generators() {
        assert_eq!(Packet::read(7, &[0; FRAME]), None);
        assert_eq!(Packet::read(7, &[0; 42]), None);
    }
}
