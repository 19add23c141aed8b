//! Who a client is by the certificate that it has shown.

use ring::digest::{SHA256, digest};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, DnsName, ServerName};
use rustls::server::{ParsedCertificate, ServerConnection};

/// The certificate of a client, which one of the listener's CAs has signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientCertificate {
    /// The SHA-256 of it.
    pub fingerprint: [u8; 32],
    /// The certificate.
    pub der: CertificateDer<'static>,
}

impl ClientCertificate {
    /// The certificate that a client has shown on a connection whose handshake is done;
    /// `None` where the listener asks for none.
    pub fn of(connection: &ServerConnection) -> Option<Self> {
        let shown = connection.peer_certificates()?.first()?;
        Some(Self::of_der(shown.clone().into_owned()))
    }

    /// A certificate that somebody else has judged.
    pub fn of_der(der: CertificateDer<'static>) -> Self {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest(&SHA256, &der).as_ref());
        Self { fingerprint, der }
    }

    /// Whether it is for this DNS name. Upper and lower case are the same, and a
    /// certificate for `*.example.org` is for each name one label longer. What is no DNS
    /// name is nobody's.
    pub fn is_for(&self, dns_name: &str) -> bool {
        let Ok(name) = DnsName::try_from(dns_name) else {
            return false;
        };
        // The name check is the same for clients as for servers (RFC 9525).
        ParsedCertificate::try_from(&self.der).is_ok_and(|certificate| {
            verify_server_name(&certificate, &ServerName::DnsName(name)).is_ok()
        })
    }
}
