//! Certificates, and clients that show one.

use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use lab::{Authority, Issued, Wanted};
use natconnd::config::Tls;
use natconnd::tls::{self, ClientCertificate, Purpose};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::client::PATIENCE;

/// An authority and what it has signed; one for all tests of this process.
pub struct Certificates {
    authority: Authority,
    listener: Issued,
    /// A client that has none.
    pub without: Client,
    /// Known by its fingerprint, by its DNS name, and not at all.
    pub by_fingerprint: Client,
    pub by_name: Client,
    pub of_nobody: Client,
}

/// A client and its certificate.
pub struct Client {
    own: Option<Issued>,
    config: Arc<ClientConfig>,
}

/// The DNS name of a client.
pub const NAME: &str = "proxy7.example";

pub fn certificates() -> &'static Certificates {
    static ALL: LazyLock<Certificates> = LazyLock::new(Certificates::make);
    &ALL
}

impl Certificates {
    fn make() -> Self {
        let name = format!("natconnd-matrix-{}", std::process::id());
        let folder: PathBuf = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let authority = Authority::new(&folder, "root").unwrap();
        let client = |name: &str, names: &str| {
            let wanted = Wanted {
                name,
                names,
                usage: "clientAuth",
                ..Wanted::default()
            };
            Client::new(&authority, Some(authority.issue(&wanted).unwrap()))
        };
        Self {
            listener: authority.issue(&Wanted::default()).unwrap(),
            without: Client::new(&authority, None),
            by_fingerprint: client("one", "DNS:one.example"),
            by_name: client("two", &format!("DNS:{NAME}")),
            of_nobody: client("three", "DNS:three.example"),
            authority,
        }
    }

    /// A listener's files; `is_mutual` where clients have to show a certificate.
    pub fn files(&self, is_mutual: bool) -> Tls {
        Tls {
            certificate: self.listener.certificate.clone(),
            key: self.listener.key.clone(),
            client_ca: is_mutual.then(|| self.authority.certificate()),
        }
    }
}

impl Client {
    fn new(authority: &Authority, own: Option<Issued>) -> Self {
        let roots = tls::roots(&authority.certificate()).unwrap();
        let config = ClientConfig::builder_with_provider(tls::provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match &own {
            None => config.with_no_client_auth(),
            Some(own) => {
                let chain = tls::certificates(&own.certificate, Purpose::Certificate).unwrap();
                let chain = chain.into_iter().map(|it| it.der).collect();
                let key = tls::key(&own.key).unwrap();
                config.with_client_auth_cert(chain, key).unwrap()
            }
        };
        let config = Arc::new(config);
        Self { own, config }
    }

    pub fn connect(&self, address: SocketAddr) -> StreamOwned<ClientConnection, TcpStream> {
        let name = ServerName::try_from("localhost").unwrap();
        let session = ClientConnection::new(Arc::clone(&self.config), name).unwrap();
        let stream = TcpStream::connect(address).unwrap();
        // The end of the handshake and the request go out one after the other.
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        StreamOwned::new(session, stream)
    }

    /// The SHA-256 of the certificate.
    pub fn fingerprint(&self) -> [u8; 32] {
        let path = &self.own.as_ref().unwrap().certificate;
        let chain = tls::certificates(path, Purpose::Certificate).unwrap();
        ClientCertificate::of_der(chain[0].der.clone()).fingerprint
    }
}
