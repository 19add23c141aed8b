//! The settings of conntrack that decide what natconnd can know.

use super::super::facts::Facts;
use super::{Judgement, sysctl};
use crate::amounts::list;

const EVENTS: &str = "net.netfilter.nf_conntrack_events";
const TIMESTAMP: &str = "net.netfilter.nf_conntrack_timestamp";

/// The command that lets the kernel send events.
pub fn events_on() -> String {
    sysctl(EVENTS, 1)
}

/// Whether the kernel sends events.
pub fn events_setting(facts: &Facts) -> Option<Judgement> {
    if facts.has_no_conntrack() {
        return Some(
            Judgement::failure(
                "the kernel has no conntrack: there are no settings in /proc/sys/net/netfilter",
            )
            .hint("a rule set that translates addresses loads it; is this the gateway?")
            .command("sudo modprobe nf_conntrack"),
        );
    }
    Some(match facts.settings.events {
        Some(0) => Judgement::failure(format!(
            "the kernel is told to send no events ({EVENTS} is 0): natconnd learns only what its \
             dumps show"
        ))
        .hint("write it into a file in /etc/sysctl.d too, or it is gone after the next start")
        .command(events_on()),
        Some(1) => Judgement::ok("the kernel sends events of every connection"),
        Some(_) => Judgement::ok(
            "the kernel sends events of connections that began while somebody listened",
        ),
        None => Judgement::failure(format!("the kernel cannot send events: it has no {EVENTS}"))
            .hint("it was built without CONFIG_NF_CONNTRACK_EVENTS; another kernel is needed"),
    })
}

/// Whether the kernel notes when connections begin and end.
pub fn timestamp_setting(facts: &Facts) -> Option<Judgement> {
    if facts.has_no_conntrack() {
        return None;
    }
    Some(match facts.settings.timestamp {
        Some(0) => Judgement::note(format!(
            "times are those at which natconnd received an event, because {TIMESTAMP} is 0"
        ))
        .hint(
            "with 1 the kernel notes begin and end itself, for connections that begin from then \
             on; 16 bytes for each",
        )
        .command(sysctl(TIMESTAMP, 1)),
        Some(_) => Judgement::ok("the kernel notes when connections begin and end"),
        None => Judgement::note(format!(
            "times are those at which natconnd received an event: the kernel has no {TIMESTAMP}"
        )),
    })
}

/// Whether the kernel counts for nobody.
pub fn acct_setting(facts: &Facts) -> Option<Judgement> {
    let acct = facts.settings.acct?;
    if facts
        .daemon()
        .is_some_and(|daemon| daemon.history.is_some())
    {
        return Some(Judgement::ok(if acct == 0 {
            "the kernel does not count packets, so records have no packets and bytes"
        } else {
            "the kernel counts packets and bytes of each connection, and they are recorded"
        }));
    }
    Some(match acct {
        0 => Judgement::ok("the kernel does not count packets, and natconnd does not need it to"),
        _ => Judgement::note(
            "the kernel counts packets and bytes of each connection; without history natconnd does not use that",
        ),
    })
}

/// Whether packets are forwarded past conntrack.
pub fn offload(facts: &Facts) -> Option<Judgement> {
    if facts.offloading_modules.is_empty() {
        return Some(Judgement::ok(
            "no module in use forwards packets past conntrack",
        ));
    }
    Some(
        Judgement::note(format!(
            "packets of some connections may be forwarded past conntrack ({}): the end of such a \
             connection can be told late",
            list(&facts.offloading_modules)
        ))
        .hint(
            "sudo nft list flowtables, and conntrack -L with [OFFLOAD] or [HW_OFFLOAD] in a line, \
             show what is offloaded in this network namespace",
        ),
    )
}
