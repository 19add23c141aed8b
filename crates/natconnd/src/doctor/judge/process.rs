//! How natconnd itself is doing as a program.

use std::time::Duration;

use super::super::facts::Facts;
use super::Judgement;
use crate::amounts::{count, span};
use crate::confine::{State, not_refused};

/// How long a panic is worth a warning.
const LATELY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether a part has panicked since the start.
pub fn panics(facts: &Facts) -> Option<Judgement> {
    let panics = &facts.daemon()?.panics;
    let Some(last) = panics.iter().max_by_key(|seen| seen.last_at) else {
        return Some(Judgement::ok(
            "no part of natconnd had a fault since the start",
        ));
    };
    let times = count(panics.iter().map(|seen| seen.count).sum(), "fault");
    let ago = facts.at.since(last.last_at);
    let of_each: Vec<String> = panics
        .iter()
        .map(|seen| format!("{} {}", seen.part.name(), seen.count))
        .collect();
    let finding = format!(
        "natconnd had {times} since the start ({}), the last one {} ago at {}: what that part \
         was doing was lost, all else went on",
        of_each.join(", "),
        span(ago),
        last.last_place
    );
    let judgement = if ago < LATELY {
        Judgement::warning(finding)
    } else {
        Judgement::note(finding)
    };
    Some(judgement.hint("please report it, with the log: journalctl -u natconnd"))
}

/// Whether the kernel keeps it to what it needs.
pub fn confinement(facts: &Facts) -> Option<Judgement> {
    let hint = "docs/confinement.md says what it is good for, and what a kernel needs for it";
    Some(match &facts.daemon()?.confinement {
        State::Confined { abi } => match not_refused(*abi) {
            None => Judgement::ok("Landlock keeps natconnd to the files and ports that it needs"),
            Some(passes) => Judgement::note(format!(
                "Landlock keeps natconnd to the files that it needs; this kernel's does not know \
                 of all else: {passes}"
            ))
            .hint("Linux 6.12 and newer refuse all of it"),
        },
        State::Missing(cause) => {
            Judgement::note(format!("Landlock does not confine natconnd: {cause}")).hint(hint)
        }
        State::Declined => {
            Judgement::note("Landlock does not confine natconnd: it was started with --no-landlock")
                .hint(hint)
        }
    })
}
