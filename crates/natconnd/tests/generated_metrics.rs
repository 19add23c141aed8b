//! The table in docs/metrics.md is what `/metrics` says of itself.
//!
//! `BLESS=1 cargo test -p natconnd --test generated_metrics` writes it anew;
//! without it the test fails where the document differs from the code.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::{Connection, Endpoint, Event, EventKind, Protocol, TranslationKind, Tuple};
use natconnd::api::Health;
use natconnd::census::Taker;
use natconnd::http::{Allow, Counters, Limits, Listener, Server};
use natconnd::lookup::Answers;
use natconnd::metrics::Metrics;
use natconnd::mirror::Mirror;
use natconnd::recorder::Archive;
use tokio::sync::watch;

const BEGIN: &str = "<!-- metrics: begin -->\n";
const END: &str = "<!-- metrics: end -->\n";

#[test]
fn the_table_of_metrics_is_generated() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    let kept = fs::read_to_string(&path).unwrap();
    let (before, rest) = kept.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let table = table(&scraped());
    let wanted = format!("{before}{BEGIN}{table}{END}{after}");
    if std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        fs::write(&path, wanted).unwrap();
        return;
    }
    assert!(
        kept == wanted,
        "docs/metrics.md differs from /metrics\n  \
         hint: BLESS=1 cargo test -p natconnd --test generated_metrics"
    );
}

#[test]
fn rows_are_made_of_the_lines_that_describe() {
    let text = "# HELP a_waits Times\n# TYPE a_waits counter\na_waits_total{b=\"x\",c=\"y\"} 1\n\
                # HELP a_size Size\n# TYPE a_size gauge\na_size 2.0\n# EOF\n";
    let rows: Vec<String> = table(text).lines().skip(2).map(str::to_owned).collect();
    assert_eq!(
        rows,
        [
            "| `a_waits_total` | counter | `b`, `c` | Times |",
            "| `a_size` | gauge | | Size |"
        ]
    );
}

/// `/metrics` of a server that has answered one request of each kind that has
/// labels.
fn scraped() -> String {
    let mirror = Arc::new(Mirror::recorded(&[event()]));
    let census = Arc::new(Taker::new(Arc::clone(&mirror)));
    census.census().unwrap();
    let counters = Arc::new(Counters::default());
    let recorder = history::open(
        history::Settings {
            folder: std::env::temp_dir().join(format!("natconnd-metrics-{}", std::process::id())),
            ..history::Settings::default()
        },
        model::Timestamp(0),
    )
    .unwrap();
    let archive = Some(Arc::new(Archive::of(Arc::clone(recorder.history()))));
    let metrics =
        Metrics::new(Arc::clone(&mirror), Arc::clone(&counters), archive).with_census(census, 1);
    let server = Server {
        answers: Arc::new(Answers::new(mirror)),
        allow: Arc::new(Allow::default()),
        counters,
        render_metrics: Arc::new(move || metrics.render()),
        report_health: Arc::new(|| Health::of_findings(String::new(), "natconnd", Vec::new())),
        archive: None,
        pynatconnd: None,
        limits: Limits::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, is_stopping) = watch::channel(false);
    let serving = std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(server.serve(vec![Listener::Tcp(listener)], is_stopping))
            .unwrap();
    });
    let get = |path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    get("/healthz");
    let (_, text) = get("/metrics")
        .split_once("\r\n\r\n")
        .map(|(head, body)| {
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            (head.to_owned(), body.to_owned())
        })
        .unwrap();
    stop.send(true).unwrap();
    serving.join().unwrap();
    text
}

/// A connection that begins, so that there is a NAT address and a host.
fn event() -> Event {
    let endpoint = |text: &str| {
        let address: SocketAddr = text.parse().unwrap();
        Endpoint::new(address.ip(), address.port())
    };
    let tuple = |source, destination| Tuple {
        protocol: Protocol::TCP,
        source: endpoint(source),
        destination: endpoint(destination),
        icmp: None,
    };
    Event {
        kind: EventKind::New,
        connection: Connection {
            original: tuple("192.168.248.2:40123", "100.64.2.10:443"),
            reply: tuple("100.64.2.10:443", "100.64.2.1:40123"),
            status: TranslationKind::Source.status(),
            ..Connection::default()
        },
    }
}

/// One row for each metric, in the order of the text.
fn table(text: &str) -> String {
    let mut rows = String::from("| metric | type | labels | meaning |\n|---|---|---|---|\n");
    let helps = text.lines().filter_map(|line| line.strip_prefix("# HELP "));
    for (name, help) in helps.filter_map(|help| help.split_once(' ')) {
        let kind = format!("# TYPE {name} ");
        let kind = text
            .lines()
            .find_map(|line| line.strip_prefix(&kind))
            .unwrap();
        let ending = if kind == "counter" { "_total" } else { "" };
        let labels = labels(text, &format!("{name}{ending}{{"));
        rows += &format!("| `{name}{ending}` | {kind} |{labels} | {help} |\n");
    }
    rows
}

fn labels(text: &str, beginning: &str) -> String {
    let sample = text.lines().find_map(|line| line.strip_prefix(beginning));
    let pairs = sample
        .and_then(|sample| sample.split_once('}'))
        .map_or("", |(pairs, _)| pairs);
    let names: Vec<String> = pairs
        .split(',')
        .filter_map(|pair| Some(format!("`{}`", pair.split_once('=')?.0)))
        .collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" {}", names.join(", "))
    }
}
