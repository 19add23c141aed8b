//! Records per second through journal and seal, on one core.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use history::Recorder;
use model::{Match, Timestamp};

use super::{DAYS, RATE};
use crate::arguments::Plan;
use crate::past::fill::{self, BATCH};
use crate::past::place::Place;
use crate::past::traffic::{Profile, Traffic};
use crate::report::{Bound, Report};
use crate::samples::Samples;
use crate::{process, sys};

/// Connections per second of a gateway that is busy.
const BUSY: f64 = 5000.0;

/// Records of one segment.
const SEGMENT: usize = 1 << 20;

/// What the clock runs for: a segment's records, and so many more that it is full
/// for certain.
const PIECE: usize = SEGMENT + 1024;

/// The longest that sealing one segment may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a history is filled.
struct Way {
    name: &'static str,
    rate: f64,
    has_counters: bool,
    tells_begins: bool,
    /// Records per second, by the clock, for each segment.
    rates: Vec<f64>,
    /// Nanoseconds of processor time per record.
    cpu: Vec<f64>,
    /// Connections that were open at the end.
    open: usize,
}

/// Records segment after segment. What is recorded is made while the clock
/// stands still.
pub fn rate(plan: &Plan, report: &mut Report) -> Result<()> {
    let place = Place::take(None)?;
    let way = |name, rate, has_counters, tells_begins| Way {
        name,
        rate,
        has_counters,
        tells_begins,
        rates: Vec::new(),
        cpu: Vec::new(),
        open: 0,
    };
    let mut ways = [
        way("begins and ends", RATE, false, true),
        way("begins and ends, counters", RATE, true, true),
        way("ends only", RATE, false, false),
        way("begins and ends, 5000 connections/s", BUSY, false, true),
    ];
    for way in &mut ways {
        eprintln!("history-rate: {}", way.name);
        // A thread of its own, since what it starts stays on its core.
        std::thread::scope(|scope| scope.spawn(|| way.measure(&place, plan)).join())
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    }
    let generated = generator_rate(RATE);
    let [usual, ..] = &ways;
    report.promise(
        "records/s through journal and seal, one core",
        Bound::AtLeast(400_000.0),
        usual.rates.iter().copied().collect(),
        0,
    );
    let head = [
        "what is recorded",
        "records/s",
        "CPU ns per record",
        "open at the end",
    ];
    report.figures("Recording, one core, segment by segment", &head);
    for way in &ways {
        let samples = |values: &[f64]| values.iter().copied().collect::<Samples>();
        report.row(vec![
            way.name.to_owned(),
            format!("{:.0}", samples(&way.rates)),
            format!("{:.0}", samples(&way.cpu)),
            way.open.to_string(),
        ]);
    }
    report.row(vec![
        "making them up, not counted above".to_owned(),
        format!("{generated:.0}"),
        format!("{:.0}", 1e9 / generated),
        "–".to_owned(),
    ]);
    Ok(())
}

impl Way {
    fn measure(&mut self, place: &Place, plan: &Plan) -> Result<()> {
        sys::pin(process::CORE).context("pin the recorder to a core")?;
        let segments = plan.past.segments;
        let profile = Profile {
            connections: ((segments + 1) * PIECE) as u64,
            rate: self.rate,
            has_counters: self.has_counters,
            tells_begins: self.tells_begins,
            ..Profile::spread(1, DAYS)
        };
        let settings = fill::settings(&place.fresh("rate")?, &profile);
        ensure!(
            settings.segment_records == SEGMENT,
            "measure a segment: history has {} records in one, expected {SEGMENT}",
            settings.segment_records
        );
        let mut recorder = fill::open(&settings, profile.from)?;
        let mut traffic = Traffic::of(profile);
        let mut now = profile.from;
        for number in 1..=segments {
            let told = one_segment(&mut traffic);
            let began = told.iter().filter(|one| one.ended_at.is_none()).count();
            self.open = (self.open + began).saturating_sub(PIECE);
            let (start, before) = (Instant::now(), sys::processor_time()?);
            for batch in told.chunks(BATCH) {
                now = batch.last().map_or(now, fill::time_of);
                fill::hand_over(&mut recorder, batch, now)?;
            }
            await_sealed(&mut recorder, number, now)?;
            let (time, cpu) = (start.elapsed(), sys::processor_time()? - before);
            self.rates.push(PIECE as f64 / time.as_secs_f64());
            self.cpu.push(cpu.as_nanos() as f64 / PIECE as f64);
        }
        fill::close(recorder, now)
    }
}

/// What is told until as many have ended as more than fill a segment.
fn one_segment(traffic: &mut Traffic) -> Vec<Match> {
    let mut told = Vec::with_capacity(2 * PIECE + PIECE / 4);
    let mut ended = 0;
    while ended < PIECE
        && let Some(one) = traffic.next()
    {
        ended += usize::from(one.ended_at.is_some());
        told.push(one);
    }
    told
}

/// Waits until there are so many segments.
fn await_sealed(recorder: &mut Recorder, segments: usize, now: Timestamp) -> Result<()> {
    let start = Instant::now();
    loop {
        recorder.tick(now).context("do what is due in a history")?;
        let status = recorder.history().status();
        if status.segments >= segments as u64 {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            bail!("wait until {segments} segments are sealed: {status:?}");
        }
        sys::pause(Duration::from_millis(1))?;
    }
}

/// How many connections are made up in a second, begins told.
fn generator_rate(rate: f64) -> f64 {
    const COUNT: u64 = 1_000_000;
    let profile = Profile {
        rate,
        tells_begins: true,
        ..Profile::spread(COUNT, DAYS)
    };
    let mut traffic = Traffic::of(profile);
    let start = Instant::now();
    let told = traffic.by_ref().map(std::hint::black_box).count();
    (told / 2) as f64 / start.elapsed().as_secs_f64()
}
