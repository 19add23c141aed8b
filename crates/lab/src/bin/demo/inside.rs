//! The gateway of the demo: the first process in its namespaces.
//!
//! It tells the process outside what it has done in lines on its standard
//! output; the one that begins with [`READY`] says that questions can be
//! asked. Its standard input is the listening socket for natconnd. It needs
//! no clean-up: all that it makes, but files, ends with it.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::{Lab, Running, Topology, namespaces};

use crate::fault::Fault;
use crate::{daemon, traffic, web};

/// Begins the line that names the host whose request is to be traced.
pub const READY: &str = "ready ";

/// Builds the gateway and keeps it busy until the process is killed.
pub fn run(folder: &Path, port: u16) -> Result<(), Fault> {
    namespaces::settle()?;
    let lab = Lab::build(Topology::default())?;
    lab.nft(traffic::RULES)?;
    let mut nginx = web::start(&lab, folder)?;
    // Some connections are older than natconnd, as on any gateway.
    traffic::hold(&lab)?;
    let mut natconnd = daemon::start(&lab, folder, port)?;
    traffic::browse(&lab, 0)?;
    let host = traffic::traced_request(&lab)?;
    println!("{READY}{host}");

    for round in 1.. {
        sleep(Duration::from_secs(2));
        daemon::check(&mut natconnd, folder)?;
        check(&mut nginx, "nginx", &folder.join("nginx-errors.log"))?;
        if let Err(error) = traffic::browse(&lab, round) {
            eprintln!("demo: {error:?}");
        }
    }
    Ok(())
}

/// Waits until a program that was just started is ready, for 10 s at most.
pub fn wait_until(
    program: &mut Running,
    name: &str,
    log: &Path,
    is_ready: impl Fn() -> bool,
) -> Result<(), Fault> {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_ready() {
        check(program, name, log)?;
        if Instant::now() > deadline {
            return Err(Fault::new(format!(
                "wait for {name}: not ready after 10 s; it wrote:\n{}",
                last_lines(log)
            )));
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Says that a program has ended, if it has.
pub fn check(program: &mut Running, name: &str, log: &Path) -> Result<(), Fault> {
    let status = program
        .child()
        .try_wait()
        .map_err(|cause| Fault::system(format!("look after {name}"), cause))?;
    match status {
        None => Ok(()),
        Some(status) => Err(Fault::new(format!(
            "run {name}: it ended with {status}; it wrote:\n{}",
            last_lines(log)
        ))),
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let shown = lines.len().saturating_sub(20);
    if lines.is_empty() {
        return String::from("  (nothing)");
    }
    format!("  {}", lines[shown..].join("\n  "))
}
