//! The kernel's status bits of a connection.

/// Status bits (`enum ip_conntrack_status`, `CTA_STATUS`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Status(pub u32);

impl Status {
    /// `IPS_SEEN_REPLY`: packets went both ways.
    pub const SEEN_REPLY: Self = Self(1 << 1);
    /// `IPS_ASSURED`: never dropped early.
    pub const ASSURED: Self = Self(1 << 2);
    /// `IPS_CONFIRMED`: the first packet has left the gateway.
    pub const CONFIRMED: Self = Self(1 << 3);
    /// `IPS_SRC_NAT`: the source is rewritten.
    pub const SOURCE_TRANSLATED: Self = Self(1 << 4);
    /// `IPS_DST_NAT`: the destination is rewritten.
    pub const DESTINATION_TRANSLATED: Self = Self(1 << 5);
    /// `IPS_DYING`: removed from the kernel's table.
    pub const DYING: Self = Self(1 << 9);
    /// `IPS_OFFLOAD`: a flowtable forwards its packets.
    pub const OFFLOADED: Self = Self(1 << 14);
    /// `IPS_HW_OFFLOAD`: hardware forwards its packets.
    pub const HARDWARE_OFFLOADED: Self = Self(1 << 15);
    /// Either kind of translation.
    pub const TRANSLATED: Self = Self(Self::SOURCE_TRANSLATED.0 | Self::DESTINATION_TRANSLATED.0);

    /// Whether all bits of `other` are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any bit of `other` is set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
