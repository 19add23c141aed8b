//! Asking the kernel itself, where a question says enough.

use std::cell::RefCell;

use ctnetlink::GetSocket;
use model::{Connection, Icmp, KernelId, Lookup, Protocol, Tuple, Zone};

thread_local! {
    /// A get is a send and a receive, so each thread has its own socket.
    static KERNEL: RefCell<Option<GetSocket>> = const { RefCell::new(None) };
}

/// The tuple of a packet that arrives at the NAT endpoint from the remote.
///
/// It is the reply tuple of a source translation and the original tuple of a
/// destination translation, and the kernel finds a connection by either.
pub fn arriving_packet(question: &Lookup) -> Option<Tuple> {
    let protocol = question.protocol?;
    let nat = question.nat.endpoint()?;
    let mut remote = question.remote.clone();
    let icmp = match protocol {
        Protocol::ICMP => Some(Icmp { kind: 0, code: 0 }),
        Protocol::ICMPV6 => Some(Icmp { kind: 129, code: 0 }),
        _ => None,
    };
    if icmp.is_some() {
        // An echo has one id, which stands on both sides.
        remote.ports.get_or_insert(nat.port..=nat.port);
    }
    let remote = remote.endpoint()?;
    (remote.address.is_ipv4() == nat.address.is_ipv4()).then_some(Tuple {
        protocol,
        source: remote,
        destination: nat,
        icmp,
    })
}

/// The connection that the kernel has for a tuple, if any; `None` where the
/// kernel cannot be asked.
pub fn get(tuple: &Tuple, zone: u16) -> Option<Option<Connection>> {
    ask(|kernel| kernel.get(tuple, zone))
}

/// Whether the kernel has no connection with this original tuple and id any
/// more; false where it cannot be asked.
pub fn is_gone(original: &Tuple, zone: Zone, id: KernelId) -> bool {
    ask(|kernel| kernel.has(original, zone, id)) == Some(false)
}

/// Asks the kernel, if that can be done.
fn ask<T>(question: impl FnOnce(&mut GetSocket) -> Result<T, ctnetlink::Error>) -> Option<T> {
    KERNEL.with_borrow_mut(|kernel| {
        if kernel.is_none() {
            *kernel = GetSocket::open().ok();
        }
        let answer = question(kernel.as_mut()?);
        if answer.is_err() {
            // A fresh socket next time.
            *kernel = None;
        }
        answer.ok()
    })
}
