//! Takes connections in and serves each in a task of its own.
//!
//! axum's and hyper-util's servers have no time limit for a request's head,
//! no cap on connections, and no account of either; hence this loop. Nothing
//! that a client or `accept` does ends it. Who may ask is judged before
//! anything else: a refused peer takes no place from the others.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::body::Body;
use super::counters::{Open, add};
use super::deadline::WriteDeadline;
use super::refusal::Refusals;
use super::server::Listener;
use super::service::Requests;
use super::state::{State, stopped};
use crate::panics::{self, Part};

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// How much of a connection hyper buffers in each direction, in bytes.
const MAX_BUFFER: usize = 64 * 1024;

/// How long to wait before the next `accept` after one that failed for want
/// of something that others must give back first.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

/// How many connections the kernel keeps until they are taken in; it takes
/// `net.core.somaxconn` where that is less. A thousand clients of a proxy may become as
/// many connections within a moment, and one that does not fit is delayed by a second.
const QUEUE: i32 = 4096;

/// A listener that the runtime watches.
pub(super) enum Bound {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Bound {
    pub(super) fn new(listener: Listener) -> io::Result<Self> {
        match listener {
            Listener::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                rustix::net::listen(&listener, QUEUE)?;
                TcpListener::from_std(listener).map(Self::Tcp)
            }
            Listener::Unix(listener) => {
                listener.set_nonblocking(true)?;
                rustix::net::listen(&listener, QUEUE)?;
                UnixListener::from_std(listener).map(Self::Unix)
            }
        }
    }

    async fn accept(&self) -> io::Result<Peer> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok(Peer::Tcp(stream, peer.ip()))
            }
            Self::Unix(listener) => Ok(Peer::Unix(listener.accept().await?.0)),
        }
    }
}

/// Somebody who connected.
enum Peer {
    Tcp(TcpStream, IpAddr),
    Unix(UnixStream),
}

/// Somebody who connected, judged.
enum Arrived {
    /// May ask, in this place.
    Allowed(Peer, OwnedSemaphorePermit),
    /// Is outside the allow list.
    Refused(TcpStream),
}

/// One listener's loop.
pub(super) struct Acceptor {
    listener: Bound,
    state: Arc<State>,
    places: Arc<Semaphore>,
    http: http1::Builder,
    connections: JoinSet<()>,
}

impl Acceptor {
    /// A loop that takes in no more connections than `places` has permits.
    pub(super) fn new(listener: Bound, state: Arc<State>, places: Arc<Semaphore>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(state.limits.header_timeout)
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_BUFFER)
            // Copying a short body behind its head is cheaper than `writev`.
            .writev(false);
        Self {
            listener,
            state,
            places,
            http,
            connections: JoinSet::new(),
        }
    }

    /// Takes connections in until the shutdown, then waits for their ends. A fault costs who
    /// was arriving, and nobody who comes later.
    pub(super) async fn run(mut self) {
        while panics::contained(Part::Http, self.take_in()).await.is_err() {
            tokio::time::sleep(EXHAUSTED_PAUSE).await;
        }
        let ended = async { while self.connections.join_next().await.is_some() {} };
        if tokio::time::timeout(self.state.limits.shutdown_timeout, ended)
            .await
            .is_err()
        {
            self.connections.shutdown().await;
        }
    }

    /// Takes connections in until the shutdown.
    async fn take_in(&mut self) {
        let mut stop = std::pin::pin!(stopped(self.state.shutdown.clone()));
        let mut was_failing = false;
        loop {
            let arrived = tokio::select! {
                arrived = self.arrival() => arrived,
                () = &mut stop => break,
            };
            // Connections that ended leave the set here, so it grows no
            // larger than the number of places and refusals.
            while self.connections.try_join_next().is_some() {}
            match arrived {
                Ok(arrived) => {
                    was_failing = false;
                    match arrived {
                        Arrived::Allowed(peer, place) => self.serve(peer, place),
                        Arrived::Refused(stream) => self.refuse(stream),
                    }
                }
                Err(error) => {
                    add(&self.state.counters.accept_errors, 1);
                    if !was_failing {
                        tracing::warn!(%error, "a connection could not be accepted; going on");
                    }
                    was_failing = true;
                    if !is_the_peers(&error) {
                        tokio::time::sleep(EXHAUSTED_PAUSE).await;
                    }
                }
            }
        }
    }

    /// The next connection, once there is a place for it. Who is refused
    /// needs none.
    ///
    /// The place is taken after the connection, so that a listener to which
    /// nobody connects keeps none from the others.
    async fn arrival(&self) -> io::Result<Arrived> {
        let peer = match self.listener.accept().await? {
            Peer::Tcp(stream, address) if !self.state.allow.judge(address).is_allowed => {
                return Ok(Arrived::Refused(stream));
            }
            peer => peer,
        };
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                add(&self.state.counters.connections_waited, 1);
                let place = Arc::clone(&self.places).acquire_owned().await;
                place.expect("nobody closes the semaphore")
            }
        };
        Ok(Arrived::Allowed(peer, place))
    }

    fn serve(&mut self, peer: Peer, place: OwnedSemaphorePermit) {
        let http = self.http.clone();
        let state = Arc::clone(&self.state);
        match peer {
            Peer::Tcp(stream, address) => {
                // Answers are written in one piece; waiting for more of it
                // would only delay them. Where it fails they are slower.
                let _ = stream.set_nodelay(true);
                self.connections
                    .spawn(serve(http, stream, Some(address), state, place));
            }
            Peer::Unix(stream) => {
                self.connections
                    .spawn(serve(http, stream, None, state, place));
            }
        }
    }

    /// Tells a peer that it may not ask, or closes its connection without a
    /// word where too many others are being told.
    fn refuse(&mut self, stream: TcpStream) {
        add(&self.state.counters.refused, 1);
        let Ok(permit) = Arc::clone(&self.state.refusals).try_acquire_owned() else {
            return;
        };
        let http = self.http.clone();
        let state = Arc::clone(&self.state);
        self.connections.spawn(async move {
            let requests = Refusals::new(Arc::clone(&state));
            let told = speak(&http, stream, requests, &state);
            // However it ends, the peer has had its chance.
            let _ = tokio::time::timeout(state.limits.refusal_timeout, told).await;
            drop(permit);
        });
    }
}

/// Whether `accept` failed because of the peer, not for want of resources.
fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// Serves one connection to its end.
async fn serve<S>(
    http: http1::Builder,
    stream: S,
    peer: Option<IpAddr>,
    state: Arc<State>,
    place: OwnedSemaphorePermit,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let counters = Arc::clone(&state.counters);
    add(&counters.connections_accepted, 1);
    let _open = Open::new(&counters.connections_open);
    let stream = WriteDeadline::new(stream, state.limits.write_timeout);
    let requests = Requests::new(Arc::clone(&state), peer);
    if speak(&http, stream, requests, &state).await.is_err() {
        add(&counters.connections_failed, 1);
    }
    drop(place);
}

/// Speaks HTTP over a connection until it ends or the server shall stop.
async fn speak<S, R>(
    http: &http1::Builder,
    stream: S,
    requests: R,
    state: &State,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
{
    let mut stop = std::pin::pin!(stopped(state.shutdown.clone()));
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), requests));
    tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = &mut stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}
