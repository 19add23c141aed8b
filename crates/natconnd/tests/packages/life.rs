//! A package's life: installed, asked, removed, installed again, purged.

use std::path::Path;
use std::process::Command;

use lab::{Error, MASQUERADE};
use natconnd::api::LookupAnswer;

use crate::machine::Machine;
use crate::made::Made;
use crate::process::eventually;

const CONFIG: &str = "/etc/natconnd/natconnd.toml";

/// The verdict about a NAT endpoint, and who is behind it, as the command has it.
fn lookup(machine: &Machine, endpoint: &str) -> LookupAnswer {
    let asked = machine.run(&["natconn", "lookup", "--json", endpoint]);
    serde_json::from_slice(&asked.stdout).unwrap_or_else(|error| panic!("{error}: {asked:?}"))
}

#[test]
fn a_package_is_installed_asked_removed_and_purged() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    lab::in_gateway!(with all users, |lab| {
        lab.nft(MASQUERADE)?;
        // Before there is a natconnd.
        lab.outside().serve_tcp(80)?;
        let _before = lab.host(1).connect_tcp(5000, lab.outside().at(80))?;
        let machine = Machine::boot(lab, &made.tree);
        let before = Everything::of(&machine);
        machine.install(&made.deb);

        // It runs, as its own user, and will at the next boot.
        assert_eq!(machine.unit("ActiveState"), "active");
        assert_eq!(machine.unit("UnitFileState"), "enabled");
        let process = machine.unit("MainPID");
        let user = machine.done(&["stat", "-c", "%U", &format!("/proc/{process}")]);
        assert_eq!(user.trim(), "natconnd");
        assert_eq!(machine.done(&["stat", "-c", "%U:%G %a", CONFIG]).trim(), "root:natconnd 640");

        // A host that was there before, and one that came later.
        let _later = lab.host(2).connect_tcp(5001, lab.outside().at(80))?;
        for (number, endpoint) in [(1, "100.64.2.1:5000"), (2, "100.64.2.1:5001")] {
            let answer = lookup(&machine, endpoint);
            let rows: Vec<_> = answer.rows().collect();
            let [row] = rows[..] else {
                panic!("{answer:?}");
            };
            assert_eq!(row.internal_address, lab.host(number).v4(), "{answer:?}");
        }
        // Where the first configuration says so, it is written down who asked.
        let is_audited = machine.read(CONFIG).contains("\nfolder = \"/var/lib/natconnd/audit\"");
        let file = "/var/lib/natconnd/audit/audit-000000001.jsonl";
        assert_eq!(machine.has(file), is_audited);
        // The kernel's settings are those of the package.
        let timestamps = machine.read("/proc/sys/net/netfilter/nf_conntrack_timestamp");
        assert_eq!(timestamps.trim(), "1");

        machine.write(CONFIG, "[history]\nfolder = \"/var/lib/natconnd/history\"\n");
        machine.done(&["systemctl", "restart", "natconnd"]);
        eventually(|| machine.has("/var/lib/natconnd/history").then_some(()).ok_or(String::new()));

        machine.apt(&["remove", "natconnd"]);
        assert_eq!(machine.unit("ActiveState"), "inactive");
        assert!(!machine.has("/usr/sbin/natconnd"));
        assert!(machine.has("/var/lib/natconnd/history"));
        let kept = machine.read(CONFIG);
        assert!(kept.contains("/var/lib/natconnd/history"), "{kept}");

        // Installed again it goes on where it was.
        machine.install(&made.deb);
        assert_eq!(machine.unit("ActiveState"), "active");
        assert_eq!(machine.read(CONFIG), kept);

        machine.apt(&["purge", "natconnd"]);
        let after = Everything::of(&machine);
        let left = after.beyond(&before);
        assert_eq!(left, [] as [&str; 0]);
        let user = machine.run(&["getent", "passwd", "natconnd"]);
        assert!(user.status.success(), "its user stays");
        Ok::<(), Error>(())
    });
}

/// "make install", and what docs/install.md says to do after it.
#[test]
fn an_installation_by_hand_runs_too() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    lab::in_gateway!(with all users, |lab| {
        lab.nft(MASQUERADE)?;
        let machine = Machine::boot(lab, &made.tree);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let binaries = Path::new(env!("CARGO_BIN_EXE_natconnd")).parent().unwrap();
        let laid = Command::new(root.join("packaging/install"))
            .env("DESTDIR", machine.path(""))
            .env("BINARIES", binaries)
            .output()
            .unwrap();
        assert!(laid.status.success(), "{laid:?}");
        for line in [
            "/usr/local/lib/natconnd/set-up",
            "systemctl daemon-reload",
            "systemctl enable --now natconnd",
            // Once more changes nothing.
            "/usr/local/lib/natconnd/set-up",
        ] {
            machine.done(&line.split(' ').collect::<Vec<_>>());
        }
        let _held = lab.host(1).send_udp(5000, lab.outside().at(9))?;
        eventually(|| {
            let asked = machine.run(&["/usr/local/bin/natconn", "lookup", "100.64.2.1:5000"]);
            let answer = String::from_utf8_lossy(&asked.stdout).into_owned();
            let is_it = answer.contains("192.168.248.2 is behind 100.64.2.1:5000");
            is_it.then_some(()).ok_or(answer)
        });
        Ok::<(), Error>(())
    });
}

/// All paths that a package may leave something at.
struct Everything(Vec<String>);

impl Everything {
    fn of(machine: &Machine) -> Self {
        let found = machine.done(&["find", "/etc", "/usr", "/var", "/run", "-xdev"]);
        Self(found.lines().map(str::to_owned).collect())
    }

    /// Those that were not there before, and are not written by others.
    fn beyond(&self, before: &Self) -> Vec<&str> {
        // systemd's, apt's and dpkg's own notes, and the lists of users.
        let others = [
            "/run/systemd",
            "/run/log",
            "/var/log",
            "/var/lib/dpkg",
            "/var/cache",
            "/var/lib/apt",
            "/etc/passwd",
            "/etc/group",
            "/etc/shadow",
            "/etc/gshadow",
            "/etc/.pwd.lock",
            "/var/lib/systemd",
            "/run/user",
            "/tmp",
            "/var/tmp",
        ];
        let new = self.0.iter().filter(|path| !before.0.contains(path));
        new.map(String::as_str)
            .filter(|path| !others.iter().any(|other| path.starts_with(other)))
            .collect()
    }
}
