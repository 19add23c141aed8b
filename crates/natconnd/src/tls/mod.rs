//! TLS: what a listener shows to clients, and who they are by their certificates.
//!
//! `files` reads certificates and keys and says what is wrong with them in the
//! operator's words; [`ServerTls`] holds a listener's and takes over what replaces them;
//! [`ClientCertificate`] is what a client has shown. Which client may do what is not
//! known here, nor how long a handshake may take: that is its caller's. The
//! cryptography is rustls and ring.
//!
//! Reading order: `pem`, `files`, `validity`, `server`, `client_certificate`.

mod client_certificate;
mod error;
mod files;
mod pem;
mod server;
mod stamp;
mod status;
mod validity;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

pub use client_certificate::ClientCertificate;
pub use error::{Fault, Purpose, TlsError};
pub use files::{certificates, key, key_pair, roots};
pub use server::{Reloaded, ServerTls};
pub use status::{Refused, Status};
pub use validity::{NoValidity, Validity};

/// The cryptography of both sides: ring's. Nothing is installed for the whole process.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
