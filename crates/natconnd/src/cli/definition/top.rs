//! What can be typed after `natconn top`.

use std::time::Duration;

use clap::Args;

use crate::config::read_duration;

/// Show who uses how many connections and ports
///
/// A screen that goes on by itself: the hosts with the most connections or NAT
/// ports, the NAT addresses, and the remote endpoints for which the most ports
/// of a NAT address are in use. Linux can use a port once for each remote
/// endpoint, so it is there that ports run out.
///
/// Keys: tab goes to the next panel, arrows or j and k move, s changes the order,
/// / filters, p pauses, q ends, ? says more.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn top
  natconn top --every 10s
  natconn top --once | head -20
  natconn top --once --json

Exit status:
  0  the screen was left, or somebody uses something
  1  with --once or --json: there is no live translation
  2  natconnd could not be asked, or there is no terminal")]
pub(in super::super) struct TopArguments {
    /// How often to ask natconnd, which counts every 5 s at most: 500ms, 2s, 1m
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = interval)]
    pub every: Duration,
    /// Print the tables once as text, and end
    #[arg(long)]
    pub once: bool,
    /// Print exactly the API's JSON, once
    #[arg(long)]
    pub json: bool,
    /// With --once: rows of each table at most, 1 to 1000
    #[arg(
        short = 'n', long, value_name = "N", default_value_t = 10,
        value_parser = clap::value_parser!(u16).range(1..=1000)
    )]
    pub rows: u16,
}

/// Asking more often would show nothing new.
const SHORTEST: Duration = Duration::from_millis(250);

fn interval(text: &str) -> Result<Duration, String> {
    let interval = read_duration(text)?;
    if interval < SHORTEST {
        return Err("expected 250ms or more".to_owned());
    }
    Ok(interval)
}
