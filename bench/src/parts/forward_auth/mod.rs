//! What proxies ask: how fast natconnd answers, and what that adds to a request.

mod added;
mod rate;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::http::Client;
use crate::live::{self, Outside};
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::{Bound, Report};
use crate::sys;

/// Connections in the smaller table, as many as lookups are measured with.
const SMALL_TABLE: u64 = 10_000;

/// How many different clients are asked about in turn: their entries are far apart in
/// memory.
const CLIENTS: usize = 10_000;

/// When natconnd has compared its table with the kernel's twice and does not do so
/// again for a minute: with a full table that takes a core for seconds.
const QUIET: Duration = Duration::from_secs(55);

/// A gateway, its natconnd, and whom to ask about.
struct Stand {
    clients: Vec<Outside>,
    connections: u64,
    daemon: Option<Daemon>,
    // Dropped last: the daemon runs inside.
    gateway: Gateway,
}

/// Measures answers a second with a small table and with a full one, and what asking
/// adds to a request.
pub fn forward_auth(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let small = Stand::build(natconnd, folder, SMALL_TABLE)?;
    let what = "forward-auth answers/s, natconnd / nginx returning 204";
    let ratio = rate::measure(plan, &small, folder, report)?;
    report.promise(what, Bound::AtLeast(0.9), ratio, 2);
    added::measure(plan, &small, folder, report)?;
    drop(small);
    if natconnd.is_none() {
        return Ok(());
    }
    let start = Instant::now();
    let full = Stand::build(natconnd, folder, plan.full_table)?;
    sys::pause(QUIET.saturating_sub(start.elapsed()))?;
    rate::measure(plan, &full, folder, report)?;
    Ok(())
}

impl Stand {
    /// The connections begin while natconnd runs, so that the end of each will be told,
    /// as it is of nearly all on a gateway that has run for a while.
    fn build(natconnd: Option<&Natconnd>, folder: &Path, connections: u64) -> Result<Self> {
        eprintln!("forward-auth: {connections} connections");
        let gateway = Gateway::build()?;
        gateway.set_udp_timeout(3600)?;
        let daemon = natconnd
            .map(|natconnd| natconnd.launch(&gateway, folder))
            .transpose()?;
        Generator::new().send(&gateway, Load::Count(connections))?;
        let clients = live::sample(&gateway, CLIENTS)?;
        if let Some(daemon) = &daemon {
            daemon.process().wait_until_idle()?;
            ensure_found(&gateway, daemon, &clients)?;
        }
        Ok(Self {
            clients,
            connections,
            daemon,
            gateway,
        })
    }
}

/// What nginx asks about a client with the shipped files, but for the protocol: the
/// generator's connections are UDP.
fn question(client: &Outside) -> Result<String> {
    let (nat, nat_port) = halves(&client.nat)?;
    let (remote, remote_port) = halves(&client.remote)?;
    Ok(format!(
        "/api/v1/forward-auth?nat={nat}&nat_port={nat_port}\
         &remote={remote}&remote_port={remote_port}&protocol=udp"
    ))
}

/// Address and port of an endpoint.
fn halves(endpoint: &str) -> Result<(&str, &str)> {
    endpoint
        .rsplit_once(':')
        .with_context(|| format!("read {endpoint}: no port"))
}

/// Makes sure that it is hits that are measured.
fn ensure_found(gateway: &Gateway, daemon: &Daemon, clients: &[Outside]) -> Result<()> {
    let mut http = Client::connect(gateway.namespace(), daemon.port())?;
    for client in clients {
        let question = question(client)?;
        let answer = http.get(&question)?;
        let is_one = answer.head.to_lowercase().contains("x-nat-verdict: one");
        ensure!(is_one, "GET {question}: {}", answer.head);
    }
    Ok(())
}
