//! Why TLS did not come about, in words, and what can be done about it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError};

/// Why TLS did not come about.
#[derive(Debug)]
pub(super) struct Fault {
    cause: rustls::Error,
    /// Whose certificates count.
    ca: PathBuf,
}

impl Fault {
    /// The fault that is behind an error, if one is. `ca` is whose certificates count.
    pub fn of(error: &(dyn Error + 'static), ca: &Path) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            // An I/O error does not count what it wraps among its sources.
            let wrapped = error.downcast_ref::<std::io::Error>();
            let wrapped = wrapped.and_then(std::io::Error::get_ref);
            let cause = match wrapped {
                Some(wrapped) => wrapped.downcast_ref::<rustls::Error>(),
                None => error.downcast_ref::<rustls::Error>(),
            };
            if let Some(cause) = cause {
                return Some(Self {
                    cause: cause.clone(),
                    ca: ca.to_owned(),
                });
            }
            next = error.source();
        }
        None
    }

    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        use AlertDescription as Alert;
        use CertificateError as Certificate;
        let hint = match &self.cause {
            rustls::Error::InvalidCertificate(error) => match error {
                Certificate::UnknownIssuer | Certificate::BadSignature => {
                    let ca = self.ca.display();
                    return Some(format!(
                        "{ca} says whose certificates count; --ca FILE names another file"
                    ));
                }
                Certificate::Expired
                | Certificate::ExpiredContext { .. }
                | Certificate::NotValidYet
                | Certificate::NotValidYetContext { .. } => {
                    "renew it on the gateway, or is this machine's clock wrong?"
                }
                Certificate::NotValidForNameContext { presented, .. } if presented.is_empty() => {
                    "a certificate must have its names as subjectAltName; the common name does \
                     not count"
                }
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                    "write a name that it is for into --url, or have it made for this one"
                }
                Certificate::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
                    "openssl req -x509 makes a CA unless it is told -addext \
                     basicConstraints=critical,CA:FALSE"
                }
                _ => return None,
            },
            rustls::Error::AlertReceived(alert) => match alert {
                Alert::CertificateRequired => "--certificate FILE and --key FILE name one",
                Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::DecryptError
                | Alert::AccessDenied => {
                    "--certificate must be in force, for clients, and of a CA in the listener's \
                     client-ca; openssl x509 -noout -text -in FILE shows it"
                }
                // TLS 1.2 has no other word for a certificate that is missing.
                Alert::HandshakeFailure => {
                    "it may ask for a certificate: --certificate FILE and --key FILE"
                }
                _ => return None,
            },
            rustls::Error::InvalidMessage(_) => "does it speak TLS? if not, write http://",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            rustls::Error::InvalidCertificate(error) => certificate(f, error),
            rustls::Error::AlertReceived(alert) => refusal(f, *alert),
            rustls::Error::InvalidMessage(_) => f.write_str("what came back is no TLS"),
            error => write!(f, "TLS: {error}"),
        }
    }
}

/// What is wrong with natconnd's certificate.
fn certificate(f: &mut fmt::Formatter<'_>, error: &CertificateError) -> fmt::Result {
    match error {
        CertificateError::UnknownIssuer => {
            f.write_str("its certificate is of no CA that is trusted here")
        }
        CertificateError::BadSignature => {
            f.write_str("its certificate has a signature that is not its CA's")
        }
        CertificateError::Expired => f.write_str("its certificate has ended"),
        CertificateError::ExpiredContext { not_after, .. } => {
            write!(f, "its certificate ended at {}", time(*not_after))
        }
        CertificateError::NotValidYet => f.write_str("its certificate has not begun"),
        CertificateError::NotValidYetContext { not_before, .. } => {
            write!(f, "its certificate begins at {}", time(*not_before))
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let expected = name(expected);
            match &presented[..] {
                [] => write!(f, "its certificate has no names, expected {expected}"),
                names => {
                    let names: Vec<String> = names.iter().map(|it| presented_name(it)).collect();
                    write!(
                        f,
                        "its certificate is for {}, not for {expected}",
                        names.join(", ")
                    )
                }
            }
        }
        CertificateError::NotValidForName => f.write_str("its certificate is for other names"),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            f.write_str("its certificate is not for servers")
        }
        CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            f.write_str("its certificate is a CA's, and no server's")
        }
        CertificateError::BadEncoding => f.write_str("its certificate cannot be read"),
        error => write!(f, "its certificate: {error}"),
    }
}

/// What natconnd has against us.
fn refusal(f: &mut fmt::Formatter<'_>, alert: AlertDescription) -> fmt::Result {
    use AlertDescription as Alert;
    f.write_str(match alert {
        Alert::CertificateRequired => "it asks for a certificate",
        Alert::UnknownCA => "it does not know the CA of the certificate that was shown",
        Alert::CertificateExpired => "the certificate that was shown has ended or not begun",
        Alert::CertificateRevoked => "the certificate that was shown is revoked",
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::DecryptError
        | Alert::AccessDenied => "it does not take the certificate that was shown",
        Alert::HandshakeFailure => "it ended the handshake",
        Alert::ProtocolVersion => "it speaks neither TLS 1.2 nor 1.3",
        Alert::NoApplicationProtocol => "it does not speak HTTP/1.1 there",
        other => return write!(f, "it ended the connection: {other:?}"),
    })
}

fn name(name: &ServerName<'_>) -> String {
    match name {
        ServerName::IpAddress(address) => std::net::IpAddr::from(*address).to_string(),
        name => name.to_str().into_owned(),
    }
}

/// A name in a certificate, of which rustls tells the kind as well:
/// `DnsName("gateway.example")`, `IpAddress(192.0.2.1)`.
fn presented_name(text: &str) -> String {
    let inner = text
        .split_once('(')
        .and_then(|(_, name)| name.strip_suffix(')'));
    let name = inner.unwrap_or(text).trim_matches('"');
    super::error::printable(name)
}

fn time(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let time = Timestamp::from_second(seconds);
    time.map_or_else(|_| format!("second {seconds}"), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_without_their_kind() {
        assert_eq!(presented_name("DnsName(\"*.example\")"), "*.example");
        assert_eq!(presented_name("IpAddress(192.0.2.1)"), "192.0.2.1");
        assert_eq!(presented_name("DnsName(\"a\u{1b}b\")"), "a\\u{1b}b");
        assert_eq!(presented_name("DirectoryName"), "DirectoryName");
    }

    #[test]
    fn the_cause_is_found_below_others() {
        let cause = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
        let error =
            std::io::Error::other(std::io::Error::new(std::io::ErrorKind::InvalidData, cause));
        let fault = Fault::of(&error, Path::new("/ca"));
        assert!(fault.is_none_or(|fault| fault.to_string() == "it asks for a certificate"));
        let other = std::io::Error::other("something else");
        assert!(Fault::of(&other, Path::new("/ca")).is_none());
    }
}
