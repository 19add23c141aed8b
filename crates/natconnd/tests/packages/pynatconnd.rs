//! Taking the place of pynatconnd, which was installed as a package with its file.

use std::fs;
use std::path::PathBuf;

use lab::{Error, MASQUERADE};

use crate::machine::Machine;
use crate::made::Made;
use crate::process::eventually;

const CONFIG: &str = "/etc/natconnd/natconnd.toml";
const THEIRS: &str = "/etc/pynatconnd.conf";

/// What it was configured to: whoever asks for a NAT port of one service.
const SETTINGS: &str = "[filter]\ndst_port = 80\n[data]\nkey_name = nat_port\n\
    [http_server]\nhost = 127.0.0.1\nport = 8085\nip_acl = 127.0.0.1\n";

/// A package of pynatconnd's name, with nothing but a configuration file.
fn theirs(settings: &str) -> PathBuf {
    let root = PathBuf::from("/run/pynatconnd");
    fs::create_dir_all(root.join("DEBIAN")).unwrap();
    fs::create_dir_all(root.join("etc")).unwrap();
    let control = "Package: pynatconnd\nVersion: 1.0\nArchitecture: all\n\
        Maintainer: nobody <nobody@localhost>\nDescription: stands for it\n";
    fs::write(root.join("DEBIAN/control"), control).unwrap();
    fs::write(root.join("DEBIAN/conffiles"), format!("{THEIRS}\n")).unwrap();
    fs::write(root.join(&THEIRS[1..]), settings).unwrap();
    let package = PathBuf::from("/run/pynatconnd.deb");
    let mut build = lab::command(&["dpkg-deb", "--root-owner-group", "--build"]);
    let built = build.arg(&root).arg(&package).output().unwrap();
    assert!(built.status.success(), "{built:?}");
    package
}

#[test]
fn pynatconnd_goes_and_its_settings_stay() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    lab::in_gateway!(with all users, |lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(80)?;
        let machine = Machine::boot(lab, &made.tree);
        machine.install(&theirs(SETTINGS));
        let told = machine.install(&made.deb);
        assert!(told.contains(&format!("{CONFIG} does the same as {THEIRS}")), "{told}");
        let is_installed = machine.run(&["dpkg-query", "-W", "-f", "${Status}", "pynatconnd"]);
        let status = String::from_utf8(is_installed.stdout).unwrap();
        assert_eq!(status, "deinstall ok config-files");

        // What is left of it takes its file along, and nothing of natconnd's.
        machine.apt(&["purge", "pynatconnd"]);
        assert!(!machine.has(THEIRS));
        machine.done(&["systemctl", "restart", "natconnd"]);
        let _held = lab.host(1).connect_tcp(5000, lab.outside().at(80))?;
        eventually(|| {
            let asked = lab.gateway().run(&["curl", "-s", "http://127.0.0.1:8085/nat_port/5000"]);
            let answer = asked.map_err(|error| format!("{error:?}"))?;
            let is_it = answer.contains("\"src_ip\": \"192.168.248.2\"");
            is_it.then_some(()).ok_or(answer)
        });
        Ok::<(), Error>(())
    });
}

#[test]
fn a_file_that_cannot_be_read_is_left_to_its_operator() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    lab::in_gateway!(with all users, |lab| {
        let machine = Machine::boot(lab, &made.tree);
        let settings = SETTINGS.replace("8085", "many");
        machine.write(THEIRS, &settings);
        let told = machine.install(&made.deb);
        assert!(told.contains("could not be translated"), "{told}");
        assert!(told.contains("many"), "which mistake it is: {told}");
        assert_eq!(machine.read(THEIRS), settings);
        assert!(!machine.has(CONFIG));
        // Once it is mended it counts.
        machine.write(THEIRS, SETTINGS);
        machine.done(&["systemctl", "restart", "natconnd"]);
        let log = machine.journal();
        assert!(log.contains("127.0.0.1:8085"), "{log}");
        Ok::<(), Error>(())
    });
}
