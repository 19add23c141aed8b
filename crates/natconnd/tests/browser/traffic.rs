//! What the pages show: a small office behind two NAT addresses.

use std::any::Any;
use std::time::Duration;

use lab::{Error, Host, Lab, Topology};

/// Six hosts, two NAT addresses.
pub const OFFICE: Topology = Topology {
    hosts: 6,
    nat_addresses: 2,
};

/// The last two hosts have an address of their own; one host serves the web.
const RULES: &str = "
table inet nat {
    chain prerouting {
        type nat hook prerouting priority dstnat
        iifname outside tcp dport 8443 dnat ip to 192.168.248.3:443
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outside ip saddr 192.168.248.6-192.168.248.7 snat ip to 100.64.2.2
        oifname outside ip saddr 192.168.248.0/24 snat ip to 100.64.2.1
        oifname outside meta nfproto ipv6 masquerade
    }
}";

/// The history of it, and a receive buffer that every machine allows.
pub const CONFIG: &str = "
[track]
receive-buffer = \"200KiB\"
receive-buffer-max = \"200KiB\"
[history]
folder = \"/run/history\"
gateway = \"gw1.example.net\"
";

/// Connections, alive for as long as this is.
pub struct Traffic {
    open: Vec<Box<dyn Any>>,
}

impl Traffic {
    /// Loads the rules and starts what is talked to.
    pub fn begin(lab: &Lab) -> Result<Self, Error> {
        lab.nft(RULES)?;
        lab.sysctl("net.netfilter.nf_conntrack_timestamp", "1")?;
        for port in [22, 80, 443, 993] {
            lab.outside().serve_tcp(port)?;
        }
        for port in [53, 123, 443] {
            lab.outside().serve_udp(port)?;
        }
        lab.host(2).serve_tcp(443)?;
        Ok(Self { open: Vec::new() })
    }

    /// Has every host do what hosts do; `rounds` times, and some hosts more than others.
    pub fn flow(&mut self, lab: &Lab, rounds: usize) -> Result<(), Error> {
        for round in 0..rounds {
            for (number, host) in lab.hosts().iter().enumerate() {
                if round % (number + 1) == 0 {
                    self.browse(lab, host)?;
                }
            }
            let forwarded = (lab.nat_v4()[0], 8443).into();
            self.keep(lab.outside().connect_tcp(0, forwarded)?);
        }
        lab.host(4).ping(77, lab.outside().v4().into())
    }

    fn browse(&mut self, lab: &Lab, host: &Host) -> Result<(), Error> {
        let outside = lab.outside();
        self.keep(host.exchange_udp(0, outside.at(53))?);
        self.keep(host.connect_tcp(0, outside.at(443))?);
        self.keep(host.connect_tcp(0, outside.at_v6(443))?);
        self.keep(host.exchange_udp(0, outside.at(443))?);
        self.keep(host.connect_tcp(0, outside.at(80))?);
        Ok(())
    }

    fn keep(&mut self, connection: impl Any) {
        self.open.push(Box::new(connection));
    }

    /// Ends the oldest connections, this many.
    pub fn end(&mut self, count: usize) {
        let count = count.min(self.open.len());
        self.open.drain(..count);
    }
}

/// Lets the kernel tell nothing for a while, during which something happens.
pub fn miss_something(lab: &Lab, traffic: &mut Traffic) -> Result<(), Error> {
    let setting = "net.netfilter.nf_conntrack_events";
    lab.sysctl(setting, "0")?;
    traffic.flow(lab, 1)?;
    std::thread::sleep(Duration::from_millis(1500));
    lab.sysctl(setting, "1")
}
