//! The command line of the benchmark.

use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How to call the benchmark.
pub const USAGE: &str = "\
usage: natconnd-bench PART… [--quick] [--seconds N] [--rounds N] [--without-natconnd]

parts   all           every measurement below, written to bench/RESULTS.md
        events        processor time per event, forwarded connections, losses
        lookups       lookups over HTTP against nginx returning a constant
        memory        memory per live connection
        start         start with a full table against a raw dump
        lookup-cost   lookups in a full table against a small one
        explore       the floor with other batches, naps, buffers and a filter
        abuse         the three below, written to bench/ABUSE.md
        overrun       a stopped reader with a tiny buffer, then the kernel's table
        destroy       the same, and every end recorded once
        hand-over     SIGUSR2 under load, against a plain restart

--quick             short rounds and few of them, to see that all works
--seconds N         length of a round under load
--rounds N          number of rounds
--without-natconnd  the floor and the peers only";

/// A measurement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Events: processor time, rate, losses.
    Events,
    /// Lookups over HTTP.
    Lookups,
    /// Memory per connection.
    Memory,
    /// Time until ready.
    Start,
    /// Lookup cost by size of the table.
    LookupCost,
    /// Variants of the floor.
    Explore,
    /// The table after overruns.
    Overrun,
    /// Ends that did not fit.
    Destroy,
    /// Restarts under load.
    HandOver,
}

impl Part {
    /// Hash buckets of the kernel's table while this is measured.
    ///
    /// The kernel's own choice for a machine of 4 GiB and more where the
    /// table is small; as many as connections where it is full.
    pub fn buckets(self) -> u64 {
        match self {
            Self::Events | Self::Lookups | Self::Explore | Self::Overrun | Self::Destroy => 262_144,
            Self::Memory | Self::Start | Self::LookupCost | Self::HandOver => 1_048_576,
        }
    }

    /// Whether it looks for mistakes only, and needs none of the peers.
    pub fn is_abuse(self) -> bool {
        matches!(self, Self::Overrun | Self::Destroy | Self::HandOver)
    }
}

/// What to measure and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// In this order.
    pub parts: Vec<Part>,
    /// Whether results go to `RESULTS.md`.
    pub writes_results: bool,
    /// Whether they go to `ABUSE.md`.
    pub writes_abuse: bool,
    /// Length of a round under load.
    pub round: Duration,
    /// Number of rounds.
    pub rounds: usize,
    /// Number of rounds of abuse, where it was said; each part has its own.
    pub rounds_of_abuse: Option<usize>,
    /// Length of the run that looks for lost events.
    pub long_run: Duration,
    /// Connections in a full table.
    pub full_table: u64,
    /// Whether natconnd takes part.
    pub with_natconnd: bool,
}

impl Plan {
    /// Reads the command line, without the program's name.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut plan = Self {
            parts: Vec::new(),
            writes_results: false,
            writes_abuse: false,
            round: Duration::from_secs(10),
            rounds: 5,
            rounds_of_abuse: None,
            long_run: Duration::from_secs(60),
            full_table: 1_000_000,
            with_natconnd: true,
        };
        if words.iter().any(|word| word == "--quick") {
            plan.round = Duration::from_secs(3);
            plan.rounds = 2;
            plan.rounds_of_abuse = Some(2);
            plan.long_run = Duration::from_secs(10);
        }
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "all" => {
                    plan.parts.extend([
                        Part::Events,
                        Part::Lookups,
                        Part::Memory,
                        Part::Start,
                        Part::LookupCost,
                    ]);
                    plan.writes_results = true;
                }
                "events" => plan.parts.push(Part::Events),
                "lookups" => plan.parts.push(Part::Lookups),
                "memory" => plan.parts.push(Part::Memory),
                "start" => plan.parts.push(Part::Start),
                "lookup-cost" => plan.parts.push(Part::LookupCost),
                "explore" => plan.parts.push(Part::Explore),
                "abuse" => {
                    plan.parts
                        .extend([Part::Overrun, Part::Destroy, Part::HandOver]);
                    plan.writes_abuse = true;
                }
                "overrun" => plan.parts.push(Part::Overrun),
                "destroy" => plan.parts.push(Part::Destroy),
                "hand-over" => plan.parts.push(Part::HandOver),
                "--quick" => {}
                "--seconds" => plan.round = Duration::from_secs(number(word, words.next())?),
                "--rounds" => {
                    plan.rounds = usize::try_from(number(word, words.next())?)?;
                    plan.rounds_of_abuse = Some(plan.rounds);
                }
                "--without-natconnd" => plan.with_natconnd = false,
                _ => bail!("unknown word on the command line: {word}\n{USAGE}"),
            }
        }
        // A short run says too little to be written down.
        plan.writes_abuse &= plan.rounds_of_abuse.is_none();
        if plan.parts.is_empty() {
            bail!("nothing to measure: name a part\n{USAGE}");
        }
        Ok(plan)
    }
}

fn number(option: &str, word: Option<&str>) -> Result<u64> {
    let word = word.with_context(|| format!("{option}: expected a number"))?;
    match word.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => bail!("{option}: found {word}, expected a number above 0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Plan> {
        Plan::parse(
            &line
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn quick_yields_to_what_is_said_explicitly() {
        let plan = parse("events --seconds 7 --quick").expect("a good line");
        assert_eq!((plan.round.as_secs(), plan.rounds), (7, 2));
    }

    #[test]
    fn only_all_writes_results() {
        assert!(parse("all").expect("a good line").writes_results);
        assert!(!parse("events").expect("a good line").writes_results);
    }

    #[test]
    fn abuse_has_as_many_rounds_as_each_part_wants_unless_said() {
        let plan = parse("abuse").expect("a good line");
        assert_eq!((plan.writes_abuse, plan.rounds_of_abuse), (true, None));
        let plan = parse("abuse --rounds 7").expect("a good line");
        assert_eq!((plan.writes_abuse, plan.rounds_of_abuse), (false, Some(7)));
    }

    #[test]
    fn no_part_and_no_number_are_refused() {
        assert!(parse("--quick").is_err());
        assert!(parse("events --rounds 0").is_err());
    }
}
