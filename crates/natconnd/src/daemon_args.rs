//! What can be typed after `natconnd`.
//!
//! pynatconnd's flags, with its letters, and what a daemon of today is asked
//! for besides. The help, the man page and the completions are generated from
//! here.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Parser;

use crate::config::LogLevel;

const ABOUT: &str = "Answer which internal host is behind a NAT endpoint";

const LONG_ABOUT: &str = "\
Answer which internal host is behind a NAT endpoint.

natconnd runs on a Linux NAT gateway. It keeps a copy of the kernel's \
translated connections and answers questions about them over HTTP; the \
command natconn asks them for people. It runs until SIGTERM or SIGINT, and \
reads its configuration again on SIGHUP.

Without --config it reads the first of these files that is there, and runs \
with its defaults where none is: /etc/natconnd/natconnd.toml, \
/etc/pynatconnd.conf.";

const AFTER: &str = "\
Examples:
  natconnd
  natconnd --config /etc/pynatconnd.conf
  natconnd --ip 192.0.2.1 --port 8080
  natconnd --config natconnd.toml --check

Files:
  /etc/natconnd/natconnd.toml   its configuration
  /etc/pynatconnd.conf          pynatconnd's, read unchanged
  /run/natconnd/natconnd.sock   where natconn asks it

Exit status:
  0  it was told to stop; with --check, the configuration has no mistakes
  1  it could not start, or had to give up; the configuration has mistakes
  2  the command line has mistakes";

/// What `natconnd` is started with.
#[derive(Parser, Clone, PartialEq, Eq, Debug, Default)]
#[command(
    name = "natconnd", version, about = ABOUT, long_about = LONG_ABOUT, after_long_help = AFTER,
    after_help = "natconnd --help says more, and gives examples.", max_term_width = 100
)]
pub struct DaemonArguments {
    /// Read this file, natconnd's TOML or pynatconnd's
    /// [default: /etc/natconnd/natconnd.toml]
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Log this much: error, warn, info, debug, trace, or a debug level of
    /// pynatconnd from 0 to 10 [default: info]
    #[arg(short, long, value_name = "LEVEL", value_parser = LogLevel::from_argument)]
    pub log_level: Option<LogLevel>,
    /// Listen for TCP connections on this address, instead of the
    /// configuration's [default: 127.0.0.1]
    #[arg(short, long, value_name = "ADDR")]
    pub ip: Option<IpAddr>,
    /// Listen for TCP connections on this port, instead of the
    /// configuration's [default: 8080]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// Do not have the kernel refuse what natconnd does not need (Landlock): for
    /// paths that cannot be known beforehand, such as a disk that is mounted later
    #[arg(long)]
    pub no_landlock: bool,
    /// Check the configuration and exit
    #[arg(long)]
    pub check: bool,
    /// Print the configuration as it is in effect, defaults included, and exit
    #[arg(long, conflicts_with = "check")]
    pub print_config: bool,
}

/// The definition of `natconnd`, for its man page and completions.
pub fn definition() -> clap::Command {
    <DaemonArguments as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<DaemonArguments, clap::Error> {
        DaemonArguments::try_parse_from([&["natconnd"], arguments].concat())
    }

    #[test]
    fn pynatconnds_flags_are_read() {
        let expected = DaemonArguments {
            config: Some("/etc/pynatconnd.conf".into()),
            log_level: Some(LogLevel::Debug),
            ip: Some("0.0.0.0".parse().unwrap()),
            port: Some(8080),
            ..DaemonArguments::default()
        };
        let long = "--config /etc/pynatconnd.conf --log-level 7 --ip 0.0.0.0 --port 8080";
        let short = "-c /etc/pynatconnd.conf -l 7 -i 0.0.0.0 -p 8080";
        for line in [long, short] {
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(parse(&words).unwrap(), expected, "{line}");
        }
        assert_eq!(parse(&[]).unwrap(), DaemonArguments::default());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for line in [
            "-l 11",
            "-l loud",
            "-p 0",
            "-p 65536",
            "-i gateway",
            "--check --print-config",
        ] {
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(parse(&words).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
