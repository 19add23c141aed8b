//! Every answer against the truth: no answer is wrong, and nothing is missing
//! outside of gaps that are told.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::arguments::{Plan, Truth};
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::http::Client;
use crate::machine;
use crate::past::place::Place;
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::table;
use crate::sys;
use crate::truth::answer::{self, Gap};
use crate::truth::outcome::{CIRCUMSTANCES, Outcome, VERDICTS};
use crate::truth::packet::Packet;
use crate::truth::question::{Kind, Question, When};
use crate::truth::reuse::Reuse;
use crate::truth::scenario::Scenario;
use crate::truth::sink::{Recorded, Sink};
use crate::truth::{after, during, time};

/// Seconds after which connections end, so that their NAT endpoints are free
/// for others.
const UDP_TIMEOUT: u32 = 1;

/// Every packet is looked up, also the first.
const KEEP: &str = "[track]\nkeep-ended = \"1h\"";

/// After how long at most a time of receipt is taken, in nanoseconds. Far less
/// than [`REST`].
const LATENESS: i64 = 200_000_000;

/// From one burst to the next: all connections have expired.
const REST: Duration = Duration::from_millis(1100);

/// How long the generator works between two looks at the sink.
const SLICE: Duration = Duration::from_millis(250);

/// Connections per second below which a run is given up.
const LEAST_RATE: u64 = 2000;

/// Goes through all scenarios, and writes `TRUTH.md` if they are whole.
pub fn truth(plan: &Plan, natconnd: Option<&Natconnd>, folder: &Path) -> Result<()> {
    let natconnd = natconnd.context("hold natconnd against the truth: it is left out")?;
    let place = Place::take(None)?;
    let mut outcomes = Vec::new();
    for scenario in Scenario::all(plan.truth) {
        eprintln!(
            "truth: {}, times of {}, {} connections",
            scenario.name,
            scenario.times(),
            scenario.connections
        );
        let folder = folder.join(format!("truth-{}", outcomes.len()));
        fs::create_dir(&folder).with_context(|| format!("create {}", folder.display()))?;
        outcomes.push(run(scenario, natconnd, &folder, &place)?);
    }
    let text = render(&outcomes, &machine::describe(Some(&natconnd.version()?)));
    println!("{text}");
    if plan.truth == Truth::Whole {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("TRUTH.md");
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    }
    let faults: Vec<_> = outcomes.iter().flat_map(Outcome::faults).collect();
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

fn run(scenario: Scenario, natconnd: &Natconnd, folder: &Path, place: &Place) -> Result<Outcome> {
    let gateway = Gateway::build_translating_to(&scenario.nat())?;
    gateway.set_udp_timeout(UDP_TIMEOUT)?;
    gateway.set_kernel_times(scenario.has_kernel_times)?;
    let history = place.fresh("truth")?;
    let lines = format!("{KEEP}\n[history]\nfolder = \"{}\"\n", history.display());
    let daemon = natconnd.launch_with(&gateway, folder, &lines)?;
    let port = daemon.port();
    let sink = Sink::open(&gateway)?;
    let is_over = AtomicBool::new(false);
    let began = time::now();
    let (sent, during) = std::thread::scope(|scope| {
        let asking = scope.spawn(|| during::ask(&gateway, port, &sink, &is_over, LATENESS));
        let sent = send(&scenario, &gateway, &sink);
        is_over.store(true, Ordering::Relaxed);
        let found = asking
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (sent, found)
    });
    let (time, during) = (sent?, during?);
    let ended = time::now();
    let live = (gateway.connections()?, daemon.status()?.connections);
    let forwarded = await_last(&gateway, &sink)?;
    let Recorded {
        mut packets,
        dropped,
    } = sink.finish()?;
    after::order(&mut packets);
    let exact = ask_after(&gateway, port, &packets, Kind::Exact.recently())?;
    let by_nat = ask_after(&gateway, port, &packets, Kind::ByNat.recently())?;
    let gaps = gaps(&gateway, port)?;
    let reuse = Reuse::of(&packets);
    let recorded = packets.len() as u64;
    let overruns = daemon.status()?.lost;
    Box::new(daemon).finish()?;
    let daemon = natconnd.launch_with(&gateway, folder, &lines)?;
    let past = ask_past(&gateway, &daemon, &packets, &scenario, (began, ended))?;
    Box::new(daemon).finish()?;
    Ok(Outcome {
        recorded,
        unrecorded: forwarded.saturating_sub(recorded),
        dropped,
        rate: reuse.connections as f64 / time.as_secs_f64(),
        in_gaps: share(&gaps, began, ended),
        reuse,
        during,
        exact,
        by_nat,
        past,
        overruns,
        live,
        scenario,
    })
}

/// Sends until the sink has recorded as many connections as are wanted, and
/// says how long that took.
fn send(scenario: &Scenario, gateway: &Gateway, sink: &Sink) -> Result<Duration> {
    let mut generator = Generator::of(scenario.traffic);
    let limit = Duration::from_secs(10 + scenario.connections / LEAST_RATE);
    let start = Instant::now();
    let load = match scenario.burst {
        Some(packets) => Load::Count(packets),
        None => Load::FullSpeed(SLICE),
    };
    while sink.connections() < scenario.connections {
        if start.elapsed() > limit {
            bail!(
                "record {} connections: {} after {limit:?}",
                scenario.connections,
                sink.connections()
            );
        }
        if sys::is_interrupted() {
            bail!("record connections: stopped by a signal");
        }
        generator.send(gateway, load)?;
        if scenario.burst.is_some() {
            sys::pause(REST)?;
            gateway.end_all()?;
        }
    }
    Ok(start.elapsed())
}

/// Waits a moment until all that left the gateway is recorded; returns how much
/// that is.
fn await_last(gateway: &Gateway, sink: &Sink) -> Result<u64> {
    let forwarded = gateway.forwarded()?;
    for _ in 0..100 {
        if sink.recorded() >= forwarded {
            break;
        }
        sys::pause(Duration::from_millis(2))?;
    }
    Ok(forwarded)
}

fn ask_after(
    gateway: &Gateway,
    port: u16,
    packets: &[Packet],
    question: Question,
) -> Result<(after::Found, f64)> {
    let start = Instant::now();
    let found = after::ask(gateway, port, packets, question, LATENESS)?;
    let rate = found.tally.questions as f64 / start.elapsed().as_secs_f64();
    Ok((found, rate))
}

/// The same after a restart, which leaves nothing in memory: what is answered
/// comes out of history.
fn ask_past(
    gateway: &Gateway,
    daemon: &Daemon,
    packets: &[Packet],
    scenario: &Scenario,
    (began, ended): (i64, i64),
) -> Result<[(after::Found, f64); 2]> {
    eprintln!("truth: {}, after a restart", scenario.name);
    // Times of receipt are late, the kernel's are not.
    let lateness = if scenario.has_kernel_times {
        0
    } else {
        LATENESS
    };
    let tolerance = Duration::from_nanos(lateness.unsigned_abs());
    let exact = Question {
        kind: Kind::Exact,
        when: When::Then(tolerance),
    };
    let by_nat = Question {
        kind: Kind::ByNat,
        when: When::Within(began, ended),
    };
    let ask = |question| ask_after(gateway, daemon.port(), packets, question);
    Ok([ask(exact)?, ask(by_nat)?])
}

/// What natconnd says is missing of the time since its start.
fn gaps(gateway: &Gateway, port: u16) -> Result<Vec<Gap>> {
    let response = Client::connect(gateway.namespace(), port)?.get("/api/v1/status")?;
    let status: Value = serde_json::from_slice(&response.body).context("read a status")?;
    answer::gaps(&status["coverage"])
}

/// The share of a time that lies in gaps, which do not overlap.
fn share(gaps: &[Gap], began: i64, ended: i64) -> f64 {
    let inside = gaps.iter().map(|gap| {
        let end = gap.to.unwrap_or(i64::MAX).min(ended);
        (end - gap.from.max(began)).max(0)
    });
    inside.sum::<i64>() as f64 / (ended - began) as f64
}

fn render(outcomes: &[Outcome], machine: &str) -> String {
    let rows = |cells: fn(&Outcome) -> Vec<String>| outcomes.iter().map(cells).collect::<Vec<_>>();
    let head = |words: &[&str]| {
        words
            .iter()
            .map(|&word| word.to_owned())
            .collect::<Vec<_>>()
    };
    format!(
        "# Answers and the truth\n\n\
         Written by `make truth`; README.md says how it is done, and what the columns\n\
         mean.\n\n{machine}\n{}\n\
         Spreads are their number, then least, median, 99th percentile and greatest.\n\n{}",
        table(&head(&VERDICTS), &rows(Outcome::verdicts)),
        table(&head(&CIRCUMSTANCES), &rows(Outcome::circumstances)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_within_counts_as_a_gap() {
        let gap = |from, to| Gap { from, to };
        let gaps = [
            gap(0, Some(90)),
            gap(50, Some(110)),
            gap(150, Some(160)),
            gap(190, None),
        ];
        assert!((share(&gaps, 100, 200) - 0.3).abs() < 1e-9);
        assert_eq!(share(&[], 100, 200), 0.0);
    }
}
