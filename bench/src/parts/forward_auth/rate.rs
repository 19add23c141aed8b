//! Answers a second on one core, against nginx returning nothing.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::question;
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::live::Outside;
use crate::nginx;
use crate::process::Process;
use crate::reader::Running;
use crate::readers::Daemon;
use crate::report::{Bound, Report};
use crate::samples::Samples;
use crate::wrk::{self, Load};

/// A server, and how it did.
struct Target<'a> {
    name: &'static str,
    port: u16,
    server: &'a Process,
    loads: Vec<Load>,
    /// Processor time of the server per answer, in nanoseconds.
    cpu: Vec<f64>,
}

/// Sends both the same requests, in turn.
pub fn measure(
    plan: &Plan,
    gateway: &Gateway,
    daemon: Option<&Daemon>,
    clients: &[Outside],
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let nginx = nginx::start_with_nothing(gateway, folder)?;
    let paths = clients.iter().map(question).collect::<Result<Vec<_>>>()?;
    let target = |name, port, server| Target {
        name,
        port,
        server,
        loads: Vec::new(),
        cpu: Vec::new(),
    };
    let mut targets = vec![target("nginx, nothing", nginx::PORT, &nginx)];
    if let Some(daemon) = daemon {
        targets.push(target("natconnd", daemon.port(), daemon.process()));
    }
    let time = plan.round.min(Duration::from_secs(5));
    for number in 1..=plan.rounds {
        for target in &mut targets {
            let (rounds, name) = (plan.rounds, target.name);
            eprintln!("forward-auth, round {number} of {rounds}: {name}");
            target.measure(gateway, folder, &paths, time)?;
        }
    }
    let rates = |target: &Target| target.loads.iter().map(|load| load.rate).collect();
    let ratio = match &targets[..] {
        [nginx, natconnd] => Samples::ratio(&rates(natconnd), &rates(nginx)),
        _ => Samples::default(),
    };
    let what = "forward-auth answers/s, natconnd / nginx returning 204";
    report.promise(what, Bound::AtLeast(0.9), ratio, 2);
    let title = format!(
        "Forward-auth: one core each, 32 connections, {} clients of {} connections",
        clients.len(),
        plan.full_table
    );
    let head = [
        "server",
        "requests/s",
        "p50 µs",
        "p99 µs",
        "CPU µs per answer",
    ];
    report.figures(&title, &head);
    for target in &targets {
        let samples = |value: fn(&Load) -> f64| target.loads.iter().map(value).collect::<Samples>();
        let cpu: Samples = target.cpu.iter().map(|cpu| cpu / 1e3).collect();
        report.row(vec![
            target.name.to_owned(),
            format!("{:.0}", samples(|load| load.rate)),
            format!("{:.0}", samples(|load| load.p50)),
            format!("{:.0}", samples(|load| load.p99)),
            format!("{cpu:.1}"),
        ]);
    }
    Ok(())
}

impl Target<'_> {
    fn measure(
        &mut self,
        gateway: &Gateway,
        folder: &Path,
        paths: &[String],
        time: Duration,
    ) -> Result<()> {
        let url = format!("http://127.0.0.1:{}/", self.port);
        let before = self.server.cpu_time()?;
        let load = wrk::run_over(gateway, folder, &url, paths, time)?;
        let cpu = (self.server.cpu_time()? - before).as_secs_f64();
        self.cpu.push(1e9 * cpu / (load.rate * time.as_secs_f64()));
        self.loads.push(load);
        Ok(())
    }
}
