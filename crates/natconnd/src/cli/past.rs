//! The past in words: when was asked about, and how far a match lies from it.

use jiff::Timestamp;

use super::error::printable;
use super::times::Times;
use crate::api::{LookupAnswer, LookupMatch};

/// When was asked about: `at 2026-11-24 13:55:36 UTC`; nothing where it is now.
pub(super) fn period(answer: &LookupAnswer, times: &Times) -> Option<String> {
    let period = answer.period.as_ref()?;
    Some(match &period.from {
        None => format!("until {}", times.words(&period.to)),
        Some(from) if *from == period.to => format!("at {}", times.words(from)),
        Some(from) => format!("from {}", times.interval(from, &period.to)),
    })
}

/// How far the asked time lies from the life of a match: `while it lived`, or for
/// example `0.8 s before it began`.
pub(super) fn asked(answer: &LookupAnswer, found: &LookupMatch) -> String {
    let distance = match found.distance_ms {
        None | Some(0) => return "while it lived".to_owned(),
        Some(milliseconds) => span(milliseconds),
    };
    let asked_until = answer.period.as_ref().map(|period| &period.to);
    let begin = found.started_at.as_ref();
    let is_before = asked_until
        .zip(begin)
        .and_then(|(to, begin)| Some(time(to)? < time(begin)?))
        .unwrap_or(false);
    if is_before {
        format!("{distance} before it began")
    } else if found.end_evidence.as_deref() == Some("checkpoint") {
        format!("{distance} after it was last seen")
    } else {
        format!("{distance} after it ended")
    }
}

fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// A stretch of time: `0.8 s`, `12 s`, `5 min`, `3 h`, `40 d`.
pub(super) fn span(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..60 => {
            let text = format!("{seconds}.{:03}", milliseconds % 1000);
            let text = text.trim_end_matches('0').trim_end_matches('.');
            format!("{text} s")
        }
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// What it costs that remote endpoints are left out.
pub(super) const OMITTED: &str = "history leaves out remote endpoints: hosts that shared a NAT \
                                  endpoint at the same time are not told apart";

/// The gateway that an answer is of, where it has a name.
pub(super) fn gateway(answer: &LookupAnswer) -> Option<String> {
    let name = answer.gateway.as_ref()?;
    Some(format!("gateway: {}", printable(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        for (milliseconds, text) in [
            (1, "0.001 s"),
            (800, "0.8 s"),
            (12_000, "12 s"),
            (59_999, "59.999 s"),
            (60_000, "1 min"),
            (3_599_000, "59 min"),
            (7_200_000, "2 h"),
            (86_400_000 * 3, "3 d"),
        ] {
            assert_eq!(span(milliseconds), text);
        }
    }
}
