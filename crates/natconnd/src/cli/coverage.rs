//! Coverage in words: what is missing, and what that means for the answer.

use super::error::printable;
use super::times::Times;
use crate::api::{Coverage, Gap};

/// How many gaps are told one by one; the latest matter most.
const TOLD: usize = 5;

/// One line for each gap, the latest [`TOLD`] of them, oldest first; none
/// where coverage is complete. `consequence` ends the last line.
pub(super) fn lines(coverage: &Coverage, times: &Times, consequence: &str) -> Vec<String> {
    if coverage.complete {
        return Vec::new();
    }
    let untold = coverage.gaps.len().saturating_sub(TOLD);
    let mut lines = Vec::new();
    match untold {
        0 => {}
        1 => lines.push("events were lost once before".to_owned()),
        count => lines.push(format!("events were lost {count} times before")),
    }
    lines.extend(coverage.gaps[untold..].iter().map(|gap| words(gap, times)));
    if lines.is_empty() {
        lines.push("events were lost".to_owned());
    }
    if let Some(last) = lines.last_mut() {
        last.push_str(consequence);
    }
    lines
}

/// One gap in words.
pub(super) fn words(gap: &Gap, times: &Times) -> String {
    let cause = &printable(&gap.cause);
    let from = times.words(&gap.from);
    let Some(to) = &gap.to else {
        let what = match &**cause {
            "starting" => "natconnd is reading the kernel's table",
            "events-off" => "the kernel is told to send no events",
            "behind" => "natconnd has not read yet what the kernel told",
            "silence" => "connections begin or end and no events tell of it",
            "filter" => return format!("not every connection is tracked ({cause})"),
            "unrecorded" => "history is not being written",
            "damaged" => "a file of history is damaged or missing",
            _ => "events are being lost",
        };
        return format!("{what} since {from} ({cause})");
    };
    let interval = || times.interval(&gap.from, to);
    match &**cause {
        "stopped" | "keep-ended" => {
            let to = times.words(to);
            format!("what ended before {to} is not known ({cause})")
        }
        "beyond-history" => {
            let to = times.words(to);
            format!("what ended before {to} is not kept ({cause})")
        }
        "unrecorded" => format!("history was not written from {} ({cause})", interval()),
        "damaged" => format!(
            "a file of history is damaged or missing: not all is known from {} ({cause})",
            interval()
        ),
        "filter" => {
            let to = times.words(to);
            format!("not every connection was recorded before {to} ({cause})")
        }
        "suspended" => format!("the machine was suspended from {} ({cause})", interval()),
        "clock-step" => format!(
            "the clock was set; times from {} may be wrong ({cause})",
            interval()
        ),
        "silence" => format!("no events told what happened from {} ({cause})", interval()),
        _ => format!("events were lost from {} ({cause})", interval()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(from: &str, to: Option<&str>, cause: &str) -> Gap {
        Gap {
            from: from.to_owned(),
            to: to.map(str::to_owned),
            cause: cause.to_owned(),
        }
    }

    fn told(gaps: Vec<Gap>) -> Vec<String> {
        let coverage = Coverage {
            complete: false,
            gaps,
        };
        lines(&coverage, &Times::Utc, ": this is not proof")
    }

    #[test]
    fn complete_coverage_needs_no_words() {
        let coverage = Coverage {
            complete: true,
            gaps: Vec::new(),
        };
        assert_eq!(lines(&coverage, &Times::Utc, ": no"), Vec::<String>::new());
    }

    #[test]
    fn gaps_are_told_with_their_causes() {
        assert_eq!(
            told(vec![
                gap(
                    "2026-08-01T11:58:40.000Z",
                    Some("2026-08-01T12:01:12.000Z"),
                    "receive-buffer"
                ),
                gap(
                    "2026-08-01T23:59:59.500Z",
                    Some("2026-08-02T00:00:01.000Z"),
                    "socket"
                ),
                gap("2026-08-02T10:00:00.000Z", None, "dump"),
            ]),
            [
                "events were lost from 2026-08-01 11:58:40 to 12:01:12 UTC (receive-buffer)",
                "events were lost from 2026-08-01 23:59:59.5 to 2026-08-02 00:00:01 UTC \
                 (socket)",
                "events are being lost since 2026-08-02 10:00:00 UTC (dump): this is not proof",
            ]
        );
        assert_eq!(
            told(vec![gap("2026-08-02T10:00:00.000Z", None, "starting")]),
            [
                "natconnd is reading the kernel's table since 2026-08-02 10:00:00 UTC (starting): \
              this is not proof"
            ]
        );
        assert_eq!(told(vec![]), ["events were lost: this is not proof"]);
    }

    #[test]
    fn each_cause_has_words_of_its_own() {
        let (from, to) = ("2026-08-01T11:58:40.000Z", "2026-08-01T12:01:12.000Z");
        let over = |cause| told(vec![gap(from, Some(to), cause)]).concat();
        let lasts = |cause| told(vec![gap(from, None, cause)]).concat();
        assert_eq!(
            over("stopped"),
            "what ended before 2026-08-01 12:01:12 UTC is not known (stopped): this is not proof"
        );
        assert_eq!(
            over("clock-step"),
            "the clock was set; times from 2026-08-01 11:58:40 to 12:01:12 UTC may be wrong \
             (clock-step): this is not proof"
        );
        assert_eq!(
            lasts("silence"),
            "connections begin or end and no events tell of it since 2026-08-01 11:58:40 UTC \
             (silence): this is not proof"
        );
        assert_eq!(
            lasts("filter"),
            "not every connection is tracked (filter): this is not proof"
        );
        assert_eq!(
            over("beyond-history"),
            "what ended before 2026-08-01 12:01:12 UTC is not kept (beyond-history): this is not \
             proof"
        );
        assert_eq!(
            over("unrecorded"),
            "history was not written from 2026-08-01 11:58:40 to 12:01:12 UTC (unrecorded): this \
             is not proof"
        );
        assert_eq!(
            lasts("unrecorded"),
            "history is not being written since 2026-08-01 11:58:40 UTC (unrecorded): this is not \
             proof"
        );
        assert_eq!(
            over("damaged"),
            "a file of history is damaged or missing: not all is known from 2026-08-01 11:58:40 \
             to 12:01:12 UTC (damaged): this is not proof"
        );
        // A cause that only a newer daemon has.
        assert_eq!(
            over("flood"),
            "events were lost from 2026-08-01 11:58:40 to 12:01:12 UTC (flood): this is not proof"
        );
    }

    #[test]
    fn of_many_gaps_the_latest_are_told() {
        let at = |second: usize| format!("2026-08-02T10:00:{second:02}.000Z");
        let gaps = (0..8).map(|second| gap(&at(second), Some(&at(second + 1)), "socket"));
        let lines = told(gaps.collect());
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[0], "events were lost 3 times before");
        assert!(lines[1].contains("10:00:03 to 10:00:04 UTC"));
        assert!(lines[5].contains("10:00:07 to 10:00:08 UTC"));
    }
}
