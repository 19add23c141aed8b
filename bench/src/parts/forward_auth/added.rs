//! What nginx's question adds to the time of a request.
//!
//! One nginx, two ports, with the shipped files and without, beside natconnd on one
//! core. Its clients are those of the table: the PROXY protocol says so.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::halves;
use crate::arguments::Plan;
use crate::gateway::Gateway;
use crate::live::Outside;
use crate::nginx;
use crate::paced::Paced;
use crate::readers::Daemon;
use crate::report::{Bound, Report};
use crate::samples::Samples;

/// Requests a second.
const RATE: u32 = 5_000;

/// Connections that they go over.
const CONNECTIONS: usize = 64;

/// Where nginx asks, and where it does not.
const ASKING: u16 = 8082;
const PLAIN: u16 = 8083;

/// What was measured of one port, in milliseconds.
#[derive(Default)]
struct Measured {
    p50: Vec<f64>,
    p99: Vec<f64>,
    p999: Vec<f64>,
}

/// Sends both ports the same requests, in turn.
pub fn measure(
    plan: &Plan,
    gateway: &Gateway,
    daemon: Option<&Daemon>,
    clients: &[Outside],
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let what = format!("p99 that auth_request adds at {RATE} requests/s, ms");
    let Some(daemon) = daemon else {
        report.promise(&what, Bound::AtMost(0.3), Samples::default(), 3);
        return Ok(());
    };
    let mut nginx = nginx::launch(gateway, folder, &servers(folder, daemon.port())?)?;
    let openings = clients
        .iter()
        .step_by((clients.len() / CONNECTIONS).max(1))
        .take(CONNECTIONS)
        .map(opening)
        .collect::<Result<Vec<_>>>()?;
    let connect = |port, path: &str| Paced::connect(gateway.namespace(), port, &openings, path);
    nginx.wait_until(Duration::from_secs(10), |_| Ok(connect(PLAIN, "/").is_ok()))?;
    ensure_named(gateway, &openings)?;
    let mut measured = [Measured::default(), Measured::default()];
    let time = plan.round.min(Duration::from_secs(5));
    for number in 1..=plan.rounds {
        for (port, measured) in [PLAIN, ASKING].into_iter().zip(&mut measured) {
            eprintln!(
                "forward-auth, added time, round {number} of {}: port {port}",
                plan.rounds
            );
            let times = connect(port, "/")?.run(RATE, time)?;
            measured.p50.push(times.quantile(0.5));
            measured.p99.push(times.quantile(0.99));
            measured.p999.push(times.quantile(0.999));
        }
    }
    let [plain, asking] = &measured;
    let added = |asking: &[f64], plain: &[f64]| {
        let pairs = asking.iter().zip(plain);
        pairs
            .map(|(asking, plain)| asking - plain)
            .collect::<Samples>()
    };
    report.promise(&what, Bound::AtMost(0.3), added(&asking.p99, &plain.p99), 3);
    let title = format!(
        "nginx and natconnd on one core, {RATE} requests/s over {CONNECTIONS} connections, from due \
         to answered, ms"
    );
    report.figures(&title, &["nginx", "p50", "p99", "p99.9"]);
    let rows = [
        ("without auth_request", plain),
        ("with auth_request", asking),
    ];
    for (name, measured) in rows {
        let cell = |values: &[f64]| format!("{:.3}", values.iter().copied().collect::<Samples>());
        report.row(vec![
            name.to_owned(),
            cell(&measured.p50),
            cell(&measured.p99),
            cell(&measured.p999),
        ]);
    }
    report.row(vec![
        "added".to_owned(),
        format!("{:.3}", added(&asking.p50, &plain.p50)),
        format!("{:.3}", added(&asking.p99, &plain.p99)),
        format!("{:.3}", added(&asking.p999, &plain.p999)),
    ]);
    Ok(())
}

/// Makes sure that it is hits that are measured.
fn ensure_named(gateway: &Gateway, openings: &[String]) -> Result<()> {
    for opening in openings {
        let mut stream = gateway.namespace().run(|| {
            TcpStream::connect(("127.0.0.1", ASKING))
                .with_context(|| format!("connect to port {ASKING}"))
        })?;
        let request = "GET /named HTTP/1.0\r\n\r\n";
        let mut answer = Vec::new();
        stream
            .write_all(format!("{opening}{request}").as_bytes())
            .and_then(|()| stream.read_to_end(&mut answer))
            .context("ask nginx")?;
        let answer = String::from_utf8_lossy(&answer);
        ensure!(
            answer.contains("X-Named: "),
            "{opening}: no host in {answer}"
        );
    }
    Ok(())
}

/// What a TCP proxy would say of this client.
fn opening(client: &Outside) -> Result<String> {
    let (nat, nat_port) = halves(&client.nat)?;
    let (remote, remote_port) = halves(&client.remote)?;
    Ok(format!(
        "PROXY TCP4 {nat} {remote} {nat_port} {remote_port}\r\n"
    ))
}

/// Both servers. What they serve comes after the question, which `return` would not.
fn servers(folder: &Path, natconnd: u16) -> Result<String> {
    let mut included = Vec::new();
    for part in ["http", "server"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../packaging/proxies/nginx")
            .join(format!("natconnd-{part}.conf"));
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        ensure!(
            text.contains("127.0.0.1:8080") || text.contains("protocol=$server_protocol"),
            "read {}: neither natconnd's address nor the protocol is in it",
            path.display()
        );
        let text = text
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{natconnd}"))
            .replace("protocol=$server_protocol", "protocol=udp");
        let copy = folder.join(format!("natconnd-{part}.conf"));
        fs::write(&copy, text).with_context(|| format!("write {}", copy.display()))?;
        included.push(format!("include {};\n", copy.display()));
    }
    let [http, server] = &included[..] else {
        anyhow::bail!("read the shipped files: two were expected");
    };
    Ok(format!(
        "{http}
        server {{
            listen 127.0.0.1:{ASKING} proxy_protocol;
            {server}
            location / {{ empty_gif; }}
            location = /named {{
                add_header X-Named $internal_address;
                empty_gif;
            }}
        }}
        server {{
            listen 127.0.0.1:{PLAIN} proxy_protocol;
            location / {{ empty_gif; }}
        }}
        "
    ))
}
