//! Takes connections in and serves each in a task of its own.
//!
//! axum's and hyper-util's servers have no time limit for a request's head,
//! no cap on connections, and no account of either; hence this loop. Nothing
//! that a client or `accept` does ends it. Who may ask is judged before
//! anything else: a refused peer takes no place from the others.

use std::convert::Infallible;
use std::io;
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
use tokio_rustls::TlsAcceptor;

use super::body::Body;
use super::counters::{Open, add};
use super::deadline::WriteDeadline;
use super::refusal::Refusals;
use super::server::{Listener, Socket};
use super::service::Requests;
use super::state::{State, stopped};
use crate::access::{Crowd, Peer, Place};
use crate::panics::{self, Part};
use crate::tls::{ClientCertificate, ServerTls};

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// How much of a connection hyper buffers in each direction, in bytes: whoever sends ahead
/// and reads nothing takes that much, and a piece of a body (see `body`).
const MAX_BUFFER: usize = 32 * 1024;

/// How long to wait before the next `accept` after one that failed for want
/// of something that others must give back first.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

/// How many connections the kernel keeps until they are taken in; it takes
/// `net.core.somaxconn` where that is less. A thousand clients of a proxy may become as
/// many connections within a moment, and one that does not fit is delayed by a second.
const QUEUE: i32 = 4096;

/// A listener that the runtime watches.
pub(super) struct Bound {
    name: Arc<str>,
    socket: Watched,
    tls: Option<Arc<ServerTls>>,
}

enum Watched {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Bound {
    pub(super) fn new(listener: Listener) -> io::Result<Self> {
        let socket = match listener.socket {
            Socket::Tcp(socket) => {
                socket.set_nonblocking(true)?;
                rustix::net::listen(&socket, QUEUE)?;
                Watched::Tcp(TcpListener::from_std(socket)?)
            }
            Socket::Unix(socket) => {
                socket.set_nonblocking(true)?;
                rustix::net::listen(&socket, QUEUE)?;
                Watched::Unix(UnixListener::from_std(socket)?)
            }
        };
        Ok(Self {
            name: listener.name,
            socket,
            tls: listener.tls,
        })
    }

    pub(super) const fn is_unix(&self) -> bool {
        matches!(self.socket, Watched::Unix(_))
    }

    async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match &self.socket {
            Watched::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok((Stream::Tcp(stream), Peer::Tcp(peer.ip())))
            }
            Watched::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                let whose = stream.peer_cred()?;
                let (uid, gid) = (whose.uid(), whose.gid());
                Ok((Stream::Unix(stream), Peer::Unix { uid, gid }))
            }
        }
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Somebody who connected, judged.
enum Arrived {
    /// May ask, in this place.
    LetIn(Stream, Peer, Held),
    /// Is outside the allow list.
    Refused(TcpStream),
    /// Has as many connections as one may have.
    Crowded,
}

/// Where connections find a place.
pub(super) struct Places {
    /// Those of all.
    pub all: Arc<Semaphore>,
    /// Those of each caller.
    pub crowd: Crowd,
}

/// A place, for as long as a connection has it.
struct Held {
    _of_all: OwnedSemaphorePermit,
    _of_one: Option<Place>,
}

/// One listener's loop.
pub(super) struct Acceptor {
    listener: Bound,
    state: Arc<State>,
    places: Places,
    http: http1::Builder,
    connections: JoinSet<()>,
}

impl Acceptor {
    /// A loop that takes in no more connections than there are places.
    pub(super) fn new(listener: Bound, state: Arc<State>, places: Places) -> Self {
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
                        Arrived::LetIn(stream, peer, place) => self.serve(stream, peer, place),
                        Arrived::Refused(stream) => self.refuse(stream),
                        Arrived::Crowded => add(&self.state.counters.crowded, 1),
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
        let (stream, peer) = self.listener.accept().await?;
        let stream = match (stream, peer) {
            (Stream::Tcp(stream), Peer::Tcp(address))
                if !self.state.access.lets_in(&self.listener.name, address) =>
            {
                return Ok(Arrived::Refused(stream));
            }
            (stream, _) => stream,
        };
        let of_one = match peer {
            // Whoever else fills the socket, its owner gets in.
            Peer::Unix { uid: 0, .. } => None,
            peer => match self.places.crowd.join(peer.into()) {
                None => return Ok(Arrived::Crowded),
                place => place,
            },
        };
        let of_all = match Arc::clone(&self.places.all).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                add(&self.state.counters.connections_waited, 1);
                let place = Arc::clone(&self.places.all).acquire_owned().await;
                place.expect("nobody closes the semaphore")
            }
        };
        let held = Held {
            _of_all: of_all,
            _of_one: of_one,
        };
        Ok(Arrived::LetIn(stream, peer, held))
    }

    fn serve(&mut self, stream: Stream, peer: Peer, place: Held) {
        let connection = Connection {
            http: self.http.clone(),
            state: Arc::clone(&self.state),
            listener: Arc::clone(&self.listener.name),
            peer,
            _place: place,
        };
        match (stream, &self.listener.tls) {
            (Stream::Tcp(stream), tls) => {
                // Answers are written in one piece; waiting for more of it
                // would only delay them. Where it fails they are slower.
                let _ = stream.set_nodelay(true);
                match tls {
                    Some(tls) => {
                        let tls = tls.acceptor();
                        self.connections.spawn(connection.serve_tls(stream, tls));
                    }
                    None => {
                        self.connections.spawn(connection.serve(stream, None));
                    }
                }
            }
            (Stream::Unix(stream), _) => {
                self.connections.spawn(connection.serve(stream, None));
            }
        }
    }

    /// Tells a peer that it may not ask, or closes its connection without a
    /// word where too many others are being told.
    fn refuse(&mut self, stream: TcpStream) {
        add(&self.state.counters.refused, 1);
        // Who expects TLS would not understand a word.
        if self.listener.tls.is_some() {
            return;
        }
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

/// Somebody who was let in.
struct Connection {
    http: http1::Builder,
    state: Arc<State>,
    listener: Arc<str>,
    peer: Peer,
    _place: Held,
}

impl Connection {
    /// Serves it to its end, once TLS is agreed upon.
    async fn serve_tls(self, stream: TcpStream, tls: TlsAcceptor) {
        let stream = WriteDeadline::new(stream, self.state.limits.write_timeout);
        // A handshake is this connection's first head, and may take as long.
        let agreed = tokio::time::timeout(self.state.limits.header_timeout, tls.accept(stream));
        let stopping = stopped(self.state.shutdown.clone());
        let agreed = tokio::select! {
            agreed = agreed => agreed,
            () = stopping => return,
        };
        match agreed {
            Ok(Ok(stream)) => {
                let (_, session) = stream.get_ref();
                let certificate = ClientCertificate::of(session);
                self.serve(stream, certificate).await;
            }
            // Nobody is there who would understand why.
            Ok(Err(_)) | Err(_) => add(&self.state.counters.handshakes_failed, 1),
        }
    }

    /// Serves it to its end.
    async fn serve<S>(self, stream: S, certificate: Option<ClientCertificate>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let state = self.state;
        let counters = Arc::clone(&state.counters);
        add(&counters.connections_accepted, 1);
        let _open = Open::new(&counters.connections_open);
        let visitor = state.access.visitor(self.listener, self.peer, certificate);
        let stream = WriteDeadline::new(stream, state.limits.write_timeout);
        let requests = Requests::new(Arc::clone(&state), visitor);
        if speak(&self.http, stream, requests, &state).await.is_err() {
            add(&counters.connections_failed, 1);
        }
    }
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
