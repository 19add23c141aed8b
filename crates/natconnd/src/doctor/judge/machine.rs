//! The machine's clock: answers are about times.

use std::time::Duration;

use super::super::facts::Facts;
use super::Judgement;

/// How wrong the clock may be before that is worth a word.
const WRONG: Duration = Duration::from_secs(1);

/// Whether the machine's clock is kept right.
pub fn clock(facts: &Facts) -> Option<Judgement> {
    const LOOK: &str = "timedatectl, or chronyc tracking where chrony keeps the clock, says how it \
                        stands";
    let discipline = match &facts.clock {
        Ok(discipline) => discipline,
        Err(cause) => {
            return Some(
                Judgement::note(format!(
                    "whether the clock is kept right was not looked at: {cause}"
                ))
                .hint("a unit of its own must let natconnd call adjtimex, as the shipped one does"),
            );
        }
    };
    Some(if !discipline.is_synchronised {
        Judgement::warning(
            "nothing keeps this machine's clock right, so times in answers may be wrong",
        )
        .hint(format!(
            "{LOOK}; times of other machines' logs cannot be compared until it is"
        ))
        .command("sudo timedatectl set-ntp true")
    } else if discipline.max_error > WRONG {
        Judgement::note(format!(
            "this machine's clock may be wrong by as much as {:.1} s",
            discipline.max_error.as_secs_f64()
        ))
        .hint(LOOK)
    } else {
        Judgement::ok(format!(
            "this machine's clock is kept right, within {} ms",
            discipline.max_error.as_millis()
        ))
    })
}
