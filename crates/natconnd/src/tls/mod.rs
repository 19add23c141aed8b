//! TLS (stub).
use std::sync::Arc;

/// What a listener speaks TLS with.
#[derive(Debug)]
pub struct ServerTls {}

/// A certificate.
#[derive(Debug)]
pub struct ClientCertificate {}

impl ServerTls {
    /// Load.
    pub fn load(_: &crate::config::Tls) -> std::io::Result<Self> {
        Ok(Self {})
    }
    /// Reload.
    pub fn reload(&self) {}
    /// The acceptor.
    pub fn acceptor(&self) -> tokio_rustls::TlsAcceptor {
        let config = tokio_rustls::rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(
                tokio_rustls::rustls::server::ResolvesServerCertUsingSni::new(),
            ));
        Arc::new(config).into()
    }
}

impl ClientCertificate {
    /// Of a session.
    pub fn of(_: &tokio_rustls::rustls::ServerConnection) -> Option<Self> {
        None
    }
    /// The SHA-256.
    pub fn fingerprint(&self) -> [u8; 32] {
        [0; 32]
    }
    /// Whether for.
    pub fn is_for(&self, _: &str) -> bool {
        false
    }
}
