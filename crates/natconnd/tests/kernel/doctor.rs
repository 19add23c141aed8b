//! The doctor on real patients: each ails in earnest, is found out, and where there
//! is a command that mends it, the command mends it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::{Finding, Health, Severity};

use crate::agreement::agree;
use crate::daemon::Daemon;
use crate::process::eventually;

/// So little that every machine allows it.
const SMALL: &str = "[track]\nreceive-buffer = \"64KiB\"\nreceive-buffer-max = \"64KiB\"\n";

impl Daemon {
    /// What it says ails it.
    pub fn health(&self) -> Health {
        self.get("/api/v1/health").json()
    }

    /// What one check of it finds.
    pub fn finding(&self, check: &str) -> Finding {
        of_check(check, &self.health())
    }

    /// What one check of it finds, once it is as bad as this. It looks at most
    /// once a second.
    pub fn await_finding(&self, check: &str, severity: Severity) -> Finding {
        eventually(|| match self.finding(check) {
            found if found.severity == severity => Ok(found),
            found => Err(format!("{found:?}")),
        })
    }
}

/// What one check found.
pub fn of_check(check: &str, health: &Health) -> Finding {
    let found = health.findings.iter().find(|it| it.check == check);
    found
        .unwrap_or_else(|| panic!("no {check}: {health:?}"))
        .clone()
}

/// Does what a finding says, on the gateway; its root needs no sudo.
fn obey(lab: &Lab, found: &Finding) {
    let command = found.command.as_deref().expect("a command");
    let command = command.strip_prefix("sudo ").unwrap();
    // Whatever it is, it is meant for a shell.
    lab.gateway().run(&["sh", "-c", command]).unwrap();
}

#[test]
fn nothing_ails_a_gateway_that_is_set_up_well() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.sysctl("net.netfilter.nf_conntrack_timestamp", "1")?;
        lab.outside().serve_udp(53)?;
        let daemon = Daemon::start(lab, SMALL);
        lab.host(1).exchange_udp(5000, lab.outside().at(53))?;
        agree(lab, &daemon, 1);
        let health = daemon.health();
        assert_eq!(health.checked_by, "natconnd");
        assert!(health.findings.len() > 12, "{health:?}");
        for found in &health.findings {
            // These are the machine's, not the gateway's, a gap ends with each start, and
            // not everybody has to account for lookups.
            let others = ["audit", "clock", "gaps", "offload", "table-size"];
            if !others.contains(&&*found.check) {
                assert_eq!(found.severity, Severity::Ok, "{found:?}");
            }
        }
        // The command says the same.
        let asked = daemon.natconn(&["doctor", "--all"]);
        let text = String::from_utf8(asked.stdout).unwrap();
        for found in &health.findings {
            assert!(text.contains(&format!("  {}: ", found.check)), "{text}");
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn a_kernel_that_sends_no_events() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.sysctl("net.netfilter.nf_conntrack_events", "0")?;
        let daemon = Daemon::start(lab, SMALL);
        daemon.await_log("the kernel sends no events of connections; let it with: sysctl -w");
        let found = daemon.await_finding("events-setting", Severity::Failure);
        assert!(found.finding.contains("send no events"), "{found:?}");
        daemon.await_finding("mirror", Severity::Failure);
        let asked = daemon.natconn(&["doctor"]);
        assert_eq!(asked.status.code(), Some(1));
        let text = String::from_utf8(asked.stdout).unwrap();
        let begin = "failure  mirror: the kernel is told to send no events";
        assert!(text.starts_with(begin), "{text}");

        obey(lab, &found);
        daemon.await_finding("events-setting", Severity::Ok);
        daemon.await_finding("mirror", Severity::Ok);
        // It was missed for a while, and that is still known.
        let gaps = daemon.await_finding("gaps", Severity::Note);
        assert!(gaps.finding.contains("(events-off)"), "{gaps:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_receive_buffer_that_the_machine_does_not_allow() {
    lab::in_gateway!(|lab| {
        // More than any machine allows by itself.
        let wanted = "[track]\nreceive-buffer = \"1GiB\"\nreceive-buffer-max = \"1GiB\"\n";
        let daemon = Daemon::start(lab, wanted);
        let found = daemon.finding("receive-buffer");
        if daemon
            .finding("privileges")
            .finding
            .ends_with("has CAP_NET_ADMIN")
        {
            // Root without a user namespace of its own gets whatever it wants.
            assert_eq!(found.severity, Severity::Ok, "{found:?}");
        } else {
            assert_eq!(found.severity, Severity::Warning, "{found:?}");
            assert!(found.finding.contains("instead of 1 GiB"), "{found:?}");
            let lifted = "sysctl -w net.core.rmem_max=1073741824";
            assert_eq!(found.command, Some(format!("sudo {lifted}")));
            daemon.await_log("receive buffer is smaller than wanted");
            daemon.await_log(lifted);
        }
        Ok::<(), Error>(())
    });
}

/// The limit is the whole machine's, on which other programs run too. So it stays,
/// and this gateway is shown a lower one; the connections are counted by the kernel.
#[test]
fn a_tiny_table() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        // The questions to natconnd would count too.
        lab.nft(
            "table inet raw {
                chain output {
                    type filter hook output priority raw
                    oifname lo notrack
                }
                chain prerouting {
                    type filter hook prerouting priority raw
                    iifname lo notrack
                }
            }",
        )?;
        let shown = "/run/nf_conntrack_max";
        let max = "/proc/sys/net/netfilter/nf_conntrack_max";
        fs::write(shown, "100\n").unwrap();
        fs::set_permissions(shown, Permissions::from_mode(0o444)).unwrap();
        lab.gateway().run(&["mount", "--bind", shown, max])?;
        let daemon = Daemon::start(lab, SMALL);
        daemon.await_log("that is few for a gateway");
        let found = daemon.finding("table-size");
        assert_eq!(found.severity, Severity::Warning, "{found:?}");
        assert!(found.finding.contains("0 of at most 100"), "{found:?}");
        let hint = found.hint.unwrap();
        assert!(hint.contains("outside of this network namespace"), "{hint}");

        for port in 1..=96 {
            lab.host(1).send_udp(5000, lab.outside().at(port))?;
        }
        lab.await_connections(&["-p", "udp"], 96)?;
        let found = daemon.await_finding("table-size", Severity::Failure);
        assert!(
            found
                .finding
                .contains("96 of at most 100 connections, 96 %"),
            "{found:?}"
        );
        let command = "sudo sysctl -w net.netfilter.nf_conntrack_max=65536";
        assert_eq!(found.command.as_deref(), Some(command));
        lab.conntrack(&["-D", "-p", "udp", "--dport", "90"])?;
        lab.conntrack(&["-D", "-p", "udp", "--dport", "91"])?;
        let found = daemon.await_finding("table-size", Severity::Warning);
        assert!(found.finding.contains("94 %"), "{found:?}");
        Ok::<(), Error>(())
    });
}

/// Two hosts want the same remote and there is one NAT port: the kernel drops the
/// packets of the second.
#[test]
fn a_gateway_without_free_ports() {
    lab::in_gateway!(|lab| {
        lab.nft(
            "table ip nat {
                chain postrouting {
                    type nat hook postrouting priority srcnat
                    oifname outside ip protocol udp snat to 100.64.2.1:7000
                }
            }",
        )?;
        let daemon = Daemon::start(lab, SMALL);
        let before = daemon.finding("kernel-drops");
        assert_eq!(before.severity, Severity::Ok, "{before:?}");
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        lab.host(2).send_udp(5000, lab.outside().at(9))?;
        let found = daemon.await_finding("kernel-drops", Severity::Warning);
        assert!(
            found.finding.contains("the tuple of another one"),
            "{found:?}"
        );
        Ok::<(), Error>(())
    });
}

#[test]
fn who_may_ask_is_judged_anew_after_a_reload() {
    lab::in_gateway!(|lab| {
        let allow = "allow = [\"127.0.0.0/8\", \"192.0.2.0/24\"]\n";
        let mut daemon = Daemon::start(lab, &format!("{allow}{SMALL}delivery = \"best-effort\"\n"));
        let found = daemon.finding("listeners");
        assert_eq!(found.severity, Severity::Note, "{found:?}");
        let address = daemon.address.to_string();
        assert!(found.finding.contains(&address), "{found:?}");
        assert_eq!(daemon.finding("delivery").severity, Severity::Note);

        let text = fs::read_to_string(&daemon.file).unwrap();
        fs::write(&daemon.file, text.replace(allow, "")).unwrap();
        daemon.signal("HUP");
        daemon.await_finding("listeners", Severity::Ok);
        Ok::<(), Error>(())
    });
}

#[test]
fn whoever_may_ask_is_told_at_the_start() {
    lab::in_gateway!(|lab| {
        let (address, file, _) =
            crate::daemon::configure("allow = [\"0.0.0.0/0\"]\nunprotected = true\n");
        let mut command = crate::daemon::natconnd();
        command.args(["--config", &file, "-i", "0.0.0.0"]);
        let process = crate::process::Process::start(lab, &mut command);
        let daemon = Daemon::of_process(process, address);
        let everybody = "may ask who is behind what";
        daemon.await_log(everybody);
        let found = daemon.finding("listeners");
        assert_eq!(found.severity, Severity::Warning, "{found:?}");
        assert!(found.finding.contains(everybody), "{found:?}");
        Ok::<(), Error>(())
    });
}
