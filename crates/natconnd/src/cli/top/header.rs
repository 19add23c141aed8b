//! What stands above the panels: how natconnd is doing.

use super::super::coverage;
use super::super::error::printable;
use super::super::output::Paint;
use super::super::times::Times;
use super::sample::{Rates, Sample};

/// One fact, in its colour.
pub type Fact = (String, Option<Paint>);

/// A kernel's table that is fuller than this is worth a second look, in per cent.
const RATHER_FULL: f64 = 80.0;

/// The facts, the most important first.
pub fn facts(sample: &Sample, rates: Option<Rates>, times: &Times, is_paused: bool) -> Vec<Fact> {
    let (status, usage) = (&sample.status, &sample.usage);
    let mut facts: Vec<Fact> = Vec::new();
    if is_paused {
        facts.push(("paused".to_owned(), Some(Paint::Doubtful)));
    }
    let paint = |is_good| {
        Some(if is_good {
            Paint::Good
        } else {
            Paint::Doubtful
        })
    };
    facts.push((printable(&status.state), paint(status.state == "following")));
    facts.push(match coverage::lines(&status.coverage, times, "").pop() {
        None => ("nothing missing".to_owned(), Some(Paint::Good)),
        Some(gap) => (gap, Some(Paint::Doubtful)),
    });
    let plain = |text: String| (text, None);
    facts.extend([
        plain(format!("{} connections", status.connections)),
        plain(format!("{} translations", status.translations)),
        plain(format!("{} hosts", usage.host_count)),
    ]);
    facts.push(plain(match rates {
        Some(rates) => format!(
            "{:.0} events/s, {:.0} began, {:.0} ended",
            rates.events, rates.began, rates.ended
        ),
        None => format!("{} events", status.events),
    }));
    if let (Some(count), Some(max)) = (status.kernel_connections, status.kernel_connections_max)
        && max > 0
    {
        let per_cent = count as f64 * 100.0 / max as f64;
        let text = format!("kernel's table {count} of {max} ({per_cent:.0} %)");
        facts.push((text, (per_cent > RATHER_FULL).then_some(Paint::Bad)));
    }
    facts.push((
        format!(
            "counted {} in {:.0} ms",
            times.words(&usage.taken_at),
            usage.took_ms
        ),
        Some(Paint::Faint),
    ));
    facts
}

/// Facts in lines of at most `width` characters, each whole where it fits.
pub fn flowed(facts: Vec<Fact>, width: usize) -> Vec<Vec<Fact>> {
    const BETWEEN: usize = 3;
    let mut lines: Vec<Vec<Fact>> = Vec::new();
    let mut room = 0;
    for fact in facts {
        let length = fact.0.chars().count();
        match lines.last_mut() {
            Some(line) if length + BETWEEN <= room => {
                room -= length + BETWEEN;
                line.push(fact);
            }
            _ => {
                room = width.saturating_sub(length);
                lines.push(vec![fact]);
            }
        }
    }
    lines
}
