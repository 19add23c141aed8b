//! Takes connections in and serves each in a task of its own.
//!
//! axum's and hyper-util's servers have no time limit for a request's head,
//! no cap on connections, and no account of either; hence this loop. Nothing
//! that a client or `accept` does ends it.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::counters::{Open, add};
use super::deadline::WriteDeadline;
use super::server::Listener;
use super::service::Requests;
use super::state::{State, stopped};

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// How much of a connection hyper buffers in each direction, in bytes.
const MAX_BUFFER: usize = 64 * 1024;

/// How long to wait before the next `accept` after one that failed for want
/// of something that others must give back first.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

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
                TcpListener::from_std(listener).map(Self::Tcp)
            }
            Listener::Unix(listener) => {
                listener.set_nonblocking(true)?;
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

    /// Takes connections in until the shutdown, then waits for their ends.
    pub(super) async fn run(mut self) {
        let mut stop = std::pin::pin!(stopped(self.state.shutdown.clone()));
        let mut was_failing = false;
        loop {
            let arrived = tokio::select! {
                arrived = self.arrival() => arrived,
                () = &mut stop => break,
            };
            // Connections that ended leave the set here, so it grows no
            // larger than the number of places.
            while self.connections.try_join_next().is_some() {}
            match arrived {
                Ok((peer, place)) => {
                    was_failing = false;
                    self.serve(peer, place);
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
        let ended = async { while self.connections.join_next().await.is_some() {} };
        if tokio::time::timeout(self.state.limits.shutdown_timeout, ended)
            .await
            .is_err()
        {
            self.connections.shutdown().await;
        }
    }

    /// The next connection, once there is a place for it.
    ///
    /// The place is taken after the connection, so that a listener to which
    /// nobody connects keeps none from the others.
    async fn arrival(&self) -> io::Result<(Peer, OwnedSemaphorePermit)> {
        let peer = self.listener.accept().await?;
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                add(&self.state.counters.connections_waited, 1);
                let place = Arc::clone(&self.places).acquire_owned().await;
                place.expect("nobody closes the semaphore")
            }
        };
        Ok((peer, place))
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
    let mut stop = std::pin::pin!(stopped(state.shutdown.clone()));
    let requests = Requests::new(state, peer);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), requests));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = &mut stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err() {
        counters.connections_failed.fetch_add(1, Ordering::Relaxed);
    }
    drop(place);
}
