//! Questions about a month, over HTTP: what one record takes among many and among
//! few, a host's day, many at once; and DuckDB on the same files.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use model::Timestamp;
use serde_json::Value;

use super::DAYS;
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::http::{self, Client};
use crate::past::duckdb::{self, DuckDb};
use crate::past::fill::{self, Filled};
use crate::past::place::Place;
use crate::past::sample::Sampled;
use crate::past::traffic::Profile;
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::{Bound, Report};
use crate::samples::Samples;
use crate::sys;

/// Questions that warm caches up, before any is measured.
const WARM: usize = 3000;

/// Questions of a round.
const ROUND: usize = 3000;

/// Questions to both natconnd and DuckDB, in a round.
const SIDE_BY_SIDE: usize = 20;

/// Hosts whose day is asked for.
const HOST_DAYS: usize = 50;

/// Records of a page.
const PAGE: usize = 1000;

/// Questions that are asked at once.
const BULK: usize = 10_000;

/// A history that is served, with what to ask about it.
struct Stand {
    records: u64,
    filled: Filled,
    gateway: Gateway,
    daemon: Daemon,
    /// Which of the sample comes next.
    next: usize,
    /// Medians and 99th percentiles of the rounds, in milliseconds.
    median: Vec<f64>,
    high: Vec<f64>,
    asked: u64,
    /// Answers that do not name the host that it was, and no other.
    wrong: u64,
}

/// Fills two histories, and asks about both in turn.
pub fn lookup(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let natconnd =
        natconnd.context("history-lookup is about natconnd: leave out --without-natconnd")?;
    let place = Place::take(plan.past.folder.as_deref())?;
    let mut stands = [plan.past.many / 10, plan.past.many]
        .into_iter()
        .map(|records| Stand::build(&place, natconnd, folder, records))
        .collect::<Result<Vec<_>>>()?;
    for stand in &mut stands {
        stand.exact(WARM)?;
    }
    for number in 1..=plan.rounds {
        for stand in &mut stands {
            eprintln!(
                "history-lookup, round {number} of {}: {} records",
                plan.rounds, stand.records
            );
            stand.round()?;
        }
    }
    promise_exact(&stands, report);
    let [_, many] = &mut stands[..] else {
        anyhow::bail!("ask about the past: expected two histories");
    };
    let days = many.host_days()?;
    promise_days(many.records, &days, report);
    let bulk = many.bulk(plan.rounds)?;
    promise_bulk(many.records, &bulk, report);
    let python = duckdb::python(plan.past.python.as_deref(), &place.folder("python"));
    let peer = python.and_then(|python| many.beside_duckdb(&python, plan.rounds));
    let missed = promise_peer(many.records, peer, report);
    tabulate(&stands, &days, &bulk, report);
    missed
}

impl Stand {
    fn build(place: &Place, natconnd: &Natconnd, folder: &Path, records: u64) -> Result<Self> {
        let profile = Profile::spread(records, DAYS);
        eprintln!("history-lookup: {records} records");
        let filled = std::thread::scope(|scope| {
            let work = || {
                // Nothing is measured here: both cores may work.
                sys::unpin().context("use all cores")?;
                fill::fill(&place.folder(&records.to_string()), profile)
            };
            scope.spawn(work).join()
        })
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let gateway = Gateway::build()?;
        let folder = folder.join(format!("history-{records}"));
        std::fs::create_dir(&folder).with_context(|| format!("create {}", folder.display()))?;
        let lines = format!("[history]\nfolder = \"{}\"\n", filled.folder.display());
        let daemon = natconnd.launch_with(&gateway, &folder, &lines)?;
        Ok(Self {
            records,
            filled,
            gateway,
            daemon,
            next: 0,
            median: Vec::new(),
            high: Vec::new(),
            asked: 0,
            wrong: 0,
        })
    }

    /// The next record of the sample; it begins anew where it is over.
    fn take(&mut self) -> Sampled {
        let sample = &self.filled.sample;
        self.next += 1;
        sample[self.next % sample.len()]
    }

    fn client(&self) -> Result<Client> {
        Client::connect(self.gateway.namespace(), self.daemon.port())
    }

    /// Asks about so many records, one after the other; gives the times, the
    /// shortest first.
    fn exact(&mut self, count: usize) -> Result<Vec<Duration>> {
        let mut client = self.client()?;
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            let about = self.take();
            times.push(self.ask(&mut client, &about)?);
        }
        times.sort_unstable();
        Ok(times)
    }

    fn ask(&mut self, client: &mut Client, about: &Sampled) -> Result<Duration> {
        let path = about.lookup();
        let start = Instant::now();
        let response = client.get(&path)?;
        let time = start.elapsed();
        ensure!(
            response.status == 200,
            "GET {path}: status {}: {}",
            response.status,
            String::from_utf8_lossy(&response.body)
        );
        let answer: Value = serde_json::from_slice(&response.body)
            .with_context(|| format!("read the answer to {path}"))?;
        self.asked += 1;
        if !names_only(&answer, about) {
            if self.wrong == 0 {
                eprintln!(
                    "history-lookup: {path}: expected {}, found {answer}",
                    about.internal
                );
            }
            self.wrong += 1;
        }
        ensure!(!sys::is_interrupted(), "ask: stopped by a signal");
        Ok(time)
    }

    fn round(&mut self) -> Result<()> {
        let times = self.exact(ROUND)?;
        self.median.push(milliseconds(quantile(&times, 0.5)));
        self.high.push(milliseconds(quantile(&times, 0.99)));
        Ok(())
    }

    /// Everything that a host did in the day of a record of it: the times until
    /// the first page, in milliseconds.
    fn host_days(&mut self) -> Result<Samples> {
        eprintln!("history-lookup: days of hosts");
        let mut client = self.client()?;
        let mut times = Vec::new();
        for _ in 0..HOST_DAYS {
            let about = self.take();
            let host = about.internal.address;
            let day = 24 * 3600 * 1000;
            let from = about.at.milliseconds() / day * day;
            let [from, to] = [from, from + day - 1].map(Timestamp::of_milliseconds);
            let path = format!("/api/v1/records?internal={host}&from={from}&to={to}&limit={PAGE}");
            let start = Instant::now();
            let response = client.get(&path)?;
            times.push(milliseconds(start.elapsed()));
            let body = String::from_utf8_lossy(&response.body);
            ensure!(
                response.status == 200 && body.contains(&host.to_string()),
                "GET {path}: status {}: {body}",
                response.status
            );
        }
        Ok(times.into_iter().collect())
    }

    /// Many questions at once: the seconds that each time took.
    fn bulk(&mut self, rounds: usize) -> Result<Samples> {
        let mut seconds = Vec::new();
        for number in 1..=rounds {
            eprintln!("history-lookup: {BULK} questions at once, {number} of {rounds}");
            let about: Vec<Sampled> = (0..BULK).map(|_| self.take()).collect();
            let mut table = columns(Sampled::HEAD);
            table.extend(about.iter().map(|one| columns(&one.row())));
            let start = Instant::now();
            let answer = http::post(self.daemon.socket(), "/api/v1/lookups", "text/csv", &table)?;
            seconds.push(start.elapsed().as_secs_f64());
            let answer = String::from_utf8(answer).context("read many answers")?;
            let rows: Vec<&str> = answer.lines().skip(1).collect();
            ensure!(
                rows.len() == about.len(),
                "ask {BULK} questions at once: {} answers, beginning {}",
                rows.len(),
                &answer[..answer.len().min(500)]
            );
            for (row, about) in rows.iter().zip(&about) {
                let names = |word: &str| row.split(',').any(|cell| cell.trim_matches('"') == word);
                let internal = about.internal;
                let is_named =
                    names(&internal.address.to_string()) && names(&internal.port.to_string());
                self.asked += 1;
                self.wrong += u64::from(!is_named && !names(&internal.to_string()));
            }
        }
        Ok(seconds.into_iter().collect())
    }

    /// The same questions to both: how much longer DuckDB takes for the middle
    /// one of each round, and what both took, in milliseconds.
    fn beside_duckdb(&mut self, python: &Path, rounds: usize) -> Result<Peer> {
        let segments: PathBuf = self.filled.folder.join("segments");
        let mut database = DuckDb::open(python, &segments)?;
        let mut client = self.client()?;
        let mut peer = Peer {
            version: database.version.clone(),
            ..Peer::default()
        };
        // One more, which warms DuckDB up.
        for number in 0..=rounds {
            eprintln!("history-lookup: beside DuckDB, round {number} of {rounds}");
            let about: Vec<Sampled> = (0..SIDE_BY_SIDE).map(|_| self.take()).collect();
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for one in &about {
                let answer = database.ask(one)?;
                ensure!(
                    answer.is_right,
                    "ask DuckDB: it does not find {} for {}",
                    one.internal,
                    one.lookup()
                );
                theirs.push(answer.time);
                ours.push(self.ask(&mut client, one)?);
            }
            if number > 0 {
                ours.sort_unstable();
                theirs.sort_unstable();
                peer.ours.push(milliseconds(quantile(&ours, 0.5)));
                peer.theirs.push(milliseconds(quantile(&theirs, 0.5)));
            }
        }
        Ok(peer)
    }
}

/// DuckDB and natconnd, side by side: medians of rounds, in milliseconds.
#[derive(Default)]
struct Peer {
    version: String,
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

/// The columns of a row that are a question.
fn columns(row: &str) -> String {
    let question = row
        .trim_end()
        .rsplit_once(',')
        .map_or(row, |(question, _)| question);
    format!("{question}\n")
}

/// Whether an answer names the host and the port that it was, and nobody else.
fn names_only(answer: &Value, about: &Sampled) -> bool {
    let is_it = |found: &Value| {
        found["internal_address"] == about.internal.address.to_string()
            && found["internal_port"] == about.internal.port
    };
    let matches = answer["matches"].as_array();
    matches.is_some_and(|matches| !matches.is_empty() && matches.iter().all(is_it))
}

fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    let index = (last as f64 * share).round() as usize;
    sorted.get(index).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn samples(values: &[f64]) -> Samples {
    values.iter().copied().collect()
}

/// A number of records in words: `100 M`.
fn in_words(records: u64) -> String {
    match records {
        0..1_000_000 => format!("{} k", records / 1000),
        _ => format!("{} M", records / 1_000_000),
    }
}

fn promise_exact(stands: &[Stand], report: &mut Report) {
    let [few, many] = stands else {
        return;
    };
    let (less, more) = (in_words(few.records), in_words(many.records));
    let what = |what: &str| format!("ms of an exact lookup among {more} records, {what}");
    report.promise(&what("p50"), Bound::AtMost(2.0), samples(&many.median), 2);
    report.promise(&what("p99"), Bound::AtMost(10.0), samples(&many.high), 2);
    for (what, values) in [
        ("p50", [&many.median, &few.median]),
        ("p99", [&many.high, &few.high]),
    ] {
        report.promise(
            &format!("exact lookup, {what}, among {more} / {less}"),
            Bound::AtMost(1.5),
            Samples::ratio(&samples(values[0]), &samples(values[1])),
            2,
        );
    }
    for stand in stands {
        report.demand(
            &format!(
                "history: wrong answers of {} among {} records",
                stand.asked,
                in_words(stand.records)
            ),
            stand.wrong,
            1,
            stand.wrong == 0,
        );
    }
}

fn promise_days(records: u64, days: &Samples, report: &mut Report) {
    let what = format!(
        "ms to the first page of a host's day among {} records",
        in_words(records)
    );
    report.promise(&what, Bound::AtMost(300.0), days.clone(), 0);
}

fn promise_bulk(records: u64, bulk: &Samples, report: &mut Report) {
    let what = format!(
        "s for {BULK} questions at once about {} records",
        in_words(records)
    );
    report.promise(&what, Bound::AtMost(10.0), bulk.clone(), 2);
}

fn promise_peer(records: u64, peer: Result<Peer>, report: &mut Report) -> Result<()> {
    let what = format!(
        "the same exact lookup among {} records, DuckDB / natconnd",
        in_words(records)
    );
    let ratio = |peer: &Peer| Samples::ratio(&samples(&peer.theirs), &samples(&peer.ours));
    let measured = peer.as_ref().map(ratio).unwrap_or_default();
    report.promise(&what, Bound::AtLeast(5.0), measured, 1);
    let peer = peer?;
    let head = ["who is asked", "p50 ms"];
    report.figures("The same questions, side by side", &head);
    let version = format!("DuckDB {}, all cores", peer.version);
    for (who, times) in [
        ("natconnd, over HTTP, one core", &peer.ours),
        (&version, &peer.theirs),
    ] {
        report.row(vec![who.to_owned(), format!("{:.2}", samples(times))]);
    }
    Ok(())
}

fn tabulate(stands: &[Stand], days: &Samples, bulk: &Samples, report: &mut Report) {
    let head = ["records", "p50 ms", "p99 ms", "filled in s"];
    report.figures("Exact lookups over HTTP, one after the other, warm", &head);
    for stand in stands {
        let seconds = |time: Duration| format!("{:.0}", time.as_secs_f64());
        report.row(vec![
            stand.records.to_string(),
            format!("{:.2}", samples(&stand.median)),
            format!("{:.2}", samples(&stand.high)),
            stand.filled.time.map_or("before".to_owned(), seconds),
        ]);
    }
    report.figures("Broader questions", &["question", "of", "took"]);
    report.row(vec![
        format!("a host's day, first {PAGE} records"),
        HOST_DAYS.to_string(),
        format!("{days:.0} ms"),
    ]);
    report.row(vec![
        format!("{BULK} questions at once"),
        bulk.len().to_string(),
        format!("{bulk:.2} s"),
    ]);
    for stand in stands {
        let resident = stand.daemon.process().resident();
        if let Ok(bytes) = resident {
            report.row(vec![
                format!("memory of natconnd with {} records", stand.records),
                "–".to_owned(),
                format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20)),
            ]);
        }
    }
}
