//! `[listener.NAME]`.

use std::path::Path;

use super::{Key, Named, Section, named_key};
use crate::config::form::{
    FilePath, Flag, Form, HostName, List, ListenAddress, Network, Occurrence, One, Optional,
    OptionalList, RoleSet, SocketPath,
};
use crate::config::{Config, Tls};

pub(super) const SECTION: Section = Section {
    path: "listener.NAME",
    meaning: "More places where may be asked, each by its own rules: NAME is yours to choose, at \
              most 64 letters, digits, `-` and `_`. `http` and `unix` are taken: those are \
              `http.listen` and `http.unix-socket`.",
    keys: &[
        named_key!(
            "listener.NAME.listen", List<ListenAddress>, listeners[NAME].listen, live: false,
            example: "[\"192.0.2.1:8443\"]",
            "Where TCP connections are accepted. One of this and `unix-socket` is needed."
        ),
        named_key!(
            "listener.NAME.unix-socket", One<SocketPath>, listeners[NAME].unix_socket, live: false,
            example: "\"/run/natconnd/desk.sock\"",
            "A unix socket instead. Its file permissions say who may ask; `allow` and TLS are not \
             for it."
        ),
        named_key!(
            "listener.NAME.allow", OptionalList<Network>, listeners[NAME].allow, live: true,
            example: "[\"192.0.2.0/24\"]",
            "The addresses and networks that are let in; nobody where the list is empty. Where it \
             is left out: everybody over TLS, and without TLS the machine itself."
        ),
        Key {
            path: "listener.NAME.certificate",
            shape: Optional::<FilePath>::shape,
            read: |config, name, found| {
                tls(config, name).certificate = FilePath::read(found).map_err(|it| vec![it])?;
                Ok(())
            },
            write: |config, name| tls_file(config, name, |tls| Some(&tls.certificate)),
            example: "\"/etc/natconnd/tls/desk.crt\"",
            is_live: false,
            meaning: "The certificate, and those that lead to the root behind it, in PEM: it is \
                      what makes the listener speak TLS. The three files are read again when they \
                      change, and at SIGHUP.",
        },
        Key {
            path: "listener.NAME.key",
            shape: Optional::<FilePath>::shape,
            read: |config, name, found| {
                tls(config, name).key = FilePath::read(found).map_err(|it| vec![it])?;
                Ok(())
            },
            write: |config, name| tls_file(config, name, |tls| Some(&tls.key)),
            example: "\"/etc/natconnd/tls/desk.key\"",
            is_live: false,
            meaning: "The certificate's key, in PEM. Nobody but natconnd should be able to read it.",
        },
        Key {
            path: "listener.NAME.client-ca",
            shape: Optional::<FilePath>::shape,
            read: |config, name, found| {
                let file = FilePath::read(found).map_err(|it| vec![it])?;
                tls(config, name).client_ca = Some(file);
                Ok(())
            },
            write: |config, name| tls_file(config, name, |tls| tls.client_ca.as_deref()),
            example: "\"/etc/natconnd/tls/clients.crt\"",
            is_live: false,
            meaning: "The certificates, in PEM, by which those of clients are checked (mutual TLS). \
                      Clients without one of theirs do not get in; where it is left out they \
                      need none.",
        },
        named_key!(
            "listener.NAME.roles", RoleSet, listeners[NAME].roles, live: true,
            "What whoever is let in may do without a credential; nothing by default, so that \
             only the callers below may ask."
        ),
        named_key!(
            "listener.NAME.hosts", List<HostName>, listeners[NAME].hosts, live: true,
            "As `http.hosts`. Only where there is no TLS: nobody else has a certificate for the \
             listener's name."
        ),
        named_key!(
            "listener.NAME.unprotected", One<Flag>, listeners[NAME].unprotected, live: false,
            "As `http.unprotected`: `listen` beyond loopback, without TLS, is a mistake where \
             `allow` is left out or everybody, unless this is true."
        ),
    ],
    named: Some(Named {
        names: |config| config.listeners.keys().map(String::as_str).collect(),
        add: |config, name| {
            config.listeners.entry(name.to_owned()).or_default();
        },
        example: "desk",
        taken: &[("http", "http.listen"), ("unix", "http.unix-socket")],
    }),
};

/// The files of a listener, all of them left out until they are read.
fn tls<'c>(config: &'c mut Config, name: &str) -> &'c mut Tls {
    let listener = config.listeners.entry(name.to_owned()).or_default();
    listener.tls.get_or_insert_default()
}

/// Writes one of the files. One that was left out has no path.
fn tls_file(config: &Config, name: &str, file: fn(&Tls) -> Option<&Path>) -> Option<String> {
    let tls = config.listeners.get(name)?.tls.as_ref()?;
    let file = file(tls).filter(|file| !file.as_os_str().is_empty())?;
    Some(FilePath::write(&file.to_owned()))
}
