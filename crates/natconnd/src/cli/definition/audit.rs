//! What can be typed after `natconn audit`.

use std::path::PathBuf;

use audit::{Head, Timestamp};
use clap::{Args, Subcommand};

/// What can be done with audit files.
#[derive(Subcommand, Debug)]
pub(in super::super) enum AuditCommand {
    Verify(AuditVerifyArguments),
    List(AuditListArguments),
}

/// Tell whether every line is there, as it was written
///
/// Finds lines that were changed, cut, put in or moved, and files that are missing, and
/// says where. Whoever may write the folder can write all of it anew: only a line that
/// was noted elsewhere shows that, which natconnd's log has, and this command prints.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn audit verify copy-of-the-folder
  sudo natconn audit verify /var/lib/natconnd/audit --head 4711:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03

Exit status:
  0  it is whole
  1  something was found
  2  it could not be looked at")]
pub(in super::super) struct AuditVerifyArguments {
    /// The folder with the audit files
    pub folder: PathBuf,
    /// A line that was noted elsewhere, which must be there
    #[arg(long, value_name = "SEQUENCE:HASH")]
    pub head: Option<Head>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// List who asked what, the last line first
///
/// TIME is as for lookup. Does not verify.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn audit list copy-of-the-folder
  sudo natconn audit list /var/lib/natconnd/audit --caller desk --from 2026-11-24T00:00:00Z
  sudo natconn audit list /var/lib/natconnd/audit --of-case 2026-117 --all --json
  sudo natconn audit list /var/lib/natconnd/audit --contains 203.0.113.7

Exit status:
  0  at least one line fits
  1  none fits, or a line could not be read
  2  the files could not be read")]
pub(in super::super) struct AuditListArguments {
    /// The folder with the audit files
    pub folder: PathBuf,
    /// Only what was asked at this time or later
    #[arg(long, value_name = "TIME")]
    pub from: Option<Timestamp>,
    /// Only what was asked at this time or earlier
    #[arg(long, value_name = "TIME")]
    pub to: Option<Timestamp>,
    /// Only what this caller asked
    #[arg(long, value_name = "NAME")]
    pub caller: Option<String>,
    /// Only what was asked for this case
    #[arg(long, value_name = "CASE")]
    pub of_case: Option<String>,
    /// Only lines with this text in question, reason, or anything else
    #[arg(long, value_name = "TEXT")]
    pub contains: Option<String>,
    /// Only lines behind this one, for the next page
    #[arg(long, value_name = "SEQUENCE")]
    pub after: Option<u64>,
    /// List the first line first
    #[arg(long)]
    pub oldest_first: bool,
    /// Only requests, and nothing that is told of the audit itself
    #[arg(long)]
    pub requests: bool,
    /// List at most N lines [default: 100]
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
    /// List all lines, however many
    #[arg(short, long, conflicts_with = "limit")]
    pub all: bool,
    /// Print the lines as they are in the files
    #[arg(long)]
    pub json: bool,
}
