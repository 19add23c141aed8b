//! The options of `natconn lookup --file`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The file with many questions, and how its lines are read.
#[derive(Args, Debug)]
#[command(next_help_heading = "Many questions from a file")]
pub(super) struct FileChoice {
    /// Answer each line of FILE, - for standard input: CSV, NDJSON, lines of logs or
    /// mails. Prints the lines with their answers beside them. --remote, --protocol,
    /// --kind and --zone hold for lines that do not say it
    #[arg(
        short, long, value_name = "FILE",
        conflicts_with_all = ["first", "second", "internal", "at", "from", "to", "json"]
    )]
    pub file: Option<PathBuf>,
    /// What the lines are [default: guessed from the first one]
    #[arg(long, requires = "file")]
    pub format: Option<LineFormat>,
    /// Which column is for what, by comma: FIELD=NAME or FIELD=NUMBER, for FIELD one of
    /// nat_address, nat_port, remote_address, remote_port, internal_address, protocol,
    /// kind, zone, at, time_of_day, from, to [default: guessed from the names]
    #[arg(long, requires = "file", value_name = "COLUMNS")]
    pub columns: Vec<String>,
    /// The gateway's NAT addresses or networks, by comma: of the addresses in a line,
    /// these are meant
    #[arg(long = "nat", requires = "file", value_name = "NETWORKS")]
    pub nat_networks: Vec<String>,
    /// The time zone of times that name none: UTC, +01:00, Europe/Berlin
    /// [default: UTC]
    #[arg(
        long,
        requires = "file",
        value_name = "ZONE",
        allow_hyphen_values = true
    )]
    pub timezone: Option<String>,
    /// The year of dates that name none [default: the latest that is not in the
    /// future]
    #[arg(long, requires = "file", value_name = "YEAR")]
    pub year: Option<u16>,
}

/// What the lines of a file are.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LineFormat {
    /// Rows under a header
    Csv,
    /// A JSON object on each line
    Ndjson,
    /// Lines of logs
    Text,
    /// Mails about abuse, one or several (mbox)
    Mail,
}

impl LineFormat {
    /// The word for it in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Text => "text",
            Self::Mail => "mail",
        }
    }
}
