//! The options that say which daemon to ask, and how long to wait for it.

use std::path::PathBuf;

use clap::Args;

/// Which daemon to ask. Options come before variables, variables before the
/// default.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Whom to ask")]
pub(super) struct DaemonChoice {
    /// Ask natconnd over this unix socket [default: /run/natconnd/natconnd.sock]
    /// [env: NATCONN_SOCKET]
    #[arg(long, global = true, value_name = "PATH", conflicts_with = "url")]
    pub socket: Option<PathBuf>,
    /// Ask natconnd over TCP, for example at http://127.0.0.1:8080
    /// [env: NATCONN_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<String>,
    /// Give up after this many seconds without an answer, 1 to 3600
    #[arg(
        long, global = true, value_name = "SECONDS", default_value = "10",
        value_parser = clap::value_parser!(u16).range(1..=3600)
    )]
    pub timeout: u16,
}
