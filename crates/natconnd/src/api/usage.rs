//! Who uses how many connections and ports.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Coverage;

/// Who uses how many connections and ports: the live table, counted.
///
/// The table changes while it is counted, so sums may differ a little.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// When the counting began, RFC 3339 in UTC.
    #[schema(example = "2026-11-23T22:47:00.123Z")]
    pub taken_at: String,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// Live translations.
    pub translations: u64,
    /// How many NAT addresses there are, each once for each protocol.
    pub nat_address_count: u64,
    /// How many pairs of a NAT address and a remote endpoint there are.
    pub remote_count: u64,
    /// How many hosts there are.
    pub host_count: u64,
    /// NAT addresses, those with the most translations first.
    pub nat_addresses: Vec<NatUsage>,
    /// Remote endpoints, those first for which the most ports of a NAT address are
    /// in use. Linux keeps the tuple of replies unique, so a port can be used once
    /// for each remote endpoint, and it is the ports for one of them that run out.
    pub remotes: Vec<RemoteUsage>,
    /// Hosts, in the order of `sort`.
    pub hosts: Vec<HostUsage>,
    /// How complete the data behind it is.
    pub coverage: Coverage,
}

/// What hosts are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum HostOrder {
    /// By their connections, the greatest number first.
    #[default]
    Connections,
    /// By the NAT ports that they have, the greatest number first.
    Ports,
}

impl HostOrder {
    /// All orders.
    pub const ALL: [Self; 2] = [Self::Connections, Self::Ports];

    /// The value of `sort` that asks for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Ports => "ports",
        }
    }
}

/// What there is of one NAT address and protocol.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct NatUsage {
    /// The NAT address.
    #[schema(example = "100.64.2.1")]
    pub nat_address: String,
    /// The protocol, by name or number.
    #[schema(example = "tcp")]
    pub protocol: String,
    /// Live translations, of both kinds.
    pub translations: u64,
    /// Different NAT ports of them; null where the protocol has no ports. The
    /// ids of ICMP and the keys of GRE are none.
    pub ports: Option<u64>,
}

/// The ports of one NAT address that are in use for one remote endpoint.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RemoteUsage {
    /// The protocol, by name or number. It has ports.
    #[schema(example = "tcp")]
    pub protocol: String,
    /// The NAT address.
    #[schema(example = "100.64.2.1")]
    pub nat_address: String,
    /// The remote address.
    #[schema(example = "100.64.2.10")]
    pub remote_address: String,
    /// The remote port.
    #[schema(example = 443)]
    pub remote_port: u16,
    /// Conntrack zone of the replies; each zone has the ports for itself.
    #[schema(example = 0)]
    pub zone: u16,
    /// Ports in use by source translations, of those that are available. The port
    /// of a destination translation is the ruleset's choice and takes none away.
    pub ports: u64,
    /// How many there are: those of `track.nat-ports`.
    #[schema(example = 64_512)]
    pub available: u64,
    /// `ports` in per cent of `available`.
    pub per_cent: f64,
}

/// What one host uses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct HostUsage {
    /// The host.
    #[schema(example = "192.168.248.2")]
    pub internal_address: String,
    /// Its live translations.
    pub connections: u64,
    /// Different NAT addresses and ports that its source translations have.
    pub ports: u64,
}

/// Who holds the ports of a NAT address at this moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Ports {
    /// When it was looked at, RFC 3339 in UTC.
    #[schema(example = "2026-11-23T22:47:00.123Z")]
    pub taken_at: String,
    /// The NAT address.
    #[schema(example = "100.64.2.1")]
    pub nat_address: String,
    /// The protocol.
    #[schema(example = "tcp")]
    pub protocol: String,
    /// The ports that are held, in their order.
    pub ports: Vec<PortUsage>,
    /// How complete the data behind it is.
    pub coverage: Coverage,
}

/// A NAT port that live translations have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PortUsage {
    /// The NAT port.
    #[schema(example = 40_123)]
    pub port: u16,
    /// How many live translations have it, each for another remote endpoint.
    pub connections: u32,
    /// How many of those are destination translations, whose port the ruleset has
    /// chosen.
    pub forwarded: u32,
    /// The host of the one that began last.
    #[schema(example = "192.168.248.2")]
    pub internal_address: String,
    /// How many different hosts have it.
    #[schema(example = 1)]
    pub hosts: u32,
}
