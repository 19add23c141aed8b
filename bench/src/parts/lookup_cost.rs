//! What a lookup by NAT endpoint costs in a full table, against a small one.
//!
//! Two gateways stand side by side, each with its natconnd, and take turns.
//! Only NAT endpoints with exactly one connection are asked for, so that all
//! answers are equally long: in a full table the others are more.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::lookups::matches;
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::http::Client;
use crate::live;
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::{Bound, Report};
use crate::samples::Samples;

const SMALL_TABLE: u64 = 10_000;

/// Requests per round.
const REQUESTS: usize = 100_000;

/// Connections over which they go; each has one request under way.
const CLIENTS: usize = 16;

/// A gateway of some size, its natconnd, and what to ask.
struct Side {
    daemon: Daemon,
    questions: Vec<String>,
    /// Processor time of natconnd per answer, in microseconds.
    cpu: Vec<f64>,
    /// Time from question to answer with one request under way, in
    /// microseconds.
    latency: Vec<f64>,
    // Dropped last: the daemon runs inside.
    gateway: Gateway,
}

/// Asks the same kind of question on both sides, in turn.
pub fn lookup_cost(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let what = format!(
        "cost of a lookup by NAT endpoint, {} / {SMALL_TABLE}",
        plan.full_table
    );
    let Some(natconnd) = natconnd else {
        report.promise(&what, Bound::AtMost(1.2), Samples::default(), 2);
        return Ok(());
    };
    let mut small = Side::build(natconnd, folder, SMALL_TABLE)?;
    let mut full = Side::build(natconnd, folder, plan.full_table)?;
    for number in 1..=plan.rounds {
        eprintln!("lookup cost, round {number} of {}", plan.rounds);
        small.measure()?;
        full.measure()?;
    }
    let samples = |values: &[f64]| values.iter().copied().collect::<Samples>();
    let ratio = Samples::ratio(&samples(&full.cpu), &samples(&small.cpu));
    report.promise(&what, Bound::AtMost(1.2), ratio, 2);
    let head = [
        "live connections",
        "CPU µs per answer",
        "µs per answer, one at a time",
    ];
    report.figures("Lookup by NAT endpoint", &head);
    for (size, side) in [(SMALL_TABLE, &small), (plan.full_table, &full)] {
        let latency = samples(&side.latency);
        report.row(vec![
            size.to_string(),
            format!("{:.2}", samples(&side.cpu)),
            format!("{latency:.1}"),
        ]);
    }
    Ok(())
}

impl Side {
    fn build(natconnd: &Natconnd, folder: &Path, connections: u64) -> Result<Self> {
        eprintln!("lookup cost: {connections} connections");
        let folder = folder.join(connections.to_string());
        std::fs::create_dir(&folder).with_context(|| format!("create {}", folder.display()))?;
        let gateway = Gateway::build()?;
        gateway.set_udp_timeout(3600)?;
        Generator::new().send(&gateway, Load::Count(connections))?;
        let daemon = natconnd.launch(&gateway, &folder)?;
        let questions = questions(&gateway, &daemon)?;
        Ok(Self {
            daemon,
            questions,
            cpu: Vec::new(),
            latency: Vec::new(),
            gateway,
        })
    }

    fn measure(&mut self) -> Result<()> {
        // Anew in each round: the server closes connections that rest.
        let connect = || Client::connect(self.gateway.namespace(), self.daemon.port());
        let mut clients = (0..CLIENTS)
            .map(|_| connect())
            .collect::<Result<Vec<_>>>()?;
        let before = self.daemon.process().cpu_time()?;
        let mut questions = self.questions.iter().cycle();
        for _ in 0..REQUESTS / CLIENTS {
            for (client, question) in clients.iter_mut().zip(&mut questions) {
                client.send(question)?;
            }
            for client in &mut clients {
                client.receive()?;
            }
        }
        let cpu = self.daemon.process().cpu_time()? - before;
        self.cpu.push(cpu.as_secs_f64() * 1e6 / REQUESTS as f64);
        let start = Instant::now();
        let alone = REQUESTS / 10;
        for question in questions.take(alone) {
            clients[0].get(question)?;
        }
        self.latency
            .push(start.elapsed().as_secs_f64() * 1e6 / alone as f64);
        Ok(())
    }
}

/// Lookups of NAT endpoints with one connection, spread over the table.
fn questions(gateway: &Gateway, daemon: &Daemon) -> Result<Vec<String>> {
    let mut client = Client::connect(gateway.namespace(), daemon.port())?;
    let mut questions = Vec::new();
    for outside in live::sample(gateway, REQUESTS)? {
        let question = format!("/api/v1/lookup?nat={}&protocol=udp", outside.nat);
        if matches(&client.get(&question)?.body)? == 1 {
            questions.push(question);
        }
    }
    ensure!(
        !questions.is_empty(),
        "find NAT endpoints with one connection: there is none"
    );
    Ok(questions)
}
