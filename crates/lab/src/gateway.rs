//! Building the lab, and the gateway in its middle.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::topology::Addresses;
use crate::{Error, Host, Listed, Topology};

/// Rules that masquerade everything that leaves on the outside, IPv4 and IPv6.
pub const MASQUERADE: &str = "
table inet nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outside masquerade
    }
}";

/// A NAT gateway with hosts on its inside and one host on its outside.
///
/// The process that builds it lives on the gateway: whatever it asks the
/// kernel about connections is about the gateway's. There is no rule set to
/// begin with, and without one the kernel tracks nothing.
#[derive(Debug)]
pub struct Lab {
    gateway: Host,
    hosts: Vec<Host>,
    outside: Host,
    nat_addresses: u8,
}

impl Lab {
    /// Builds the lab around the calling process.
    ///
    /// Must be called once, in fresh namespaces after
    /// [`namespaces::settle`](crate::namespaces::settle). Takes about a tenth
    /// of a second.
    ///
    /// # Panics
    ///
    /// When `topology` asks for more than it allows.
    pub fn build(topology: Topology) -> Result<Self, Error> {
        assert!(topology.hosts <= 250, "a lab has room for 250 hosts");
        assert!(
            (1..=9).contains(&topology.nat_addresses),
            "a gateway has 1 to 9 NAT addresses"
        );
        let gateway = Host::open(
            "gateway",
            Path::new("/proc/thread-self/ns/net"),
            Addresses::INSIDE,
        )?;
        forward(&gateway)?;
        gateway.batch(&gateway_links(topology.nat_addresses))?;

        let outside = attach(&gateway, "outside", Addresses::OUTSIDE, None)?;
        gateway.batch("link set outside up")?;
        let hosts = (1..=topology.hosts)
            .map(|number| {
                let name = format!("host{number}");
                attach(
                    &gateway,
                    &name,
                    Addresses::host(number),
                    Some(Addresses::INSIDE),
                )
                .and_then(|host| {
                    gateway.batch(&format!("link set {name} master inside up"))?;
                    Ok(host)
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            gateway,
            hosts,
            outside,
            nat_addresses: topology.nat_addresses,
        })
    }

    /// The gateway itself. Its interfaces are `inside` and `outside`.
    pub fn gateway(&self) -> &Host {
        &self.gateway
    }

    /// An internal host, counted from 1.
    ///
    /// # Panics
    ///
    /// When there is none of that number.
    pub fn host(&self, number: usize) -> &Host {
        &self.hosts[number - 1]
    }

    /// All internal hosts.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// The host beyond the NAT, which sees NAT endpoints only.
    pub fn outside(&self) -> &Host {
        &self.outside
    }

    /// The gateway's IPv4 addresses on the outside.
    pub fn nat_v4(&self) -> Vec<Ipv4Addr> {
        (1..=self.nat_addresses)
            .map(|number| Addresses::nat(number).v4)
            .collect()
    }

    /// The gateway's IPv6 addresses on the outside.
    pub fn nat_v6(&self) -> Vec<Ipv6Addr> {
        (1..=self.nat_addresses)
            .map(|number| Addresses::nat(number).v6)
            .collect()
    }

    /// Loads a rule set on the gateway, in nft's own language.
    pub fn nft(&self, rules: &str) -> Result<(), Error> {
        self.gateway.run_with_input(&["nft", "-f", "-"], rules)?;
        Ok(())
    }

    /// Runs `conntrack` on the gateway with these arguments.
    pub fn conntrack(&self, arguments: &[&str]) -> Result<String, Error> {
        self.gateway.run(&[&["conntrack"], arguments].concat())
    }

    /// The gateway's connections as `conntrack -L` lists them, IPv4 and then
    /// IPv6; `arguments` choose among them (`-p tcp`, `--src-nat`, …).
    pub fn connections(&self, arguments: &[&str]) -> Result<Vec<Listed>, Error> {
        let mut all = Vec::new();
        for family in ["ipv4", "ipv6"] {
            let list = ["-L", "-o", "extended,id", "-f", family];
            let text = self.conntrack(&[&list, arguments].concat())?;
            for line in text.lines() {
                all.push(line.parse()?);
            }
        }
        Ok(all)
    }

    /// Like [`connections`](Self::connections), once there are `count` of
    /// them. Packets that nothing answers take a moment to arrive.
    ///
    /// # Errors
    ///
    /// When there are not as many after 5 s, or more.
    pub fn await_connections(
        &self,
        arguments: &[&str],
        count: usize,
    ) -> Result<Vec<Listed>, Error> {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let found = self.connections(arguments)?;
            if found.len() == count {
                return Ok(found);
            }
            if found.len() > count || Instant::now() > deadline {
                return Err(Error::Count {
                    expected: count,
                    found,
                });
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// Sets one of the gateway's kernel settings, by its name with dots.
    pub fn sysctl(&self, name: &str, value: &str) -> Result<(), Error> {
        self.gateway.sysctl(name, value)
    }
}

impl Host {
    /// Runs lines of `ip` commands.
    fn batch(&self, lines: &str) -> Result<(), Error> {
        self.run_with_input(&["ip", "-batch", "-"], lines)?;
        Ok(())
    }
}

fn forward(gateway: &Host) -> Result<(), Error> {
    gateway.sysctl("net.ipv4.ip_forward", "1")?;
    gateway.sysctl("net.ipv6.conf.all.forwarding", "1")?;
    // In a hairpin packets leave where they came from. The gateway would tell
    // the sender to go there directly.
    gateway.sysctl("net.ipv4.conf.all.send_redirects", "0")?;
    gateway.sysctl("net.ipv4.conf.default.send_redirects", "0")
}

/// The gateway's own interfaces: a bridge inside, addresses for both sides.
fn gateway_links(nat_addresses: u8) -> String {
    // Multicast snooping would hold back neighbour discovery until a querier
    // is heard, and there is none.
    let mut lines = String::from(
        "link add inside type bridge mcast_snooping 0\n\
         link set inside up\n\
         link add outside type veth peer name eth0\n",
    );
    for address in Addresses::INSIDE.with_prefixes() {
        lines += &format!("address add {address} dev inside\n");
    }
    for number in 1..=nat_addresses {
        for address in Addresses::nat(number).with_prefixes() {
            lines += &format!("address add {address} dev outside\n");
        }
    }
    lines
}

/// Makes a namespace, links it to the gateway, and gives it its addresses.
///
/// The gateway's end of the link has the namespace's name. A host with a
/// `router` sends everything there; the outside one knows its neighbours only.
fn attach(
    gateway: &Host,
    name: &str,
    addresses: Addresses,
    router: Option<Addresses>,
) -> Result<Host, Error> {
    gateway.run(&["ip", "netns", "add", name])?;
    let host = Host::open(name, &Path::new("/run/netns").join(name), addresses)?;
    let link = match router {
        Some(_) => format!("link add {name} type veth peer name eth0 netns {name}"),
        None => format!("link set eth0 netns {name}"),
    };
    gateway.batch(&link)?;
    let mut lines = String::from("link set lo up\nlink set eth0 up\n");
    for address in addresses.with_prefixes() {
        lines += &format!("address add {address} dev eth0\n");
    }
    if let Some(router) = router {
        lines += &format!("route add default via {}\n", router.v4);
        lines += &format!("route add default via {}\n", router.v6);
    }
    host.batch(&lines)?;
    // Lets group 0 open the sockets that `Host::ping` uses.
    host.sysctl("net.ipv4.ping_group_range", "0 0")?;
    Ok(host)
}
