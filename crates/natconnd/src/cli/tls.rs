//! TLS to natconnd: whose certificates count, and what is shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, DEFAULT_VERSIONS, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::{AskError, Error};
use super::tls_fault::Fault;
use crate::tls::{Purpose, certificates, key_pair, provider, roots};

/// Where systems keep the certificates that all programs trust: Debian and Arch, Fedora,
/// openSUSE, Alpine.
const SYSTEM: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What TLS is spoken with.
pub(super) struct Security {
    connector: TlsConnector,
    host: ServerName<'static>,
    /// Whose certificates count.
    ca: PathBuf,
}

impl Security {
    /// TLS to `host`, a DNS name or an address, whose certificate must be of `ca`, or of what
    /// the system trusts. `own` are the files of a certificate to show and its key.
    pub fn new(
        host: &str,
        ca: Option<&Path>,
        own: Option<(PathBuf, PathBuf)>,
    ) -> Result<Self, Error> {
        let name = ServerName::try_from(host.to_owned());
        let host = name.map_err(|_| Error::NoServerName(host.to_owned()))?;
        let (ca, roots) = match ca {
            Some(path) => (path.to_owned(), roots(path)?),
            None => system_roots()?,
        };
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(DEFAULT_VERSIONS)
            .expect("ring has the cryptography of both versions")
            .with_root_certificates(roots);
        let mut config = match own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let pair = key_pair(&certificate, &key)?;
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(pair)))
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            host,
            ca,
        })
    }

    /// Shakes hands.
    pub async fn connect(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, AskError> {
        let connected = self.connector.connect(self.host.clone(), stream).await;
        connected.map_err(|error| match Fault::of(&error, &self.ca) {
            Some(fault) => AskError::Tls(fault),
            None => AskError::Handshake(error),
        })
    }

    /// Whose certificates count.
    pub fn ca(&self) -> &Path {
        &self.ca
    }
}

impl std::fmt::Debug for Security {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TLS to {:?}, trusting {}", self.host, self.ca.display())
    }
}

/// What the system trusts, and the file that says so. What rustls cannot read of it is left
/// out, as in every program.
fn system_roots() -> Result<(PathBuf, RootCertStore), Error> {
    let mut paths = SYSTEM.iter().map(Path::new);
    let path = paths.find(|path| path.exists()).ok_or(Error::NoRoots)?;
    let found = certificates(path, Purpose::Ca)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.into_iter().map(|certificate| certificate.der));
    Ok((path.to_owned(), roots))
}
