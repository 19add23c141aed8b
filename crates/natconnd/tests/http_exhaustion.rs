//! A process without free file descriptors goes on serving.
//!
//! Alone in its binary because the limit concerns the whole process.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on shall say where"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use natconnd::api::Health;
use natconnd::http::{Counters, Limits, Listener, Server};
use natconnd::lookup::Answers;

fn limit_descriptors(limit: usize) {
    let pid = std::process::id().to_string();
    let limit = format!("--nofile={limit}:");
    let status = Command::new("prlimit")
        .args(["--pid", &pid, &limit])
        .status()
        .unwrap();
    assert!(status.success());
}

fn health(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = "GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn a_listener_survives_the_want_of_descriptors() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let counters: Arc<Counters> = Arc::default();
    let server = Server {
        answers: Arc::new(Answers::of_matches(vec![])),
        access: Arc::default(),
        trail: None,
        counters: Arc::clone(&counters),
        render_metrics: Arc::new(String::new),
        report_health: Arc::new(|| Health::of_findings(String::new(), "natconnd", Vec::new())),
        archive: None,
        samples: Arc::default(),
        gateway: "gw1".to_owned(),
        pynatconnd: None,
        limits: Limits::default(),
    };
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(server.serve(vec![Listener::tcp(listener)], stopped))
    });
    assert!(health(address).ends_with("ok\n"));

    // An odd number of free ones: client and server share the process, so
    // the last one goes to a client whose connection cannot be accepted. The
    // directory that is read is open itself while it is counted.
    let open = std::fs::read_dir("/proc/self/fd").unwrap().count() - 1;
    limit_descriptors(open + 3);
    let mut clients = Vec::new();
    while let Ok(client) = TcpStream::connect(address) {
        clients.push(client);
        std::thread::sleep(Duration::from_millis(20));
    }
    let until = Instant::now() + Duration::from_secs(5);
    while counters.accept_errors.load(Ordering::Relaxed) == 0 {
        assert!(Instant::now() < until, "accept never failed");
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(clients);
    limit_descriptors(open + 100);
    assert!(health(address).ends_with("ok\n"));
}
