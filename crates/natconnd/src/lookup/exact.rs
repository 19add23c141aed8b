//! Asking the kernel itself, where a question says enough.

use std::cell::RefCell;

use ctnetlink::GetSocket;
use model::{
    Connection, Filter, Icmp, Lookup, Match, Protocol, TimeSource, Timed, Timestamp,
    TranslationKind, Tuple, ZoneScope,
};

thread_local! {
    /// A get is a send and a receive, so each thread has its own socket.
    static KERNEL: RefCell<Option<GetSocket>> = const { RefCell::new(None) };
}

/// Corrects what the table says by what the kernel says, if the question names
/// protocol, NAT endpoint and remote endpoint.
///
/// The table is some milliseconds old. A connection that only the kernel knows
/// is added, one that only the table has alive has just ended. Where the kernel
/// cannot be asked, the table's word stands.
pub fn ask_kernel(
    question: &Lookup,
    filter: &Filter,
    asked_at: Timestamp,
    matches: &mut Vec<Match>,
) {
    let zone = question.zone.unwrap_or(0);
    let Some(tuple) = arriving_packet(question) else {
        return;
    };
    let Some(found) = get(&tuple, zone) else {
        return;
    };
    let just_now = Timed {
        at: asked_at,
        source: TimeSource::Estimated,
    };
    let id = found.as_ref().map(|connection| connection.kernel_id);
    for known in matches.iter_mut() {
        let is_found = known.kernel_id == id;
        if known.ended_at.is_none() && !is_found && would_be_found(known, zone) {
            known.ended_at = Some(just_now);
            known.kernel_id = None;
        }
    }
    let Some(connection) = found else {
        return;
    };
    for translation in connection.translations() {
        let is_known = matches.iter().any(|known| {
            known.translation == translation && known.kernel_id == Some(connection.kernel_id)
        });
        let started_at = connection.started_at.map_or(just_now, |at| Timed {
            at,
            source: TimeSource::Kernel,
        });
        let fresh = Match {
            protocol: connection.original.protocol,
            translation,
            original_destination: connection.original.destination,
            zone: connection.zone,
            kernel_id: Some(connection.kernel_id),
            started_at: Some(started_at),
            ended_at: None,
        };
        if !is_known && question.matches(&fresh) && filter.matches(&fresh) {
            matches.push(fresh);
        }
    }
}

/// Whether asking for its arriving packet in `zone` finds a live connection, so
/// that it has ended where it was not found.
///
/// Not where the zone holds in the other direction only. Nor with ICMP, whose
/// tuples have a type besides, of which only the echo reply's is asked for.
fn would_be_found(known: &Match, zone: u16) -> bool {
    let arrives_as_original = known.translation.kind == TranslationKind::Destination;
    let zone_of_arriving = match known.zone.scope {
        ZoneScope::Original if !arrives_as_original => 0,
        ZoneScope::Reply if arrives_as_original => 0,
        _ => known.zone.id,
    };
    zone_of_arriving == zone && !known.protocol.is_icmp()
}

/// The tuple of a packet that arrives at the NAT endpoint from the remote.
///
/// It is the reply tuple of a source translation and the original tuple of a
/// destination translation, and the kernel finds a connection by either.
fn arriving_packet(question: &Lookup) -> Option<Tuple> {
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

/// What the kernel says; `None` where it cannot be asked.
fn get(tuple: &Tuple, zone: u16) -> Option<Option<Connection>> {
    KERNEL.with_borrow_mut(|kernel| {
        if kernel.is_none() {
            *kernel = GetSocket::open().ok();
        }
        let answer = kernel.as_mut()?.get(tuple, zone);
        if answer.is_err() {
            // A fresh socket next time.
            *kernel = None;
        }
        answer.ok()
    })
}
