//! The lab gateway: a NAT gateway in a network namespace of its own.
//!
//! ```text
//! world namespace          gateway namespace            world namespace
//! hosts ──veth── inside │ forward, snat to 8 │ outside ──veth── remotes
//! ```
//!
//! Both ends live in the namespace "world". The remotes' end drops every
//! frame on arrival because none carries its link address, which costs the
//! gateway nothing but the transmission.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::namespace::Namespace;
use crate::{sys, tool};

/// The gateway's interface towards the hosts.
pub const INSIDE: &str = "inside";
/// Its interface towards the remotes.
pub const OUTSIDE: &str = "outside";
/// The far end of [`INSIDE`], where the generator sends.
pub const HOSTS: &str = "hosts";
/// The link address of [`INSIDE`].
pub const INSIDE_LINK: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];

/// The far end of [`OUTSIDE`].
pub const REMOTES: &str = "remotes";

/// What hosts are translated to, as wide as it goes with eight addresses.
const NAT: &str = "203.0.113.1-203.0.113.8:1024-65535";

fn rules(nat: &str) -> String {
    format!(
        "
table ip bench {{
    chain postrouting {{
        type nat hook postrouting priority srcnat
        oifname outside meta l4proto udp snat to {nat}
    }}
}}"
    )
}

/// A NAT gateway and the world around it.
pub struct Gateway {
    namespace: Namespace,
    world: Namespace,
}

impl Gateway {
    /// Builds the gateway and its neighbours.
    pub fn build() -> Result<Self> {
        Self::build_translating_to(NAT)
    }

    /// The same, with these addresses and ports for its hosts, as nft writes
    /// them after `snat to`.
    pub fn build_translating_to(nat: &str) -> Result<Self> {
        let gateway = Self {
            namespace: Namespace::create("gateway")?,
            world: Namespace::create("world")?,
        };
        let inside_link = INSIDE_LINK.map(|byte| format!("{byte:02x}")).join(":");
        let (name, world) = (gateway.namespace.name(), gateway.world.name());
        // Before there is an interface: what IPv6 would say of itself must not
        // be counted as forwarded.
        for namespace in [&gateway.namespace, &gateway.world] {
            namespace.write_setting("net/ipv6/conf/default/disable_ipv6", "1")?;
            namespace.write_setting("net/ipv4/conf/default/rp_filter", "0")?;
            namespace.write_setting("net/ipv4/conf/all/rp_filter", "0")?;
        }
        gateway
            .namespace
            .write_setting("net/ipv4/ip_forward", "1")?;
        for settings in [
            format!("link add {INSIDE} address {inside_link} type veth peer {HOSTS} netns {world}"),
            format!("link add {OUTSIDE} type veth peer {REMOTES} netns {world}"),
            format!("address add 10.0.0.1/8 dev {INSIDE}"),
            format!("address add 192.0.2.1/24 dev {OUTSIDE}"),
            format!("link set {INSIDE} up"),
            format!("link set {OUTSIDE} up"),
            // Nobody has this link address: the remotes' end drops the frame.
            format!("neigh add 192.0.2.2 lladdr 02:00:00:00:ff:ff nud permanent dev {OUTSIDE}"),
            format!("route add default via 192.0.2.2 dev {OUTSIDE}"),
        ] {
            tool::run(&format!("ip -n {name} {settings}"))?;
        }
        for end in [HOSTS, REMOTES] {
            tool::run(&format!("ip -n {world} link set {end} arp off up"))?;
        }
        tool::run_with_input(&format!("ip netns exec {name} nft -f -"), &rules(nat))?;
        Ok(gateway)
    }

    /// The namespace of the gateway itself.
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// The namespace of the hosts and the remotes.
    pub fn world(&self) -> &Namespace {
        &self.world
    }

    /// Sets after how many seconds without a packet a UDP connection ends.
    pub fn set_udp_timeout(&self, seconds: u32) -> Result<()> {
        let seconds = seconds.to_string();
        self.namespace
            .write_setting("net/netfilter/nf_conntrack_udp_timeout", &seconds)
    }

    /// Makes the kernel note, or not, when connections begin and end.
    pub fn set_kernel_times(&self, are_kept: bool) -> Result<()> {
        let value = if are_kept { "1" } else { "0" };
        self.namespace
            .write_setting("net/netfilter/nf_conntrack_timestamp", value)
    }

    /// Number of connections that the gateway tracks.
    pub fn connections(&self) -> Result<u64> {
        let count = self
            .namespace
            .read_setting("net/netfilter/nf_conntrack_count")?;
        count
            .parse()
            .with_context(|| format!("read nf_conntrack_count: found {count}"))
    }

    /// Packets forwarded since the gateway was built.
    pub fn forwarded(&self) -> Result<u64> {
        let name = self.namespace.name();
        let line = format!("ip -n {name} -json -statistics link show {OUTSIDE}");
        let links: serde_json::Value = serde_json::from_str(&tool::run(&line)?)
            .with_context(|| format!("read the output of {line}"))?;
        links[0]["stats64"]["tx"]["packets"]
            .as_u64()
            .with_context(|| format!("{line}: no stats64.tx.packets"))
    }

    /// Ends every connection, one after the other.
    ///
    /// The kernel alone would take a minute to find what has expired, and
    /// `conntrack -F` would end all in one burst, which no gateway ever sees.
    pub fn end_all(&self) -> Result<()> {
        let line = format!("ip netns exec {} conntrack -D", self.namespace.name());
        for _ in 0..100 {
            // It gives up when the kernel has ended a connection first, and
            // reports an error when there is none.
            let ended = tool::run(&line);
            if self.connections()? == 0 {
                return Ok(());
            }
            if ended.is_err() {
                sys::pause(Duration::from_millis(10))?;
            }
        }
        bail!("end all connections: {} left", self.connections()?)
    }
}
