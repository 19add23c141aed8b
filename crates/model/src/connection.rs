//! A tracked conversation.

use crate::{Status, Timestamp, Tuple, Zone};

/// A conversation that the kernel tracks: two tuples and their state.
///
/// What the kernel did not say is `None`. Only `original`, `reply`, `zone` and
/// `status` matter to translations; the rest is for people who look closer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Connection {
    /// The tuple as the initiator sent it (`CTA_TUPLE_ORIG`).
    pub original: Tuple,
    /// The tuple that answers arrive with (`CTA_TUPLE_REPLY`).
    pub reply: Tuple,
    /// The conntrack zone.
    pub zone: Zone,
    /// The kernel's id (`CTA_ID`).
    pub kernel_id: KernelId,
    /// Status bits (`CTA_STATUS`).
    pub status: Status,
    /// Seconds until the kernel forgets it (`CTA_TIMEOUT`).
    pub timeout: Option<u32>,
    /// Firewall mark (`CTA_MARK`).
    pub mark: Option<u32>,
    /// Connection labels (`CTA_LABELS`), 128 bits.
    pub labels: Option<[u8; 16]>,
    /// Packets and bytes, when `nf_conntrack_acct=1`.
    pub traffic: Option<Traffic>,
    /// When it began (`CTA_TIMESTAMP_START`), when `nf_conntrack_timestamp=1`.
    pub started_at: Option<Timestamp>,
    /// When it ended (`CTA_TIMESTAMP_STOP`), on DESTROY only.
    pub stopped_at: Option<Timestamp>,
    /// When the event happened (`CTA_TIMESTAMP_EVENT`), on newer kernels.
    pub event_at: Option<Timestamp>,
    /// TCP's own state (`CTA_PROTOINFO_TCP_STATE`).
    pub tcp_state: Option<TcpState>,
    /// The protocol helper that watches it (`CTA_HELP_NAME`).
    pub helper: Option<HelperName>,
    /// The original tuple of the connection that expected this one
    /// (`CTA_TUPLE_MASTER`), as an FTP data connection has.
    pub master: Option<Tuple>,
}

/// The kernel's id of a connection (`CTA_ID`, `nf_ct_get_id`).
///
/// A 32-bit hash: stable for a connection's life, not unique for ever.
/// Never a key on its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct KernelId(pub u32);

/// Packets and bytes in each direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// What the initiator sent (`CTA_COUNTERS_ORIG`).
    pub original: Counters,
    /// What came back (`CTA_COUNTERS_REPLY`).
    pub reply: Counters,
}

/// Packets and bytes of one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Number of packets.
    pub packets: u64,
    /// Bytes from the IP header on.
    pub bytes: u64,
}

/// The kernel's TCP state (`enum tcp_conntrack`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TcpState(pub u8);

impl TcpState {
    /// The name that `conntrack -L` prints.
    pub fn name(self) -> &'static str {
        match self.0 {
            0 => "NONE",
            1 => "SYN_SENT",
            2 => "SYN_RECV",
            3 => "ESTABLISHED",
            4 => "FIN_WAIT",
            5 => "CLOSE_WAIT",
            6 => "LAST_ACK",
            7 => "TIME_WAIT",
            8 => "CLOSE",
            9 => "SYN_SENT2",
            _ => "UNKNOWN",
        }
    }
}

/// The name of a protocol helper, at most 15 bytes as in the kernel
/// (`NF_CT_HELPER_NAME_LEN`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HelperName {
    bytes: [u8; 16],
    length: u8,
}

impl HelperName {
    /// Keeps at most the first 16 bytes of `name`.
    pub fn new(name: &[u8]) -> Self {
        let length = name.len().min(16);
        let mut bytes = [0; 16];
        bytes[..length].copy_from_slice(&name[..length]);
        Self {
            bytes,
            length: length as u8,
        }
    }

    /// The name, where it is UTF-8; the kernel's own helpers all are.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).ok()
    }
}
