//! Whether events were lost, and whether they will be.

use std::time::Duration;

use model::{GapCause, Timestamp};

use super::super::facts::Facts;
use super::{Judgement, sysctl};
use crate::amounts::{count, size, span};
use crate::config::Config;

/// How long lost events are worth a warning, and gaps a note.
const LATELY: Duration = Duration::from_secs(10 * 60);

/// How long gaps are worth a note.
const AN_HOUR: Duration = Duration::from_secs(60 * 60);

/// How long ends may go untold before somebody should know.
const DYING: Duration = Duration::from_secs(60);

/// How to need less room for events, or to have more.
const LESS_OR_MORE: &str = "raise track.receive-buffer-max, keep less (track.filter), or let the \
                            kernel write fewer events (packaging/nft/natconnd-events.nft)";

/// Whether the kernel has dropped events of late.
pub fn overruns(facts: &Facts) -> Option<Judgement> {
    let condition = &facts.daemon()?.condition;
    let Some(last) = condition.last_overrun else {
        return Some(Judgement::ok("no events were lost since the start"));
    };
    let ago = facts.at.since(last);
    let times = count(condition.overruns, "time");
    let finding = format!(
        "the receive buffer was full {times} since the start, the last time {} ago: events were \
         lost, and the kernel's table was read again",
        span(ago)
    );
    Some(if ago < LATELY {
        Judgement::warning(finding).hint(LESS_OR_MORE)
    } else {
        Judgement::note(finding)
    })
}

/// Whether anything else was missed within the last hour.
pub fn gaps(facts: &Facts) -> Option<Judgement> {
    let daemon = facts.daemon()?;
    let is_recent = |to: Option<Timestamp>| to.is_none_or(|to| facts.at.since(to) < AN_HOUR);
    let recent: Vec<_> = daemon
        .gaps
        .iter()
        .filter(|gap| gap.cause != GapCause::Starting && is_recent(gap.to))
        .collect();
    let Some(last) = recent.last() else {
        return Some(Judgement::ok("nothing was missed within the last hour"));
    };
    let gaps = count(recent.len() as u64, "gap");
    let until = match last.to {
        Some(to) => format!("ended {} ago", span(facts.at.since(to))),
        None => format!("lasts since {}", span(facts.at.since(last.from))),
    };
    let finding = format!(
        "{gaps} within the last hour; the last one {until} ({}): answers about that time say so",
        last.cause.name()
    );
    Some(if recent.iter().any(|gap| gap.cause == GapCause::Fault) {
        Judgement::warning(format!(
            "{finding}; natconnd itself had a fault and started over"
        ))
        .hint("please report it, with the log: journalctl -u natconnd")
    } else {
        Judgement::note(finding)
    })
}

/// Whether the kernel keeps ends that it could not tell.
pub fn delivery(facts: &Facts) -> Option<Judgement> {
    Some(if facts.daemon()?.condition.is_reliable {
        Judgement::ok(
            "the kernel keeps the end of a connection that does not fit, and tells it again",
        )
    } else {
        Judgement::note(
            "track.delivery is best-effort: the end of a connection that does not fit into the \
             receive buffer is not told again, only found by the next dump",
        )
    })
}

/// Whether ends of connections stay untold.
pub fn dying(facts: &Facts) -> Option<Judgement> {
    let daemon = facts.daemon()?;
    let dying = daemon.condition.dying;
    if dying == 0 || daemon.dying_for < DYING {
        return Some(Judgement::ok(
            "the kernel could tell the end of every connection",
        ));
    }
    Some(
        Judgement::warning(format!(
            "for {} the kernel has had connections whose end it could not tell, {dying} now: they \
             take memory until it can",
            span(daemon.dying_for)
        ))
        .hint(format!(
            "natconnd, or another program that listens reliably, reads events too slowly: \
             {LESS_OR_MORE}"
        )),
    )
}

/// Whether the receive buffer is as large as natconnd wants it.
pub fn receive_buffer(facts: &Facts) -> Option<Judgement> {
    let Some(daemon) = facts.daemon() else {
        return receive_buffer_to_be(facts);
    };
    let wanted = daemon.condition.receive_buffer_wanted;
    let effective = daemon.condition.receive_buffer;
    if wanted == 0 {
        // The socket is not open yet.
        return None;
    }
    if effective >= wanted {
        return Some(Judgement::ok(format!(
            "the receive buffer has {}",
            size(effective)
        )));
    }
    Some(too_small(
        format!(
            "the receive buffer has {} instead of {}, because net.core.rmem_max says so: events \
             are lost the sooner",
            size(effective),
            size(wanted)
        ),
        wanted,
    ))
}

/// The same before the daemon runs: what it would get.
fn receive_buffer_to_be(facts: &Facts) -> Option<Judgement> {
    if facts.is_in_initial_user_namespace {
        // With CAP_NET_ADMIN it gets what it wants.
        return None;
    }
    let limit = facts.receive_buffer_limit?;
    let configured = facts.command()?.configuration.as_ref().ok();
    let wanted = configured.map_or_else(
        || Config::default().track.receive_buffer,
        |loaded| loaded.config.track.receive_buffer,
    );
    Some(if limit >= wanted {
        Judgement::ok(format!(
            "net.core.rmem_max allows a receive buffer of {}",
            size(wanted)
        ))
    } else {
        too_small(
            format!(
                "in this user namespace net.core.rmem_max limits the receive buffer to {} instead \
                 of {}: events are lost the sooner",
                size(limit),
                size(wanted)
            ),
            wanted,
        )
    })
}

fn too_small(finding: String, wanted: u64) -> Judgement {
    Judgement::warning(finding)
        .hint(
            "the limit is the machine's: lift it there, outside of any container, then restart \
             natconnd; or give natconnd CAP_NET_ADMIN in the machine's own user namespace",
        )
        .command(sysctl("net.core.rmem_max", wanted))
}
