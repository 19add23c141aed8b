//! The server: what it is made of, and its one verb.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::accept::{Acceptor, Bound, Places};
use super::counters::Counters;
use super::lookups::Rooms;
use super::pynatconnd::Pynatconnd;
use super::state::{BROAD, EXPORT_FILES, NARROW, SCANS, State};
use crate::access::{Access, Crowd, HTTP, UNIX};
use crate::api::Health;
use crate::config::{Http, KeyName};
use crate::lookup::Answers;
use crate::recorder::Archive;
use crate::samples::Samples;
use crate::tls::ServerTls;
use crate::trail::Trail;

/// Renders `/metrics` in OpenMetrics text.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Examines the daemon and the machine for `/api/v1/health`; called where blocking
/// is allowed.
pub type ReportHealth = Arc<dyn Fn() -> Health + Send + Sync>;

/// The HTTP face, not running yet.
pub struct Server {
    /// Where answers come from.
    pub answers: Arc<Answers>,
    /// Who may ask, and what; can be replaced while the server runs.
    pub access: Arc<Access>,
    /// Where lookups are written down; `None` where they are not.
    pub trail: Option<Arc<Trail>>,
    /// Where requests are counted.
    pub counters: Arc<Counters>,
    /// What `/metrics` answers.
    pub render_metrics: RenderMetrics,
    /// What `/api/v1/health` answers.
    pub report_health: ReportHealth,
    /// What is kept of the past, for `/api/v1/history`; `None` where nothing is.
    pub archive: Option<Arc<Archive>>,
    /// How natconnd has fared, for the charts of the Health page.
    pub samples: Arc<Samples>,
    /// The gateway's name, for people.
    pub gateway: String,
    /// Answers pynatconnd's URLs beside the API, by this key.
    pub pynatconnd: Option<KeyName>,
    /// How much of everything.
    pub limits: Limits,
}

/// How much a client may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Connections open at once over all TCP listeners, and as many again
    /// over unix sockets, so that nobody can lock the operator out. The rest
    /// wait in the kernel's queue.
    pub connections: usize,
    /// How many of these may be one caller's.
    pub connections_per_caller: usize,
    /// Peers outside the allow list that are told so at once, over all TCP
    /// listeners and beyond `connections`. More are closed without a word.
    pub refusals: usize,
    /// How long such a peer has to make a request and read its refusal.
    pub refusal_timeout: Duration,
    /// How long a request's head may take, and how long a connection may lie
    /// idle between requests.
    pub header_timeout: Duration,
    /// How long a client may leave a response unread before it is cut off.
    pub write_timeout: Duration,
    /// How many requests with many questions are answered at once; each may hold some
    /// megabytes. More are told to come again.
    pub bulk_requests: usize,
    /// The largest body of such a request, in bytes.
    pub max_body: u64,
    /// How long such a request may bring nothing.
    pub body_timeout: Duration,
    /// After how much silence a follower of events gets a comment.
    pub keep_alive: Duration,
    /// How long requests may take to end after the shutdown began.
    pub shutdown_timeout: Duration,
}

impl From<&Http> for Limits {
    /// What the operator wants; the rest is as it is.
    fn from(configured: &Http) -> Self {
        Self {
            connections: configured.max_connections,
            connections_per_caller: configured.max_connections_per_caller,
            refusals: 32,
            refusal_timeout: Duration::from_secs(1),
            header_timeout: configured.header_timeout,
            write_timeout: Duration::from_secs(60),
            bulk_requests: configured.bulk_requests,
            max_body: configured.max_body,
            body_timeout: configured.body_timeout,
            keep_alive: Duration::from_secs(15),
            shutdown_timeout: Duration::from_secs(3),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::from(&Http::default())
    }
}

/// A bound socket that connections arrive at.
#[derive(Debug)]
pub enum Socket {
    /// TCP; the allow list of its listener holds.
    Tcp(std::net::TcpListener),
    /// A unix socket; who may connect is up to its file mode.
    Unix(std::os::unix::net::UnixListener),
}

/// A place where may be asked.
#[derive(Debug)]
pub struct Listener {
    /// Whose rules hold here: [`crate::access::HTTP`], [`crate::access::UNIX`] or a name of the
    /// configuration.
    pub name: Arc<str>,
    /// Where connections arrive.
    pub socket: Socket,
    /// What it speaks TLS with; `None` where it does not.
    pub tls: Option<Arc<ServerTls>>,
}

impl Listener {
    /// One of `http.listen`.
    pub fn tcp(socket: std::net::TcpListener) -> Self {
        Self {
            name: HTTP.into(),
            socket: Socket::Tcp(socket),
            tls: None,
        }
    }

    /// That of `http.unix-socket`.
    pub fn unix(socket: std::os::unix::net::UnixListener) -> Self {
        Self {
            name: UNIX.into(),
            socket: Socket::Unix(socket),
            tls: None,
        }
    }
}

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
#[error("listen for HTTP: {source}")]
pub struct ServeError {
    #[from]
    source: io::Error,
}

impl Server {
    /// Answers requests until `shutdown` becomes true or its sender is gone.
    ///
    /// Then no connection is taken in any more, streams of events end, and
    /// requests may finish within [`Limits::shutdown_timeout`]. No client
    /// and no failing listener ends the server before.
    ///
    /// # Errors
    ///
    /// Where a listener cannot be registered with the runtime, before the
    /// first request.
    pub async fn serve(
        self,
        listeners: Vec<Listener>,
        shutdown: watch::Receiver<bool>,
    ) -> Result<(), ServeError> {
        let over_tls = listeners.iter().filter(|it| it.tls.is_some());
        let over_tls = over_tls.map(|it| Arc::clone(&it.name)).collect();
        let bound = listeners
            .into_iter()
            .map(Bound::new)
            .collect::<io::Result<Vec<_>>>()?;
        let limits = self.limits;
        let state = Arc::new(State {
            answers: self.answers,
            access: self.access,
            trail: self.trail,
            counters: self.counters,
            render_metrics: self.render_metrics,
            report_health: self.report_health,
            archive: self.archive,
            samples: self.samples,
            gateway: self.gateway,
            verifications: Semaphore::new(1),
            examinations: Semaphore::new(1),
            scrapes: Semaphore::new(1),
            pynatconnd: self.pynatconnd.map(Pynatconnd::new),
            limits,
            over_tls,
            scans: Arc::new(Semaphore::new(SCANS)),
            narrow: Arc::new(Semaphore::new(NARROW)),
            broad: Arc::new(Semaphore::new(BROAD)),
            export_files: Arc::new(Semaphore::new(EXPORT_FILES)),
            exports: Arc::new(Semaphore::new(1)),
            bulk: Rooms::new(limits.bulk_requests),
            refusals: Arc::new(Semaphore::new(limits.refusals)),
            shutdown,
        });
        let over_tcp = Arc::new(Semaphore::new(limits.connections));
        let crowd = Crowd::new(limits.connections_per_caller);
        let over_unix = Arc::new(Semaphore::new(limits.connections));
        let mut acceptors = JoinSet::new();
        for listener in bound {
            let places = match listener.is_unix() {
                true => &over_unix,
                false => &over_tcp,
            };
            let places = Places {
                all: Arc::clone(places),
                crowd: crowd.clone(),
            };
            acceptors.spawn(Acceptor::new(listener, Arc::clone(&state), places).run());
        }
        while acceptors.join_next().await.is_some() {}
        Ok(())
    }
}
