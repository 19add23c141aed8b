//! What keeps the daemon from starting, and what it says then.

use std::net::TcpListener;
use std::process::Stdio;

use lab::Error;

use crate::daemon::{Daemon, configure, natconnd, natconnd_behind};
use crate::process::Process;

/// The lines of an error: what went wrong, and what to do about it.
fn refused(process: &mut Process) -> [String; 2] {
    assert_eq!(process.await_end().code(), Some(1), "{}", process.log());
    let log = process.log();
    let lines: Vec<_> = log
        .lines()
        .skip_while(|line| !line.starts_with("natconnd: "))
        .map(str::to_owned)
        .collect();
    lines.try_into().unwrap_or_else(|_| panic!("{log}"))
}

#[test]
fn a_port_in_use() {
    lab::in_gateway!(|lab| {
        let (address, file, _) = configure("");
        let _taken = TcpListener::bind(address).unwrap();
        let mut process = Process::start(lab, natconnd().args(["-c", &file]));
        let [error, hint] = refused(&mut process);
        assert_eq!(
            error,
            format!("natconnd: listen on {address}: Address already in use (os error 98)")
        );
        assert!(
            hint.starts_with("  hint: another program listens there"),
            "{hint}"
        );
        Ok::<(), Error>(())
    });
}

#[test]
fn an_address_of_another_machine() {
    lab::in_gateway!(|lab| {
        let mut process = Process::start(lab, natconnd().args(["-i", "192.0.2.1"]));
        let [error, hint] = refused(&mut process);
        assert!(
            error.starts_with("natconnd: listen on 192.0.2.1:8080: "),
            "{error}"
        );
        assert!(hint.contains("does not have that address"), "{hint}");
        Ok::<(), Error>(())
    });
}

/// Two daemons can share a gateway, but not a socket; one that died leaves a
/// file behind that is in nobody's way.
#[test]
fn a_unix_socket_in_use() {
    lab::in_gateway!(|lab| {
        let mut first = Daemon::start(lab, "");
        let (_, file, _) = configure("");
        let text = std::fs::read_to_string(&file).unwrap();
        let text: String = text
            .lines()
            .map(|line| match line.starts_with("unix-socket") {
                true => format!("unix-socket = \"{}\"\n", first.socket),
                false => format!("{line}\n"),
            })
            .collect();
        std::fs::write(&file, text).unwrap();
        let mut second = Process::start(lab, natconnd().args(["-c", &file]));
        assert_eq!(second.await_end().code(), Some(1));
        let log = second.log();
        assert!(log.contains("another natconnd answers there"), "{log}");
        assert_eq!(
            first.natconn(&["list"]).status.code(),
            Some(1),
            "nothing to list"
        );

        first.signal("KILL");
        first.await_end();
        let mut third = Process::start(lab, natconnd().args(["-c", &file]));
        third.await_log("ready");
        assert_eq!(
            first.natconn(&["list"]).status.code(),
            Some(1),
            "nothing to list"
        );
        assert!(third.is_running());
        Ok::<(), Error>(())
    });
}

/// Not as the unit runs it, which gives the capability.
#[test]
fn no_capability() {
    lab::in_gateway!(|lab| {
        let (_, file, _) = configure("");
        let mut command = lab::command(&[
            "setpriv",
            "--bounding-set=-net_admin",
            "--inh-caps=-net_admin",
            env!("CARGO_BIN_EXE_natconnd"),
            "--config",
            &file,
        ]);
        let mut process = Process::start(lab, &mut command);
        let [error, hint] = refused(&mut process);
        assert!(
            error.starts_with("natconnd: mirror the kernel's connections: "),
            "{error}"
        );
        assert!(
            error.ends_with("Operation not permitted (os error 1)"),
            "{error}"
        );
        assert!(hint.contains("CAP_NET_ADMIN"), "{hint}");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_descriptor_that_is_no_listening_socket() {
    lab::in_gateway!(|lab| {
        let (_, file, _) = configure("");
        let script = "exec 3</dev/null
            export LISTEN_FDS=1 LISTEN_PID=$$
            exec \"$@\"";
        let mut command = natconnd_behind(&["sh", "-c", script, "sh"]);
        command.args(["--config", &file]);
        let mut process = Process::start(lab, command.stdin(Stdio::null()));
        assert_eq!(process.await_end().code(), Some(1));
        let log = process.log();
        assert!(log.contains("natconnd: take over descriptor 3: "), "{log}");
        Ok::<(), Error>(())
    });
}
