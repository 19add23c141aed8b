//! A process that records translations until it is killed, and says how many it
//! has handed to the kernel.
//!
//! This program again, as the subcommand `history-writer`. What it records
//! follows from the round's number alone, so whoever killed it knows what must be
//! there.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use history::Settings;
use model::Timestamp;

use super::fill;
use super::random::Random;
use super::traffic::{Profile, Traffic};
use crate::sys;

/// Connections that begin per second of made-up time.
const RATE: f64 = 2000.0;

/// More connections than are recorded before the process is killed.
const CONNECTIONS: u64 = 20_000_000;

/// The most that is handed over at once.
const BATCH: u64 = 2000;

/// A round of recording: its traffic, on a day of its own.
#[derive(Clone, Copy, Debug)]
pub struct Round(pub u64);

impl Round {
    /// The traffic of the round.
    pub fn traffic(self) -> Traffic {
        Traffic::of(self.profile())
    }

    /// Its first moment.
    pub fn from(self) -> Timestamp {
        self.profile().from
    }

    /// A moment after all that can be recorded in it.
    pub fn to(self) -> Timestamp {
        self.from().plus(Duration::from_secs(24 * 3600 - 1))
    }

    fn profile(self) -> Profile {
        let day = Duration::from_secs(24 * 3600 * self.0);
        let usual = Profile::spread(CONNECTIONS, 1);
        Profile {
            seed: self.0 + 1,
            from: usual.from.plus(day),
            rate: RATE,
            has_nights: false,
            has_counters: self.0 % 2 == 1,
            tells_begins: true,
            ..usual
        }
    }
}

/// How the history is kept: small segments, so that one is always being sealed.
pub fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_owned(),
        gateway: "bench".to_owned(),
        // A made-up second is over in a few milliseconds.
        fsync_every: Duration::from_secs(30),
        segment_records: 40_000,
        checkpoint_every: Duration::from_secs(60),
        ..Settings::default()
    }
}

/// Opens the history in a folder, settles what a crash has left, and records.
///
/// With each line of output it has told how much is in the journal by then.
pub fn run(words: &[String]) -> Result<()> {
    let [folder, round] = words else {
        anyhow::bail!("history-writer: expected FOLDER ROUND");
    };
    let round = Round(round.parse().context("history-writer: read the round")?);
    let mut recorder = fill::open(&settings(Path::new(folder)), round.from())?;
    settle(&mut recorder, round.from())?;
    let mut out = std::io::stdout();
    let mut tell = move |recorded: u64| {
        let line = format!("{recorded}\n");
        out.write_all(line.as_bytes()).and_then(|()| out.flush())
    };
    tell(0).context("tell that all is ready")?;
    let mut traffic = round.traffic();
    let mut random = Random::of(round.0);
    let (mut batch, mut recorded) = (Vec::new(), 0);
    loop {
        let count = 1 + random.below(BATCH) as usize;
        batch.clear();
        batch.extend(traffic.by_ref().take(count));
        let Some(last) = batch.last() else {
            return fill::close(recorder, round.to());
        };
        fill::hand_over(&mut recorder, &batch, fill::time_of(last))?;
        recorded += batch.len() as u64;
        tell(recorded).context("tell how much is recorded")?;
    }
}

/// Ends all that a crash has left open: none of it lives.
pub fn settle(recorder: &mut history::Recorder, now: Timestamp) -> Result<()> {
    // Once to say what lives, once to end the others.
    for _ in 0..2 {
        if recorder.has_unsettled() {
            recorder
                .settle(now, |_| false)
                .context("settle what a crash has left open")?;
        }
    }
    ensure!(
        !recorder.has_unsettled(),
        "settle what a crash has left open: some of it is still open"
    );
    Ok(())
}

/// The process, seen from outside.
pub struct Writer {
    child: Child,
    output: ChildStdout,
}

impl Writer {
    /// Starts it.
    pub fn start(folder: &Path, round: Round) -> Result<Self> {
        let program: PathBuf = std::env::current_exe().context("find this program")?;
        let mut command = Command::new(program);
        command
            .arg("history-writer")
            .arg(folder)
            .arg(round.0.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        sys::die_with_parent(&mut command);
        let mut child = command.spawn().context("start a writer")?;
        let output = child.stdout.take().context("read what a writer tells")?;
        Ok(Self { child, output })
    }

    /// Kills it, and gives what it had told: how much was recorded, and nothing
    /// where it had not begun.
    pub fn kill(mut self) -> Result<Option<u64>> {
        self.child.kill().context("kill a writer")?;
        let status = self.child.wait().context("wait for a writer")?;
        let told = std::io::read_to_string(self.output).context("read what a writer told")?;
        ensure!(
            status.code().is_none(),
            "a writer ended before it was killed: {status}"
        );
        // The last line may not be whole.
        let whole = told.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let last = whole.lines().next_back();
        last.map(|line| line.parse().context("read what a writer told"))
            .transpose()
    }
}
