//! The ident face (RFC 1413): a remote asks who has its connection.
//!
//! A server to which somebody connects through the NAT can ask the NAT address, port 113,
//! for the owner of that connection: IRC networks and some mail servers do. The answer names the
//! internal host, as the operator wants it named, so that an abuse report can name it
//! too. A question is one exact lookup: the addresses are those of the conversation itself,
//! so nobody can ask about others. Nobody is named unless it is certain.
//!
//! Left out: who is logged in at the host, which nobody here knows; and the gateway's own
//! connections.
//!
//! Reading order: `question`, `reply`, then `conversation`, which is one connection.

mod conversation;
mod counters;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod question;
mod reply;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::debug;

use crate::access::Crowd;
use crate::lookup::Answers;
use crate::panics::{self, Part};
use crate::trail::Trail;

pub use counters::Counters;
pub use reply::{Kind, Naming};

use conversation::{Ends, converse};
use counters::add;

/// Connections of one peer at once: a server asks once for each client that connects to
/// it, and may have many of them.
const OF_ONE_PEER: usize = 64;

/// Connections at once over all listeners; the rest wait in the kernel's queue.
pub const CONNECTIONS: usize = 512;

/// How long to wait before the next `accept` after one that failed for want of something
/// that others must give back first.
const PAUSE: Duration = Duration::from_millis(50);

/// The ident face.
pub struct Ident {
    answers: Arc<Answers>,
    settings: Settings,
    counters: Arc<Counters>,
    crowd: Crowd,
    /// Where what remotes are told is written down; `None` where it is not.
    trail: Option<Arc<Trail>>,
}

/// Who may ask, and what they are told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The networks that may ask; connections of others are closed.
    pub allow: Vec<IpNet>,
    /// What a remote is told of a host.
    pub naming: Naming,
}

impl Ident {
    /// A face that asks these answers.
    pub fn new(answers: Arc<Answers>, settings: Settings, counters: Arc<Counters>) -> Self {
        Self {
            answers,
            settings,
            counters,
            crowd: Crowd::new(OF_ONE_PEER),
            trail: None,
        }
    }

    /// The same, writing down what remotes are told.
    #[must_use]
    pub fn with_trail(self, trail: Option<Arc<Trail>>) -> Self {
        Self { trail, ..self }
    }

    /// Answers over these listeners until `is_stopping` becomes true or closes. Whoever is
    /// being answered then is cut off.
    ///
    /// # Errors
    ///
    /// A listener cannot be registered with the runtime.
    pub async fn serve(
        self,
        listeners: Vec<std::net::TcpListener>,
        mut is_stopping: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let ident = Arc::new(self);
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut loops = JoinSet::new();
        for listener in listeners {
            listener.set_nonblocking(true)?;
            let listener = TcpListener::from_std(listener)?;
            let (ident, places) = (Arc::clone(&ident), Arc::clone(&places));
            loops.spawn(async move {
                // A fault costs those who are connected, and nobody who comes later.
                while panics::contained(Part::Ident, accept(&ident, &listener, &places))
                    .await
                    .is_err()
                {
                    tokio::time::sleep(PAUSE).await;
                }
            });
        }
        // A closed channel means that whoever would say so is gone.
        let _ = is_stopping.wait_for(|stop| *stop).await;
        loops.shutdown().await;
        Ok(())
    }

    fn is_allowed(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.settings.allow.iter().any(|it| it.contains(&peer))
    }
}

/// One listener's loop, which nothing that a peer does ends.
async fn accept(ident: &Arc<Ident>, listener: &TcpListener, places: &Arc<Semaphore>) {
    // Dropped with the loop, and the conversations with it.
    let mut conversations = JoinSet::new();
    loop {
        while conversations.try_join_next().is_some() {}
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                add(&ident.counters.accept_errors);
                debug!(%error, "an ident connection could not be taken in");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        if !ident.is_allowed(peer.ip()) {
            add(&ident.counters.refused);
            continue;
        }
        let Some(seat) = ident.crowd.join(peer.ip().into()) else {
            add(&ident.counters.crowded);
            continue;
        };
        // After the connection, so that a listener to which nobody connects keeps no place
        // from the others.
        let Ok(place) = Arc::clone(places).acquire_owned().await else {
            return;
        };
        let ident = Arc::clone(ident);
        conversations.spawn(async move {
            let served = panics::contained(Part::Ident, serve(&ident, stream, peer));
            if served.await.is_err() {
                add(&ident.counters.failed);
            }
            drop((seat, place));
        });
    }
}

async fn serve(ident: &Ident, stream: TcpStream, peer: SocketAddr) {
    add(&ident.counters.connections);
    let talked = match stream.local_addr() {
        Ok(local) => converse(ident, stream, Ends { local, peer }).await,
        Err(error) => Err(error.into()),
    };
    if let Err(cut) = talked {
        add(&ident.counters.failed);
        debug!(%peer, cause = %cut, "an ident conversation was cut");
    }
}
