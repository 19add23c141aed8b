//! How many connections a second go through the journal and into segments, and how
//! long it takes to open what a crash has left.
//!
//! `taskset -c 0 cargo run --release -p history --example rate -- FOLDER CONNECTIONS`

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use history::{Recorder, Settings, open};
use model::{
    EndEvidence, Endpoint, Match, Protocol, TimeSource, Timed, Timestamp, Translation,
    TranslationKind, Zone,
};

/// Connections that are open at the same time.
const OPEN: usize = 160_000;
/// Begins and ends that are handed over at once.
const BATCH: usize = 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder: PathBuf = arguments.next().ok_or("expected a folder")?.into();
    let connections: usize = arguments.next().ok_or("expected a number")?.parse()?;
    let settings = Settings {
        folder,
        gateway: "gw1".to_owned(),
        ..Settings::default()
    };
    let mut now = Timestamp::of_milliseconds(1_795_474_020_000);
    let mut recorder = open(settings.clone(), now)?;
    let mut source = Source::default();
    let mut batch = Vec::with_capacity(BATCH);
    let making = time_of_making(connections);
    let (begin, processor) = (Instant::now(), processor_time());
    let mut ended = 0;
    let mut lost = 0;
    let mut last_tick = Instant::now();
    while ended < connections {
        batch.clear();
        while batch.len() < BATCH {
            let record = source.next();
            ended += usize::from(record.ended_at.is_some());
            now = now.max(record.ended_at.or(record.started_at).unwrap_or_default().at);
            batch.push(record);
        }
        lost += usize::from(recorder.record(&batch, now).is_err());
        if last_tick.elapsed() > Duration::from_millis(50) {
            last_tick = Instant::now();
            tick(&mut recorder, now);
        }
    }
    tick(&mut recorder, now);
    println!(
        "{ended} connections in {:?}, {lost} batches lost",
        begin.elapsed()
    );
    drop(recorder);
    let worked = (processor_time() - processor).saturating_sub(making);
    let rate = ended as f64 / worked.as_secs_f64();
    println!("{worked:?} of one core: {rate:.0}/s");
    let status = open(settings.clone(), now)?.history().status();
    let (records, bytes) = (status.sealed_records.max(1), status.segment_bytes);
    println!(
        "{} records in segments of {:.2} bytes each",
        records,
        bytes as f64 / records as f64
    );
    let begin = Instant::now();
    let recorder = open(settings, now)?;
    let status = recorder.history().status();
    println!(
        "opened in {:?} with {} records in the journal",
        begin.elapsed(),
        status.journal_records
    );
    print_memory();
    Ok(())
}

fn tick(recorder: &mut Recorder, now: Timestamp) {
    if let Err(error) = recorder.tick(now) {
        eprintln!("{error}");
    }
    for news in recorder.take_news() {
        eprintln!("{news:?}");
    }
}

/// What it takes to make the records alone, of which the rest is none the wiser.
fn time_of_making(connections: usize) -> Duration {
    let before = processor_time();
    let mut source = Source::default();
    let mut ended = 0;
    let mut batch = Vec::with_capacity(BATCH);
    while ended < connections {
        batch.clear();
        while batch.len() < BATCH {
            let record = source.next();
            ended += usize::from(record.ended_at.is_some());
            batch.push(record);
        }
        std::hint::black_box(&batch);
    }
    processor_time() - before
}

/// What all threads have used, to ten milliseconds.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks: u64 = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

fn print_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        println!("{line}");
    }
}

/// Begins and ends that look a little like those of a gateway.
struct Source {
    random: u64,
    open: Vec<Match>,
    milliseconds: i64,
    count: u64,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            random: 0x9e37_79b9_7f4a_7c15,
            open: Vec::with_capacity(OPEN),
            milliseconds: 1_795_474_020_000,
            count: 0,
        }
    }
}

impl Source {
    fn below(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 32) % limit
    }

    fn next(&mut self) -> Match {
        self.count += 1;
        self.milliseconds += i64::from(self.count.is_multiple_of(40));
        let now = Timed {
            at: Timestamp::of_milliseconds(self.milliseconds),
            source: TimeSource::Kernel,
        };
        if self.open.len() == OPEN {
            let index = self.below(OPEN as u64) as usize;
            let mut record = self.open.swap_remove(index);
            record.ended_at = Some(now);
            record.end_evidence = Some(EndEvidence::Event);
            return record;
        }
        let host = self.below(5000).min(self.below(5000));
        let remote_number = self
            .below(200_000)
            .min(self.below(200_000))
            .min(self.below(200_000));
        let port = 1024 + self.below(60_000) as u16;
        let remote = Endpoint::new(
            std::net::Ipv4Addr::from(0xc633_0000 + remote_number as u32).into(),
            if self.below(5) == 0 { 80 } else { 443 },
        );
        let nat = std::net::Ipv4Addr::from(0xcb00_7100 + (host % 16) as u32);
        let record = Match {
            protocol: Protocol::TCP,
            translation: Translation {
                kind: TranslationKind::Source,
                internal: Endpoint::new(
                    std::net::Ipv4Addr::from(0x0a00_0000 + host as u32).into(),
                    port,
                ),
                nat: Endpoint::new(nat.into(), port),
                remote,
            },
            original_destination: remote,
            zone: Zone::default(),
            kernel_id: None,
            started_at: Some(now),
            ended_at: None,
            end_evidence: None,
            traffic: None,
            mark: None,
        };
        self.open.push(record);
        record
    }
}
