//! Who listens to the events of a gateway, as the kernel lists it.
//!
//! The same for every reader, whatever it says of itself.

use std::fs;

use anyhow::{Context, Result};

use crate::gateway::Gateway;

/// Protocol number of netfilter's netlink sockets.
const NETFILTER: &str = "12";

/// The kernel's list of netlink sockets.
const LIST: &str = "/proc/thread-self/net/netlink";

/// The groups of NEW and DESTROY as bits.
const NEW_AND_DESTROY: u32 = 0b101;

/// One socket that gets NEW and DESTROY.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listener {
    /// What waits in its queue, in the kernel's measure of memory.
    pub queued: u64,
    /// Messages that the kernel dropped because its buffer was full.
    pub dropped: u64,
    /// Its number, which it keeps whoever has it.
    pub inode: u64,
}

/// The sockets of readers in the namespace of the calling thread.
pub fn listeners() -> Result<Vec<Listener>> {
    let list = fs::read_to_string(LIST).with_context(|| format!("read {LIST}"))?;
    Ok(list.lines().filter_map(listener).collect())
}

/// The socket of a reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subscription {
    /// Messages that the kernel dropped because its buffer was full.
    pub dropped: u64,
}

/// Finds the socket that gets NEW and DESTROY; `None` while nobody listens.
/// Of several, their drops are added up.
pub fn find(gateway: &Gateway) -> Result<Option<Subscription>> {
    let found = gateway.namespace().run(listeners)?;
    Ok((!found.is_empty()).then(|| Subscription {
        dropped: found.iter().map(|listener| listener.dropped).sum(),
    }))
}

/// Bytes that wait in the buffers of all that get NEW and DESTROY, as the kernel
/// accounts them.
pub fn waiting(gateway: &Gateway) -> Result<u64> {
    let found = gateway.namespace().run(listeners)?;
    Ok(found.iter().map(|listener| listener.queued).sum())
}

/// Netfilter sockets in the calling thread's namespace that get no events: for
/// dumps and gets.
pub fn others() -> Result<usize> {
    let list = fs::read_to_string(LIST).with_context(|| format!("read {LIST}"))?;
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
fn listener(line: &str) -> Option<Listener> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let groups = u32::from_str_radix(fields.get(3)?, 16).ok()?;
    if fields[1] != NETFILTER || groups & NEW_AND_DESTROY != NEW_AND_DESTROY {
        return None;
    }
    let number = |index: usize| fields.get(index)?.parse().ok();
    Some(Listener {
        queued: number(4)?,
        dropped: number(8)?,
        inode: number(9)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_listens_to_both_counts() {
        let line = |groups: &str| {
            format!(
                "00000000f7d1a3b2 12  4711       {groups} 1280     0        0     2        877      21345   "
            )
        };
        let reader = Listener {
            queued: 1280,
            dropped: 877,
            inode: 21_345,
        };
        assert_eq!(listener(&line("00000005")), Some(reader));
        assert_eq!(listener(&line("00000004")), None);
        assert_eq!(listener(&line("00000005").replace(" 12 ", " 15 ")), None);
        assert_eq!(
            listener("sk               Eth Pid        Groups   Rmem"),
            None
        );
    }
}
