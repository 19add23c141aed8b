//! Whether natconnd's table is the kernel's.

use std::time::Duration;

use super::super::facts::Facts;
use super::Judgement;
use super::kernel::events_on;
use crate::amounts::{count, span};
use crate::mirror::State;

/// How long the first dump may take before that is odd.
const LONG_START: Duration = Duration::from_secs(60);

/// After what time without a connection that is odd.
const IDLE: Duration = Duration::from_secs(60);

/// What the mirror is doing about being equal to the kernel's table.
pub fn mirror(facts: &Facts) -> Option<Judgement> {
    let daemon = facts.daemon()?;
    let running = facts.at.since(daemon.started_at);
    Some(match daemon.condition.state {
        State::Following => Judgement::ok("every event is seen"),
        State::Starting if running < LONG_START => {
            Judgement::note("the kernel's table is being read for the first time")
        }
        State::Starting => Judgement::warning(format!(
            "the kernel's table has not been read to its end in the {} since the start",
            span(running)
        ))
        .hint("journalctl -u natconnd says whether reading it breaks off, and why"),
        State::Resyncing => Judgement::warning(
            "events were lost, and the kernel's table is being read again: until then answers \
             are not complete",
        ),
        State::Overloaded => Judgement::failure(
            "events are lost faster than the kernel's table can be read again: answers are not \
             complete, and say so",
        )
        .hint(
            "raise track.receive-buffer-max, keep less (track.filter), let the kernel write fewer \
             events (packaging/nft/natconnd-events.nft), or give natconnd a faster processor",
        ),
        State::EventsOff => Judgement::failure(
            "the kernel is told to send no events, so the table is as old as the last dump",
        )
        .command(events_on()),
        State::Silent => Judgement::failure(
            "connections begin or end and no events tell of it: the table is as old as the last \
             dump",
        )
        .hint(causes_of_silence(facts)),
    })
}

/// Why events may not come, the likeliest first.
fn causes_of_silence(facts: &Facts) -> String {
    let mut causes = Vec::new();
    if facts.settings.events == Some(0) {
        causes.push(format!("nf_conntrack_events is 0 ({})", events_on()));
    }
    if !facts.offloading_modules.is_empty() {
        causes.push(
            "a flowtable or the network card forwards past conntrack (sudo nft list flowtables)"
                .to_owned(),
        );
    }
    causes.push(
        "a rule takes events off with \"ct event set\" without new or destroy, or with \
         \"notrack\" or a CT target (sudo nft list ruleset)"
            .to_owned(),
    );
    causes.push("another kernel module holds the notifier of conntrack's events".to_owned());
    causes.push(
        "natconnd runs in another network namespace than the gateway (sudo ip netns identify \
         $(pidof natconnd))"
            .to_owned(),
    );
    format!("likely causes: {}", causes.join("; "))
}

/// Whether natconnd is where the connections are.
pub fn network_namespace(facts: &Facts) -> Option<Judgement> {
    let is_foreign = facts
        .daemon()
        .is_some_and(|daemon| daemon.condition.has_foreign_events);
    if is_foreign {
        return Some(
            Judgement::failure(
                "events come of connections that the kernel does not have here: the event socket \
                 is of another network namespace",
            )
            .hint(
                "restart natconnd, in the gateway's network namespace and with a socket of its own",
            )
            .command("sudo systemctl restart natconnd"),
        );
    }
    let connections = facts.settings.count?;
    let has_settled = facts
        .daemon()
        .is_none_or(|daemon| facts.at.since(daemon.started_at) > IDLE);
    Some(if connections == 0 && has_settled {
        Judgement::note("the kernel tracks no connection in this network namespace").hint(
            "is it the gateway's? conntrack begins to track once a rule translates addresses or \
             asks for ct state",
        )
    } else {
        Judgement::ok(format!(
            "the kernel tracks {} in this network namespace",
            count(connections, "connection")
        ))
    })
}
