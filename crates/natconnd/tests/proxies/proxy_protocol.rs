//! What stands behind a TCP proxy, which tells the client by the PROXY protocol.
//!
//! HAProxy in TCP mode takes the connections of the NAT; behind it stands what asks
//! natconnd. Debian's Caddy cannot read the protocol.

use std::fs;

use lab::Lab;

use crate::front::{self, Front, HTTP, Patience};
use crate::process::Process;
use crate::scenario::scenarios;
use crate::{haproxy, nginx};

/// Where what stands behind listens.
const BEHIND: &str = "127.0.0.1:8090";

/// A TCP proxy that uses this version of the protocol.
fn balancer(lab: &Lab, version: &str) -> Process {
    let (v4, v6) = (lab.outside().at(HTTP), lab.outside().at_v6(HTTP));
    let text = format!(
        "defaults balancer
    mode tcp
    timeout client 60s
    timeout server 60s
    timeout connect 5s
listen balancer from balancer
    bind {v4}
    bind {v6}
    server behind {BEHIND} {version}
"
    );
    fs::write("/run/balancer.cfg", text).unwrap();
    let mut command = lab::command(&["haproxy", "-db", "-f", "/run/balancer.cfg"]);
    front::start(lab, &mut command, &[v4, v6])
}

fn nginx_behind(lab: &Lab, version: &str, patience: Patience) -> Front {
    let listen = format!("listen {BEHIND} proxy_protocol;");
    let mut command = nginx::command(&listen, patience);
    Front::start(lab, &mut command, &[BEHIND.parse().unwrap()]).behind(balancer(lab, version))
}

fn haproxy_behind(lab: &Lab, version: &str, patience: Patience) -> Front {
    let bind = format!("    bind {BEHIND} accept-proxy\n");
    let mut command = haproxy::command(&bind, patience);
    Front::start(lab, &mut command, &[BEHIND.parse().unwrap()]).behind(balancer(lab, version))
}

/// The scenarios that are about the client.
macro_rules! behind {
    ($module:ident, $version:literal, $start:ident, $programs:expr) => {
        mod $module {
            use super::*;

            fn start(lab: &Lab, patience: Patience) -> Front {
                $start(lab, $version, patience)
            }

            scenarios!(
                start,
                $programs,
                open,
                names_the_host_and_its_port,
                names_it_over_ipv6,
                removes_what_clients_make_up,
                follows_a_port_from_host_to_host,
                names_it_for_a_websocket,
            );
        }
    };
}

behind!(
    nginx_with_version_1,
    "send-proxy",
    nginx_behind,
    ["haproxy", "nginx", "curl"]
);
behind!(
    nginx_with_version_2,
    "send-proxy-v2",
    nginx_behind,
    ["haproxy", "nginx", "curl"]
);
behind!(
    haproxy_with_version_1,
    "send-proxy",
    haproxy_behind,
    ["haproxy", "curl"]
);
behind!(
    haproxy_with_version_2,
    "send-proxy-v2",
    haproxy_behind,
    ["haproxy", "curl"]
);
