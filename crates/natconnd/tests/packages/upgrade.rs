//! An upgrade loses no event, keeps the configuration, and leaves what would not start.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::{Gap, Row, Status};

use crate::load::{Asked, Load, ask};
use crate::machine::Machine;
use crate::made::Made;
use crate::process::eventually;

const CONFIG: &str = "/etc/natconnd/natconnd.toml";
const RECORDS: &str = "# An operator's.\n[track]\nkeep-ended = \"1s\"\n\
    [history]\nfolder = \"/var/lib/natconnd/history\"\n";

/// Long enough that the old version has connections which end with the new one.
const BEFORE: Duration = Duration::from_secs(3);

fn status(machine: &Machine) -> Status {
    let asked = machine.run(&["natconn", "status", "--json"]);
    serde_json::from_slice(&asked.stdout).unwrap_or_else(|error| panic!("{error}: {asked:?}"))
}

/// The older version, told to record.
fn older(lab: &Lab, made: &Made) -> Result<Machine, Error> {
    lab.nft(MASQUERADE)?;
    // Connections end by themselves while it goes on.
    lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "1")?;
    let machine = Machine::boot(lab, &made.tree);
    machine.install(&made.older_deb);
    machine.write(CONFIG, RECORDS);
    machine.done(&["systemctl", "restart", "natconnd"]);
    Ok(machine)
}

/// All records of UDP that have ended, by host and port: how many each has.
fn records(machine: &Machine) -> BTreeMap<(IpAddr, u16), u32> {
    let all = ["natconn", "records", "-p", "udp", "--all", "--ndjson"];
    let asked = machine.run(&all);
    assert!(asked.status.success(), "{asked:?}");
    let mut records = BTreeMap::new();
    for line in String::from_utf8(asked.stdout).unwrap().lines() {
        let row: Row = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        if row.ended_at.is_none() {
            continue;
        }
        let who = (row.internal_address, row.internal_port);
        *records.entry(who).or_default() += 1;
    }
    records
}

/// Every connection has one record, and there are no others.
fn judge(lab: &Lab, machine: &Machine, sent: &[Range<u16>]) -> Result<(), Error> {
    let count: usize = sent.iter().map(|ports| ports.len()).sum();
    eventually(|| {
        // What is over is forgotten by and by; one command does not find all of it, and
        // the last one nothing.
        let _ = lab.conntrack(&["-D", "-p", "udp"]);
        let recorded = records(machine).len();
        (recorded == count)
            .then_some(())
            .ok_or_else(|| format!("{recorded} of {count}; {:?}", status(machine)))
    });
    let records = records(machine);
    for (host, ports) in lab.hosts().iter().zip(sent) {
        for port in ports.clone() {
            let times = records.get(&(host.v4().into(), port));
            assert_eq!(times, Some(&1), "{}:{port}", host.v4());
        }
    }
    println!("{count} connections have one record each");
    Ok(())
}

/// Upgrades under load; what was asked meanwhile.
fn upgrade_under_load(lab: &Lab, machine: &Machine, made: &Made) -> Result<Asked, Error> {
    let before = status(machine).coverage.gaps;
    let process = machine.unit("MainPID");
    let is_over = AtomicBool::new(false);
    let address = SocketAddr::from(([127, 0, 0, 1], 8080));
    let (asked, sent) = std::thread::scope(|scope| {
        let load = Load::begin(scope, lab, &is_over);
        let asking = scope.spawn(|| ask(address, &is_over));
        sleep(BEFORE);
        machine.install(&made.deb);
        sleep(Duration::from_secs(1));
        is_over.store(true, Ordering::Relaxed);
        let asked = asking.join().expect("who asks does not panic");
        load.sent().map(|sent| (asked, sent))
    })?;

    assert_ne!(machine.unit("MainPID"), process, "the new version runs");
    judge(lab, machine, &sent)?;
    let after = status(machine);
    assert_eq!(after.lost, 0);
    let gaps = after.coverage.gaps.iter();
    let new: Vec<&Gap> = gaps.filter(|gap| !before.contains(gap)).collect();
    assert_eq!(new, [] as [&Gap; 0]);
    println!("asked meanwhile: {asked:?}");
    Ok(asked)
}

#[test]
fn an_upgrade_under_load_loses_nothing() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    lab::in_gateway!(with all users, |lab| {
        let machine = older(lab, &made)?;
        let asked = upgrade_under_load(lab, &machine, &made)?;
        let version = machine.done(&["dpkg-query", "-W", "-f", "${Version}", "natconnd"]);
        assert!(made.deb.to_str().unwrap().contains(&version), "{version}");
        assert_eq!(machine.read(CONFIG), RECORDS);
        // For a moment nobody listens: a quarter of a second where nothing else runs.
        assert!(asked.longest < Duration::from_secs(10), "{asked:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn no_question_is_refused_where_systemd_holds_the_sockets() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    lab::in_gateway!(with all users, |lab| {
        let machine = older(lab, &made)?;
        let example = "/usr/share/doc/natconnd/examples/systemd/natconnd.socket";
        machine.done(&["cp", example, "/etc/systemd/system/"]);
        machine.done(&["systemctl", "stop", "natconnd"]);
        machine.done(&["systemctl", "enable", "--now", "natconnd.socket"]);
        machine.done(&["systemctl", "start", "natconnd"]);
        let asked = upgrade_under_load(lab, &machine, &made)?;
        assert_eq!(asked.failed, 0, "{asked:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn what_would_not_start_is_not_restarted() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    lab::in_gateway!(with all users, |lab| {
        let machine = older(lab, &made)?;
        let process = machine.unit("MainPID");
        machine.write(CONFIG, "[htpp]\n");
        let told = machine.install(&made.deb);
        assert!(told.contains("natconnd: not restarted"), "{told}");
        assert!(told.contains("htpp"), "{told}");
        assert_eq!(machine.unit("MainPID"), process);
        assert!(status(&machine).ready);
        machine.write(CONFIG, RECORDS);
        machine.done(&["systemctl", "restart", "natconnd"]);
        assert_ne!(machine.unit("MainPID"), process);
        Ok::<(), Error>(())
    });
}

#[test]
fn what_an_operator_has_switched_off_stays_off() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    lab::in_gateway!(with all users, |lab| {
        let machine = older(lab, &made)?;
        machine.done(&["systemctl", "disable", "--now", "natconnd"]);
        machine.done(&["rm", CONFIG]);
        machine.install(&made.deb);
        assert_eq!(machine.unit("ActiveState"), "inactive");
        assert_eq!(machine.unit("UnitFileState"), "disabled");
        assert!(!machine.has(CONFIG), "it works without a file, too");
        Ok::<(), Error>(())
    });
}
