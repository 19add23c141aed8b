//! As systemd runs it: sockets handed over, and signs of life wanted.

use std::fs::{self, Permissions};
use std::io::IoSliceMut;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use lab::{Error, MASQUERADE};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

use crate::agreement::{agree, agree_on_list};
use crate::daemon::{Daemon, configure, natconnd, natconnd_behind};
use crate::process::Process;

/// `sd_listen_fds(3)`: the sockets are descriptors from 3 on, and the process is
/// told its own id. Standard input and output are what goes through a shell.
const HAND_OVER: &str = "exec 3<&0 4<&1 </dev/null >/dev/null
export LISTEN_FDS=2 LISTEN_PID=$$
exec \"$@\"";

#[test]
fn listening_sockets_are_taken_over() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let (address, file, socket) = configure("");
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken_over = tcp.local_addr().unwrap();
        let path = "/run/handed-over.sock";
        let unix = UnixListener::bind(path).unwrap();
        let mut command = natconnd_behind(&["sh", "-c", HAND_OVER, "sh"]);
        command
            .args(["--config", &file])
            .stdin(Stdio::from(OwnedFd::from(tcp)))
            .stdout(Stdio::from(OwnedFd::from(unix)));
        let process = Process::start(lab, &mut command);
        drop(command);
        let mut daemon = Daemon::of_process(process, taken_over);
        daemon.socket = path.to_owned();

        lab.outside().serve_udp(53)?;
        lab.host(1).exchange_udp(5000, lab.outside().at(53))?;
        agree(lab, &daemon, 1);
        let asked = daemon.natconn(&["lookup", "100.64.2.1:5000"]);
        assert_eq!(asked.status.code(), Some(0), "{asked:?}");
        let addresses = format!("listening tcp={taken_over} unix={path}");
        daemon.await_log(&addresses);
        // They stand in place of the configuration's.
        assert!(std::net::TcpStream::connect(address).is_err());
        assert!(!Path::new(&socket).exists());
        daemon.signal("TERM");
        assert_eq!(daemon.await_end().code(), Some(0));
        // It is the supervisor's, who may hand it over again.
        assert!(Path::new(path).exists());
        Ok::<(), Error>(())
    });
}

/// Where the supervisor is told, by whoever wants to; as systemd's.
pub fn supervisor(path: &str) -> UnixDatagram {
    let supervisor = UnixDatagram::bind(path).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
    supervisor
}

/// The next message to the supervisor.
fn next(supervisor: &UnixDatagram) -> String {
    let mut message = [0; 512];
    let length = supervisor.recv(&mut message).expect("a message");
    String::from_utf8(message[..length].to_vec()).unwrap()
}

#[test]
fn the_supervisor_is_told() {
    lab::in_gateway!(|lab| {
        let supervisor = supervisor("/run/notify.sock");
        supervisor
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let (address, file, _) = configure("");
        let mut command = natconnd();
        command
            .args(["--config", &file])
            .env("NOTIFY_SOCKET", "/run/notify.sock")
            .env("WATCHDOG_USEC", "300000");
        let process = Process::start(lab, &mut command);
        // Whatever is in the store makes place for what this one has.
        let (table, socket) = ("FDNAME=natconnd-table", "FDNAME=natconnd-events");
        for message in [
            format!("FDSTOREREMOVE=1\n{table}"),
            format!("FDSTOREREMOVE=1\n{socket}"),
            format!("FDSTORE=1\n{socket}"),
        ] {
            assert_eq!(next(&supervisor).trim(), message);
        }
        assert_eq!(next(&supervisor).trim(), "READY=1");
        let mut daemon = Daemon::of_process(process, address);
        assert!(daemon.status().ready);

        let began = Instant::now();
        for _ in 0..3 {
            assert_eq!(next(&supervisor).trim(), "WATCHDOG=1");
        }
        let took = began.elapsed();
        assert!(
            took < Duration::from_millis(900),
            "three pings took {took:?}"
        );

        daemon.signal("HUP");
        let mut told = Vec::new();
        while told.len() < 2 {
            let message = next(&supervisor);
            if message.trim() != "WATCHDOG=1" {
                told.push(message);
            }
        }
        assert!(
            told[0].starts_with("RELOADING=1\nMONOTONIC_USEC="),
            "{told:?}"
        );
        assert_eq!(told[1].trim(), "READY=1");

        daemon.signal("TERM");
        assert_eq!(daemon.await_end().code(), Some(0));
        let mut message = next(&supervisor);
        while message.trim() == "WATCHDOG=1" {
            message = next(&supervisor);
        }
        assert_eq!(message.trim(), "STOPPING=1");
        assert_eq!(next(&supervisor).trim(), format!("FDSTORE=1\n{table}"));
        Ok::<(), Error>(())
    });
}

/// A message and the descriptors that came with it.
fn next_with_descriptors(supervisor: &UnixDatagram) -> (String, Vec<OwnedFd>) {
    let mut message = [0; 512];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(
        supervisor,
        &mut [IoSliceMut::new(&mut message)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    );
    let length = received.expect("a message").bytes;
    let descriptors = ancillary.drain().flat_map(|part| match part {
        RecvAncillaryMessage::ScmRights(descriptors) => descriptors.collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    let descriptors = descriptors.collect();
    let text = String::from_utf8(message[..length].to_vec()).unwrap();
    (text, descriptors)
}

/// What the daemon gives into the store until it says or does something.
fn stored(supervisor: &UnixDatagram, name: &str) -> OwnedFd {
    loop {
        let (message, mut descriptors) = next_with_descriptors(supervisor);
        if message.trim() == format!("FDSTORE=1\nFDNAME={name}") {
            return descriptors.pop().expect("a descriptor");
        }
    }
}

/// The test is the supervisor here, and keeps what systemd would keep.
#[test]
fn a_restart_by_the_supervisor_loses_nothing() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let supervisor = supervisor("/run/notify.sock");
        supervisor
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let (address, file, _) = configure("[track]\nkeep-ended = \"1h\"\n");
        let mut command = natconnd();
        command
            .args(["--config", &file])
            .env("NOTIFY_SOCKET", "/run/notify.sock");
        let process = Process::start(lab, &mut command);
        let socket = stored(&supervisor, "natconnd-events");
        let mut daemon = Daemon::of_process(process, address);
        for port in [5000, 5001, 5002] {
            lab.host(1).send_udp(port, lab.outside().at(9))?;
        }
        lab.conntrack(&["-D", "-p", "udp", "--sport", "5000"])?;
        assert_eq!(agree_on_list(lab, &daemon).len(), 2);
        let before = daemon.lookup("nat=100.64.2.1:5000");
        assert!(before.matches[0].ended_at.is_some(), "{before:?}");
        let gaps = daemon.status().coverage.gaps;
        let [stopped] = gaps.as_slice() else {
            panic!("{gaps:?}");
        };
        assert_eq!(stopped.cause, "stopped");

        daemon.signal("TERM");
        assert_eq!(daemon.await_end().code(), Some(0));
        let table = stored(&supervisor, "natconnd-table");
        // While nobody runs.
        lab.conntrack(&["-D", "-p", "udp", "--sport", "5001"])?;
        lab.host(1).send_udp(5003, lab.outside().at(9))?;

        let mut command = natconnd_behind(&["sh", "-c", HAND_OVER, "sh"]);
        command
            .args(["--config", &file])
            .stdin(socket)
            .stdout(table);
        let daemon = Daemon::of_process(Process::start(lab, &mut command), address);
        daemon.await_log("took over the table");
        assert_eq!(agree_on_list(lab, &daemon).len(), 2);
        // To the microsecond, though the kernel keeps no times here.
        assert_eq!(daemon.lookup("nat=100.64.2.1:5000"), before);
        let meanwhile = daemon.lookup("nat=100.64.2.1:5001");
        assert!(meanwhile.matches[0].ended_at.is_some(), "{meanwhile:?}");
        assert_eq!(daemon.status().coverage.gaps, gaps);
        Ok::<(), Error>(())
    });
}
