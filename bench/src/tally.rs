//! Which connections of the generator were told of, and how often.
//!
//! Every packet of the generator has a source of its own, so the source is
//! enough to tell connections apart: the low half of its address and its port.

/// Where the fields lie in an event: `nlmsghdr` and `nfgenmsg`, then
/// `CTA_TUPLE_ORIG`, which the kernel always writes first, with its addresses
/// and then its ports.
const KIND: usize = 4;
const FAMILY: usize = 16;
const SOURCE: usize = 32;
const SOURCE_PORT: usize = 60;
const LENGTH: usize = 62;

/// `NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW`.
const NEW: u16 = 0x0100;
/// The same with `IPCTNL_MSG_CT_DELETE`.
const DESTROY: u16 = 0x0102;

/// One event of a connection of the generator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told {
    /// Whether the connection ended; else it began.
    pub is_end: bool,
    /// The connection: four times 65 536 ports and the hosts above them.
    pub source: u32,
}

impl Told {
    /// Reads an event; `None` for all but NEW and DESTROY of IPv4.
    pub fn read(message: &[u8]) -> Option<Self> {
        let message = message.get(..LENGTH)?;
        let half = |at: usize| [message[at], message[at + 1]];
        let is_end = match u16::from_ne_bytes(half(KIND)) {
            NEW => false,
            DESTROY => true,
            _ => return None,
        };
        let is_ipv4 = i32::from(message[FAMILY]) == libc::AF_INET;
        let host = u32::from(u16::from_be_bytes(half(SOURCE + 2)));
        let port = u32::from(u16::from_be_bytes(half(SOURCE_PORT)));
        (is_ipv4 && host < HOSTS).then_some(Self {
            is_end,
            source: host << 16 | port,
        })
    }
}

/// More than the generator's hosts.
const HOSTS: u32 = 1024;

/// How often each connection was told to begin and to end.
pub struct Tally {
    /// Two half bytes for each connection: begins low, ends high.
    counts: Vec<u8>,
    /// What was seen so far.
    pub seen: Seen,
}

/// What was seen so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Connections that a NEW told of.
    pub began: u64,
    /// Further NEWs of the same connections.
    pub began_again: u64,
    /// Connections that a DESTROY told of.
    pub ended: u64,
    /// Further DESTROYs of the same connections.
    pub ended_again: u64,
}

impl Tally {
    /// Nothing seen.
    pub fn new() -> Self {
        Self {
            counts: vec![0; (HOSTS as usize) << 16],
            seen: Seen::default(),
        }
    }

    /// Counts one event.
    pub fn note(&mut self, told: Told) {
        let count = &mut self.counts[told.source as usize];
        let (shift, first, again) = if told.is_end {
            (4, &mut self.seen.ended, &mut self.seen.ended_again)
        } else {
            (0, &mut self.seen.began, &mut self.seen.began_again)
        };
        if *count >> shift & 0xf == 0 {
            *count |= 1 << shift;
            *first += 1;
        } else {
            *again += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: u16, host: u16, port: u16) -> Vec<u8> {
        let mut message = vec![0; 150];
        message[KIND..KIND + 2].copy_from_slice(&kind.to_ne_bytes());
        message[FAMILY] = libc::AF_INET as u8;
        message[SOURCE..SOURCE + 2].copy_from_slice(&[10, 1]);
        message[SOURCE + 2..SOURCE + 4].copy_from_slice(&host.to_be_bytes());
        message[SOURCE_PORT..SOURCE_PORT + 2].copy_from_slice(&port.to_be_bytes());
        message
    }

    #[test]
    fn each_connection_counts_once_and_its_echoes_apart() {
        let mut tally = Tally::new();
        for (kind, host) in [(NEW, 1), (NEW, 2), (DESTROY, 1), (DESTROY, 1), (NEW, 1)] {
            tally.note(Told::read(&event(kind, host, 5000)).expect("an event"));
        }
        let seen = Seen {
            began: 2,
            began_again: 1,
            ended: 1,
            ended_again: 1,
        };
        assert_eq!(tally.seen, seen);
    }

    #[test]
    fn other_messages_are_no_events() {
        assert_eq!(Told::read(&event(0x0103, 1, 1)), None);
        assert_eq!(Told::read(&event(NEW, 1, 1)[..40]), None);
    }
}
