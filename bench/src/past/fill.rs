//! Puts made-up translations into a history, as fast as it takes them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use history::{Recorder, Settings};
use model::{Match, Timestamp};

use super::place;
use super::sample::{self, Sample, Sampled};
use super::traffic::{Profile, Traffic};
use crate::sys;

/// Records that are handed over at once.
pub const BATCH: usize = 1024;

/// Records to ask about later.
const SAMPLED: u64 = 20_000;

/// Records per second, in the time of this machine, that a made-up second stands
/// for where something is done by the clock.
const PACE: f64 = 400_000.0;

/// A history that is filled, and a sample of what is in it.
pub struct Filled {
    /// The folder of the history.
    pub folder: PathBuf,
    /// Some of its records, in no order.
    pub sample: Vec<Sampled>,
    /// How long filling took; nothing where it had been filled before.
    pub time: Option<Duration>,
}

/// How a history is kept that is filled faster than time goes by: all that is
/// done by the clock is done as often as at [`PACE`] records per second.
pub fn settings(folder: &Path, profile: &Profile) -> Settings {
    Settings {
        folder: folder.to_owned(),
        gateway: "bench".to_owned(),
        fsync_every: Duration::from_secs_f64((PACE / profile.rate).max(1.0)),
        ..Settings::default()
    }
}

/// Fills a history in `folder`, unless the same has been done there before.
pub fn fill(folder: &Path, profile: Profile) -> Result<Filled> {
    let [history, sampled, done] =
        ["history", "sample.csv", "profile"].map(|name| folder.join(name));
    let is_done = fs::read_to_string(&done).is_ok_and(|text| text == format!("{profile:?}"));
    if is_done {
        return Ok(Filled {
            folder: history,
            sample: sample::read(&sampled)?,
            time: None,
        });
    }
    place::remove(folder)?;
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    let start = Instant::now();
    let mut sample = Sample::of(SAMPLED, profile.connections);
    let mut recorder = open(&settings(&history, &profile), profile.from)?;
    let mut now = profile.from;
    let mut traffic = Traffic::of(profile);
    let mut batch = Vec::with_capacity(BATCH);
    let mut recorded = 0;
    loop {
        batch.clear();
        batch.extend(traffic.by_ref().take(BATCH));
        let Some(last) = batch.last() else {
            break;
        };
        ensure!(
            !sys::is_interrupted(),
            "fill a history: stopped by a signal"
        );
        now = time_of(last);
        for ended in batch.iter().filter(|told| told.ended_at.is_some()) {
            sample.offer(ended);
            recorded += 1;
            if recorded % (profile.connections / 10).max(1) == 0 {
                eprintln!("  {recorded} records, {:.0} s", start.elapsed().as_secs());
            }
        }
        hand_over(&mut recorder, &batch, now)?;
    }
    close(recorder, now)?;
    let sample = sample.shuffled();
    sample::write(&sampled, &sample)?;
    fs::write(&done, format!("{profile:?}"))
        .with_context(|| format!("write {}", done.display()))?;
    Ok(Filled {
        folder: history,
        sample,
        time: Some(start.elapsed()),
    })
}

/// Opens a history.
pub fn open(settings: &Settings, now: Timestamp) -> Result<Recorder> {
    history::open(settings.clone(), now)
        .with_context(|| format!("open the history in {}", settings.folder.display()))
}

/// Records a batch, and does what is due.
pub fn hand_over(recorder: &mut Recorder, batch: &[Match], now: Timestamp) -> Result<()> {
    recorder.record(batch, now).context("record a batch")?;
    recorder.tick(now).context("do what is due in a history")?;
    Ok(())
}

/// Closes a history.
pub fn close(recorder: Recorder, now: Timestamp) -> Result<()> {
    recorder.close(now).context("close a history")
}

/// When what is told happened.
pub fn time_of(told: &Match) -> Timestamp {
    told.ended_at.or(told.started_at).unwrap_or_default().at
}
