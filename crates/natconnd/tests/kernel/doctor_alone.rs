//! The command looks by itself, because natconnd did not start: for want of a
//! privilege, of the kernel's side, or because nobody started it.

use std::process::{Command, Output};

use lab::Error;
use natconnd::api::{Health, Severity};

use crate::daemon::{configure, natconnd};
use crate::doctor::of_check;
use crate::process::Process;

/// Without CAP_NET_ADMIN.
const POWERLESS: [&str; 3] = [
    "setpriv",
    "--bounding-set=-net_admin",
    "--inh-caps=-net_admin",
];

/// Under a kernel without netlink for netfilter, but for the first sockets that
/// the program opens, which are of other kinds.
fn without_netfilter(first_sockets: usize) -> [String; 6] {
    let from = first_sockets + 1;
    let inject = format!("--inject=socket:error=EPROTONOSUPPORT:when={from}+");
    ["strace", "-f", "-qq", "--trace=socket", &inject, "--"].map(str::to_owned)
}

/// Under a kernel whose netlink nobody has registered conntrack with. It answers
/// with this error, as a test of `ctnetlink` has the real kernel do; here it comes
/// a moment earlier.
const WITHOUT_CONNTRACK: [&str; 6] = [
    "strace",
    "-f",
    "-qq",
    "--trace=sendto",
    "--inject=sendto:error=EINVAL",
    "--",
];

fn doctor<S: AsRef<str>>(before: &[S], more: &[&str]) -> Output {
    let mut line: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
    line.extend([env!("CARGO_BIN_EXE_natconn"), "doctor", "--json"]);
    line.extend(more);
    lab::command(&line).output().unwrap()
}

/// What it found, though natconnd could not be asked.
fn found(output: &Output) -> Health {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let health: Health = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(health.checked_by, "natconn");
    assert_eq!(of_check("daemon", &health).severity, Severity::Failure);
    health
}

/// What natconnd says as it gives up: the error, and what to do about it.
fn refused<S: AsRef<str>>(lab: &lab::Lab, before: &[S]) -> [String; 2] {
    let (_, file, _) = configure("");
    let mut line: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
    line.extend([env!("CARGO_BIN_EXE_natconnd"), "--config", &file]);
    let mut command: Command = lab::command(&line);
    for name in ["NOTIFY_SOCKET", "LISTEN_FDS"] {
        command.env_remove(name);
    }
    let mut process = Process::start(lab, &mut command);
    assert_eq!(process.await_end().code(), Some(1), "{}", process.log());
    let log = process.log();
    let lines: Vec<_> = log
        .lines()
        .skip_while(|line| !line.starts_with("natconnd: "))
        .take(2)
        .map(str::to_owned)
        .collect();
    lines.try_into().unwrap_or_else(|_| panic!("{log}"))
}

#[test]
fn nobody_has_started_it() {
    lab::in_gateway!(|lab| {
        lab.sysctl("net.netfilter.nf_conntrack_events", "0")?;
        let health = found(&doctor::<&str>(&[], &[]));
        let daemon = of_check("daemon", &health);
        assert!(daemon.finding.contains("no such file"), "{daemon:?}");
        assert_eq!(
            daemon.command.as_deref(),
            Some("sudo systemctl start natconnd")
        );
        let events = of_check("events-setting", &health);
        assert_eq!(events.severity, Severity::Failure, "{events:?}");
        assert_eq!(of_check("netlink", &health).severity, Severity::Ok);
        assert_eq!(of_check("configuration", &health).severity, Severity::Ok);
        // It is the gateway's settings that it looks at.
        lab.sysctl("net.netfilter.nf_conntrack_events", "1")?;
        let health = found(&doctor::<&str>(&[], &[]));
        assert_eq!(of_check("events-setting", &health).severity, Severity::Ok);
        Ok::<(), Error>(())
    });
}

#[test]
fn the_privilege_is_missing() {
    lab::in_gateway!(|lab| {
        let [error, hint] = refused(lab, &POWERLESS);
        assert_eq!(
            error,
            "natconnd: mirror the kernel's connections: subscribe to conntrack events: \
             Operation not permitted (os error 1)"
        );
        assert!(
            hint.starts_with("  hint: it needs CAP_NET_ADMIN: run it as root"),
            "{hint}"
        );

        let health = found(&doctor(&POWERLESS, &[]));
        let privileges = of_check("privileges", &health);
        assert_eq!(privileges.severity, Severity::Note);
        assert!(
            privileges.finding.contains("this command lacks"),
            "{privileges:?}"
        );
        let netlink = of_check("netlink", &health);
        assert_eq!(netlink.severity, Severity::Note, "{netlink:?}");
        assert_eq!(netlink.command.as_deref(), Some("sudo natconn doctor"));
        // What can be read without is read.
        assert_eq!(of_check("events-setting", &health).severity, Severity::Ok);
        Ok::<(), Error>(())
    });
}

const NO_NETLINK: &str = "the kernel has no conntrack netlink";
const MODPROBE: &str = "sudo modprobe nf_conntrack_netlink";

#[track_caller]
fn assert_netlink_is_missing(health: &Health) {
    let netlink = of_check("netlink", health);
    assert_eq!(netlink.severity, Severity::Failure, "{netlink:?}");
    assert!(netlink.finding.starts_with(NO_NETLINK), "{netlink:?}");
    assert_eq!(netlink.command.as_deref(), Some(MODPROBE));
    // Nothing is wrong with the privileges.
    assert_eq!(of_check("privileges", health).severity, Severity::Ok);
}

#[test]
fn the_kernel_has_no_netlink_for_netfilter() {
    lab::in_gateway!(|lab| {
        // The listeners come first: one for TCP, one unix socket.
        let [error, hint] = refused(lab, &without_netfilter(2));
        assert_eq!(
            error,
            "natconnd: mirror the kernel's connections: get a connection: Protocol not \
             supported (os error 93)"
        );
        assert!(hint.ends_with("modprobe nf_conntrack_netlink"), "{hint}");
        assert!(!hint.contains("CAP_NET_ADMIN"), "{hint}");
        // The way to natconnd comes first.
        let health = found(&doctor(&without_netfilter(1), &[]));
        assert_netlink_is_missing(&health);
        Ok::<(), Error>(())
    });
}

#[test]
fn the_kernel_has_no_netlink_for_conntrack() {
    lab::in_gateway!(|lab| {
        let [error, hint] = refused(lab, &WITHOUT_CONNTRACK);
        assert_eq!(
            error,
            "natconnd: mirror the kernel's connections: get a connection: Invalid argument \
             (os error 22)"
        );
        assert!(hint.ends_with("modprobe nf_conntrack_netlink"), "{hint}");
        let health = found(&doctor(&WITHOUT_CONNTRACK, &[]));
        assert_netlink_is_missing(&health);
        Ok::<(), Error>(())
    });
}

#[test]
fn the_configuration_has_a_mistake() {
    lab::in_gateway!(|lab| {
        // A folder of this test's own in the place of the machine's.
        let folder = "/run/etc-natconnd";
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(
            format!("{folder}/natconnd.toml"),
            "[track]\nkeep-ended = 5\n",
        )
        .unwrap();
        let script = "mount -t tmpfs tmpfs /etc && mkdir /etc/natconnd && \
                      mount --bind \"$0\" /etc/natconnd && exec \"$1\" doctor --json";
        let natconn = env!("CARGO_BIN_EXE_natconn");
        let line = ["unshare", "--mount", "sh", "-c", script, folder, natconn];
        let output = lab
            .gateway()
            .enter(|| lab::command(&line).output().unwrap())?;
        let health = found(&output);
        let configuration = of_check("configuration", &health);
        assert_eq!(
            configuration.severity,
            Severity::Failure,
            "{configuration:?}"
        );
        let named = "/etc/natconnd/natconnd.toml:2: track.keep-ended";
        assert!(configuration.finding.contains(named), "{configuration:?}");
        Ok::<(), Error>(())
    });
}

/// The daemon is there, but the way to it is not open to everybody.
#[test]
fn the_socket_is_closed_to_this_user() {
    lab::in_gateway!(|lab| {
        let (_, file, socket) = configure("");
        let daemon = Process::start(lab, natconnd().args(["--config", &file]));
        daemon.await_log("ready");
        std::fs::set_permissions(
            std::path::Path::new(&socket).parent().unwrap(),
            std::os::unix::fs::PermissionsExt::from_mode(0o700),
        )
        .unwrap();
        // Root without its power over files, as somebody else's files see it.
        let line = [
            "setpriv",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "sh",
            "-c",
            "chmod 000 \"$0\"; exec \"$1\" doctor --json --socket \"$2\"",
            std::path::Path::new(&socket)
                .parent()
                .unwrap()
                .to_str()
                .unwrap(),
            env!("CARGO_BIN_EXE_natconn"),
            &socket,
        ];
        let output = lab
            .gateway()
            .enter(|| lab::command(&line).output().unwrap())?;
        let health = found(&output);
        let daemon = of_check("daemon", &health);
        assert!(daemon.finding.ends_with("permission denied"), "{daemon:?}");
        assert_eq!(daemon.command.as_deref(), Some("sudo natconn doctor"));
        Ok::<(), Error>(())
    });
}
