//! A server on loopback with fixed answers.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::{
    Endpoint, KernelId, Match, Protocol, TimeSource, Timed, Timestamp, Translation,
    TranslationKind, Zone,
};
use natconnd::access::Access;
use natconnd::api::Health;
use natconnd::config::{Config, Roles};
use natconnd::http::{Counters, Limits, Listener, Server, Socket};
use natconnd::lookup::Answers;
use tokio::sync::watch;

use super::client::{Client, Reply};

/// A server that runs until it is dropped.
pub struct Running {
    pub address: SocketAddr,
    pub answers: Arc<Answers>,
    pub access: Arc<Access>,
    pub counters: Arc<Counters>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts a server that knows these matches.
    pub fn with(matches: Vec<Match>) -> Self {
        Self::start(matches, |_| {}, None)
    }

    /// Starts one in pynatconnd mode.
    pub fn as_pynatconnd(key: &str, matches: Vec<Match>) -> Self {
        let key = key.parse().unwrap();
        Self::start(matches, |server| server.pynatconnd = Some(key), None)
    }

    /// Starts one with other limits.
    pub fn limited(matches: Vec<Match>, limit: impl FnOnce(&mut Limits)) -> Self {
        Self::start(matches, |server| limit(&mut server.limits), None)
    }

    pub fn start(
        matches: Vec<Match>,
        change: impl FnOnce(&mut Server),
        unix: Option<UnixListener>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut listeners = vec![Listener::tcp(listener)];
        listeners.extend(unix.map(Listener::unix));
        Self::over(listeners, matches, change)
    }

    /// Starts one with these listeners, of which the first is over TCP.
    pub fn over(
        listeners: Vec<Listener>,
        matches: Vec<Match>,
        change: impl FnOnce(&mut Server),
    ) -> Self {
        let address = match &listeners[0].socket {
            Socket::Tcp(socket) => socket.local_addr().unwrap(),
            Socket::Unix(_) => panic!("the first listener is over TCP"),
        };
        let mut server = Server {
            answers: Arc::new(Answers::of_matches(matches)),
            access: Arc::new(Access::of(&with_all_roles())),
            counters: Arc::default(),
            render_metrics: Arc::new(|| "# EOF\n".to_owned()),
            report_health: Arc::new(examined),
            archive: None,
            samples: Arc::default(),
            gateway: "gw1".to_owned(),
            pynatconnd: None,
            limits: Limits {
                shutdown_timeout: Duration::from_millis(500),
                ..Limits::default()
            },
        };
        change(&mut server);
        let answers = Arc::clone(&server.answers);
        let access = Arc::clone(&server.access);
        let counters = Arc::clone(&server.counters);
        let (stop, stopped) = watch::channel(false);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(server.serve(listeners, stopped)).unwrap();
        });
        Self {
            address,
            answers,
            access,
            counters,
            stop,
            thread: Some(thread),
        }
    }

    /// Sends one request over a connection of its own.
    pub fn get(&self, target: &str) -> Reply {
        Client::connect(self.address).get(target)
    }

    /// Sends what a form sends.
    pub fn post_form(&self, path: &str, body: &str) -> Reply {
        let mut client = Client::connect(self.address);
        client.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            body.len()
        ));
        client.read_reply("POST")
    }

    pub fn request(&self, method: &str, target: &str, headers: &str) -> Reply {
        Client::connect(self.address).request(method, target, headers)
    }

    /// Stops the server and says how long that took.
    pub fn stop(&mut self) -> Duration {
        let began = Instant::now();
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        began.elapsed()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What nothing ails.
fn examined() -> Health {
    Health::of_findings(
        "2026-11-23T22:47:00.123Z".to_owned(),
        "natconnd",
        Vec::new(),
    )
}

/// Waits until something is so; fails after some seconds.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + super::client::PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn endpoint(text: &str) -> Endpoint {
    let address: SocketAddr = text.parse().unwrap();
    Endpoint::new(address.ip(), address.port())
}

/// 2026-11-23T22:47:00.123Z, and `seconds` later.
pub fn at(seconds: i64) -> Option<Timed> {
    Some(Timed {
        at: Timestamp(1_795_474_020_123_000_000 + seconds * 1_000_000_000),
        source: TimeSource::Kernel,
    })
}

/// A live source translation over TCP.
pub fn masqueraded(internal: &str, nat: &str, remote: &str) -> Match {
    Match {
        protocol: Protocol::TCP,
        translation: Translation {
            kind: TranslationKind::Source,
            internal: endpoint(internal),
            nat: endpoint(nat),
            remote: endpoint(remote),
        },
        original_destination: endpoint(remote),
        zone: Zone::default(),
        kernel_id: Some(KernelId(2_596_996_162)),
        started_at: at(0),
        ended_at: None,
        end_evidence: None,
        traffic: None,
        mark: None,
    }
}

/// The connection of the examples.
pub fn example() -> Match {
    masqueraded("192.168.248.2:40123", "100.64.2.1:40123", "100.64.2.10:443")
}

/// Live connections of one host, one each second.
pub fn many(count: u32) -> Vec<Match> {
    (0..count)
        .map(|number| {
            let mut found = example();
            let [.., high, low] = number.to_be_bytes();
            found.translation.internal.port = u16::from_be_bytes([high, low]);
            found.translation.nat.port = found.translation.internal.port;
            found.started_at = at(i64::from(number));
            found
        })
        .collect()
}

/// The rules of a configuration that lets these networks in, and is the default else.
pub fn letting_in(networks: &[&str]) -> Config {
    let mut config = Config::default();
    config.http.allow = networks.iter().map(|it| it.parse().unwrap()).collect();
    config
}

/// The default rules, but that whoever is let in may do everything.
pub fn with_all_roles() -> Config {
    let mut config = Config::default();
    config.http.roles = Roles::ALL;
    config
}
