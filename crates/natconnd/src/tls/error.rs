//! What is wrong with a file of certificates or keys, and what to do about it.

use std::io;
use std::path::PathBuf;

use model::Timestamp;

/// A file that is of no use. Displays whole, without the hint; it has no source.
#[derive(Debug, thiserror::Error)]
#[error("read {purpose} {}: {fault}", path.display())]
pub struct TlsError {
    /// The file.
    pub path: PathBuf,
    /// What it is for.
    pub purpose: Purpose,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What a file is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A certificate, and those between it and the root.
    Certificate,
    /// The certificate's key.
    Key,
    /// The certificates by which others are judged.
    Ca,
}

/// What is wrong with a file. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The system does not let it be read.
    #[error("{}", without_number(.0))]
    Unreadable(io::Error),
    /// It is a folder, a pipe or a device.
    #[error("found no regular file")]
    NoFile,
    /// It is longer than any such file.
    #[error("found more than {0} bytes")]
    TooLong(u64),
    /// It is in the binary form.
    #[error("found DER, expected PEM: a line -----BEGIN {expected}-----")]
    Der {
        /// The block that was looked for.
        expected: &'static str,
    },
    /// There is no block of any kind in it.
    #[error("found no PEM block, expected a line -----BEGIN {expected}-----")]
    NoBlock {
        /// The block that was looked for.
        expected: &'static str,
    },
    /// There are blocks in it, and none of the right kind.
    #[error("line {line}: found {}, expected {expected}", shown(found))]
    OtherBlock {
        /// Where the first of them begins.
        line: usize,
        /// What that is.
        found: String,
        /// The block that was looked for.
        expected: &'static str,
    },
    /// A block begins and does not end.
    #[error("line {line}: {} has no end", shown(label))]
    NoEnd {
        /// Where it begins.
        line: usize,
        /// What it is.
        label: String,
    },
    /// What stands in a block is not what its first line says.
    #[error("line {line}: {} cannot be read: {cause}", shown(label))]
    Garbled {
        /// Where it begins.
        line: usize,
        /// What it claims to be.
        label: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The certificate has no room for names.
    #[error("line {line}: found a certificate of version 1, expected version 3")]
    VersionOne {
        /// Where it begins.
        line: usize,
    },
    /// The key needs a passphrase.
    #[error("line {line}: found an encrypted key")]
    Encrypted {
        /// Where it begins.
        line: usize,
    },
    /// The key is of a kind that nothing can be signed with here.
    #[error("line {line}: found a key that is of no kind known here")]
    UnknownKey {
        /// Where it begins.
        line: usize,
    },
    /// The key is not that of the certificate.
    #[error("the key is not that of the first certificate in {}", certificate.display())]
    OtherKey {
        /// The certificate's file.
        certificate: PathBuf,
        /// Where the certificate begins whose key it is, if there is one.
        of_line: Option<usize>,
    },
    /// The certificate has ended.
    #[error("line {line}: the certificate ended at {not_after}")]
    Ended {
        /// Where it begins.
        line: usize,
        /// Its last second.
        not_after: Timestamp,
    },
    /// The certificate has not begun.
    #[error("line {line}: the certificate begins at {not_before}")]
    NotBegun {
        /// Where it begins.
        line: usize,
        /// Its first second.
        not_before: Timestamp,
    },
    /// rustls does not take what was read.
    #[error("{0}")]
    Unusable(rustls::Error),
}

impl Purpose {
    /// The block that has it, or the first of those that may.
    pub(super) const fn block(self) -> &'static str {
        match self {
            Self::Certificate | Self::Ca => "CERTIFICATE",
            Self::Key => "PRIVATE KEY",
        }
    }
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Key => "key",
            Self::Ca => "CA certificates",
        })
    }
}

impl TlsError {
    /// What the operator can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        let hint = match (&self.fault, self.purpose) {
            (Fault::Unreadable(error), purpose) => return unreadable(error.kind(), purpose),
            (Fault::NoFile | Fault::TooLong(_), _) => "name the PEM file itself",
            (Fault::Der { .. }, Purpose::Key) => {
                "openssl pkey -inform der -in FILE -out KEY.pem writes it as PEM"
            }
            (Fault::Der { .. }, _) => {
                "openssl x509 -inform der -in FILE -out CERTIFICATE.pem writes it as PEM; what \
                 was exported as PKCS #12 is taken apart by openssl pkcs12"
            }
            (Fault::NoBlock { .. }, _) => "is it the right file, and was it written to its end?",
            (Fault::OtherBlock { found, .. }, purpose) => other_block(found, purpose),
            (Fault::NoEnd { .. } | Fault::Garbled { .. }, _) => {
                "copy it once more, whole and unchanged"
            }
            (Fault::VersionOne { .. }, _) => {
                "openssl x509 -req leaves the names out that the request has, unless it is told \
                 -copy_extensions copy"
            }
            (Fault::Encrypted { .. }, _) => {
                "nobody is there to be asked for a passphrase: openssl pkey -in FILE -out KEY.pem \
                 writes it without one; let natconnd's user alone read that"
            }
            (Fault::UnknownKey { .. }, _) => {
                "use RSA of 2048 to 8192 bits, ECDSA on P-256 or P-384, or Ed25519"
            }
            (
                Fault::OtherKey {
                    of_line: Some(_), ..
                },
                _,
            ) => "the key's own certificate must be the first in its file",
            (Fault::OtherKey { .. }, _) => {
                "openssl x509 -noout -pubkey -in CERTIFICATE and openssl pkey -pubout -in KEY \
                 must print the same"
            }
            (Fault::Ended { .. }, _) => "renew it",
            (Fault::NotBegun { .. }, _) => "is this machine's clock right?",
            (Fault::Unusable(_), _) => return None,
        };
        Some(hint)
    }
}

fn unreadable(kind: io::ErrorKind, purpose: Purpose) -> Option<&'static str> {
    match (kind, purpose) {
        (io::ErrorKind::NotFound, _) => Some("check the path, and where symbolic links lead"),
        (io::ErrorKind::PermissionDenied, Purpose::Key) => Some(
            "let this program's group read it, and nobody else: chgrp, chmod 640; it must get \
             through each folder on the way",
        ),
        (io::ErrorKind::PermissionDenied, _) => {
            Some("let this program's user read it; it must get through each folder on the way")
        }
        _ => None,
    }
}

fn other_block(found: &str, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Key if found == "CERTIFICATE" => {
            "the certificate's file was named for the key: are the two swapped?"
        }
        Purpose::Key => "the key is what the certificate's request was made with",
        _ if found.ends_with("CERTIFICATE REQUEST") => {
            "that is what is sent to a CA; the certificate is what comes back"
        }
        _ if found.ends_with("PRIVATE KEY") => {
            "the key's file was named for the certificate: are the two swapped?"
        }
        _ if found == "TRUSTED CERTIFICATE" => {
            "openssl x509 -in FILE -out CERTIFICATE.pem writes it as everybody reads it"
        }
        _ => "is it the right file?",
    }
}

/// What a block claims to be, as it may stand in a message.
fn shown(label: &str) -> String {
    label
        .chars()
        .take(40)
        .flat_map(char::escape_debug)
        .collect()
}

/// An I/O error in lower case, without the number that the system has for it.
fn without_number(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    text.to_lowercase()
}
