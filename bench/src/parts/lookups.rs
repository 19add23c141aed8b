//! Lookups over HTTP, against nginx returning a constant of the same length.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::http::Client;
use crate::live::{self, Outside};
use crate::nginx;
use crate::process::Process;
use crate::reader::Running;
use crate::readers::Natconnd;
use crate::report::{Bound, Report};
use crate::samples::Samples;
use crate::wrk;

/// Live connections made before natconnd starts, and again after it: the
/// first ones are always asked of the kernel, see `natconnd`'s ARCHITECTURE.md.
const CONNECTIONS: u64 = 5_000;

/// Length of nginx's answer when there is no natconnd to copy it from.
const USUAL_LENGTH: usize = 460;

/// A server, one of its URLs, and how it did.
pub(super) struct Target<'a> {
    name: &'static str,
    url: String,
    server: &'a Process,
    loads: Vec<wrk::Load>,
    /// Processor time of the server per answer, in nanoseconds.
    cpu: Vec<f64>,
    busy: Vec<f64>,
}

/// Asks natconnd for one live connection, and nginx, in turn.
pub fn lookups(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(3600)?;
    let mut generator = Generator::new();
    generator.send(&gateway, Load::Count(CONNECTIONS))?;
    let daemon = natconnd
        .map(|natconnd| natconnd.launch(&gateway, folder))
        .transpose()?;
    generator.send(&gateway, Load::Count(CONNECTIONS))?;
    let mut length = USUAL_LENGTH;
    let mut questions = None;
    if let Some(daemon) = &daemon {
        let mut client = Client::connect(gateway.namespace(), daemon.port())?;
        let since = questions_for(&gateway, &mut client, "received")?;
        let before = questions_for(&gateway, &mut client, "estimated")?;
        length = client.get(&since.exact)?.body.len();
        let url = |path: String| format!("http://127.0.0.1:{}{path}", daemon.port());
        questions = Some([since.exact, since.by_nat, before.exact].map(url));
    }
    let nginx = nginx::start(&gateway, folder, length)?;
    let constant = format!("http://127.0.0.1:{}/", nginx::PORT);
    let mut targets = vec![Target::new("nginx, a constant", constant, &nginx)];
    if let (Some(daemon), Some(questions)) = (&daemon, questions) {
        for (name, url) in QUESTIONS.into_iter().zip(questions) {
            targets.push(Target::new(name, url, daemon.process()));
        }
    }
    let time = plan.round.min(Duration::from_secs(5));
    for number in 1..=plan.rounds {
        for target in &mut targets {
            eprintln!(
                "lookups, round {number} of {}: {}",
                plan.rounds, target.name
            );
            target.measure(&gateway, folder, time)?;
        }
    }
    promise(&targets, report);
    tabulate(&targets, length, report);
    Ok(())
}

/// What is asked, in the order of the targets after nginx.
const QUESTIONS: [&str; 3] = [
    "natconnd, nat and remote",
    "natconnd, nat only",
    "natconnd, nat and remote, begun before natconnd",
];

/// The same live connection asked for with its remote and without.
pub(super) struct Questions {
    pub exact: String,
    by_nat: String,
}

/// Questions about a live connection whose start was learned as `source` says.
pub(super) fn questions_for(
    gateway: &Gateway,
    client: &mut Client,
    source: &str,
) -> Result<Questions> {
    for Outside { nat, remote, .. } in live::sample(gateway, 1000)? {
        let by_nat = format!("/api/v1/lookup?nat={nat}&protocol=udp");
        let exact = format!("{by_nat}&remote={remote}");
        let response = client.get(&exact)?;
        ensure!(
            response.status == 200,
            "GET {exact}: status {}",
            response.status
        );
        ensure!(
            matches(&response.body)? == 1,
            "GET {exact}: expected one match"
        );
        let is_wanted = String::from_utf8_lossy(&response.body)
            .contains(&format!("\"started_at_source\":\"{source}\""));
        if is_wanted && matches(&client.get(&by_nat)?.body)? == 1 {
            return Ok(Questions { exact, by_nat });
        }
    }
    anyhow::bail!("find a NAT endpoint with one connection, start {source}: none among 1000")
}

/// Number of matches in a lookup's answer.
pub fn matches(body: &[u8]) -> Result<usize> {
    let answer: Value = serde_json::from_slice(body).context("read a lookup's answer")?;
    let matches = answer["matches"]
        .as_array()
        .context("read a lookup's answer: no matches")?;
    Ok(matches.len())
}

impl<'a> Target<'a> {
    pub(super) const fn new(name: &'static str, url: String, server: &'a Process) -> Self {
        Self {
            name,
            url,
            server,
            loads: Vec::new(),
            cpu: Vec::new(),
            busy: Vec::new(),
        }
    }

    /// Asks for one more round.
    pub(super) fn measure(
        &mut self,
        gateway: &Gateway,
        folder: &Path,
        time: Duration,
    ) -> Result<()> {
        let before = self.server.cpu_time()?;
        let load = wrk::run(gateway, folder, &self.url, time)?;
        let cpu = (self.server.cpu_time()? - before).as_secs_f64();
        self.cpu.push(1e9 * cpu / (load.rate * time.as_secs_f64()));
        self.busy.push(cpu / time.as_secs_f64());
        self.loads.push(load);
        Ok(())
    }

    pub(super) fn samples(&self, value: fn(&wrk::Load) -> f64) -> Samples {
        self.loads.iter().map(value).collect()
    }
}

fn promise(targets: &[Target], report: &mut Report) {
    let rate: fn(&wrk::Load) -> f64 = |load| load.rate;
    let p99: fn(&wrk::Load) -> f64 = |load| load.p99;
    let ratio = |index: usize, value: fn(&wrk::Load) -> f64| match targets.get(index) {
        Some(target) => Samples::ratio(&target.samples(value), &targets[0].samples(value)),
        None => Samples::default(),
    };
    let (least, most) = (Bound::AtLeast(0.9), Bound::AtMost(2.0));
    for (index, how) in QUESTIONS.into_iter().enumerate() {
        let what = format!("lookups/s over HTTP, {how} / nginx");
        report.promise(&what, least, ratio(index + 1, rate), 2);
        let what = format!("p99 of a lookup, {how} / nginx");
        report.promise(&what, most, ratio(index + 1, p99), 2);
    }
}

/// Writes down how servers did that sent `length` bytes of content.
pub(super) fn tabulate(targets: &[Target], length: usize, report: &mut Report) {
    let title = format!("HTTP: one core each, 32 connections, {length} bytes of content");
    let head = [
        "server",
        "requests/s",
        "p50 µs",
        "p99 µs",
        "CPU µs per answer",
        "core busy",
    ];
    report.figures(&title, &head);
    for target in targets {
        report.row(vec![
            target.name.to_owned(),
            format!("{:.0}", target.samples(|load| load.rate)),
            format!("{:.0}", target.samples(|load| load.p50)),
            format!("{:.0}", target.samples(|load| load.p99)),
            format!(
                "{:.1}",
                target.cpu.iter().map(|cpu| cpu / 1e3).collect::<Samples>()
            ),
            format!("{:.2}", target.busy.iter().copied().collect::<Samples>()),
        ]);
    }
}
