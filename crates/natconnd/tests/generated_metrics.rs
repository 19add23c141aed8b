//! The tables in docs/metrics.md are made of the definitions of the metrics, and
//! `/metrics` has what is defined and nothing else.
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
use natconnd::access::Access;
use natconnd::api::Health;
use natconnd::census::Taker;
use natconnd::config::OnFailure;
use natconnd::doctor::Doctor;
use natconnd::http::{Counters, Limits, Listener, Server};
use natconnd::lookup::Answers;
use natconnd::metrics::{Definition, Kind, Metrics, Values, groups, reference};
use natconnd::mirror::Mirror;
use natconnd::recorder::Archive;
use natconnd::trail::Trail;
use tokio::sync::watch;

const BEGIN: &str = "<!-- metrics: begin -->\n";
const END: &str = "<!-- metrics: end -->\n";

#[test]
fn the_tables_of_metrics_are_generated() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    let kept = fs::read_to_string(&path).unwrap();
    let (before, rest) = kept.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{}{END}{after}", reference());
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
fn a_scrape_has_what_is_defined_within_its_bounds() {
    let text = scraped();
    let all: Vec<Definition> = groups().into_iter().flat_map(|it| it.definitions).collect();
    let described: Vec<String> = lines(&text, "# TYPE ");
    let defined: Vec<String> = all
        .iter()
        .map(|it| format!("{} {}", family(it), it.kind.name()))
        .collect();
    assert_eq!(described, defined);
    let helps: Vec<String> = all
        .iter()
        .map(|it| format!("{} {}", family(it), it.meaning))
        .collect();
    assert_eq!(lines(&text, "# HELP "), helps);
    let mut series = vec![0; all.len()];
    for sample in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, labels) = read(sample);
        let position = all.iter().position(|it| {
            let ending = name.strip_prefix(&it.name.to_string());
            match it.kind {
                Kind::Histogram { .. } => ending.is_some_and(is_of_histogram),
                _ => ending == Some(""),
            }
        });
        let at = position.unwrap_or_else(|| panic!("{sample} is not defined"));
        series[at] += 1;
        let definition = &all[at];
        let names = definition.labels.iter().map(|label| label.name);
        let found: Vec<&str> = labels.iter().map(|(name, _)| &**name).collect();
        let bound = name.ends_with("_bucket").then_some("le");
        // The bound of a bucket stands first.
        assert_eq!(found, Vec::from_iter(bound.into_iter().chain(names)));
        for (label, value) in labels {
            let known = definition.labels.iter().find(|known| known.name == label);
            let words = known.and_then(|known| known.values.words());
            assert!(
                words.is_none_or(|words| words.contains(&&*value)),
                "{sample}: {value} is not in docs/metrics.md"
            );
        }
    }
    for (definition, series) in all.iter().zip(series) {
        let Definition { name, labels, .. } = definition;
        let most = definition.series();
        let is_bounded = definition.is_of_processors() || series <= most;
        assert!(is_bounded, "{name}: {series} > {most}");
        let is_found = labels.iter().any(|label| label.values == Values::Found);
        assert_eq!(is_found, definition.is_bounded_apart(), "{name}");
    }
}

/// The name under which OpenMetrics describes a metric.
fn family(definition: &Definition) -> String {
    let name = definition.name.to_string();
    let ending = match definition.kind {
        Kind::Counter => "_total",
        Kind::Info => "_info",
        Kind::Gauge | Kind::Histogram { .. } => "",
    };
    name.strip_suffix(ending).unwrap().to_owned()
}

fn is_of_histogram(ending: &str) -> bool {
    ["_bucket", "_sum", "_count"].contains(&ending)
}

fn lines(text: &str, beginning: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(beginning));
    lines.map(str::to_owned).collect()
}

/// A sample's name and labels. No value of natconnd's has a comma or a quote in it.
fn read(sample: &str) -> (&str, Vec<(String, String)>) {
    let (series, _) = sample.rsplit_once(' ').unwrap();
    let Some((name, labels)) = series.split_once('{') else {
        return (series, Vec::new());
    };
    let pairs = labels.strip_suffix('}').unwrap().split(',');
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.trim_matches('"').to_owned())
    });
    (name, pairs.collect())
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
    let doctor = Doctor::new(Arc::clone(&mirror), archive.clone(), Vec::new(), Vec::new());
    let metrics = Metrics::default()
        .with_kernel()
        .with_mirror(Arc::clone(&mirror))
        .with_http(Arc::clone(&mirror), Arc::clone(&counters))
        .with_tls(vec![("office".into(), Arc::new(tls()))])
        .with_history(archive)
        .with_census(census, 1)
        .with_health(move || doctor.health())
        .with_trail(Arc::new(trail()))
        .with_ident(Arc::default());
    let server = Server {
        answers: Arc::new(Answers::new(mirror)),
        access: Arc::new(Access::default()),
        trail: None,
        counters,
        render_metrics: Arc::new(move || metrics.render()),
        report_health: Arc::new(|| Health::of_findings(String::new(), "natconnd", Vec::new())),
        archive: None,
        samples: Arc::default(),
        gateway: "gw1".to_owned(),
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
            .block_on(server.serve(vec![Listener::tcp(listener)], is_stopping))
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

/// A certificate that is taken over once, and once not.
fn tls() -> natconnd::tls::ServerTls {
    use natconnd::tls::{Reloaded, ServerTls};

    let name = format!("natconnd-metrics-{}-tls", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let authority = lab::Authority::new(&folder, "root").unwrap();
    let issued = authority.issue(&lab::Wanted::default()).unwrap();
    let tls = ServerTls::load(&natconnd::config::Tls {
        certificate: issued.certificate,
        key: issued.key,
        client_ca: None,
    });
    let tls = tls.unwrap();
    assert_eq!(tls.reload(), Reloaded::Taken);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(tls.reload(), Reloaded::Refused);
    tls
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

/// A trail whose files are gone at once.
fn trail() -> Trail {
    let name = format!("natconnd-metrics-{}-audit", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let audit = audit::Audit::open(audit::Settings::new(&folder)).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    Trail::new(audit, folder, OnFailure::Refuse, true)
}
