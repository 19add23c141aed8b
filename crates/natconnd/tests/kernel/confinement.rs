//! That natconnd is confined: as its unit says, and by the Landlock rules that it gives itself.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use lab::{Error, MASQUERADE};
use natconnd::api::Severity;

use crate::agreement::agree_on_list;
use crate::confined::confined;
use crate::daemon::{Daemon, configure, natconnd, natconnd_behind};
use crate::process::{Process, eventually};

/// What the kernel says of a process, by name.
fn status(process: u32, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(found, _)| *found == name).unwrap();
    value.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn it_runs_as_its_unit_says() {
    lab::in_gateway!(|lab| {
        let mut daemon = Daemon::start(lab, "");
        let process = daemon.id();
        let user = if lab::unit::has_users() { "990" } else { "0" };
        for name in ["Uid", "Gid"] {
            assert_eq!(status(process, name), user, "{name}");
        }
        // CAP_NET_ADMIN is number 12.
        for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            assert_eq!(status(process, name), "0000000000001000", "{name}");
        }
        assert_eq!(status(process, "NoNewPrivs"), "1");
        assert_eq!(status(process, "Seccomp"), "2");
        assert_eq!(status(process, "Umask"), "0027");
        // Every thread of it.
        let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
        let mut count = 0;
        for thread in threads {
            let thread = thread.unwrap().file_name();
            assert_eq!(
                status(thread.to_str().unwrap().parse().unwrap(), "Seccomp"),
                "2"
            );
            count += 1;
        }
        assert!(count > 3, "{count} threads");
        Ok::<(), Error>(())
    });
}

/// A program of Python's, as the unit would run it.
fn python(text: &str) -> Output {
    let mut command = confined(&[], "/usr/bin/python3");
    command.args(["-c", text]).output().unwrap()
}

/// Tries something with libc, and says how it went.
const TRY: &str = "
import ctypes, errno, mmap, os, socket, time
# Behind what the test binary has said.
print()
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), '')
def attempt(work):
    try:
        work()
        print('done')
    except OSError as error:
        print(errno.errorcode[error.errno])
";

#[test]
fn what_the_unit_refuses_is_refused() {
    lab::in_gateway!(|_lab| {
        // Where the filter were not, the kernel would do it or say something else.
        let tries = [
            ("lambda: call('getpid')", "done"),
            ("lambda: socket.socket(socket.AF_INET)", "done"),
            (
                "lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
                "EAFNOSUPPORT",
            ),
            (
                "lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
                "EAFNOSUPPORT",
            ),
            ("lambda: mmap.mmap(-1, 4096, prot=3)", "done"),
            ("lambda: mmap.mmap(-1, 4096, prot=7)", "EPERM"),
            (
                "lambda: call('mount', None, b'/nowhere', b'tmpfs', 0, None)",
                "EPERM",
            ),
            ("lambda: call('ptrace', 16, 1, 0, 0)", "EPERM"),
            ("lambda: call('unshare', 0x10000000)", "EPERM"),
            ("lambda: call('unshare', 0x400)", "done"),
            ("lambda: call('setns', -1, 0)", "EPERM"),
            ("lambda: call('personality', 0xffffffff)", "done"),
            ("lambda: call('personality', 8)", "EPERM"),
            (
                "lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
                "EPERM",
            ),
            ("lambda: os.setpriority(0, 0, 5)", "EPERM"),
            ("lambda: os.chown('/nowhere', 0, 0)", "EPERM"),
            ("lambda: os.chroot('/nowhere')", "EPERM"),
            ("lambda: os.chmod('/nowhere', 0o755)", "ENOENT"),
            ("lambda: os.chmod('/nowhere', 0o4755)", "EPERM"),
            ("lambda: os.open('/nowhere/x', os.O_CREAT, 0o2755)", "EPERM"),
            ("lambda: call('sethostname', b'x', 1)", "EPERM"),
            ("lambda: time.clock_settime(0, 1)", "EPERM"),
            ("lambda: call('syscall', 321, 0, 0, 0)", "EPERM"), // bpf
            ("lambda: call('syscall', 425, 1, 0)", "EPERM"),    // io_uring_setup
            ("lambda: call('syscall', 250, 0, 0, 0)", "EPERM"), // keyctl
            ("lambda: call('syscall', 323, 0)", "EPERM"),       // userfaultfd
            ("lambda: call('syscall', 9999)", "ENOSYS"),
        ];
        // The numbers are those of one architecture.
        let is_of_here = |text: &str| cfg!(target_arch = "x86_64") || !text.contains("'syscall'");
        let tries = || tries.iter().filter(|(text, _)| is_of_here(text));
        let mut text = TRY.to_owned();
        for (attempt, _) in tries() {
            text.push_str(&format!("attempt({attempt})\n"));
        }
        let output = python(&text);
        let said = String::from_utf8_lossy(&output.stdout);
        let said = said
            .lines()
            .filter(|line| *line == "done" || line.starts_with('E'));
        let said: Vec<&str> = said.collect();
        assert_eq!(said.len(), tries().count(), "{output:?}");
        for (said, (attempt, expected)) in said.iter().zip(tries()) {
            assert_eq!(said, expected, "{attempt}");
        }
        Ok::<(), Error>(())
    });
}

/// Each would be a layer of rules more, of which the kernel takes 16.
#[test]
fn forty_hand_overs_in_a_row_and_it_is_confined_as_before() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let mut daemon = Daemon::start(lab, "");
        assert_eq!(daemon.finding("confinement").severity, Severity::Ok);
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        assert_eq!(agree_on_list(lab, &daemon).len(), 1);
        for round in 0..40 {
            let started_at = daemon.status().started_at;
            daemon.signal("USR2");
            eventually(|| match daemon.try_status() {
                Ok(status) if status.started_at != started_at && status.ready => Ok(()),
                other => Err(format!("round {round}: {other:?}")),
            });
        }
        assert_eq!(agree_on_list(lab, &daemon).len(), 1);
        assert_eq!(daemon.status().lost, 0);
        assert_eq!(daemon.finding("confinement").severity, Severity::Ok);
        let log = daemon.log();
        let count = |text: &str| log.matches(text).count();
        assert_eq!(count("handing over to a new process"), 40, "{log}");
        assert_eq!(count("took over the event socket"), 40, "{log}");
        assert_eq!(count("confined to what it needs"), 1, "{log}");
        assert_eq!(count("not confined"), 0, "{log}");
        Ok::<(), Error>(())
    });
}

/// The rules stay what they are, so a new process could not do what these files say.
#[test]
fn a_hand_over_that_would_fail_is_refused_and_this_one_goes_on() {
    lab::in_gateway!(|lab| {
        let mut daemon = Daemon::start(lab, "");
        let started_at = daemon.status().started_at;
        let text = fs::read_to_string(&daemon.file).unwrap();
        for (lines, words) in [
            ("[history]\nfolder = \"/dev/shm/history\"\n", "/dev/shm"),
            (
                "[ident]\nlisten = [\"127.0.0.1:1113\"]\nreply = \"host\"\n",
                "TCP port 1113",
            ),
            ("[history]\nfolder = 7\n", "not handed over"),
        ] {
            fs::write(&daemon.file, format!("{text}{lines}")).unwrap();
            daemon.signal("USR2");
            daemon.await_log(words);
        }
        assert!(daemon.log().contains("restart it instead"));
        assert_eq!(daemon.status().started_at, started_at);
        fs::write(&daemon.file, &text).unwrap();
        daemon.signal("USR2");
        eventually(|| match daemon.try_status() {
            Ok(status) if status.started_at != started_at => Ok(()),
            other => Err(format!("{other:?}")),
        });
        Ok::<(), Error>(())
    });
}

/// A mark that nobody gave: whoever is not confined does not believe it.
#[test]
fn a_mark_in_the_environment_frees_nobody() {
    lab::in_gateway!(|lab| {
        let (address, file, _) = configure("");
        let script = "export NATCONND_CONFINED=\"$$ 6 0.1.0\"; exec \"$@\"";
        let mut command = natconnd_behind(&["sh", "-c", script, "sh"]);
        let process = Process::start(lab, command.args(["--config", &file]));
        let daemon = Daemon::of_process(process, address);
        daemon.await_log("confined to what it needs");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_file_that_is_no_business_of_its_is_not_read() {
    lab::in_gateway!(|lab| {
        let mut daemon = Daemon::start(lab, "");
        fs::write("/dev/shm/natconnd-elsewhere.toml", "").unwrap();
        fs::remove_file(&daemon.file).unwrap();
        std::os::unix::fs::symlink("/dev/shm/natconnd-elsewhere.toml", &daemon.file).unwrap();
        daemon.signal("HUP");
        daemon.await_log("configuration not taken over");
        assert!(
            daemon.log().contains("Permission denied"),
            "{}",
            daemon.log()
        );
        fs::remove_file("/dev/shm/natconnd-elsewhere.toml").unwrap();
        Ok::<(), Error>(())
    });
}

#[test]
fn whoever_wants_no_rules_has_none() {
    lab::in_gateway!(|lab| {
        let (address, file, _) = configure("");
        let mut command = natconnd();
        command.args(["--config", &file, "--no-landlock"]);
        let process = Process::start(lab, &mut command);
        let daemon = Daemon::of_process(process, address);
        let found = daemon.finding("confinement");
        assert_eq!(found.severity, Severity::Note, "{found:?}");
        assert!(!daemon.log().contains("confined to what it needs"));
        Ok::<(), Error>(())
    });
}

/// What of all that it does is refused, and why that is all right: the system call, its error and
/// what else the line has.
const REFUSED: &[(&str, &str, &str)] = &[
    // The C library goes on with clone, whose flags a filter can read.
    ("clone3", "ENOSYS", ""),
    // Whether the rules of the process before this one hold.
    ("openat", "EACCES", "\"/\""),
    // Not natconnd, but what runs it, in folders of whoever runs the tests.
    ("execve", "EACCES", "systemd-analyze"),
    ("statx", "EACCES", "terminfo"),
    // In a user namespace the receive buffer cannot be forced.
    ("setsockopt", "EPERM", "SO_RCVBUFFORCE"),
];

/// A call that failed for want of a permission, in strace's words, that nobody expects.
fn is_unexpected(line: &str) -> bool {
    let errors = ["EPERM", "EACCES", "EAFNOSUPPORT", "ENOSYS"];
    let Some(error) = errors
        .into_iter()
        .find(|error| line.contains(&format!("= -1 {error} ")))
    else {
        return false;
    };
    let is_expected = |(call, with, detail): &(&str, &str, &str)| {
        *with == error && line.contains(&format!(" {call}(")) && line.contains(detail)
    };
    !REFUSED.iter().any(is_expected)
}

#[test]
fn nothing_that_it_does_is_refused_in_silence() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let trace = "/run/trace";
        let (address, file, socket) = configure(
            "[track]\nkeep-ended = \"0s\"\n[history]\nfolder = \"/run/history\"\n\
             [audit]\nfolder = \"/run/audit\"\n\
             [ident]\nlisten = [\"127.0.0.1:1113\"]\nkey-file = \"/run/key/ident.key\"\n",
        );
        fs::create_dir("/run/key").unwrap();
        fs::set_permissions("/run/key", Permissions::from_mode(0o777)).unwrap();
        let mut command = natconnd_behind(&[
            "strace",
            "-f",
            "-qq",
            "-Z",
            "-e",
            "signal=none",
            "-o",
            trace,
        ]);
        command.args(["--config", &file]);
        let mut daemon = Daemon::of_process(Process::start(lab, &mut command), address);
        daemon.socket = socket;
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        agree_on_list(lab, &daemon);
        lab.conntrack(&["-D", "-p", "udp"])?;
        agree_on_list(lab, &daemon);
        let natconnd = child_of(daemon.id());
        for round in 0..2 {
            ask_for_everything(&daemon);
            let started_at = daemon.status().started_at;
            for signal in ["-HUP", "-USR2"] {
                lab.gateway().run(&["kill", signal, &natconnd])?;
            }
            eventually(|| match daemon.try_status() {
                Ok(status) if status.started_at != started_at && status.ready => Ok(()),
                other => Err(format!("round {round}: {other:?}")),
            });
        }
        ask_for_everything(&daemon);
        lab.gateway().run(&["kill", &natconnd])?;
        daemon.await_end();
        let trace = fs::read_to_string(trace).unwrap();
        let unexpected: Vec<&str> = trace.lines().filter(|line| is_unexpected(line)).collect();
        assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
        // It would be seen.
        assert!(trace.contains(" = -1 ENOSYS "), "{trace}");
        Ok::<(), Error>(())
    });
}

/// The one process that another one has started.
fn child_of(process: u32) -> String {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap();
    let mut children = children.split_whitespace();
    let child = children.next().unwrap().to_owned();
    assert_eq!(children.next(), None);
    child
}

fn ask_for_everything(daemon: &Daemon) {
    let targets = [
        "/",
        "/live",
        "/health",
        "/docs",
        "/metrics",
        "/openapi.json",
        "/api/v1/status",
        "/api/v1/health",
        "/api/v1/connections",
        "/api/v1/usage",
        "/api/v1/history",
        "/api/v1/history/gaps",
        "/api/v1/records?format=ndjson",
        "/api/v1/lookup?nat=100.64.2.1:5000&at=1700000000&tolerance=1h",
    ];
    for target in targets {
        let reply = daemon.get(target);
        assert!(reply.status < 400, "{target}: {reply:?}");
    }
    // No text.
    let url = format!("http://{}/api/v1/records?format=parquet", daemon.address);
    let export = lab::command(&["curl", "-sf", "-o", "/dev/null", &url]).status();
    assert!(export.unwrap().success(), "{url}");
    for arguments in [
        &["doctor"][..],
        &["list"],
        &["history", "status"],
        &["history", "verify"],
    ] {
        let asked = daemon.natconn(arguments);
        assert_ne!(asked.status.code(), Some(2), "{arguments:?}: {asked:?}");
    }
}
