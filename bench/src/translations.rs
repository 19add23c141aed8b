//! All live translations of a gateway: as the kernel lists them, and as
//! natconnd does.

use std::net::SocketAddrV4;

use anyhow::{Context, Result};

use crate::gateway::Gateway;
use crate::http;
use crate::readers::Daemon;
use crate::tool;

/// One live translation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Translation {
    /// The host behind the NAT.
    pub internal: SocketAddrV4,
    /// What the NAT shows.
    pub nat: SocketAddrV4,
    /// The far end.
    pub remote: SocketAddrV4,
    /// The kernel's id of the connection.
    pub kernel_id: u32,
}

/// What `conntrack -L` lists, in order.
pub fn of_kernel(gateway: &Gateway) -> Result<Vec<Translation>> {
    let name = gateway.namespace().name();
    let line = format!("ip netns exec {name} conntrack -L -p udp -o id");
    let text = tool::run(&line)?;
    let read =
        |line: &str| of_line(line).with_context(|| format!("read a line of conntrack -L: {line}"));
    let mut all = text.lines().map(read).collect::<Result<Vec<_>>>()?;
    all.sort_unstable();
    Ok(all)
}

/// What `/api/v1/connections` lists, in order.
pub fn of_natconnd(daemon: &Daemon) -> Result<Vec<Translation>> {
    let body = http::download(daemon.socket(), "/api/v1/connections?format=csv")?;
    let text = String::from_utf8(body).context("read natconnd's list")?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let read = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        of_row(&head, &fields).with_context(|| format!("read a row of natconnd's list: {line}"))
    };
    let mut all = lines.map(read).collect::<Result<Vec<_>>>()?;
    all.sort_unstable();
    Ok(all)
}

/// How two lists differ, both in order.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    /// What only the first has.
    pub missing: Vec<Translation>,
    /// What only the second has.
    pub extra: Vec<Translation>,
}

impl Differences {
    /// What natconnd's list lacks of the kernel's, and what it has too much.
    pub fn between(kernel: &[Translation], natconnd: &[Translation]) -> Self {
        Self {
            missing: without(kernel, natconnd),
            extra: without(natconnd, kernel),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.missing.len() + self.extra.len()
    }
}

/// What `list` has more often than `other`.
fn without(list: &[Translation], other: &[Translation]) -> Vec<Translation> {
    let mut other = other.iter().peekable();
    let mut rest = Vec::new();
    for one in list {
        while other.next_if(|other| *other < one).is_some() {}
        if other.next_if(|other| *other == one).is_none() {
            rest.push(*one);
        }
    }
    rest
}

/// Reads a line of conntrack: the first tuple is the original, the second the
/// reply.
fn of_line(line: &str) -> Option<Translation> {
    let field = |name: &str, number: usize| {
        let mut fields = line
            .split_whitespace()
            .filter_map(move |word| word.strip_prefix(name));
        fields.nth(number)
    };
    let endpoint = |address: &str, port: &str, number: usize| {
        let address = field(address, number)?.parse().ok()?;
        Some(SocketAddrV4::new(
            address,
            field(port, number)?.parse().ok()?,
        ))
    };
    Some(Translation {
        internal: endpoint("src=", "sport=", 0)?,
        nat: endpoint("dst=", "dport=", 1)?,
        remote: endpoint("src=", "sport=", 1)?,
        kernel_id: field("id=", 0)?.parse().ok()?,
    })
}

fn of_row(head: &[&str], fields: &[&str]) -> Option<Translation> {
    let field = |name: &str| {
        let column = head.iter().position(|column| *column == name)?;
        fields.get(column).copied()
    };
    let endpoint = |address: &str, port: &str| {
        let address = field(address)?.parse().ok()?;
        Some(SocketAddrV4::new(address, field(port)?.parse().ok()?))
    };
    Some(Translation {
        internal: endpoint("internal_address", "internal_port")?,
        nat: endpoint("nat_address", "nat_port")?,
        remote: endpoint("remote_address", "remote_port")?,
        kernel_id: field("kernel_id")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translation(port: u16) -> Translation {
        let line = format!(
            "udp      17 29 src=10.1.0.1 dst=198.51.100.7 sport={port} dport=443 [UNREPLIED] \
             src=198.51.100.7 dst=203.0.113.3 sport=443 dport=2048 mark=0 use=1 id=4711"
        );
        of_line(&line).expect("a good line")
    }

    #[test]
    fn a_line_and_a_row_say_the_same() {
        let head = "internal_port,internal_address,nat_address,nat_port,remote_address,remote_port,kernel_id";
        let row = "1024,10.1.0.1,203.0.113.3,2048,198.51.100.7,443,4711";
        let split = |line: &'static str| line.split(',').collect::<Vec<_>>();
        assert_eq!(of_row(&split(head), &split(row)), Some(translation(1024)));
    }

    #[test]
    fn each_list_is_held_against_the_other() {
        let list = |ports: &[u16]| ports.iter().copied().map(translation).collect::<Vec<_>>();
        let found = Differences::between(&list(&[1, 2, 4, 5]), &list(&[1, 3, 4, 4]));
        assert_eq!(found.missing, list(&[2, 5]));
        assert_eq!(found.extra, list(&[3, 4]));
        assert_eq!(found.count(), 4);
    }
}
