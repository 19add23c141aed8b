//! What can be typed after `natconn history`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::FilterArguments;

/// What can be done with what is kept of the past.
#[derive(Subcommand, Debug)]
pub(in super::super) enum HistoryCommand {
    /// Tell how much is kept, for how long, and whether recording goes well
    #[command(after_long_help = "\
Examples:
  natconn history status

Exit status:
  0  what ends is recorded, and no file is known to be damaged
  1  nothing is recorded, or a file is damaged or missing
  2  natconnd could not be asked")]
    Status {
        /// Print exactly the API's JSON
        #[arg(long)]
        json: bool,
    },
    /// Read every file and compare it with its checksum
    ///
    /// natconnd does so by itself about once a week, a file now and then.
    #[command(after_long_help = "\
Examples:
  natconn history verify

Exit status:
  0  every file is whole
  1  a file is damaged or missing: answers about its time say so
  2  natconnd could not be asked")]
    Verify {
        /// Print exactly the API's JSON, a file on each line
        #[arg(long)]
        json: bool,
    },
    /// List the times of which something is missing, and why
    #[command(after_long_help = "\
Examples:
  natconn history gaps
  natconn history gaps --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z

Exit status:
  0  nothing is missing
  1  something is missing
  2  natconnd could not be asked")]
    Gaps {
        /// Only gaps that reach beyond this time
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Only gaps that began before this time
        #[arg(long, value_name = "TIME")]
        to: Option<String>,
        /// Print exactly the API's JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the records of a time into a file for other programs
    #[command(after_long_help = "\
Examples:
  natconn history export --from 2026-11-01T00:00:00Z --output november.parquet
  natconn history export --from 2026-11-24T00:00:00Z --internal 192.168.1.2 --format csv

Exit status:
  0  something was exported
  1  there was nothing
  2  natconnd could not be asked, or the file could not be written")]
    Export(ExportArguments),
    /// Keep what a lookup matches for a case, whatever retention says
    ///
    /// What the case holds already stays; natconn history release gives it all up.
    /// natconnd takes it over its unix socket only.
    #[command(after_long_help = "\
Examples:
  natconn history hold 2026-117 --nat 203.0.113.7:40123 --at 2026-11-24T13:55:36Z
  natconn history hold 2026-117 --internal 192.168.1.2 --from 2026-11-24T00:00:00Z

Exit status:
  0  the case holds something
  1  nothing fits
  2  natconnd could not be asked, or does not take it")]
    Hold(HoldArguments),
    /// List the cases that hold records
    #[command(after_long_help = "\
Examples:
  natconn history holds

Exit status:
  0  there are some
  1  there are none
  2  natconnd could not be asked")]
    Holds {
        /// Print exactly the API's JSON
        #[arg(long)]
        json: bool,
    },
    /// Give up what a case holds
    #[command(after_long_help = "\
Examples:
  natconn history release 2026-117

Exit status:
  0  it holds nothing any more
  2  it held nothing, or natconnd could not be asked")]
    Release {
        /// The name of the case
        case: String,
    },
    /// Tell which segments are due to be deleted
    ///
    /// natconnd deletes them by itself, the oldest first, as history.keep-for and
    /// history.keep-bytes say.
    #[command(after_long_help = "\
Examples:
  natconn history expire --dry-run

Exit status:
  0  something is due
  1  nothing is
  2  natconnd could not be asked")]
    Expire {
        /// Only tell, which is all that this command does
        #[arg(long, required = true)]
        dry_run: bool,
        /// Print exactly the API's JSON
        #[arg(long)]
        json: bool,
    },
}

/// What to hold, and for which case.
#[derive(Args, Debug)]
pub(in super::super) struct HoldArguments {
    /// The name of the case: letters, digits, - _ and .
    pub case: String,
    /// The NAT endpoint or a part of it
    #[arg(long, value_name = "ENDPOINT")]
    pub nat: Option<String>,
    /// The far end or a part of it
    #[arg(short, long, value_name = "ENDPOINT")]
    pub remote: Option<String>,
    /// The internal host
    #[arg(short, long, value_name = "ENDPOINT")]
    pub internal: Option<String>,
    /// The protocol
    #[arg(short, long, value_name = "PROTOCOL")]
    pub protocol: Option<String>,
    /// What lived at this time
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from", "to"])]
    pub at: Option<String>,
    /// What lived from this time on
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// What lived up to this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// By how much the clock that measured the time may differ from the
    /// gateway's: 2s, 500ms, 1h or 0 [default: 2s]
    #[arg(long, value_name = "DURATION")]
    pub tolerance: Option<String>,
}

/// What to export, and how.
#[derive(Args, Debug)]
pub(in super::super) struct ExportArguments {
    /// The beginning of the time
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// The end of the time [default: now]
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// The form of the file
    #[arg(short, long, default_value = "parquet")]
    pub format: ExportFormat,
    /// Write into this file, which must not be there yet [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub filter: FilterArguments,
}

/// The forms that records can be exported in.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum ExportFormat {
    Parquet,
    Csv,
    Ndjson,
}
