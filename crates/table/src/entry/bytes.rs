//! An entry as bytes, for the process after this one.
//!
//! Little-endian, without padding: four addresses, four ports, begin, kernel id
//! or end, zone, protocol, flags. The links are not in it.

use super::Entry;
use crate::address::Address;
use crate::chain::Link;
use crate::compact_time::CompactTime;

/// What follows the addresses.
const TAIL: usize = 24;

impl<A: Address> Entry<A> {
    /// How many bytes an entry is.
    pub const BYTES: usize = 4 * A::BYTES + TAIL;

    /// Appends the bytes.
    pub fn write(&self, to: &mut Vec<u8>) {
        for address in self.addresses {
            address.write(to);
        }
        for port in self.ports {
            to.extend(port.to_le_bytes());
        }
        to.extend(self.started_at.bytes());
        to.extend(self.id_or_end);
        to.extend(self.zone.to_le_bytes());
        to.extend([self.protocol, self.flags]);
    }

    /// Reads what [`Self::write`] wrote, from the beginning of `bytes`; `None`
    /// where they are too few.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (addresses, tail) = bytes.split_at_checked(4 * A::BYTES)?;
        let tail: &[u8; TAIL] = tail.first_chunk()?;
        let mut entry = Self {
            links: [Link::NONE; 3],
            ..Self::VACANT
        };
        for (address, bytes) in entry
            .addresses
            .iter_mut()
            .zip(addresses.chunks_exact(A::BYTES))
        {
            *address = A::read(bytes)?;
        }
        for (port, bytes) in entry.ports.iter_mut().zip(tail.chunks_exact(2)) {
            *port = u16::from_le_bytes([bytes[0], bytes[1]]);
        }
        entry.started_at = CompactTime::from_bytes(*tail[8..].first_chunk()?);
        entry.id_or_end = *tail[14..].first_chunk()?;
        entry.zone = u16::from_le_bytes([tail[20], tail[21]]);
        entry.protocol = tail[22];
        entry.flags = tail[23];
        Some(entry)
    }
}
