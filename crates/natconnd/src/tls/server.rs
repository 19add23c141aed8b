//! A listener's certificate and key, taken over anew when their files change.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::Timestamp;
use parking_lot::{Mutex, RwLock};
use rustls::crypto::ring::Ticketer;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::{DEFAULT_VERSIONS, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::error::{Fault, Purpose, TlsError};
use super::files::{certificates, certified, roots, told};
use super::stamp::Stamp;
use super::status::{Refused, Status};
use super::validity::Validity;
use super::{NoValidity, provider};
use crate::config::Tls;

/// What a listener speaks TLS with.
///
/// Connections keep what they have begun with; those that come after a reload get what was
/// taken over. Files that are of no use change nothing.
pub struct ServerTls {
    files: Tls,
    current: RwLock<Arc<ServerConfig>>,
    /// Held while files are read, so that two reloads cannot overtake each other.
    account: Mutex<Account>,
}

/// What is known of the files.
struct Account {
    stamps: [Stamp; 3],
    status: Status,
}

/// What became of a reload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reloaded {
    /// The files are those that are known.
    Unchanged,
    /// New connections get what is in the files.
    Taken,
    /// The files are of no use, and what was in use stays.
    Refused,
}

/// What files have in them, ready for use.
struct Loaded {
    config: Arc<ServerConfig>,
    validity: Validity,
    /// The line of the certificate.
    line: usize,
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl ServerTls {
    /// Reads the files of a listener.
    ///
    /// A certificate that has ended is taken and complained of: without it the listener
    /// would be silent, and whoever looks for the reason finds it here and there.
    ///
    /// # Errors
    ///
    /// A file cannot be read or has not in it what it should, or the key is not the
    /// certificate's.
    pub fn load(files: &Tls) -> Result<Self, TlsError> {
        // Before they are read: what changes meanwhile is read once more.
        let stamps = stamps(files);
        let Loaded {
            config,
            validity,
            line,
        } = read(files)?;
        if let Err(error) = in_force(files, validity, line) {
            warn("a listener's certificate is of no use to clients", &error);
        }
        let status = Status {
            validity,
            reloads: 0,
            reloads_refused: 0,
            refused: None,
        };
        Ok(Self {
            files: files.clone(),
            current: RwLock::new(config),
            account: Mutex::new(Account { stamps, status }),
        })
    }

    /// What makes TLS of a connection that begins now. Costs next to nothing; not to be
    /// kept for connections to come. How long a handshake may take is up to the caller.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.read()))
    }

    /// How it is doing.
    pub fn status(&self) -> Status {
        self.account.lock().status.clone()
    }

    /// Reads the files anew, changed or not. What is wrong with them is logged, counted, and
    /// kept in [`Self::status`]. Reads files, so it blocks.
    pub fn reload(&self) -> Reloaded {
        self.take_over(&mut self.account.lock(), true)
    }

    /// Reads the files anew if one of them is another or looks otherwise than when it was read,
    /// or if they were of no use, which may be over: key and certificate are seldom
    /// replaced at once, and what may be read depends on folders too. Blocks.
    pub fn reload_if_changed(&self) -> Reloaded {
        let mut account = self.account.lock();
        if account.status.refused.is_none() && account.stamps == stamps(&self.files) {
            return Reloaded::Unchanged;
        }
        self.take_over(&mut account, false)
    }

    /// Calls [`Self::reload_if_changed`] again and again, where blocking is allowed. Never
    /// ends; drop it when the listener ends.
    pub async fn follow_files(self: Arc<Self>, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            let tls = Arc::clone(&self);
            // It has nothing to say that is not in the log. Should it panic, the next try
            // comes anyway.
            let _ = tokio::task::spawn_blocking(move || tls.reload_if_changed()).await;
        }
    }

    /// Where nobody `asked` for it, a mistake that is known is not told again.
    fn take_over(&self, account: &mut Account, asked: bool) -> Reloaded {
        let seen = stamps(&self.files);
        let read = read(&self.files).and_then(|loaded| {
            in_force(&self.files, loaded.validity, loaded.line)?;
            Ok(loaded)
        });
        let is_same = account.stamps == seen;
        account.stamps = seen;
        let status = &mut account.status;
        match read {
            Ok(loaded) => {
                *self.current.write() = loaded.config;
                status.validity = loaded.validity;
                status.reloads += 1;
                status.refused = None;
                tracing::info!(
                    certificate = %self.files.certificate.display(),
                    not_after = %loaded.validity.not_after,
                    "a listener's certificate and key were read anew",
                );
                Reloaded::Taken
            }
            Err(error) => {
                let text = error.to_string();
                let is_known =
                    !asked && is_same && status.refused.as_ref().is_some_and(|it| it.error == text);
                if !is_known {
                    warn("a listener keeps the certificate that it had", &error);
                    status.reloads_refused += 1;
                    status.refused = Some(Refused {
                        at: now(),
                        error: text,
                        hint: error.hint(),
                    });
                }
                Reloaded::Refused
            }
        }
    }
}

fn warn(what: &'static str, error: &TlsError) {
    tracing::warn!(%error, hint = error.hint(), "{what}");
}

fn stamps(files: &Tls) -> [Stamp; 3] {
    // Where there is no CA its stamp is that of the key.
    let ca = files.client_ca.as_ref().unwrap_or(&files.key);
    [&files.certificate, &files.key, ca].map(|path| Stamp::of(path))
}

/// Makes of the files what is needed to speak TLS.
fn read(files: &Tls) -> Result<Loaded, TlsError> {
    let chain = certificates(&files.certificate, Purpose::Certificate)?;
    // There is one at least.
    let (line, leaf) = (chain[0].line, &chain[0].der);
    let of_certificate = |fault| of(&files.certificate, Purpose::Certificate, fault);
    let validity = Validity::of(leaf).map_err(|cause: NoValidity| {
        of_certificate(Fault::Garbled {
            line,
            label: Purpose::Certificate.block().to_owned(),
            cause: cause.to_string(),
        })
    })?;
    let pair = certified(&chain, &files.certificate, &files.key)?;
    let unusable = |error| of_certificate(Fault::Unusable(error));
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(DEFAULT_VERSIONS)
        .map_err(unusable)?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let roots = Arc::new(roots(path)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider()).build();
            let verifier = verifier.map_err(|error| {
                let error = rustls::Error::General(error.to_string());
                of(path, Purpose::Ca, Fault::Unusable(error))
            })?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Sessions are in tickets or nowhere: clients cannot fill the memory with them.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    if files.client_ca.is_some() {
        // Who resumes a session is not asked for a certificate again, so it would be
        // let in for hours after that has ended, or the CA was replaced.
        config.send_tls13_tickets = 0;
    } else {
        config.ticketer = Ticketer::new().map_err(unusable)?;
    }
    Ok(Loaded {
        config: Arc::new(config),
        validity,
        line,
    })
}

/// Whether clients take the certificate today.
fn in_force(files: &Tls, validity: Validity, line: usize) -> Result<(), TlsError> {
    let Validity {
        not_before,
        not_after,
    } = validity;
    told(&files.certificate, Purpose::Certificate, || match now() {
        now if now < not_before => Err(Fault::NotBegun { line, not_before }),
        now if now >= not_after.plus(Duration::from_secs(1)) => {
            Err(Fault::Ended { line, not_after })
        }
        _ => Ok(()),
    })
}

fn of(path: &std::path::Path, purpose: Purpose, fault: Fault) -> TlsError {
    TlsError {
        path: PathBuf::from(path),
        purpose,
        fault,
    }
}

/// The time of day.
fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(0).plus(since_1970.unwrap_or_default())
}
