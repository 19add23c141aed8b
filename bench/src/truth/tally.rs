//! Judgements, counted.

use super::answer::Answer;
use super::judge::{Judgement, explain, judge};
use super::packet::Packet;

/// How many judgements are shown where they are not as wanted.
const EXAMPLES: usize = 2;

/// How often natconnd was right, and how often not.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Questions asked; one may be about several packets.
    pub questions: u64,
    /// Packets judged to be right.
    pub right: u64,
    /// Wrong.
    pub wrong: u64,
    /// Missing.
    pub missing: u64,
    /// Excused by a gap.
    pub excused: u64,
    /// Ambiguous.
    pub ambiguous: u64,
    /// Told too late.
    pub late: u64,
    /// The first that were neither right nor excused, and what was answered.
    pub examples: Vec<String>,
}

impl Tally {
    /// Judges an answer and counts that.
    pub fn judge(&mut self, packet: &Packet, answer: &Answer, lateness: i64) -> Judgement {
        let judgement = judge(packet, answer, lateness);
        let counter = match judgement {
            Judgement::Right => &mut self.right,
            Judgement::Wrong => &mut self.wrong,
            Judgement::Missing => &mut self.missing,
            Judgement::Excused => &mut self.excused,
            Judgement::Ambiguous => &mut self.ambiguous,
            Judgement::Late => &mut self.late,
        };
        *counter += 1;
        let is_good = matches!(judgement, Judgement::Right | Judgement::Excused);
        if !is_good && self.examples.len() < EXAMPLES {
            let text = explain(packet, answer);
            self.examples.push(format!("{judgement:?}: {text}"));
        }
        judgement
    }

    /// Adds the counts of another one; not the examples.
    pub fn add(&mut self, other: &Self) {
        self.questions += other.questions;
        self.right += other.right;
        self.wrong += other.wrong;
        self.missing += other.missing;
        self.excused += other.excused;
        self.ambiguous += other.ambiguous;
        self.late += other.late;
    }

    /// What is not as wanted, in words; nothing where all is well. So many may be
    /// ambiguous, and so many late, as `doubtful` says.
    pub fn faults(&self, doubtful: u64) -> Vec<String> {
        let mut faults: Vec<_> = [
            (self.wrong, 0, "wrong"),
            (self.missing, 0, "missing"),
            (self.ambiguous, doubtful, "ambiguous"),
            (self.late, doubtful, "late"),
        ]
        .into_iter()
        .filter(|(found, allowed, _)| found > allowed)
        .map(|(found, _, what)| format!("{found} of {} {what}", self.judged()))
        .collect();
        if !faults.is_empty() {
            let examples = self.examples.iter().map(|example| format!("  {example}"));
            faults.extend(examples);
        }
        faults
    }

    /// Packets judged.
    pub fn judged(&self) -> u64 {
        self.right + self.wrong + self.missing + self.excused + self.ambiguous + self.late
    }
}
