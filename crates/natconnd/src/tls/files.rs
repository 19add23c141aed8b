//! Certificates and keys, read from files and checked as far as files can be.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore};

use super::error::{Fault, Purpose, TlsError};
use super::pem::{Block, blocks};
use super::validity::is_of_version_one;
use super::{NoValidity, provider};

/// The longest file that is read, in bytes. All CAs of a system together are a tenth of it.
const LONGEST: u64 = 4 << 20;

/// A certificate of a file.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The line where it begins, from 1.
    pub line: usize,
    /// The certificate.
    pub der: CertificateDer<'static>,
}

/// Reads all certificates of a file, one at least, in order. Other blocks are passed over.
///
/// # Errors
///
/// The file cannot be read, has no certificate, or one that is cut or garbled.
pub fn certificates(path: &Path, purpose: Purpose) -> Result<Vec<Certificate>, TlsError> {
    told(path, purpose, || {
        let file = read(path)?;
        let mut certificates = Vec::new();
        for block in wanted(&file, purpose, |label| label == "CERTIFICATE")? {
            let der = CertificateDer::from_pem_slice(block.text);
            let der = der.map_err(|_| garbled(&block, NO_BASE64))?;
            // CAs may be of version 1 of X.509, which has no extensions.
            if purpose == Purpose::Certificate {
                let parsed = ParsedCertificate::try_from(&der);
                parsed.map_err(|error| match is_of_version_one(&der) {
                    true => Fault::VersionOne { line: block.line },
                    false => garbled(&block, no_certificate(&error)),
                })?;
            }
            certificates.push(Certificate {
                line: block.line,
                der,
            });
        }
        Ok(certificates)
    })
}

/// Reads the first key of a file. Other blocks are passed over.
///
/// # Errors
///
/// The file cannot be read, has no key, or one that is encrypted, cut or garbled.
pub fn key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    numbered_key(path).map(|(_, key)| key)
}

/// Reads a certificate with those that lead to its root, and its key.
///
/// # Errors
///
/// As [`certificates`] and [`key`]; the key is of a kind that ring does not know, or not
/// that of the first certificate.
pub fn key_pair(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let chain = certificates(certificate, Purpose::Certificate)?;
    certified(&chain, certificate, key)
}

/// As [`key_pair`], the certificates being read.
pub(super) fn certified(
    chain: &[Certificate],
    certificate: &Path,
    key: &Path,
) -> Result<CertifiedKey, TlsError> {
    let (line, der) = numbered_key(key)?;
    told(key, Purpose::Key, || {
        let loaded = provider().key_provider.load_private_key(der);
        // rustls tells of all kinds that it has tried, and nothing of this one.
        let signs = loaded.map_err(|_| Fault::UnknownKey { line })?;
        let is_of = |certificates: &[Certificate]| {
            let certificates = certificates.iter().map(|it| it.der.clone()).collect();
            let pair = CertifiedKey::new(certificates, signs.clone());
            pair.keys_match().map(|()| pair)
        };
        match is_of(chain) {
            Ok(pair) => Ok(pair),
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                let mut others = (1..chain.len()).filter(|at| is_of(&chain[*at..]).is_ok());
                Err(Fault::OtherKey {
                    certificate: certificate.to_owned(),
                    of_line: others.next().map(|at| chain[at].line),
                })
            }
            Err(error) => Err(Fault::Unusable(error)),
        }
    })
}

/// Reads the certificates by which others are judged.
///
/// # Errors
///
/// As [`certificates`], or one of them cannot judge others.
pub fn roots(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path, Purpose::Ca)? {
        let line = certificate.line;
        told(path, Purpose::Ca, || {
            roots.add(certificate.der).map_err(|error| Fault::Garbled {
                line,
                label: Purpose::Ca.block().to_owned(),
                cause: no_certificate(&error),
            })
        })?;
    }
    Ok(roots)
}

fn numbered_key(path: &Path) -> Result<(usize, PrivateKeyDer<'static>), TlsError> {
    let is_key = |label: &str| label == "PRIVATE KEY" || label.ends_with(" PRIVATE KEY");
    told(path, Purpose::Key, || {
        let file = read(path)?;
        // There is one at least.
        let keys = wanted(&file, Purpose::Key, is_key)?;
        let block = &keys[0];
        if block.is_encrypted || block.label == "ENCRYPTED PRIVATE KEY" {
            return Err(Fault::Encrypted { line: block.line });
        }
        match PrivateKeyDer::from_pem_slice(block.text) {
            Ok(key) => Ok((block.line, key)),
            // `OPENSSH PRIVATE KEY`, for one.
            Err(rustls::pki_types::pem::Error::NoItemsFound) => {
                Err(Fault::UnknownKey { line: block.line })
            }
            Err(_) => Err(garbled(block, NO_BASE64)),
        }
    })
}

/// The blocks of one kind, one at least.
fn wanted<'a>(
    file: &'a [u8],
    purpose: Purpose,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Block<'a>>, Fault> {
    let expected = purpose.block();
    let (wanted, others): (Vec<_>, Vec<_>) = blocks(file)?
        .into_iter()
        .partition(|block| is_wanted(&block.label));
    if !wanted.is_empty() {
        return Ok(wanted);
    }
    Err(match others.into_iter().next() {
        Some(other) => Fault::OtherBlock {
            line: other.line,
            found: other.label,
            expected,
        },
        // A sequence whose length has two bytes: DER of all that may stand in such files.
        None if file.starts_with(&[0x30, 0x82]) => Fault::Der { expected },
        None => Fault::NoBlock { expected },
    })
}

/// What else can be wrong with a block that has an end.
const NO_BASE64: &str = "found no base64";

fn garbled(block: &Block<'_>, cause: impl Into<String>) -> Fault {
    Fault::Garbled {
        line: block.line,
        label: block.label.clone(),
        cause: cause.into(),
    }
}

/// What rustls says of a certificate, without its word for those of peers.
fn no_certificate(error: &rustls::Error) -> String {
    use rustls::CertificateError::{BadEncoding, Other};
    match error {
        rustls::Error::InvalidCertificate(BadEncoding) => NoValidity.to_string(),
        rustls::Error::InvalidCertificate(Other(error)) => error.to_string(),
        rustls::Error::InvalidCertificate(error) => error.to_string(),
        error => error.to_string(),
    }
}

/// The bytes of a file.
fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    // Opening a pipe would wait for who writes into it.
    let metadata = path.metadata().map_err(Fault::Unreadable)?;
    if !metadata.is_file() {
        return Err(Fault::NoFile);
    }
    let read_all = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?
            .take(LONGEST + 1)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read_all().map_err(Fault::Unreadable)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Fault::TooLong(LONGEST));
    }
    Ok(bytes)
}

/// Says of which file something is true.
pub(super) fn told<T>(
    path: &Path,
    purpose: Purpose,
    work: impl FnOnce() -> Result<T, Fault>,
) -> Result<T, TlsError> {
    work().map_err(|fault| TlsError {
        path: path.to_owned(),
        purpose,
        fault,
    })
}
