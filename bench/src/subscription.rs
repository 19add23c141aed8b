//! Who listens to the events of a gateway, as the kernel lists it.
//!
//! The same for every reader, whatever it says of itself.

use std::fs;

use anyhow::{Context, Result};

use crate::gateway::Gateway;

/// Protocol number of netfilter's netlink sockets.
const NETFILTER: &str = "12";

/// The groups of NEW and DESTROY as bits.
const NEW_AND_DESTROY: u32 = 0b101;

/// The socket of a reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subscription {
    /// Messages that the kernel dropped because its buffer was full.
    pub dropped: u64,
}

/// Finds the socket that gets NEW and DESTROY; `None` while nobody listens.
/// Of several, their drops are added up.
pub fn find(gateway: &Gateway) -> Result<Option<Subscription>> {
    let path = "/proc/thread-self/net/netlink";
    let read = || fs::read_to_string(path).with_context(|| format!("read {path}"));
    let list = gateway.namespace().run(read)?;
    let drops: Vec<u64> = list.lines().filter_map(drops_of_listener).collect();
    Ok((!drops.is_empty()).then(|| Subscription {
        dropped: drops.iter().sum(),
    }))
}

/// Bytes that wait in the buffers of all that get NEW and DESTROY, as the kernel
/// accounts them.
pub fn waiting(gateway: &Gateway) -> Result<u64> {
    let path = "/proc/thread-self/net/netlink";
    let read = || fs::read_to_string(path).with_context(|| format!("read {path}"));
    let list = gateway.namespace().run(read)?;
    let waiting = list
        .lines()
        .filter(|line| drops_of_listener(line).is_some());
    Ok(waiting
        .filter_map(|line| line.split_whitespace().nth(4)?.parse::<u64>().ok())
        .sum())
}

/// Netfilter sockets in the calling thread's namespace that get no events: for
/// dumps and gets.
pub fn others() -> Result<usize> {
    let path = "/proc/thread-self/net/netlink";
    let list = fs::read_to_string(path).with_context(|| format!("read {path}"))?;
    let groups_of = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // Port 0 is the kernel's own.
        let is_ours = fields.get(1) == Some(&NETFILTER) && fields.get(2) != Some(&"0");
        is_ours
            .then(|| u32::from_str_radix(fields.get(3)?, 16).ok())
            .flatten()
    };
    Ok(list
        .lines()
        .filter_map(groups_of)
        .filter(|&groups| groups == 0)
        .count())
}

/// Reads a line: address, protocol, port, groups, memory, memory, callback,
/// references, drops, inode. Lines of other sockets give nothing.
fn drops_of_listener(line: &str) -> Option<u64> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let groups = u32::from_str_radix(fields.get(3)?, 16).ok()?;
    let listens = fields[1] == NETFILTER && groups & NEW_AND_DESTROY == NEW_AND_DESTROY;
    listens.then(|| fields.get(8)?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_listens_to_both_counts() {
        let line = |groups: &str| {
            format!(
                "00000000f7d1a3b2 12  4711       {groups} 0        0        0     2        877      21345   "
            )
        };
        assert_eq!(drops_of_listener(&line("00000005")), Some(877));
        assert_eq!(drops_of_listener(&line("00000004")), None);
        assert_eq!(
            drops_of_listener(&line("00000005").replace(" 12 ", " 15 ")),
            None
        );
        assert_eq!(
            drops_of_listener("sk               Eth Pid        Groups   Rmem"),
            None
        );
    }
}
