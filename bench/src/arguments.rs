//! The command line of the benchmark.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How to call the benchmark.
pub const USAGE: &str = "\
usage: natconnd-bench PART… [--quick] [--seconds N] [--rounds N] [--without-natconnd]
                      [--connections N] [--records N] [--folder FOLDER]
                      [--python PROGRAM]

parts   all           the seven below and a small history, written to bench/RESULTS.md
        events        processor time per event, forwarded connections, losses
        lookups       lookups over HTTP against nginx returning a constant
        tls           lookups over TLS against the same without
        forward-auth  what proxies ask, against nginx returning a constant, and what it
                      adds to a request
        memory        memory per live connection
        start         start with a full table against a raw dump
        lookup-cost   lookups in a full table against a small one
        truth         every answer against what the wire showed, to bench/TRUTH.md;
                      not part of all
        explore       the floor with other batches, naps, buffers and a filter
        delivery      what the kernel does with events that do not fit
        latency       from a packet until a follower of events knows
        reconcile     comparing a full table with the kernel's, under load
        pages         the first byte of every page with a full table, and with the
                      history in --folder
        abuse         the three below; a full run is written to bench/ABUSE.md
        overrun       a stopped reader with a tiny buffer, then the kernel's table
        destroy       the same, and every end recorded once
        hand-over     SIGUSR2 under load, against a plain restart
        attack        each way to attack natconnd, beside somebody who asks in peace; a
                      full run is written to bench/ATTACK.md
        history       the five below; a full run is written to bench/HISTORY.md
        history-size      bytes per record on disk, against compressed logs
        history-rate      records per second through journal and seal
        history-kill      kill -9 under load, and what is left
        history-lookup    questions about a month, against DuckDB on the same files
        history-memory    memory of natconnd while it records

--quick             short rounds and few of them, to see that all works
--seconds N         length of a round under load
--rounds N          number of rounds
--without-natconnd  the floor and the peers only
--connections N     connections in a full table
--records N         records in the larger history; the smaller has a tenth
--folder FOLDER     where histories are filled, or have been before; it is kept
--python PROGRAM    a Python that has DuckDB; else pip gets it";

/// A measurement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Events: processor time, rate, losses.
    Events,
    /// Lookups over HTTP.
    Lookups,
    /// Lookups over TLS.
    Tls,
    /// Attacks, and who asks meanwhile.
    Attack,
    /// The questions of proxies.
    ForwardAuth,
    /// Memory per connection.
    Memory,
    /// Time until ready.
    Start,
    /// Lookup cost by size of the table.
    LookupCost,
    /// Answers against the truth.
    Truth,
    /// Variants of the floor.
    Explore,
    /// Events that do not fit.
    Delivery,
    /// Time until an event is told.
    Latency,
    /// Reconciling a full table.
    Reconcile,
    /// The first byte of pages.
    Pages,
    /// The table after overruns.
    Overrun,
    /// Ends that did not fit.
    Destroy,
    /// Restarts under load.
    HandOver,
    /// Bytes per record.
    HistorySize,
    /// Records per second.
    HistoryRate,
    /// Crashes under load.
    HistoryKill,
    /// Questions about the past.
    HistoryLookup,
    /// Memory while recording.
    HistoryMemory,
}

impl Part {
    /// Hash buckets of the kernel's table while this is measured.
    ///
    /// The kernel's own choice for a machine of 4 GiB and more where the
    /// table is small; as many as connections where it is full.
    pub fn buckets(self) -> u64 {
        match self {
            Self::Events
            | Self::Lookups
            | Self::Tls
            | Self::Attack
            | Self::Truth
            | Self::Explore
            | Self::Delivery
            | Self::Latency
            | Self::Overrun
            | Self::Destroy
            | Self::HistorySize
            | Self::HistoryRate
            | Self::HistoryKill
            | Self::HistoryLookup => 262_144,
            Self::ForwardAuth
            | Self::Memory
            | Self::Start
            | Self::LookupCost
            | Self::Reconcile
            | Self::Pages
            | Self::HandOver
            | Self::HistoryMemory => 1_048_576,
        }
    }

    /// The programs of the system that it runs, beside those that every part
    /// does.
    pub fn tools(self) -> &'static [&'static str] {
        match self {
            Self::Overrun | Self::Destroy | Self::HandOver | Self::Truth => &[],
            Self::Pages => &[],
            Self::Tls => &["wrk", "openssl"],
            Self::Attack => &["openssl"],
            Self::HistoryRate | Self::HistoryKill | Self::HistoryMemory => &[],
            Self::HistorySize => &["gzip", "zstd"],
            Self::HistoryLookup => &["python3"],
            _ => &["ulogd", "nginx", "wrk"],
        }
    }

    /// What a report about such parts alone is called, and which target of make
    /// writes it.
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Overrun | Self::Destroy | Self::HandOver | Self::Truth => {
                ("What was shown under abuse", "abuse")
            }
            Self::Attack => ("What was shown under attack", "attack"),
            Self::HistorySize
            | Self::HistoryRate
            | Self::HistoryKill
            | Self::HistoryLookup
            | Self::HistoryMemory => ("What was measured of history", "bench-history"),
            _ => ("What was measured", "bench"),
        }
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
    /// Whether they go to `ATTACK.md`.
    pub writes_attack: bool,
    /// Whether they go to `HISTORY.md`.
    pub writes_history: bool,
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
    /// What the truth is held against.
    pub truth: Truth,
    /// How much of a past to make up.
    pub past: Past,
    /// Whether natconnd takes part.
    pub with_natconnd: bool,
}

/// How much of a past to make up, and where.
#[derive(Clone, Debug)]
pub struct Past {
    /// Records of a month.
    pub many: u64,
    /// Records to measure their size.
    pub sized: u64,
    /// Segments to measure the rate of recording.
    pub segments: usize,
    /// How long natconnd records while its memory is looked at.
    pub recording: Duration,
    /// Where histories are filled and kept; else they disappear.
    pub folder: Option<PathBuf>,
    /// A Python that has DuckDB.
    pub python: Option<PathBuf>,
}

impl Past {
    /// As the project's promises are about.
    fn whole() -> Self {
        Self {
            many: 100_000_000,
            sized: 4 << 20,
            segments: 5,
            recording: Duration::from_secs(600),
            folder: None,
            python: None,
        }
    }

    /// What takes minutes, not hours.
    fn small() -> Self {
        Self {
            many: 10_000_000,
            sized: 2 << 20,
            segments: 3,
            recording: Duration::from_secs(60),
            ..Self::whole()
        }
    }

    /// What takes seconds.
    fn quick() -> Self {
        Self {
            many: 3_000_000,
            sized: 1 << 20,
            segments: 1,
            recording: Duration::from_secs(20),
            ..Self::whole()
        }
    }
}

/// How much of the truth to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// All of it, which goes to `TRUTH.md`.
    Whole,
    /// Enough to see that it works.
    Quick,
}

impl Plan {
    /// Reads the command line, without the program's name.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut plan = Self {
            parts: Vec::new(),
            writes_results: false,
            writes_abuse: false,
            writes_attack: false,
            writes_history: false,
            round: Duration::from_secs(10),
            rounds: 5,
            rounds_of_abuse: None,
            long_run: Duration::from_secs(60),
            full_table: 1_000_000,
            truth: Truth::Whole,
            past: Past::whole(),
            with_natconnd: true,
        };
        if words.iter().any(|word| word == "all") {
            plan.past = Past::small();
        }
        if words.iter().any(|word| word == "--quick") {
            plan.past = Past::quick();
            plan.round = Duration::from_secs(3);
            plan.rounds = 2;
            plan.rounds_of_abuse = Some(2);
            plan.long_run = Duration::from_secs(10);
            plan.truth = Truth::Quick;
        }
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "all" => {
                    plan.parts.extend([
                        Part::Events,
                        Part::Lookups,
                        Part::Tls,
                        Part::ForwardAuth,
                        Part::Memory,
                        Part::Start,
                        Part::LookupCost,
                        Part::HistorySize,
                        Part::HistoryRate,
                        Part::HistoryLookup,
                        Part::HistoryMemory,
                    ]);
                    plan.writes_results = true;
                }
                "events" => plan.parts.push(Part::Events),
                "lookups" => plan.parts.push(Part::Lookups),
                "tls" => plan.parts.push(Part::Tls),
                "forward-auth" => plan.parts.push(Part::ForwardAuth),
                "memory" => plan.parts.push(Part::Memory),
                "start" => plan.parts.push(Part::Start),
                "lookup-cost" => plan.parts.push(Part::LookupCost),
                "truth" => plan.parts.push(Part::Truth),
                "explore" => plan.parts.push(Part::Explore),
                "delivery" => plan.parts.push(Part::Delivery),
                "latency" => plan.parts.push(Part::Latency),
                "reconcile" => plan.parts.push(Part::Reconcile),
                "pages" => plan.parts.push(Part::Pages),
                "attack" => {
                    plan.parts.push(Part::Attack);
                    plan.writes_attack = true;
                }
                "abuse" => {
                    plan.parts
                        .extend([Part::Overrun, Part::Destroy, Part::HandOver]);
                    plan.writes_abuse = true;
                }
                "overrun" => plan.parts.push(Part::Overrun),
                "destroy" => plan.parts.push(Part::Destroy),
                "hand-over" => plan.parts.push(Part::HandOver),
                "history" => {
                    plan.parts.extend([
                        Part::HistorySize,
                        Part::HistoryRate,
                        Part::HistoryKill,
                        Part::HistoryLookup,
                        Part::HistoryMemory,
                    ]);
                    plan.writes_history = true;
                }
                "history-size" => plan.parts.push(Part::HistorySize),
                "history-rate" => plan.parts.push(Part::HistoryRate),
                "history-kill" => plan.parts.push(Part::HistoryKill),
                "history-lookup" => plan.parts.push(Part::HistoryLookup),
                "history-memory" => plan.parts.push(Part::HistoryMemory),
                "--quick" => {}
                "--connections" => plan.full_table = number(word, words.next())?,
                "--records" => plan.past.many = number(word, words.next())?,
                "--folder" => plan.past.folder = Some(path(word, words.next())?),
                "--python" => plan.past.python = Some(path(word, words.next())?),
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
        plan.writes_attack &= plan.rounds_of_abuse.is_none();
        plan.writes_abuse &= plan.rounds_of_abuse.is_none();
        plan.writes_history &=
            plan.rounds_of_abuse.is_none() && plan.past.many == Past::whole().many;
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

fn path(option: &str, word: Option<&str>) -> Result<PathBuf> {
    let path = word.with_context(|| format!("{option}: expected a path"))?;
    std::path::absolute(path).with_context(|| format!("{option}: read the path {path}"))
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
    fn only_a_full_run_of_history_is_written_down() {
        let writes = |line| parse(line).expect("a good line").writes_history;
        assert!(writes("history"));
        assert!(!writes("history --quick"));
        assert!(!writes("history --records 1000"));
        assert!(!writes("history-size"));
    }

    #[test]
    fn no_part_and_no_number_are_refused() {
        assert!(parse("--quick").is_err());
        assert!(parse("events --rounds 0").is_err());
    }
}
