//! The list of all checks.
//!
//! Each check is defined once: its name, what it looks at, what can come of it,
//! and the function that judges. The table in docs/doctor.md is made of it.

use super::Facts;
use super::Judgement;
use super::judge::{access, events, history, kernel, machine, mirror, process, room};
use crate::api::Severity::{Failure, Note, Warning};
use crate::api::{Finding, Health, Severity};

/// One check.
pub struct Check {
    /// Its name, for good.
    pub name: &'static str,
    /// What it looks at.
    pub looks_at: &'static str,
    /// Who can make it.
    pub by: By,
    /// What can come of it beside `ok`, and when.
    pub outcomes: &'static [(Severity, &'static str)],
    /// Judges; `None` where the check makes no sense here.
    pub judge: fn(&Facts) -> Option<Judgement>,
}

/// Who can make a check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// natconnd, and the command where natconnd cannot be asked.
    Both,
    /// natconnd alone, because it looks into itself.
    Daemon,
    /// The command alone, because natconnd cannot be asked.
    Command,
}

/// All checks. Of findings equally bad the first is told first.
pub const CHECKS: &[Check] = &[
    Check {
        name: "daemon",
        looks_at: "whether natconnd answers",
        by: By::Command,
        outcomes: &[(Failure, "it does not")],
        judge: access::daemon,
    },
    Check {
        name: "configuration",
        looks_at: "natconnd's configuration file",
        by: By::Command,
        outcomes: &[
            (Failure, "it has mistakes, so natconnd does not start"),
            (Note, "this user may not read it"),
        ],
        judge: access::configuration,
    },
    Check {
        name: "netlink",
        looks_at: "whether the kernel answers questions about connections",
        by: By::Both,
        outcomes: &[
            (
                Failure,
                "the module `nf_conntrack_netlink` is missing, or natconnd may not ask",
            ),
            (Note, "the command may not ask"),
        ],
        judge: access::netlink,
    },
    Check {
        name: "privileges",
        looks_at: "CAP_NET_ADMIN of natconnd, or of the command",
        by: By::Both,
        outcomes: &[
            (Failure, "natconnd lacks it"),
            (Note, "the command lacks it"),
        ],
        judge: access::privileges,
    },
    Check {
        name: "mirror",
        looks_at: "whether natconnd's table is the kernel's",
        by: By::Daemon,
        outcomes: &[
            (
                Failure,
                "events are lost faster than dumps can make up for, are switched off, or do not \
                 come",
            ),
            (
                Warning,
                "a dump is under way after a loss, or the first one takes over a minute",
            ),
            (Note, "the first dump is under way"),
        ],
        judge: mirror::mirror,
    },
    Check {
        name: "network-namespace",
        looks_at: "whether natconnd is where the connections are",
        by: By::Both,
        outcomes: &[
            (Failure, "events come of another network namespace"),
            (Note, "no connection is tracked here"),
        ],
        judge: mirror::network_namespace,
    },
    Check {
        name: "events-setting",
        looks_at: "`net.netfilter.nf_conntrack_events`",
        by: By::Both,
        outcomes: &[(Failure, "0, or not there")],
        judge: kernel::events_setting,
    },
    Check {
        name: "table-size",
        looks_at: "`nf_conntrack_count` against `nf_conntrack_max`",
        by: By::Both,
        outcomes: &[
            (Failure, "more than 95 % full"),
            (Warning, "more than 80 % full, or room for less than 4096"),
        ],
        judge: room::table_size,
    },
    Check {
        name: "kernel-drops",
        looks_at: "conntrack's own counters `drop`, `early_drop` and `insert_failed`",
        by: By::Both,
        outcomes: &[
            (Warning, "one of them grew within a quarter of an hour"),
            (Note, "the command found one that is not 0"),
        ],
        judge: room::kernel_drops,
    },
    Check {
        name: "overruns",
        looks_at: "whether the receive buffer was full",
        by: By::Daemon,
        outcomes: &[(Warning, "within the last 10 minutes"), (Note, "earlier")],
        judge: events::overruns,
    },
    Check {
        name: "receive-buffer",
        looks_at: "the receive buffer against what was asked for, and `net.core.rmem_max`",
        by: By::Both,
        outcomes: &[(Warning, "it is smaller")],
        judge: events::receive_buffer,
    },
    Check {
        name: "dying",
        looks_at: "connections whose end the kernel could not tell yet",
        by: By::Daemon,
        outcomes: &[(Warning, "there have been some at every look for a minute")],
        judge: events::dying,
    },
    Check {
        name: "gaps",
        looks_at: "times in which something was missed",
        by: By::Daemon,
        outcomes: &[
            (Warning, "natconnd had a fault within the last hour"),
            (Note, "another one within the last hour"),
        ],
        judge: events::gaps,
    },
    Check {
        name: "panics",
        looks_at: "faults of natconnd itself: which part panicked, when and where",
        by: By::Daemon,
        outcomes: &[
            (Warning, "a part panicked within the last day"),
            (Note, "earlier"),
        ],
        judge: process::panics,
    },
    Check {
        name: "history",
        looks_at: "whether records can be written and read, and the room for them",
        by: By::Daemon,
        outcomes: &[
            (
                Failure,
                "nothing can be recorded, or a file is damaged or missing",
            ),
            (
                Warning,
                "less than 5 % of the disk and less than 10 GiB are free",
            ),
        ],
        judge: history::history,
    },
    Check {
        name: "listeners",
        looks_at: "`http.listen` against `http.allow`",
        by: By::Both,
        outcomes: &[
            (Warning, "everybody may ask, or nobody can who should"),
            (Note, "networks may ask that cannot"),
        ],
        judge: access::listeners,
    },
    Check {
        name: "exposure",
        looks_at: "listeners with rules of their own (`listener.NAME`): who may ask there",
        by: By::Both,
        outcomes: &[(
            Warning,
            "everybody beyond this machine may ask about hosts, without showing who they are",
        )],
        judge: super::judge::exposure::exposure,
    },
    Check {
        name: "tokens",
        looks_at: "where tokens of callers are taken",
        by: By::Both,
        outcomes: &[(Warning, "beyond this machine and without TLS")],
        judge: super::judge::exposure::tokens,
    },
    Check {
        name: "certificates",
        looks_at: "certificates of listeners, and the files that they come from",
        by: By::Daemon,
        outcomes: &[
            (Failure, "one has ended"),
            (
                Warning,
                "one ends within 14 days, or files have changed and are of no use",
            ),
        ],
        judge: super::judge::exposure::certificates,
    },
    Check {
        name: "audit",
        looks_at: "whether who asks what is written down",
        by: By::Both,
        outcomes: &[(Note, "it is not (`audit.folder`)")],
        judge: super::judge::exposure::audit,
    },
    Check {
        name: "clock",
        looks_at: "whether the machine's clock is kept right (`adjtimex`)",
        by: By::Both,
        outcomes: &[
            (Warning, "it is not"),
            (
                Note,
                "it may be wrong by more than a second, or could not be looked at",
            ),
        ],
        judge: machine::clock,
    },
    Check {
        name: "confinement",
        looks_at: "whether the kernel's Landlock refuses natconnd what it does not need",
        by: By::Daemon,
        outcomes: &[(Note, "not, or not all of it, or `--no-landlock`")],
        judge: process::confinement,
    },
    Check {
        name: "delivery",
        looks_at: "`track.delivery`",
        by: By::Daemon,
        outcomes: &[(Note, "`best-effort`")],
        judge: events::delivery,
    },
    Check {
        name: "offload",
        looks_at: "modules in use that forward packets past conntrack",
        by: By::Both,
        outcomes: &[(Note, "there are some")],
        judge: kernel::offload,
    },
    Check {
        name: "timestamp-setting",
        looks_at: "`net.netfilter.nf_conntrack_timestamp`",
        by: By::Both,
        outcomes: &[(Note, "0, or not there: times are those of receipt")],
        judge: kernel::timestamp_setting,
    },
    Check {
        name: "acct-setting",
        looks_at: "`net.netfilter.nf_conntrack_acct`",
        by: By::Both,
        outcomes: &[(
            Note,
            "1, and nothing is recorded: natconnd does not use what is counted",
        )],
        judge: kernel::acct_setting,
    },
];

/// The names of the checks that the daemon makes, in their order.
pub fn check_names() -> Vec<&'static str> {
    let made = CHECKS.iter().filter(|check| check.by != By::Command);
    made.map(|check| check.name).collect()
}

/// Checks that no other line of the log speaks of when the daemon starts.
const TOLD_AT_START: [&str; 3] = ["table-size", "listeners", "clock"];

/// Whether the log shall tell a finding when the daemon starts.
pub fn is_told_at_start(finding: &Finding) -> bool {
    finding.severity >= Warning && TOLD_AT_START.contains(&&*finding.check)
}

/// Makes all checks.
pub fn health(facts: &Facts) -> Health {
    let findings = CHECKS.iter().filter_map(|check| {
        let judgement = (check.judge)(facts)?;
        Some(Finding {
            check: check.name.to_owned(),
            severity: judgement.severity,
            finding: judgement.finding,
            hint: judgement.hint,
            command: judgement.command,
        })
    });
    let observer = if facts.daemon().is_some() {
        "natconnd"
    } else {
        "natconn"
    };
    Health::of_findings(facts.at.to_string(), observer, findings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_have_names_of_their_own_and_outcomes_the_worst_first() {
        let mut names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
        for check in CHECKS {
            let severities = || check.outcomes.iter().map(|(severity, _)| *severity);
            assert!(severities().rev().is_sorted(), "{}", check.name);
            assert!(
                severities().all(|severity| severity != Severity::Ok),
                "{}",
                check.name
            );
        }
        for told in TOLD_AT_START {
            assert!(names.contains(&told), "{told}");
        }
    }
}
