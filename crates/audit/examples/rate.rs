//! How many lines a second are acknowledged with 1, 8 and 64 callers at once, and how
//! many bytes a second are verified and read.
//!
//! `cargo run --release -p audit --example rate -- FOLDER [SECONDS]`; the folder is made, and
//! deleted in the end.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use audit::{Audit, Entry, Outcome, RecordError, Settings, Wanted, read, verify};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder: PathBuf = arguments.next().ok_or("expected a folder")?.into();
    let seconds = arguments.next().map_or(Ok(5), |text| text.parse())?;
    std::fs::create_dir(&folder)?;
    let outcome = measure(&folder, Duration::from_secs(seconds));
    std::fs::remove_dir_all(&folder)?;
    outcome
}

fn measure(folder: &Path, time: Duration) -> Result<(), Box<dyn Error>> {
    for callers in [1, 8, 64] {
        let audit = Audit::open(Settings::new(folder.join(format!("audit{callers}"))))?;
        let (lines, longest) = record(&audit, callers, time)?;
        let rate = lines as f64 / time.as_secs_f64();
        println!("{callers:2} callers: {rate:.0} lines/s, {longest:?} at most");
    }
    let large = folder.join("large");
    let settings = Settings {
        rotate_bytes: 256 << 20,
        ..Settings::new(&large)
    };
    let audit = Audit::open(settings)?;
    let before = processor_time();
    let begin = Instant::now();
    let mut lines = 0;
    while begin.elapsed() < time {
        let entries = (0..4096).map(entry).collect();
        audit.record(entries).wait()?;
        lines += 4096;
    }
    let rate = lines as f64 / begin.elapsed().as_secs_f64();
    let worked = (processor_time() - before).as_secs_f64();
    println!(
        "4096 entries a call: {rate:.0} lines/s, {:.0} for each second of one core",
        lines as f64 / worked
    );
    audit.close()?;
    let begin = processor_time();
    let report = verify(&large, None)?;
    let megabytes = report.bytes as f64 / 1e6;
    let speed = megabytes / (processor_time() - begin).as_secs_f64();
    println!(
        "verified {megabytes:.0} MB, {} lines: {speed:.0} MB/s of one core, {} findings",
        report.lines,
        report.findings.len()
    );
    let begin = processor_time();
    let wanted = Wanted {
        case: Some("none".to_owned()),
        ..Wanted::default()
    };
    let found = read(&large, wanted, None)?.count();
    let speed = megabytes / (processor_time() - begin).as_secs_f64();
    println!("read for a case that is not there: {speed:.0} MB/s of one core, {found} found");
    let begin = processor_time();
    let wanted = Wanted {
        contains: Some("none".to_owned()),
        ..Wanted::default()
    };
    let found = read(&large, wanted, None)?.count();
    let speed = megabytes / (processor_time() - begin).as_secs_f64();
    println!("read for words that are not there: {speed:.0} MB/s of one core, {found} found");
    let begin = Instant::now();
    let page = read(&large, Wanted::default(), Some(report.lines / 2))?;
    let found = page.take(100).count();
    println!("a page of {found} from the middle: {:?}", begin.elapsed());
    Ok(())
}

/// What all threads have used, to ten milliseconds.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default();
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = times.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn entry(number: u64) -> Entry {
    Entry {
        caller: Some("abuse-desk".to_owned()),
        credential: Some("token".to_owned()),
        from: Some("192.0.2.17".to_owned()),
        listener: Some("http".to_owned()),
        role: Some("lookup".to_owned()),
        question: Some(format!(
            "protocol=tcp&nat=203.0.113.7:{}&remote=198.51.100.7:443&at=2026-11-24T13:55:36Z",
            number % 65_536
        )),
        case: Some("C-2026-0815".to_owned()),
        reason: Some("port scan, reported by mail".to_owned()),
        matches: Some(1),
        verdict: Some("one".to_owned()),
        coverage: Some("complete".to_owned()),
        ..Entry::new("lookup", Outcome::Answered)
    }
}

/// Records one by one from some threads; returns how many, and how long the longest took.
fn record(audit: &Audit, callers: u64, time: Duration) -> Result<(u64, Duration), RecordError> {
    let (lines, longest) = (AtomicU64::new(0), AtomicU64::new(0));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let work = || {
            while !is_over.load(Ordering::Relaxed) {
                let begin = Instant::now();
                let number = lines.fetch_add(1, Ordering::Relaxed);
                audit.record(vec![entry(number)]).wait()?;
                let took = begin.elapsed().as_micros() as u64;
                longest.fetch_max(took, Ordering::Relaxed);
            }
            Ok(())
        };
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(work)).collect();
        std::thread::sleep(time);
        is_over.store(true, Ordering::Relaxed);
        threads.into_iter().try_for_each(|thread| {
            // A thread that panicked has said why.
            thread.join().unwrap_or(Err(RecordError::Closed))
        })
    })?;
    let longest = Duration::from_micros(longest.into_inner());
    Ok((lines.into_inner(), longest))
}
