//! What proxies ask: how fast natconnd answers, and what that adds to a request.

mod added;
mod rate;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::generator::{Generator, Load};
use crate::http::Client;
use crate::live::{self, Outside};
use crate::reader::Running;
use crate::readers::{Daemon, Natconnd};
use crate::report::Report;

/// How many different clients are asked about in turn: their entries are far apart in
/// memory.
const CLIENTS: usize = 10_000;

/// Measures both on one gateway with a full table.
pub fn forward_auth(
    plan: &Plan,
    natconnd: Option<&Natconnd>,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let gateway = Gateway::build()?;
    gateway.set_udp_timeout(3600)?;
    let daemon = natconnd
        .map(|natconnd| natconnd.launch(&gateway, folder))
        .transpose()?;
    // While natconnd runs, so that the end of each will be told, as it is of nearly all
    // on a gateway that has run for a while.
    eprintln!("forward-auth: {} connections", plan.full_table);
    Generator::new().send(&gateway, Load::Count(plan.full_table))?;
    let clients = live::sample(&gateway, CLIENTS)?;
    if let Some(daemon) = &daemon {
        daemon.process().wait_until_idle()?;
        ensure_found(&gateway, daemon, &clients)?;
    }
    rate::measure(plan, &gateway, daemon.as_ref(), &clients, folder, report)?;
    added::measure(plan, &gateway, daemon.as_ref(), &clients, folder, report)
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
