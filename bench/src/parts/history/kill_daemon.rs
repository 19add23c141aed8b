//! kill -9 of the whole daemon while connections begin and end, and a start at
//! once, in the middle of them.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use history::{Effort, Question, Settings};
use model::{EndEvidence, Endpoint, Lookup, Match, Period, Timestamp};

use super::kill::LIMIT;
use crate::gateway::Gateway;
use crate::generator::{self, Generator};
use crate::parts::abuse::stand::{self, RATE};
use crate::past::fill;
use crate::past::place::Place;
use crate::past::random::Random;
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::records::{self, Found};
use crate::report::Report;
use crate::sys;
use crate::truth::time;

/// Seconds after which a connection ends.
const TIMEOUT: u32 = 1;

/// What is read of the kernel reaches the journal within this time.
const ON_ITS_WAY: Duration = Duration::from_millis(500);

/// The longest that natconnd works before it is killed.
const WORK: Duration = Duration::from_secs(3);

/// How long connections go on to begin after the start.
const REST: Duration = Duration::from_secs(1);

/// What all rounds showed.
#[derive(Default)]
struct Killed {
    /// Connections that were in the journal for certain.
    sure: u64,
    /// Of them, those without a record.
    lost: u64,
    /// All connections.
    found: Found,
    slowest: Duration,
}

/// Kills natconnd again and again, all of it with one history.
pub fn kill_daemon(
    natconnd: &Natconnd,
    place: &Place,
    folder: &Path,
    rounds: usize,
    report: &mut Report,
) -> Result<()> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(TIMEOUT)?;
    let history = place.fresh("kill-daemon")?;
    let lines = format!("[history]\nfolder = \"{}\"\n", history.display());
    let launch = || natconnd.launch_with(&gateway, folder, &lines);
    let mut generator = Generator::new();
    let mut random = Random::of(9);
    let mut all = Killed::default();
    let mut daemon = launch()?;
    for number in 1..=rounds {
        eprintln!("history-kill: natconnd, round {number} of {rounds}");
        let (first, began) = (generator.made(), time::now());
        let forwarded = gateway.forwarded()?;
        let work = WORK.mul_f64(random.share());
        let (_, (again, sure)) = stand::under_load(&mut generator, &gateway, RATE, || {
            sys::pause(work)?;
            let sure = first + gateway.forwarded()? - forwarded;
            sys::pause(ON_ITS_WAY)?;
            // It is killed with the value that stands for it.
            drop(daemon);
            let again = launch()?;
            sys::pause(REST)?;
            Ok((again, sure))
        })?;
        daemon = again;
        all.slowest = all.slowest.max(daemon.time_to_ready());
        stand::end_all(&gateway)?;
        daemon.process().wait_until_idle()?;
        all.look(&daemon, began, first..sure, first..generator.made())?;
    }
    Box::new(daemon).finish()?;
    let repeated = repeated_rows(&history)?;
    all.judge(rounds, report);
    let what = "kill -9 of natconnd: connections with more than one row on disk";
    report.demand(what, repeated, rounds, repeated == 0);
    Ok(())
}

/// Reads what is on disk, checkpoints left out, without asking natconnd, which tells
/// each connection once; says how many connections have several rows.
///
/// Each packet of the generator makes a connection with endpoints of its own.
fn repeated_rows(folder: &Path) -> Result<u64> {
    let settings = Settings {
        folder: folder.to_owned(),
        ..Settings::default()
    };
    let now = Timestamp(time::now());
    let recorder = fill::open(&settings, now)?;
    let question = Question {
        lookup: Lookup::default(),
        period: Period::ALWAYS,
    };
    let effort = Effort {
        time: Duration::from_secs(120),
    };
    let mut rows: HashMap<(Endpoint, Endpoint), Match> = HashMap::new();
    let mut repeated = 0;
    let completeness = recorder.history().find(&question, effort, |found| {
        if found.end_evidence == Some(EndEvidence::Checkpoint) {
            return true;
        }
        let key = (found.translation.internal, found.translation.remote);
        if let Some(other) = rows.insert(key, found) {
            if repeated == 0 {
                eprintln!("history-kill: two rows of one connection: {other:?} {found:?}");
            }
            repeated += 1;
        }
        true
    });
    ensure!(
        !completeness.is_cut && completeness.damaged.is_empty(),
        "read a history after crashes: {completeness:?}"
    );
    fill::close(recorder, now)?;
    Ok(repeated)
}

impl Killed {
    /// Asks for all that began in a round.
    fn look(
        &mut self,
        daemon: &Daemon,
        began: i64,
        sure: std::ops::Range<u64>,
        made: std::ops::Range<u64>,
    ) -> Result<()> {
        let mut records = records::of_all_hosts_since(daemon, began)?;
        // What began while natconnd was dead ends in silence, and is found out later: an
        // estimated end is at or before its time. So one of an earlier round may seem to
        // have lived on.
        let mine: HashSet<_> = made.clone().map(generator::endpoints).collect();
        records.retain(|one| !one.is_estimated || mine.contains(&(one.internal, one.remote)));
        self.sure += sure.end - sure.start;
        self.lost += records::hold_against(records.clone(), sure).missing;
        let found = records::hold_against(records, made);
        self.found.once += found.once;
        self.found.repeated += found.repeated;
        self.found.foreign += found.foreign;
        self.found.missing += found.missing;
        self.found.live += found.live;
        self.found.estimated += found.estimated;
        Ok(())
    }

    fn judge(&self, rounds: usize, report: &mut Report) {
        let Found {
            once,
            missing,
            repeated,
            foreign,
            live,
            estimated,
        } = self.found;
        let mut demand = |what: &str, found: u64| {
            let what = format!("kill -9 of natconnd: {what}");
            report.demand(&what, found, rounds, found == 0);
        };
        demand(
            "connections that were in the journal and are lost",
            self.lost,
        );
        demand("connections with more than one record", repeated);
        demand("records of what was made in no such round", foreign);
        demand("connections that live after all has ended", live);
        report.demand(
            "kill -9 of natconnd: the slowest start, in seconds, at most 2",
            format!("{:.3}", self.slowest.as_secs_f64()),
            rounds,
            self.slowest <= LIMIT,
        );
        let head = [
            "kills",
            "connections that were in the journal",
            "connections recorded",
            "of these, ended while nobody looked",
            "begun and ended while nobody looked",
            "slowest start, s",
        ];
        report.figures("kill -9 of natconnd under load", &head);
        report.row(vec![
            rounds.to_string(),
            self.sure.to_string(),
            once.to_string(),
            estimated.to_string(),
            missing.to_string(),
            format!("{:.3}", self.slowest.as_secs_f64()),
        ]);
    }
}
