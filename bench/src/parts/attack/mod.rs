//! Attacks, each while somebody asks in peace.

mod attackers;
mod bystander;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use self::attackers::{ATTACKS, Target};
use self::bystander::{Bystander, quantile};
use super::lookups::questions_for;
use super::tls::{PORT as TLS_PORT, listener};
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::http::Client;
use crate::reader::Running;
use crate::readers::Natconnd;
use crate::report::{Bound, Report};
use crate::samples::Samples;
use crate::sys;
use crate::tool;

/// Live connections.
const CONNECTIONS: u64 = 100_000;

/// How long natconnd is about to learn what it can know, with `keep-ended` as it comes.
const KEEP_ENDED: Duration = Duration::from_secs(12);

/// How long an attack takes to be on its way.
const RUN_UP: Duration = Duration::from_secs(2);

/// What natconnd may take beyond what it had, in bytes: the room for answers that nobody
/// reads (128 MiB), and 10 000 connections.
const MEMORY: u64 = 400 << 20;

/// What somebody saw.
struct Seen {
    median: f64,
    p99: f64,
}

/// Attacks natconnd in one way after the other, with times of peace between.
///
/// Attackers are on the bystander's core, below its priority, and natconnd has the other
/// one: what natconnd must do for an attack is what the bystander feels.
pub fn attack(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let Some(natconnd) = natconnd else {
        return Ok(());
    };
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(3600)?;
    let lines = format!(
        "[caller.desk]\ntoken = [\"sha256:{}\"]\nroles = [\"lookup\"]\n{}",
        "0".repeat(64),
        listener(folder)?
    );
    let daemon = natconnd.launch_with(&gateway, folder, &lines)?;
    Generator::new().send(&gateway, Load::Count(CONNECTIONS))?;
    // Until then answers say that what had ended before the start is not known, and are longer.
    std::thread::sleep(KEEP_ENDED);
    let mut client = Client::connect(gateway.namespace(), daemon.port())?;
    let question = questions_for(&gateway, &mut client, "received")?.exact;
    let port = daemon.port();
    let time = plan.round.min(Duration::from_secs(8));
    // A connection that is left alone for long is closed, so each time has its own.
    let bystander = || {
        gateway
            .namespace()
            .run(|| Bystander::connect(port, &question))
    };
    let peace = || Ok::<_, anyhow::Error>(seen(&bystander()?.ask(time)?));
    // Attackers come from another address than who asks in peace: each has its own places.
    let come_from = |address: &str| {
        let name = gateway.namespace().name();
        tool::run(&format!(
            "ip -n {name} route change local 127.0.0.1 dev lo table local src {address}"
        ))
    };
    let resident = daemon.process().resident()?;
    let mut usual = vec![peace()?];
    let mut under = Vec::new();
    for attack in ATTACKS {
        eprintln!("attack: {}", attack.name);
        let stop = AtomicBool::new(false);
        let target = Target {
            port,
            tls_port: TLS_PORT,
            stop: &stop,
        };
        let mut peaceful = bystander()?;
        come_from("127.0.0.9")?;
        let (times, count) = std::thread::scope(|scope| -> Result<_> {
            let namespace = gateway.namespace();
            let attacker = scope.spawn(|| {
                namespace.run(|| {
                    sys::lower_priority().context("lower the priority of an attacker")?;
                    Ok((attack.run)(&target))
                })
            });
            std::thread::sleep(RUN_UP);
            let times = peaceful.ask(time);
            stop.store(true, Ordering::Relaxed);
            let count = attacker
                .join()
                .map_err(|_| anyhow::anyhow!("an attacker panicked"))??;
            Ok((
                times.with_context(|| format!("while: {}", attack.name))?,
                count,
            ))
        })?;
        come_from("127.0.0.1")?;
        let grown = daemon.process().resident()?.saturating_sub(resident);
        under.push((attack.name, seen(&times), count, grown));
        // What was left open is closed by now.
        std::thread::sleep(RUN_UP);
        usual.push(peace()?);
    }
    tell(&usual, &under, report);
    let is_alive = !daemon.process().is_stopped()?;
    let lost = daemon.metric("natconnd_mirror_overruns_total")?;
    report.demand(
        "natconnd runs on, and loses no event",
        lost,
        ATTACKS.len(),
        is_alive && lost == 0.0,
    );
    Ok(())
}

fn seen(times: &[f64]) -> Seen {
    Seen {
        median: quantile(times, 0.5),
        p99: quantile(times, 0.99),
    }
}

fn tell(usual: &[Seen], under: &[(&str, Seen, u64, u64)], report: &mut Report) {
    let all: Samples = usual.iter().map(|seen| seen.p99).collect();
    let p99 = all.median();
    for (name, seen, ..) in under {
        let what = format!("p99 of lookups while attacked / in peace: {name}");
        let ratio: Samples = std::iter::once(seen.p99 / p99).collect();
        report.promise(&what, Bound::AtMost(2.0), ratio, 2);
    }
    let most = under.iter().map(|(.., grown)| *grown).max().unwrap_or(0);
    report.demand(
        "memory beyond what it was, MiB, at most 400",
        most >> 20,
        under.len(),
        most <= MEMORY,
    );
    report.figures(
        "Attacks",
        &["attack", "times", "p50 in ms", "p99 in ms", "MiB more"],
    );
    let worst = usual.iter().map(|seen| seen.p99).fold(0.0, f64::max);
    report.row(vec![
        format!("none, {} times; the worst p99 is {worst:.2}", usual.len()),
        "–".to_owned(),
        format!("{:.2}", usual[0].median),
        format!("{p99:.2}"),
        "–".to_owned(),
    ]);
    for (name, seen, count, grown) in under {
        report.row(vec![
            (*name).to_owned(),
            count.to_string(),
            format!("{:.2}", seen.median),
            format!("{:.2}", seen.p99),
            (grown >> 20).to_string(),
        ]);
    }
}
