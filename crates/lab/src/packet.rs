//! Payloads for [`Host::send_ip`](crate::Host::send_ip): the first packets of
//! protocols that this machine's kernel may know as a NAT but not as a host.

/// IANA's number of SCTP.
pub const SCTP: u8 = 132;

/// IANA's number of GRE.
pub const GRE: u8 = 47;

/// An SCTP INIT, with which an association begins (RFC 9260, 3.3.2).
pub fn sctp_init(source_port: u16, destination_port: u16) -> Vec<u8> {
    let mut packet = Vec::with_capacity(32);
    packet.extend(source_port.to_be_bytes());
    packet.extend(destination_port.to_be_bytes());
    packet.extend([0; 4]); // verification tag, zero in an INIT
    packet.extend([0; 4]); // checksum, below
    packet.extend([1, 0, 0, 20]); // INIT, no flags, length
    packet.extend(1u32.to_be_bytes()); // initiate tag
    packet.extend(65_536u32.to_be_bytes()); // receiver window
    packet.extend([0, 1, 0, 1]); // one stream each way
    packet.extend(1u32.to_be_bytes()); // initial TSN
    let checksum = crc32c(&packet);
    packet[8..12].copy_from_slice(&checksum.to_le_bytes());
    packet
}

/// A GRE packet without a key (RFC 2784). Its payload, an IPv4 header, is
/// blank; without one the kernel's NAT would drop the packet as too short.
pub fn gre() -> Vec<u8> {
    let mut packet = vec![0, 0, 0x08, 0x00];
    packet.extend([0; 20]);
    packet
}

/// An empty GRE packet of a PPTP call (RFC 2637, 4.1), whose call id is the
/// key that stands as its destination port.
pub fn pptp_gre(call: u16) -> Vec<u8> {
    let mut packet = vec![0x30, 0x01, 0x88, 0x0b, 0, 0];
    packet.extend(call.to_be_bytes());
    packet.extend([0; 4]); // sequence number
    packet
}

/// CRC-32C, bit by bit: a packet in a test is short.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            let lowest = crc & 1;
            crc >>= 1;
            if lowest == 1 {
                crc ^= 0x82f6_3b78;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    #[test]
    fn crc32c_gives_the_check_value_that_everybody_gets() {
        assert_eq!(super::crc32c(b"123456789"), 0xe306_9283);
    }
}
