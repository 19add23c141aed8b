//! What can be typed after `natconn`.
//!
//! The help, the man pages and the completions are generated from here.

mod audit;
mod history;
mod token;
mod top;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::choice::{Asker, DaemonChoice};
use super::file_choice::FileChoice;
pub(super) use audit::{AuditCommand, AuditListArguments, AuditVerifyArguments};
pub(super) use history::{ExportArguments, ExportFormat, HistoryCommand, HoldArguments};
pub(super) use token::TokenCommand;
pub(super) use top::TopArguments;

const ABOUT: &str = "Ask natconnd which internal host is behind a NAT endpoint";

const LONG_ABOUT: &str = "\
Ask natconnd which internal host is behind a NAT endpoint.

natconn is a client of natconnd's HTTP API, which natconnd serves on a NAT \
gateway. It prints text for people, or with --json exactly what the API says.";

const AFTER: &str = "\
Examples:
  natconn lookup 203.0.113.7:40123
  natconn lookup udp 203.0.113.7:40123 --remote 198.51.100.1:53
  natconn list --internal 192.168.1.0/24 --protocol tcp
  natconn lookup tcp 203.0.113.7:40123 --at 2026-11-24T13:55:36Z
  natconn records --internal 192.168.1.2 --from 2026-11-24T00:00:00Z
  natconn watch --remote :25
  natconn --url https://gateway.example:8443 --token-file ~/.natconn-token status
  natconn doctor
  natconn top

Environment:
  NATCONN_SOCKET       the unix socket, where there is no --socket
  NATCONN_URL          the URL, where there is no --url
  NATCONN_CA           whose certificates count, where there is no --ca
  NATCONN_TOKEN        the token, where there is no --token-file
  NATCONN_CERTIFICATE  the certificate to show, where there is no --certificate
  NATCONN_KEY          its key, where there is no --key
  NATCONN_CASE         the case, where there is no --case
  NATCONN_REASON       the reason, where there is no --reason
  NO_COLOR             no colours, where it is set
  TZ                   the time zone for --local

Exit status:
  0  something was found, or all is well
  1  nothing was found, or status or doctor has something to report
  2  the question could not be asked";

/// Everything that was typed.
#[derive(Parser, Debug)]
#[command(
    name = "natconn", version, about = ABOUT, long_about = LONG_ABOUT, after_long_help = AFTER,
    after_help = "natconn --help says more, and gives examples.",
    max_term_width = 100
)]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Show times in this machine's time zone instead of UTC
    #[arg(long, global = true)]
    pub local: bool,
    /// Whom to ask.
    #[command(flatten)]
    pub daemon: DaemonChoice,
    /// As whom, and what for.
    #[command(flatten)]
    pub asker: Asker,
}

/// The subcommands.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Lookup(LookupArguments),
    List(ListArguments),
    Records(RecordsArguments),
    Watch(WatchArguments),
    Status(StatusArguments),
    Top(TopArguments),
    Doctor(DoctorArguments),
    Ident(IdentArguments),
    /// Tell what is kept of the past, verify it, export it
    History {
        #[command(subcommand)]
        command: HistoryCommand,
    },
    /// Tell who asked what, and whether the audit is whole
    ///
    /// Reads audit files without asking natconnd, which need not run.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Check a configuration file, or translate pynatconnd's
    ///
    /// Reads a configuration file without asking natconnd, which need not run.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Make a token for a caller, or tell a token's hash
    ///
    /// Asks nobody: the hash goes into natconnd's configuration, the token to whoever is to
    /// ask.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Print a completion script for a shell
    #[command(after_long_help = "\
Examples:
  natconn completions bash > /etc/bash_completion.d/natconn
  natconn completions zsh > /usr/local/share/zsh/site-functions/_natconn
  natconn completions fish > ~/.config/fish/completions/natconn.fish")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Tell which internal host is behind a NAT endpoint
///
/// Prints the translations that fit, how many internal hosts they name, and
/// whether events were lost: where they were, an empty answer proves nothing.
/// A ~ before a time says that it is estimated: it was then, or earlier; a >
/// says that the translation lived on.
///
/// With --at, or --from and --to, tells who was behind it then. TIME is RFC 3339
/// with an offset from UTC, Unix seconds, or as web servers log it; each says the
/// moment at its beginning, so for a log in whole seconds leave the tolerance at a
/// second or more.
#[derive(Args, Debug)]
#[command(
    override_usage = "natconn lookup [OPTIONS] [PROTOCOL] ENDPOINT\n       \
                      natconn lookup [OPTIONS] --internal ENDPOINT\n       \
                      natconn lookup [OPTIONS] --remote ENDPOINT\n       \
                      natconn lookup [OPTIONS] --file FILE",
    after_long_help = "\
Examples:
  natconn lookup 203.0.113.7:40123
  natconn lookup tcp 203.0.113.7:40123 --remote 198.51.100.1:443
  natconn lookup icmpv6 [2001:db8::7]:4711
  natconn lookup --internal 192.168.1.2 --limit 1000 --json
  natconn lookup tcp 203.0.113.7:40123 --at 2026-11-24T13:55:36Z
  natconn lookup 203.0.113.7:40123 --at '24/Nov/2026:13:55:36 +0000'
  natconn lookup 203.0.113.7 --from 1795528500 --to 1795528800
  natconn lookup --file access.log > answered.log
  natconn lookup --file report.csv --columns nat_address=IP,at=Seen
  zcat syslog.1.gz | natconn lookup --file - --timezone Europe/Berlin

Exit status:
  0  at least one translation fits
  1  none fits; proof only where no events were lost
  2  the question could not be asked"
)]
pub(super) struct LookupArguments {
    /// Protocol: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number
    /// from 0 to 255; may be left out
    #[arg(value_name = "PROTOCOL")]
    first: Option<String>,
    /// NAT endpoint: ADDR:PORT, ADDR, :PORT, [V6]:PORT or ADDR/BITS; for
    /// PORT also FIRST-LAST. The ICMP id or GRE key stands in the port's place
    #[arg(value_name = "ENDPOINT")]
    second: Option<String>,
    /// Only translations with this far end
    #[arg(short, long, value_name = "ENDPOINT")]
    pub remote: Option<String>,
    /// Only translations of this internal host
    #[arg(short, long, value_name = "ENDPOINT")]
    pub internal: Option<String>,
    /// The protocol, where it does not stand before the endpoint
    #[arg(short, long = "protocol", value_name = "PROTOCOL")]
    pub protocol_option: Option<String>,
    /// Only this kind of translation
    #[arg(short, long)]
    pub kind: Option<Kind>,
    /// Only this conntrack zone, 0 to 65535
    #[arg(short, long)]
    pub zone: Option<u16>,
    /// Show at most N translations, 1 to 10000 [default: 100]
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<u32>,
    /// Tell who was behind it at this time
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from", "to"])]
    pub at: Option<String>,
    /// Tell who was behind it from this time on
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Tell who was behind it up to this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// By how much the clock that measured the time may differ from the
    /// gateway's: 2s, 500ms, 1h or 0 [default: 2s]
    #[arg(long, value_name = "DURATION")]
    pub tolerance: Option<String>,
    /// Print exactly the API's JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub many: FileChoice,
}

impl LookupArguments {
    /// The protocol that stands before the endpoint.
    pub fn protocol_word(&self) -> Option<&str> {
        self.second.as_ref().and(self.first.as_deref())
    }

    /// The protocol, as a word or as an option.
    pub fn protocol(&self) -> Option<&str> {
        self.protocol_word().or(self.protocol_option.as_deref())
    }

    /// The NAT endpoint.
    pub fn nat(&self) -> Option<&str> {
        self.second.as_deref().or(self.first.as_deref())
    }
}

/// List live translations
///
/// Prints a table, or with --json the API's pages, one on each line. Of
/// several filters all must fit, of the values of one any.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn list --internal 192.168.1.2
  natconn list --nat 203.0.113.7:1024-2047 --protocol tcp,udp
  natconn list --sort -started_at --limit 20
  natconn list --all --csv > translations.csv

Exit status:
  0  at least one translation fits
  1  none fits
  2  the question could not be asked")]
pub(super) struct ListArguments {
    /// Sort by started_at, internal, nat or remote; -KEY for descending
    /// [default: started_at]
    #[arg(short, long, value_name = "KEY", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// List at most N translations, 1 to 10000 [default: 100]
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<u32>,
    /// List all translations, however many
    #[arg(short, long, conflicts_with = "limit")]
    pub all: bool,
    /// Print exactly the API's JSON, one page a line
    #[arg(long, conflicts_with_all = ["csv", "ndjson"])]
    pub json: bool,
    /// Print CSV with a header row, as the API sends it
    #[arg(long, conflicts_with = "ndjson")]
    pub csv: bool,
    /// Print one JSON object for each translation, one a line
    #[arg(long)]
    pub ndjson: bool,
    #[command(flatten)]
    pub filter: FilterArguments,
}

/// List what lived in a period, ended translations included
///
/// Prints everything that fits in the order in which it began: all that a host
/// did, or all that talked to a remote. TIME is as for lookup. A ~ before a time
/// says that it is estimated: it was then, or earlier; a > says that the
/// translation lived on.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn records --internal 192.168.1.2 --from 2026-11-24T00:00:00Z --to 2026-11-25T00:00:00Z
  natconn records --remote 198.51.100.1:25 --from 1795478400
  natconn records --internal 192.168.1.2 --from 2026-11-24T00:00:00Z --all --csv > day.csv

Exit status:
  0  at least one translation fits
  1  none fits; proof only where nothing is missing
  2  the question could not be asked")]
pub(super) struct RecordsArguments {
    /// Only what lived at this time or later [default: since ever]
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Only what lived at this time or earlier [default: now]
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Only this internal host: ADDR, ADDR/BITS, ADDR:PORT, :PORT, [V6]:PORT;
    /// for PORT also FIRST-LAST
    #[arg(short, long, value_name = "ENDPOINT")]
    pub internal: Option<String>,
    /// Only this NAT endpoint, written as above
    #[arg(short = 'N', long, value_name = "ENDPOINT")]
    pub nat: Option<String>,
    /// Only this far end, written as above
    #[arg(short, long, value_name = "ENDPOINT")]
    pub remote: Option<String>,
    /// Only this protocol: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a
    /// number from 0 to 255
    #[arg(short, long)]
    pub protocol: Option<String>,
    /// Only this kind of translation
    #[arg(short, long)]
    pub kind: Option<Kind>,
    /// Only this conntrack zone, 0 to 65535
    #[arg(short, long)]
    pub zone: Option<u16>,
    /// List at most N translations, 1 to 10000 [default: 100]
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<u32>,
    /// List all translations, however many
    #[arg(short, long, conflicts_with = "limit")]
    pub all: bool,
    /// Print exactly the API's JSON, one page a line
    #[arg(long, conflicts_with_all = ["csv", "ndjson"])]
    pub json: bool,
    /// Print CSV with a header row, as the API sends it
    #[arg(long, conflicts_with = "ndjson")]
    pub csv: bool,
    /// Print one JSON object for each translation, one a line
    #[arg(long)]
    pub ndjson: bool,
}

/// Follow translations as they begin and end
///
/// Prints one line for each change until Ctrl-C. Where this command reads too
/// slowly, it says how many changes it missed; natconnd does not wait.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn watch
  natconn watch --internal 192.168.1.2 --remote :25
  natconn watch --kind destination --json

Exit status:
  0  Ctrl-C, or nobody reads the output any more
  2  natconnd could not be asked, or went away")]
pub(super) struct WatchArguments {
    /// Print exactly the API's JSON, one change a line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub filter: FilterArguments,
}

/// Tell which host a hash stands for that a remote was told
///
/// Where ident.reply is "hash", remotes are told a hash of a host's address and may
/// name it in a complaint. Tries addresses until the hash fits: all private ones and
/// those of carrier-grade NAT, unless --among names others. Reads the key's file, which only
/// root and natconnd may, and asks nobody.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn ident 1f3870be274f6c49
  natconn ident 1f3870be27 --among 192.168.0.0/16
  natconn ident 1f3870be274f6c49 --among 2001:db8::2 --among 2001:db8::3

Exit status:
  0  at least one host fits
  1  none of those that were tried fits
  2  the key could not be read")]
pub(super) struct IdentArguments {
    /// The hash, or its first 8 digits or more
    #[arg(value_name = "HASH")]
    pub hash: super::ident::Beginning,
    /// Try these addresses: ADDR or ADDR/BITS, 2^24 addresses at most
    #[arg(long, value_name = "NETWORK")]
    pub among: Vec<super::ident::Candidates>,
    /// The file with the key [default: what the configuration names]
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// Tell how natconnd is doing
///
/// Prints what natconnd says of itself: how much it holds, what it has read
/// from the kernel, and whether anything is missing.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn status
  natconn status --json

Exit status:
  0  natconnd is ready, misses nothing, and records what it is to record
  1  natconnd is still starting, events were lost, or nothing can be recorded
  2  natconnd could not be asked")]
pub(super) struct StatusArguments {
    /// Print exactly the API's JSON
    #[arg(long)]
    pub json: bool,
}

/// Tell what ails natconnd, and what helps
///
/// Has natconnd examine itself, the kernel's settings and the machine, and prints
/// what it found, the worst first, with the command that mends it where there is
/// one. Where natconnd on this machine cannot be asked, looks at the machine by
/// itself; what it says of privileges is then about whoever runs it. Changes
/// nothing.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  natconn doctor
  sudo natconn doctor --all
  natconn doctor --json

Exit status:
  0  all is well, or there are notes only
  1  there are warnings or failures; that natconnd cannot be asked is one
  2  nothing could be looked at")]
pub(super) struct DoctorArguments {
    /// Say also what is well, a line for each check
    #[arg(short, long, conflicts_with = "json")]
    pub all: bool,
    /// Print exactly the API's JSON
    #[arg(long)]
    pub json: bool,
}

/// What can be done with a configuration file.
#[derive(Subcommand, Debug)]
pub(super) enum ConfigCommand {
    /// Check a configuration file, natconnd's or pynatconnd's
    #[command(after_long_help = "\
Examples:
  natconn config check /etc/natconnd/natconnd.toml

Exit status:
  0  natconnd would start with it
  2  it has mistakes, or cannot be read")]
    Check {
        /// The file
        file: PathBuf,
    },
    /// Print the TOML that does what a configuration file does
    ///
    /// Translates pynatconnd's file, and writes natconnd's own anew, without
    /// what is the default.
    #[command(after_long_help = "\
Examples:
  natconn config migrate /etc/pynatconnd.conf
  natconn config migrate /etc/pynatconnd.conf --output natconnd.toml

Exit status:
  0  the TOML was printed or written
  2  the file has mistakes, or cannot be read; nothing was written")]
    Migrate {
        /// The file
        file: PathBuf,
        /// Write the TOML into this file, which must not be there yet
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Which translations to show: all that is given must fit, and any item of a
/// list will do.
#[derive(Args, Debug)]
#[command(next_help_heading = "Filters")]
pub(super) struct FilterArguments {
    /// Internal hosts, by comma: ADDR, ADDR/BITS, ADDR:PORT, :PORT, [V6]:PORT;
    /// for PORT also FIRST-LAST
    #[arg(short, long, value_name = "ENDPOINTS")]
    pub internal: Vec<String>,
    /// NAT endpoints, by comma, written as above
    #[arg(short = 'N', long, value_name = "ENDPOINTS")]
    pub nat: Vec<String>,
    /// Far ends, by comma, written as above
    #[arg(short, long, value_name = "ENDPOINTS")]
    pub remote: Vec<String>,
    /// By comma: tcp, udp, icmp, icmpv6, sctp, dccp, gre, udplite or a number
    /// from 0 to 255
    #[arg(short, long, value_name = "PROTOCOLS")]
    pub protocol: Vec<String>,
    /// Kind of translation
    #[arg(short, long, value_delimiter = ',')]
    pub kind: Vec<Kind>,
    /// Conntrack zones, by comma, 0 to 65535
    #[arg(short, long, value_name = "ZONES")]
    pub zone: Vec<String>,
}

/// Which side of a connection is rewritten.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// SNAT, masquerade
    Source,
    /// DNAT, port forward, redirect
    Destination,
}

impl Kind {
    /// The word for it in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }
}

/// The shells that there are completions for.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shell {
    Bash,
    Zsh,
    Fish,
}
