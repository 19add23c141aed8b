//! Traffic of every kind that the sockets tell apart.

use std::net::TcpStream;

use lab::{Error, Lab, packet};
use model::{Connection, Match};

/// Masquerade, port forwards that work from inside too, and zones of all three
/// scopes.
const RULES: &str = "
table inet nat {
    chain zones {
        type filter hook prerouting priority raw
        udp dport 54 ct zone set 5
        udp sport 54 ct zone set 5
        iifname inside udp dport 55 ct original zone set 6
        iifname inside udp dport 56 ct reply zone set 7
        iifname outside udp sport 56 ct zone set 7
    }
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr 100.64.2.1 tcp dport 8022 dnat ip to 192.168.248.4:22
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outside masquerade
        ip saddr 192.168.248.0/24 oifname inside masquerade
    }
}";

/// Connections that [`make`] makes.
pub const COUNT: usize = 17;

/// Loads the rules and opens the servers.
pub fn serve(lab: &Lab) -> Result<(), Error> {
    lab.nft(RULES)?;
    // Nobody answers an INIT, and three seconds may be over too soon.
    lab.sysctl("net.netfilter.nf_conntrack_sctp_timeout_cookie_wait", "60")?;
    for port in 53..=56 {
        lab.outside().serve_udp(port)?;
    }
    lab.outside().serve_tcp(443)?;
    lab.host(3).serve_tcp(22)
}

/// Makes connections; those of TCP last as long as what is returned.
pub fn make(lab: &Lab) -> Result<Vec<TcpStream>, Error> {
    let outside = lab.outside();
    for port in 53..=56 {
        lab.host(1).exchange_udp(5000, outside.at(port))?;
    }
    for host in lab.hosts() {
        host.exchange_udp(5001, outside.at_v6(53))?;
        host.ping(7, outside.v4().into())?;
    }
    lab.host(2).ping(7, outside.v6().into())?;
    let init = packet::sctp_init(5000, 36412);
    lab.host(2)
        .send_ip(packet::SCTP, &init, outside.v4().into())?;
    lab.host(2)
        .send_ip(packet::GRE, &packet::pptp_gre(7), outside.v4().into())?;
    lab.host(2).send_ip(99, &[7; 32], outside.v6().into())?;
    let forwarded = (lab.nat_v4()[0], 8022).into();
    Ok(vec![
        lab.host(1).connect_tcp(6000, outside.at(443))?,
        outside.connect_tcp(6001, forwarded)?,
        lab.host(2).connect_tcp(6002, forwarded)?,
    ])
}

/// What a filter sees of each translation of a connection.
pub fn matches(connection: &Connection) -> impl Iterator<Item = Match> + '_ {
    connection.translations().map(|translation| Match {
        protocol: connection.original.protocol,
        translation,
        original_destination: connection.original.destination,
        zone: connection.zone,
        kernel_id: Some(connection.kernel_id),
        started_at: None,
        ended_at: None,
        end_evidence: None,
        traffic: None,
        mark: None,
    })
}
