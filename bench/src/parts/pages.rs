//! The first byte of every page for people, with a full table, maybe a large history,
//! and connections that go on beginning and ending.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use model::Timestamp;

use super::history::DAYS;
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::http::{Client, Timing};
use crate::live;
use crate::past::fill::{self, Filled};
use crate::past::place::Place;
use crate::past::traffic::Profile;
use crate::readers::{Daemon, Natconnd};
use crate::report::{Bound, Report};
use crate::samples::Samples;
use crate::sys;

/// No page may take longer until its first byte, in milliseconds.
const LONGEST: f64 = 50.0;

/// How often each page is asked for.
const REQUESTS: usize = 30;

/// Connections per second meanwhile.
const RATE: u64 = 10_000;

/// Seconds after which those end.
const UDP_TIMEOUT: u32 = 1;

/// How long natconnd may take to learn of all connections.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked for. `HOST`, `NAT`, `ADDRESS` of it and `REMOTE` stand for a live connection's,
/// `PAST` for a host of history and `DAY` for a day of it.
const PAGES: [&str; 26] = [
    "/desk",
    "/desk?q=NAT",
    "/live",
    "/live?limit=200",
    "/live?follow=1",
    "/live?sort=started_at",
    "/live?sort=-started_at",
    "/live?sort=internal",
    "/live?sort=-internal",
    "/live?sort=nat",
    "/live?sort=-nat",
    "/live?sort=remote",
    "/live?sort=-remote",
    "/live?q=HOST",
    "/live?q=NAT",
    "/live?q=:443+udp",
    "/live?q=10.0.0.0/8",
    "/live?internal=HOST",
    "/live?remote=REMOTE",
    "/hosts/HOST",
    "/hosts/PAST?DAY",
    "/ports",
    "/ports/picture.png?nat=ADDRESS&protocol=tcp&hosts=",
    "/health",
    "/docs",
    "/nothing",
];

/// Asks for each page in turn.
pub fn pages(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let natconnd = natconnd.context("pages is about natconnd: leave out --without-natconnd")?;
    let place = plan.past.folder.as_deref();
    let place = place.map(|folder| Place::take(Some(folder))).transpose()?;
    let past = match &place {
        Some(place) => Some(filled(place, plan.past.many)?),
        None => None,
    };
    let lines = past.as_ref().map_or_else(String::new, |past| {
        format!("[history]\nfolder = \"{}\"\n", past.folder.display())
    });
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(3600)?;
    let mut generator = Generator::new();
    eprintln!("pages: {} connections", plan.full_table);
    // One half is known from a dump, the other from events, with times of their own.
    generator.send(&gateway, Load::Count(plan.full_table / 2))?;
    let daemon = natconnd.launch_with(&gateway, folder, &lines)?;
    generator.send(&gateway, Load::Count(plan.full_table.div_ceil(2)))?;
    let wanted = plan.full_table / 100 * 99;
    let start = Instant::now();
    while daemon.status()?.connections < wanted {
        ensure!(
            start.elapsed() < PATIENCE,
            "wait for {wanted} connections: too few are known"
        );
        sys::pause(Duration::from_millis(100))?;
    }
    let paths = paths(&gateway, past.as_ref())?;
    gateway.set_udp_timeout(UDP_TIMEOUT)?;
    let took = std::thread::scope(|scope| {
        let asking = scope.spawn(|| ask(&gateway, &daemon, &paths));
        // More short loads than one: it is over soon after the asking is.
        while !asking.is_finished() {
            generator.send(&gateway, Load::Rate(RATE, Duration::from_secs(1)))?;
        }
        asking.join().ok().context("ask for pages: panicked")?
    })?;
    tell(plan, past.is_some(), &took, report);
    Ok(())
}

/// A history of so many records, as `history-lookup` fills it.
fn filled(place: &Place, records: u64) -> Result<Filled> {
    eprintln!("pages: {records} records");
    let folder = place.folder(&records.to_string());
    std::thread::scope(|scope| {
        let work = || {
            // Nothing is measured here: both cores may work.
            sys::unpin().context("use all cores")?;
            fill::fill(&folder, Profile::spread(records, DAYS))
        };
        scope.spawn(work).join()
    })
    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What to ask for, where there is what it is about.
fn paths(gateway: &Gateway, past: Option<&Filled>) -> Result<Vec<String>> {
    let outside = live::sample(gateway, 100)?;
    let outside = outside
        .get(outside.len() / 2)
        .context("find a live connection: none")?;
    let address_of = |endpoint: &str| endpoint.rsplit_once(':').map(|(it, _)| it.to_owned());
    let remote = address_of(&outside.remote).unwrap_or_default();
    let address = address_of(&outside.nat).unwrap_or_default();
    let mut paths: Vec<String> = PAGES
        .iter()
        .map(|page| page.replace("HOST", &outside.internal))
        .map(|page| page.replace("NAT", &outside.nat))
        .map(|page| page.replace("ADDRESS", &address))
        .map(|page| page.replace("REMOTE", &remote))
        .collect();
    match past.and_then(|past| past.sample.first()) {
        Some(about) => {
            let day = 24 * 3600 * 1000;
            let from = about.at.milliseconds() / day * day;
            let [from, to] = [from, from + day - 1].map(Timestamp::of_milliseconds);
            for path in &mut paths {
                *path = path
                    .replace("PAST", &about.internal.address.to_string())
                    .replace("DAY", &format!("from={from}&to={to}"));
            }
        }
        None => paths.retain(|path| !path.contains("PAST")),
    }
    Ok(paths)
}

/// A page and how its requests did.
struct Asked<'a> {
    path: &'a str,
    timings: Vec<Timing>,
}

fn ask<'a>(gateway: &Gateway, daemon: &Daemon, paths: &'a [String]) -> Result<Vec<Asked<'a>>> {
    let mut asked: Vec<Asked> = paths
        .iter()
        .map(|path| Asked {
            path,
            timings: Vec::new(),
        })
        .collect();
    for number in 1..=REQUESTS {
        eprintln!("pages, request {number} of {REQUESTS}");
        for page in &mut asked {
            let client = Client::connect(gateway.namespace(), daemon.port())?;
            page.timings.push(client.time(page.path)?);
        }
        ensure!(!sys::is_interrupted(), "ask: stopped by a signal");
    }
    Ok(asked)
}

fn tell(plan: &Plan, has_past: bool, asked: &[Asked], report: &mut Report) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let history = match has_past {
        true => format!("{} records of history", plan.past.many),
        false => "no history".to_owned(),
    };
    let title = format!(
        "Pages with {} live connections, {history}, {RATE} connections/s more: milliseconds",
        plan.full_table
    );
    let head = [
        "page",
        "status",
        "first byte: p50",
        "max",
        "last byte: p50",
        "bytes",
        "≤ 50 ms",
    ];
    report.figures(&title, &head);
    for page in asked {
        let Some(last) = page.timings.last() else {
            continue;
        };
        let first: Vec<f64> = page
            .timings
            .iter()
            .map(|it| milliseconds(it.first_byte))
            .collect();
        let whole: Samples = page
            .timings
            .iter()
            .map(|it| milliseconds(it.last_byte))
            .collect();
        let max = first.iter().copied().fold(0.0, f64::max);
        let median = first.iter().copied().collect::<Samples>().median();
        let holds = match (last.status, max <= LONGEST, median <= LONGEST) {
            (200, true, _) => "yes",
            (200, false, true) => "p50 only",
            (200, false, false) => "no",
            _ => "–",
        };
        report.row(vec![
            format!("`{}`", page.path),
            last.status.to_string(),
            format!("{median:.1}"),
            format!("{max:.1}"),
            format!("{:.1}", whole.median()),
            last.length.to_string(),
            holds.to_owned(),
        ]);
    }
    let shown = asked.iter().filter(|page| {
        let mut timings = page.timings.iter();
        timings.all(|timing| timing.status == 200)
    });
    for page in shown {
        let what = format!("ms until the first byte of `{}`", page.path);
        let first = page.timings.iter().map(|it| milliseconds(it.first_byte));
        report.promise(&what, Bound::AtMost(LONGEST), first.collect(), 1);
    }
}
