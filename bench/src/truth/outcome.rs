//! What one scenario showed, as rows for people, and whether it is good enough.

use super::after;
use super::during;
use super::reuse::Reuse;
use super::scenario::Scenario;
use super::tally::Tally;

/// The most of its time that natconnd may spend in gaps.
const GAPS: f64 = 0.001;

/// One judgement in so many may be ambiguous, and one late, where times are
/// those of receipt.
const DOUBTFUL: u64 = 1000;

/// Head of [`Outcome::verdicts`].
pub const VERDICTS: [&str; 17] = [
    "scenario",
    "times",
    "connections",
    "recorded",
    "NAT endpoints",
    "of several hosts",
    "in turns",
    "lookups during",
    "lookups after",
    "about the past",
    "right",
    "wrong",
    "missing",
    "excused",
    "ambiguous",
    "late",
    "in gaps",
];

/// Head of [`Outcome::circumstances`].
pub const CIRCUMSTANCES: [&str; 12] = [
    "scenario",
    "times",
    "connections/s",
    "from host to host, ms",
    "asked after, ms",
    "by NAT told later",
    "start late, ms",
    "lookups/s after",
    "about the past",
    "overruns",
    "kernel/natconnd live",
    "not recorded",
];

/// What one scenario showed.
#[derive(Debug)]
pub struct Outcome {
    /// Which one.
    pub scenario: Scenario,
    /// Packets recorded.
    pub recorded: u64,
    /// Packets that left the gateway and were not recorded.
    pub unrecorded: u64,
    /// Of them, those that found no room at the sink.
    pub dropped: u64,
    /// How NAT endpoints were used.
    pub reuse: Reuse,
    /// Lookups under load.
    pub during: during::Found,
    /// Exact lookups of every packet, and their number per second.
    pub exact: (after::Found, f64),
    /// The same by NAT endpoint.
    pub by_nat: (after::Found, f64),
    /// The same about their time, after a restart: exact lookups, each with the
    /// time of its packet, and those by NAT endpoint in the whole time.
    pub past: [(after::Found, f64); 2],
    /// Connections per second.
    pub rate: f64,
    /// Share of the time under load that lies in gaps.
    pub in_gaps: f64,
    /// How often the kernel dropped events.
    pub overruns: u64,
    /// Live connections of the kernel and of natconnd, when the load stopped.
    pub live: (u64, u64),
}

impl Outcome {
    /// All judgements together.
    fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        for (_, tally) in self.tallies() {
            sum.add(tally);
        }
        sum
    }

    fn tallies(&self) -> [(&'static str, &Tally); 6] {
        [
            ("exact, under load", &self.during.exact),
            ("by NAT, under load", &self.during.by_nat),
            ("exact, afterwards", &self.exact.0.tally),
            ("by NAT, afterwards", &self.by_nat.0.tally),
            ("exact, after a restart", &self.past[0].0.tally),
            ("by NAT, after a restart", &self.past[1].0.tally),
        ]
    }

    /// A row of the table that counts.
    pub fn verdicts(&self) -> Vec<String> {
        let sum = self.sum();
        let during = self.during.exact.questions + self.during.by_nat.questions;
        let past = self.past.iter().map(|(found, _)| found.tally.questions);
        let past: u64 = past.sum();
        let mut cells = vec![
            self.scenario.name.to_owned(),
            self.scenario.times().to_owned(),
        ];
        let counts = [
            self.reuse.connections,
            self.recorded,
            self.reuse.nat_endpoints,
            self.reuse.shared,
            self.reuse.in_turns,
            during,
            sum.questions - during - past,
            past,
            sum.right,
            sum.wrong,
            sum.missing,
            sum.excused,
            sum.ambiguous,
            sum.late,
        ];
        cells.extend(counts.map(|count| count.to_string()));
        cells.push(format!("{:.3} %", 100.0 * self.in_gaps));
        cells
    }

    /// A row about how it came about.
    pub fn circumstances(&self) -> Vec<String> {
        let late_starts = [&self.exact.0.late_starts, &self.by_nat.0.late_starts];
        let late_starts = late_starts.into_iter().flatten().copied().collect();
        vec![
            self.scenario.name.to_owned(),
            self.scenario.times().to_owned(),
            format!("{:.0}", self.rate),
            spread(self.reuse.turns.clone()),
            spread(self.during.ages.clone()),
            spread(self.during.late.clone()),
            spread(late_starts),
            format!("{:.0}, {:.0}", self.exact.1, self.by_nat.1),
            format!("{:.0}, {:.0}", self.past[0].1, self.past[1].1),
            self.overruns.to_string(),
            format!("{}/{}", self.live.0, self.live.1),
            format!("{}, {} for room", self.unrecorded, self.dropped),
        ]
    }

    /// What must not be; empty where all is well.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (how, tally) in self.tallies() {
            // The kernel's times leave no doubt.
            let allowed = if self.scenario.has_kernel_times {
                0
            } else {
                tally.judged() / DOUBTFUL
            };
            let of_tally = tally.faults(allowed);
            faults.extend(of_tally.iter().map(|fault| format!("{how}: {fault}")));
            if tally.questions == 0 {
                faults.push(format!("{how}: nothing was asked"));
            }
        }
        if self.in_gaps > GAPS {
            faults.push(format!("{:.3} % of the time in gaps", 100.0 * self.in_gaps));
        }
        if self.scenario.is_reused && self.reuse.in_turns == 0 {
            let fault = "no NAT endpoint went from host to host: nothing could go wrong";
            faults.push(fault.to_owned());
        }
        let Scenario { name, .. } = self.scenario;
        let times = self.scenario.times();
        faults
            .iter()
            .map(|fault| format!("{name}, times of {times}: {fault}"))
            .collect()
    }
}

/// Number of values, and least, median, 99th percentile and greatest, in
/// milliseconds.
fn spread(mut nanoseconds: Vec<i64>) -> String {
    nanoseconds.sort_unstable();
    let at = |share: f64| {
        let index = (share * (nanoseconds.len() - 1) as f64).round() as usize;
        nanoseconds[index] as f64 / 1e6
    };
    if nanoseconds.is_empty() {
        return "–".to_owned();
    }
    let [least, median, high, most] = [0.0, 0.5, 0.99, 1.0].map(at);
    format!(
        "{}: {least:.2}, {median:.2}, {high:.2}, {most:.2}",
        nanoseconds.len()
    )
}
