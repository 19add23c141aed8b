//! The options that say which daemon to ask, who asks it, and how long to wait for it.

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
    /// Ask natconnd over TCP, for example at http://127.0.0.1:8080 or, over TLS, at
    /// https://gateway.example:8443 [env: NATCONN_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<String>,
    /// Trust the certificates of these CAs, PEM, in place of the system's
    /// [env: NATCONN_CA]
    #[arg(long, global = true, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Give up after this many seconds without an answer, 1 to 3600
    #[arg(
        long, global = true, value_name = "SECONDS", default_value = "10",
        value_parser = clap::value_parser!(u16).range(1..=3600)
    )]
    pub timeout: u16,
}

/// As whom to ask, and what for.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "As whom to ask")]
pub(super) struct Asker {
    /// Show the token that this file has in it; others must not be able to read it. There
    /// is no option for the token itself, which everybody could see [env: NATCONN_TOKEN,
    /// the token itself]
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Show the token without TLS to another machine, too: everybody on the way can read it
    /// and use it
    #[arg(long, global = true)]
    pub token_in_clear: bool,
    /// Show this certificate, PEM, and those that lead to its root
    /// [env: NATCONN_CERTIFICATE]
    #[arg(long, global = true, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// The certificate's key, PEM [default: the certificate's file] [env: NATCONN_KEY]
    #[arg(long, global = true, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Say for which case this is asked, for the audit file [env: NATCONN_CASE]
    #[arg(long = "case", id = "for-case", global = true, value_name = "TEXT")]
    pub case: Option<String>,
    /// Say why this is asked, for the audit file [env: NATCONN_REASON]
    #[arg(long, global = true, value_name = "TEXT")]
    pub reason: Option<String>,
}
