//! Room for connections: without it the kernel drops them, and no event tells.

use ctnetlink::Drops;

use super::super::facts::Facts;
use super::{Judgement, sysctl};
use crate::amounts::{count, span};

const MAX: &str = "net.netfilter.nf_conntrack_max";

/// The smallest table that a gateway can be expected to do with.
const TINY: u64 = 4096;

/// How full is worth a warning, and how full is as good as full, in percent.
const CROWDED: u64 = 80;
const FULL: u64 = 95;

/// Whether there is room in the kernel's table.
pub fn table_size(facts: &Facts) -> Option<Judgement> {
    let (count, max) = (facts.settings.count?, facts.settings.max?);
    if max == 0 {
        return Some(Judgement::ok(format!(
            "the kernel's table has {count} connections and no limit"
        )));
    }
    let percent = count.saturating_mul(100) / max;
    let finding =
        format!("the kernel's table has {count} of at most {max} connections, {percent} %");
    Some(if percent > FULL {
        with_more_room(
            facts,
            Judgement::failure(format!(
                "{finding}: when it is full, the kernel drops the packets of further ones"
            )),
        )
    } else if percent > CROWDED {
        with_more_room(facts, Judgement::warning(finding))
    } else if max < TINY {
        with_more_room(
            facts,
            Judgement::warning(format!("{finding}; that is few for a gateway")),
        )
    } else {
        Judgement::ok(finding)
    })
}

/// Whether conntrack has dropped anything of late.
pub fn kernel_drops(facts: &Facts) -> Option<Judgement> {
    let now = facts.drops?;
    let Some(daemon) = facts.daemon() else {
        return Some(since_the_beginning(now));
    };
    let Some(earlier) = &daemon.earlier else {
        return Some(since_the_beginning(now));
    };
    let new = Drops {
        refused: now.refused.saturating_sub(earlier.drops.refused),
        evicted: now.evicted.saturating_sub(earlier.drops.evicted),
        clashed: now.clashed.saturating_sub(earlier.drops.clashed),
    };
    let lately = format!("within {}", span(facts.at.since(earlier.at)));
    if new == Drops::default() {
        return Some(if now == Drops::default() {
            Judgement::ok("conntrack has dropped nothing")
        } else {
            Judgement::ok(format!("conntrack has dropped nothing {lately}"))
        });
    }
    let judgement = Judgement::warning(format!("{lately} conntrack {}", what(new)));
    Some(if new.refused + new.evicted > 0 {
        with_more_room(facts, judgement)
    } else {
        judgement.hint(
            "no NAT port was free for the same remote, or two packets of one host raced: more NAT \
             addresses, or shorter timeouts, make ports free",
        )
    })
}

fn since_the_beginning(drops: Drops) -> Judgement {
    if drops == Drops::default() {
        Judgement::ok("conntrack has dropped nothing")
    } else {
        Judgement::note(format!(
            "since this network namespace began, conntrack {}",
            what(drops)
        ))
    }
}

fn what(drops: Drops) -> String {
    let mut parts = Vec::new();
    if drops.refused > 0 {
        let packets = count(drops.refused, "packet");
        parts.push(format!("has dropped {packets} that it could not track"));
    }
    if drops.evicted > 0 {
        let connections = count(drops.evicted, "connection");
        parts.push(format!(
            "has forgotten {connections} before their time, to make room in a full table"
        ));
    }
    if drops.clashed > 0 {
        let packets = count(drops.clashed, "packet");
        parts.push(format!(
            "has dropped {packets} whose connection would have had the tuple of another one"
        ));
    }
    parts.join(", ")
}

/// Adds how to make the table larger.
fn with_more_room(facts: &Facts, judgement: Judgement) -> Judgement {
    let Some(max) = facts.settings.max.filter(|max| *max > 0) else {
        return judgement;
    };
    let wanted = max.saturating_mul(2).max(65_536);
    let mut hint = String::from("a connection takes about 400 bytes of memory");
    if !facts.is_max_ours {
        hint.push_str(
            "; the limit is the machine's: set it there, outside of this network namespace",
        );
    }
    // One connection is in two lists; the kernel's own default is as many lists
    // as connections.
    if facts
        .settings
        .buckets
        .is_some_and(|buckets| buckets < wanted / 4)
    {
        hint.push_str(&format!(
            "; so that finding stays fast, also: {}",
            sysctl("net.netfilter.nf_conntrack_buckets", wanted / 2)
        ));
    }
    judgement.hint(hint).command(sysctl(MAX, wanted))
}
