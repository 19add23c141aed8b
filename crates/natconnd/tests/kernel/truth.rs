//! What the answers should be, from what `conntrack -L` prints.
//!
//! The roles are derived here a second time, by the words of the glossary and
//! with none of the project's code for it.

use std::net::{IpAddr, SocketAddr};

use lab::{Lab, Listed};
use natconnd::api::Row;

/// One translation of one live connection.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Truth {
    pub protocol: String,
    pub kind: String,
    pub internal: SocketAddr,
    pub nat: SocketAddr,
    pub remote: SocketAddr,
    pub zone: u16,
    pub kernel_id: u32,
}

/// All translations on the gateway, in order.
pub fn translations(lab: &Lab) -> Vec<Truth> {
    let listed = lab.connections(&[]).unwrap();
    let mut all: Vec<_> = listed.iter().flat_map(of_connection).collect();
    all.sort();
    all
}

/// The translations of a connection: none, one or two.
pub fn of_connection(listed: &Listed) -> Vec<Truth> {
    let endpoint = |endpoint: model::Endpoint| SocketAddr::new(endpoint.address, endpoint.port);
    let packet = [listed.original.source, listed.original.destination].map(endpoint);
    let answer = [listed.reply.source, listed.reply.destination].map(endpoint);
    let [sender, target] = packet;
    let [answerer, receiver] = answer;
    let truth = |kind: &str, internal, nat, remote| Truth {
        protocol: protocol(listed.original.protocol.0),
        kind: kind.to_owned(),
        internal,
        nat,
        remote,
        zone: listed.zone.id,
        kernel_id: listed.kernel_id.0,
    };
    let mut all = Vec::new();
    // The answer goes to somebody who did not send the packet: the sender hides
    // behind the receiver.
    if receiver != sender {
        all.push(truth("source", sender, receiver, answerer));
    }
    // The answer comes from somebody whom the packet was not sent to. (An echo
    // has its id on both sides; changed, it is the source's.)
    let is_same = match listed.original.protocol.0 {
        1 | 58 => answerer.ip() == target.ip(),
        _ => answerer == target,
    };
    if !is_same {
        all.push(truth("destination", answerer, target, sender));
    }
    all
}

fn protocol(number: u8) -> String {
    match number {
        1 => "icmp".to_owned(),
        6 => "tcp".to_owned(),
        17 => "udp".to_owned(),
        47 => "gre".to_owned(),
        50 => "esp".to_owned(),
        58 => "icmpv6".to_owned(),
        132 => "sctp".to_owned(),
        136 => "udplite".to_owned(),
        other => other.to_string(),
    }
}

/// What a row of an answer says, where it is of a live connection.
pub fn of_row(row: &Row) -> Truth {
    assert_eq!(row.ended_at, None, "{row:?}");
    assert!(row.started_at.is_some(), "{row:?}");
    Truth {
        protocol: row.protocol.clone(),
        kind: row.kind.clone(),
        internal: SocketAddr::new(row.internal_address, row.internal_port),
        nat: SocketAddr::new(row.nat_address, row.nat_port),
        remote: SocketAddr::new(
            row.remote_address
                .expect("a live connection has its remote"),
            row.remote_port.expect("a live connection has its remote"),
        ),
        zone: row.zone,
        kernel_id: row.kernel_id.expect("a live connection has its kernel id"),
    }
}

/// What the rows say, in order.
pub fn of_rows<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<Truth> {
    let mut all: Vec<_> = rows.into_iter().map(of_row).collect();
    all.sort();
    all
}

/// How many internal hosts there are, in the API's word.
pub fn verdict(truth: &[Truth]) -> &'static str {
    let mut hosts: Vec<IpAddr> = truth.iter().map(|one| one.internal.ip()).collect();
    hosts.sort();
    hosts.dedup();
    match hosts.len() {
        0 => "none",
        1 => "one",
        _ => "several",
    }
}
