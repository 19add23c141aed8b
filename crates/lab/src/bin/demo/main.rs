//! The demo: a NAT gateway with hosts, a real web server beyond it, and
//! natconnd, which says whose request the web server's log shows.
//!
//! It runs as two processes. The one that the user starts ([`outside`]) holds
//! the listening socket at 127.0.0.1, as systemd would, asks the questions and
//! cleans up. It starts the other one ([`inside`]) in fresh namespaces, where
//! it is the gateway and starts everything else.

mod daemon;
mod fault;
mod folder;
mod inside;
mod outside;
mod programs;
mod trace;
mod traffic;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Shows natconnd at work on a NAT gateway of its own.
///
/// Needs no root and changes nothing outside its own namespaces. Stop it with
/// Ctrl-C; it removes what it made.
#[derive(Parser)]
struct Options {
    /// Port of 127.0.0.1 for natconnd's HTTP; 0 takes any free one.
    #[arg(long, default_value_t = 8080, env = "NATCONND_DEMO_PORT")]
    port: u16,

    /// Check that the answer is right and stop.
    #[arg(long)]
    once: bool,

    /// Be the gateway, with this folder for files.
    #[arg(long, hide = true)]
    inside: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match &options.inside {
        Some(folder) => inside::run(folder, options.port),
        None => outside::run(options.port, options.once),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("demo: {fault}");
            ExitCode::FAILURE
        }
    }
}
