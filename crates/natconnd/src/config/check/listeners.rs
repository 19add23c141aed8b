//! What makes a listener: one place, and all that TLS needs or nothing of it.

use std::path::Path;

use super::{Mistake, Written};
use crate::config::Listener;

/// Listeners of which something is missing or has no meaning.
pub(super) fn check(written: &Written<'_>) -> Vec<Mistake> {
    let listeners = written.config.listeners.iter();
    listeners
        .flat_map(|(name, listener)| {
            let section = format!("listener.{name}");
            let keys = Keys { written, section };
            let mut mistakes = Vec::new();
            mistakes.extend(keys.place(listener));
            match listener.unix_socket {
                Some(_) if listener.listen.is_empty() => mistakes.extend(keys.not_of_unix()),
                _ => mistakes.extend(keys.tls(listener)),
            }
            mistakes
        })
        .collect()
}

/// The keys of one listener.
struct Keys<'w> {
    written: &'w Written<'w>,
    section: String,
}

impl Keys<'_> {
    fn path(&self, key: &str) -> String {
        format!("{}.{key}", self.section)
    }

    fn is_given(&self, key: &str) -> bool {
        (self.written.is_given)(&self.path(key))
    }

    fn place(&self, listener: &Listener) -> Option<Mistake> {
        let is_told = |key| (self.written.is_faulty)(&self.path(key));
        let (has_tcp, has_unix) = (!listener.listen.is_empty(), listener.unix_socket.is_some());
        if has_tcp && has_unix {
            return Some(Mistake::new(
                self.path("unix-socket"),
                "there is listen too, and a listener has one of the two",
                "give it a [listener.NAME] of its own",
            ));
        }
        let is_nowhere = !has_tcp && !has_unix && !is_told("listen") && !is_told("unix-socket");
        is_nowhere.then(|| {
            Mistake::new(
                &self.section,
                "has neither listen nor unix-socket",
                "write listen = [\"127.0.0.1:8081\"]",
            )
        })
    }

    /// What has a meaning over TCP only.
    fn not_of_unix(&self) -> Vec<Mistake> {
        let given = ["allow", "certificate", "key", "client-ca"];
        let given = given.into_iter().filter(|key| self.is_given(key));
        given
            .map(|key| {
                Mistake::new(
                    self.path(key),
                    "is not for a unix socket",
                    "leave it out; who may ask is said by the file's permissions, and by user and \
                     group of a [caller.NAME]",
                )
            })
            .collect()
    }

    fn tls(&self, listener: &Listener) -> Option<Mistake> {
        let tls = listener.tls.as_ref()?;
        let is_missing = |key, file: &Path| file.as_os_str().is_empty() && !self.is_given(key);
        match (
            is_missing("certificate", &tls.certificate),
            is_missing("key", &tls.key),
        ) {
            (false, false) => None,
            (false, true) => Some(Mistake::new(
                self.path("certificate"),
                "there is no key",
                "write key = \"…\", the PEM file with the certificate's key",
            )),
            (true, false) => Some(Mistake::new(
                self.path("key"),
                "there is no certificate",
                "write certificate = \"…\", the PEM file with the key's certificate",
            )),
            (true, true) => Some(Mistake::new(
                self.path("client-ca"),
                "there is no certificate, and without TLS clients show none",
                "write certificate and key",
            )),
        }
    }
}
