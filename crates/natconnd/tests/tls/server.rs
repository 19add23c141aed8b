//! A small server that tells each client who it is.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use natconnd::config::Tls;
use natconnd::tls::{ClientCertificate, ServerTls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// How long a handshake may take.
pub const DEADLINE: Duration = Duration::from_millis(700);

/// The server; ends when it is dropped.
pub struct Server {
    pub tls: Arc<ServerTls>,
    pub address: SocketAddr,
    pub counts: Arc<Counts>,
    runtime: Runtime,
}

/// What has become of connections.
#[derive(Default)]
pub struct Counts {
    /// Handshakes that came to a good end.
    pub shaken: AtomicUsize,
    /// Those that did not.
    pub refused: AtomicUsize,
    /// Connections that are open.
    pub open: AtomicUsize,
}

impl Server {
    pub fn start(files: &Tls) -> Self {
        let tls = Arc::new(ServerTls::load(files).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::new(Counts::default());
        let (server, counters) = (Arc::clone(&tls), Arc::clone(&counts));
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (tls, counts) = (Arc::clone(&server), Arc::clone(&counters));
                tokio::spawn(async move {
                    counts.open.fetch_add(1, Ordering::SeqCst);
                    // Clients of these tests go as they like.
                    let _ = serve(&tls, stream, &counts).await;
                    counts.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            tls,
            address,
            counts,
            runtime,
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Waits until no connection is open.
    pub fn settle(&self) {
        let began = std::time::Instant::now();
        while self.counts.open.load(Ordering::SeqCst) > 0 {
            assert!(began.elapsed() < Duration::from_secs(10), "still open");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

async fn serve(tls: &ServerTls, stream: TcpStream, counts: &Counts) -> io::Result<()> {
    let shaken = tokio::time::timeout(DEADLINE, tls.acceptor().accept(stream)).await;
    let Ok(Ok(mut stream)) = shaken else {
        counts.refused.fetch_add(1, Ordering::SeqCst);
        return Ok(());
    };
    counts.shaken.fetch_add(1, Ordering::SeqCst);
    let who = ClientCertificate::of(stream.get_ref().1).map_or_else(
        || "nobody".to_owned(),
        |it| {
            it.fingerprint
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect()
        },
    );
    let mut head = Vec::new();
    loop {
        let mut bytes = [0; 4096];
        let length = stream.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        head.extend_from_slice(&bytes[..length]);
        while let Some(at) = head.windows(4).position(|it| it == b"\r\n\r\n") {
            head.drain(..at + 4);
            let body = format!("you are {who}\n");
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await?;
            stream.flush().await?;
        }
        if head.len() > 64 * 1024 {
            return Ok(());
        }
    }
}
