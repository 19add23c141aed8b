//! wrk as the client of both HTTP servers.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::gateway::Gateway;
use crate::generator;
use crate::process::Process;

/// Keep-alive connections that wrk holds open.
const CONNECTIONS: &str = "32";

/// What wrk says of one run.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Requests answered per second.
    pub rate: f64,
    /// Half of the answers came within this, in microseconds.
    pub p50: f64,
    /// 99 of 100 answers came within this, in microseconds.
    pub p99: f64,
}

/// Asks one URL over and over, from the core that the servers do not use.
pub fn run(gateway: &Gateway, folder: &Path, url: &str, time: Duration) -> Result<Load> {
    start(gateway, folder, &[], url, time)
}

/// Asks for many paths of a server in turn.
pub fn run_over(
    gateway: &Gateway,
    folder: &Path,
    url: &str,
    paths: &[String],
    time: Duration,
) -> Result<Load> {
    let script = folder.join("paths.lua");
    let list: String = paths.iter().map(|path| format!("  {path:?},\n")).collect();
    // Made before the first is sent: wrk shall have as little to do as it can.
    let text = format!(
        "local paths = {{\n{list}}}\nlocal requests, at = {{}}, 0\n\
         function init(args)\n  wrk.init(args)\n\
         \u{20} for i, path in ipairs(paths) do requests[i] = wrk.format(nil, path) end\nend\n\
         function request()\n  at = at % #requests + 1\n  return requests[at]\nend\n"
    );
    fs::write(&script, text).with_context(|| format!("write {}", script.display()))?;
    let script = script.to_string_lossy();
    start(gateway, folder, &["-s", &script], url, time)
}

fn start(
    gateway: &Gateway,
    folder: &Path,
    options: &[&str],
    url: &str,
    time: Duration,
) -> Result<Load> {
    let mut command = Command::new("wrk");
    command.args(["-t", "1", "-c", CONNECTIONS, "--latency", "-d"]);
    command.arg(format!("{}s", time.as_secs()));
    command.args(options).arg(url);
    let place = gateway.namespace();
    let output = Process::start("wrk", &mut command, place, generator::CORE, folder)?.wait()?;
    read(&output)
}

fn read(output: &str) -> Result<Load> {
    let bad = ["Non-2xx", "Socket errors"]
        .into_iter()
        .find(|word| output.contains(word));
    ensure!(bad.is_none(), "wrk met errors: {output}");
    let value = |name: &str| {
        output
            .lines()
            .find_map(|line| line.trim().strip_prefix(name))
            .map(str::trim)
            .with_context(|| format!("read the output of wrk: no {name} in {output}"))
    };
    Ok(Load {
        rate: value("Requests/sec:")?
            .parse()
            .context("read the output of wrk")?,
        p50: microseconds(value("50%")?)?,
        p99: microseconds(value("99%")?)?,
    })
}

fn microseconds(text: &str) -> Result<f64> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let scale = match unit {
        "us" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        _ => anyhow::bail!("read a time of wrk: found {text}, expected us, ms or s"),
    };
    let number: f64 = text
        .trim_end_matches(unit)
        .parse()
        .context("read a time of wrk")?;
    Ok(number * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_wrk_prints() {
        let output = "  Latency Distribution\n     50%  380.00us\n     75%  400.00us\n     \
                      90%  450.00us\n     99%    1.20ms\n\
                      Requests/sec:  79000.50\nTransfer/sec:     13.00MB\n";
        let load = read(output).expect("good output");
        assert_eq!((load.rate, load.p50, load.p99), (79000.5, 380.0, 1200.0));
        assert!(read("Non-2xx or 3xx responses: 5").is_err());
    }
}
