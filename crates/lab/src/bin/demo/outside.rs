//! The process that the user started: it has the network that the browser
//! has, so it holds the listening socket and asks the questions.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::signal::unix::{SignalKind, signal};

use crate::fault::Fault;
use crate::folder::{self, Folder};
use crate::trace::{self, Question};
use crate::{inside, programs};

/// What the demo waits for.
enum Occurrence {
    /// The gateway wrote a line.
    Line(String),
    /// The gateway ended.
    Ended,
    /// The user wants to stop.
    Stop,
}

/// Runs the demo until it is stopped, or with `once` until the answer has been
/// checked.
pub fn run(port: u16, once: bool) -> Result<(), Fault> {
    programs::require_system()?;
    let natconn = programs::beside_this("natconn")?;
    programs::beside_this("natconnd")?;
    let listener = listen(port)?;
    let port = listener
        .local_addr()
        .map_err(|cause| Fault::system("look at the listening socket", cause))?
        .port();

    let (sender, occurrences) = channel();
    watch_signals(sender.clone());
    // Dropped last: the gateway's processes write into it.
    let folder = Folder::create()?;
    let mut gateway = Gateway::start(listener, folder.path(), port)?;
    gateway.watch(sender);
    gateway.write_entrance(folder.path())?;

    let Some(host) = wait_until_ready(&occurrences)? else {
        return Ok(());
    };
    let question = Question {
        folder: folder.path(),
        port,
        natconn: &natconn,
        host,
    };
    trace::show(&question)?;
    if once {
        return Ok(());
    }
    trace::show_what_to_try(&question);
    wait_until_stopped(&occurrences)
}

fn listen(port: u16) -> Result<TcpListener, Fault> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|cause| {
        let is_taken = cause.kind() == ErrorKind::AddrInUse;
        let fault = Fault::system(format!("listen on 127.0.0.1:{port}"), cause);
        if is_taken {
            fault.hint("another program has this port; \"NATCONND_DEMO_PORT=8090 make demo\" takes another one")
        } else {
            fault
        }
    })
}

/// Waits for the address of the host whose request is to be traced; none when
/// the user stops the demo before.
fn wait_until_ready(occurrences: &Receiver<Occurrence>) -> Result<Option<IpAddr>, Fault> {
    loop {
        match occurrences.recv() {
            Ok(Occurrence::Line(line)) => match line.strip_prefix(inside::READY) {
                Some(host) => {
                    let host = host
                        .parse()
                        .map_err(|cause| Fault::new(format!("read host {host:?}: {cause}")))?;
                    return Ok(Some(host));
                }
                None => println!("{line}"),
            },
            Ok(Occurrence::Stop) => return Ok(None),
            Ok(Occurrence::Ended) | Err(_) => return Err(ended()),
        }
    }
}

fn wait_until_stopped(occurrences: &Receiver<Occurrence>) -> Result<(), Fault> {
    loop {
        match occurrences.recv() {
            Ok(Occurrence::Line(line)) => println!("{line}"),
            Ok(Occurrence::Stop) => {
                println!("\nstopped; the gateway and everything on it are gone");
                return Ok(());
            }
            Ok(Occurrence::Ended) | Err(_) => return Err(ended()),
        }
    }
}

/// The gateway has said itself why, on standard error.
fn ended() -> Fault {
    Fault::new("run the gateway: it ended, see above")
}

/// The first process of the gateway's namespaces; dropped, it is killed with
/// everything in them.
struct Gateway {
    child: Child,
}

impl Gateway {
    fn start(listener: TcpListener, folder: &Path, port: u16) -> Result<Self, Fault> {
        let this = std::env::current_exe()
            .map_err(|cause| Fault::system("look for this program", cause))?;
        let child = lab::namespaces::fresh()?
            .arg(this)
            .arg("--inside")
            .arg(folder)
            .args(["--port", &port.to_string()])
            // Standard input goes through all programs to natconnd without
            // anything done about close-on-exec.
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .stdout(Stdio::piped())
            // Ctrl-C is for this process alone; it then ends the others.
            .process_group(0)
            .spawn()
            .map_err(|cause| Fault::system("start the gateway", cause))?;
        Ok(Self { child })
    }

    /// Reports what the gateway writes, and its end.
    fn watch(&mut self, sender: Sender<Occurrence>) {
        let Some(output) = self.child.stdout.take() else {
            return;
        };
        thread::spawn(move || report_lines(output, &sender));
    }

    /// Writes a script that runs a command on the gateway: `sh gateway CMD`.
    fn write_entrance(&self, folder: &Path) -> Result<(), Fault> {
        // The child is unshare; its only child is the gateway.
        let id = self.child.id();
        let children = format!("/proc/{id}/task/{id}/children");
        let mut gateway = String::new();
        for _ in 0..100 {
            gateway = std::fs::read_to_string(&children).unwrap_or_default();
            if !gateway.trim().is_empty() {
                break;
            }
            thread::sleep(std::time::Duration::from_millis(10));
        }
        let script = format!(
            "# Runs a command on the demo's gateway: sh gateway conntrack -L\n\
             PATH=$PATH:/usr/sbin:/sbin\n\
             exec nsenter --target {} --user --preserve-credentials --mount --net --pid -- \"$@\"\n",
            gateway.trim()
        );
        folder::write(&folder.join("gateway"), &script)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Both report only that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn report_lines(output: ChildStdout, sender: &Sender<Occurrence>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if sender.send(Occurrence::Line(line)).is_err() {
            return;
        }
    }
    // Nobody listens any more when the demo is ending anyway.
    let _ = sender.send(Occurrence::Ended);
}

/// Reports Ctrl-C, SIGTERM and the end of the terminal.
fn watch_signals(sender: Sender<Occurrence>) {
    thread::spawn(move || {
        let watched = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .and_then(|runtime| runtime.block_on(next_signal()));
        if let Err(cause) = watched {
            eprintln!("demo: watch for signals: {cause}");
        }
        let _ = sender.send(Occurrence::Stop);
    });
}

async fn next_signal() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}
