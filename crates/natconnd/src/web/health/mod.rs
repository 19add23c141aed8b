//! The Health page: what ails natconnd, and how it has fared.
//!
//! `cards` makes a chart of each value that was sampled, `gaps` a strip of what was
//! missed.

mod cards;
mod gaps;

use askama::Template;
use model::{Gap, Period};

use super::Frame;
use super::charts::Strip;
use crate::amounts;
use crate::api::{Finding, Health, Severity};
use crate::samples::{Sample, Span};

use cards::Card;

/// What ails natconnd, and how it has fared.
#[derive(Clone, Debug, Template)]
#[template(path = "health.html")]
pub struct HealthPage {
    frame: Frame,
    health: Health,
    span: Span,
    has_history: bool,
    cards: Vec<Card>,
    strip: Strip,
    gaps: Vec<String>,
    untold_gaps: usize,
}

impl HealthPage {
    /// The page about the time before `frame` was made. `gaps` are those of the
    /// [`period`](Self::period), oldest first, `samples` those of the span.
    pub fn new(frame: Frame, health: Health, span: Span, samples: &[Sample], gaps: &[Gap]) -> Self {
        let period = Self::period(&frame, span);
        let has_history = samples.iter().any(|sample| sample.history.is_some());
        Self {
            cards: cards::of_samples(samples, span, period),
            strip: gaps::strip(gaps, span, period),
            gaps: gaps::latest(gaps),
            untold_gaps: gaps.len().saturating_sub(gaps::TOLD),
            frame,
            health,
            span,
            has_history,
        }
    }

    /// From when to when a page that is made with `frame` looks.
    pub fn period(frame: &Frame, span: Span) -> Period {
        Period {
            from: frame.made_at.minus(span.length()),
            to: frame.made_at,
        }
    }

    fn spans(&self) -> [Span; 2] {
        Span::ALL
    }

    /// What was found that somebody should know, the worst first.
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.health.findings.iter();
        findings.filter(|it| it.severity != Severity::Ok)
    }

    /// What is well.
    fn well(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.health.findings.iter();
        findings.filter(|it| it.severity == Severity::Ok)
    }

    /// All findings in a sentence.
    fn summary(&self) -> String {
        let count = |severity: Severity| {
            let found = self.findings().filter(|it| it.severity == severity);
            let number = found.count() as u64;
            (number > 0).then(|| amounts::count(number, severity.name()))
        };
        let worst_first = Severity::ALL.into_iter().rev();
        let counts: Vec<String> = worst_first.filter_map(count).collect();
        let well = amounts::count(self.well().count() as u64, "check");
        match counts.is_empty() {
            true => {
                format!("Nothing ails natconnd or this machine: {well} found all as it should be.")
            }
            false => format!("{}; {well} found nothing amiss.", counts.join(", ")),
        }
    }
}

/// What to read about a check.
fn document(finding: &Finding) -> &'static str {
    match &*finding.check {
        "overruns" | "receive-buffer" | "dying" | "delivery" => "/docs/delivery",
        "events-setting" | "timestamp-setting" | "acct-setting" => "/docs/kernel-settings",
        "history" => "/docs/history",
        "listeners" => "/docs/config",
        _ => "/docs/doctor",
    }
}

/// What a link to a span says.
const fn span_words(span: &Span) -> &'static str {
    match span {
        Span::Hour => "The last hour",
        Span::Day => "The last day",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{Section, Viewer};
    use model::{Coverage, GapCause, Timestamp};

    fn finding(check: &str, severity: Severity) -> Finding {
        Finding {
            check: check.to_owned(),
            severity,
            finding: format!("{check} is <so>"),
            hint: None,
            command: Some("sudo true".to_owned()),
        }
    }

    fn page(findings: Vec<Finding>, gaps: &[Gap]) -> HealthPage {
        let now = Timestamp(1_795_474_020_123_000_000);
        let frame = Frame::new(
            Section::Health,
            Viewer::default(),
            "gw1",
            &Coverage::Complete,
            now,
        );
        let health = Health::of_findings(now.to_string(), "natconnd", findings);
        HealthPage::new(frame, health, Span::Hour, &[], gaps)
    }

    #[test]
    fn what_is_amiss_is_told_with_its_command_and_what_is_well_is_counted() {
        let page = page(
            vec![
                finding("overruns", Severity::Warning),
                finding("clock", Severity::Ok),
                finding("netlink", Severity::Ok),
                finding("mirror", Severity::Failure),
                finding("dying", Severity::Warning),
            ],
            &[],
        );
        assert_eq!(
            page.summary(),
            "1 failure, 2 warnings; 2 checks found nothing amiss."
        );
        let html = page.to_string();
        let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text}: {html}"));
        assert!(place("mirror is &#60;so&#62;") < place("overruns is &#60;so&#62;"));
        assert!(place("overruns is") < place("clock is"));
        assert_eq!(html.matches("sudo true").count(), 3);
        place("href=\"/docs/delivery\"");
        place("href=\"?span=day\"");
    }

    #[test]
    fn a_healthy_gateway_is_said_to_be_well() {
        let page = page(vec![finding("clock", Severity::Ok)], &[]);
        let html = page.to_string();
        assert!(html.contains("Nothing ails natconnd"), "{html}");
        assert!(html.contains("Nothing was missed"), "{html}");
        assert!(html.contains("no history"), "{html}");
    }

    #[test]
    fn the_latest_gaps_are_told() {
        let gap = |number: i64| Gap {
            from: Timestamp(1_795_474_000_000_000_000 + number * 1_000_000_000),
            to: None,
            cause: GapCause::ReceiveBuffer,
        };
        let gaps: Vec<Gap> = (0..15).map(gap).collect();
        let html = page(Vec::new(), &gaps).to_string();
        assert!(html.contains("5 earlier ones"), "{html}");
        let latest = html
            .find("<li>Not everything is known since 2026-11-23 22:46:54")
            .unwrap();
        let before = html
            .find("<li>Not everything is known since 2026-11-23 22:46:53")
            .unwrap();
        assert!(latest < before);
    }
}
