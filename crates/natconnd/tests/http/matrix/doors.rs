//! Where the ways lead in, and the rules that hold there.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use natconnd::config::{
    Caller, CertificateName, Config, Role, Roles, TokenHash, UnixGroup, UnixUser,
};
use natconnd::http::{Listener, Socket};
use natconnd::tls::ServerTls;
use natconnd::{config, token};

use super::tls::{self, certificates};
use super::way::{GROUP, MEMBER, TOKEN, USER};

/// Where the ways lead in.
pub struct Doors {
    pub addresses: BTreeMap<&'static str, SocketAddr>,
    pub sockets: BTreeMap<&'static str, PathBuf>,
}

impl Doors {
    /// Opens them all. The first is `http.listen`.
    pub fn open() -> (Self, Vec<Listener>) {
        let mut doors = Self {
            addresses: BTreeMap::new(),
            sockets: BTreeMap::new(),
        };
        let mut listeners = Vec::new();
        for (name, is_mutual) in [
            ("http", None),
            ("plain", None),
            ("open-tls", Some(false)),
            ("tls", Some(false)),
            ("open-mutual", Some(true)),
            ("mutual", Some(true)),
        ] {
            let socket = TcpListener::bind("127.0.0.1:0").unwrap();
            doors.addresses.insert(name, socket.local_addr().unwrap());
            let tls = is_mutual.map(|is_mutual| {
                let files = certificates().files(is_mutual);
                Arc::new(ServerTls::load(&files).unwrap())
            });
            listeners.push(Listener {
                name: name.into(),
                socket: Socket::Tcp(socket),
                tls,
            });
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        for name in ["unix", "local"] {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let file = format!("natconnd-matrix-{}-{count}.sock", std::process::id());
            let path = std::env::temp_dir().join(file);
            let _ = std::fs::remove_file(&path);
            let socket = UnixListener::bind(&path).unwrap();
            let everybody = std::fs::Permissions::from_mode(0o777);
            std::fs::set_permissions(&path, everybody).unwrap();
            doors.sockets.insert(name, path);
            listeners.push(Listener {
                name: name.into(),
                socket: Socket::Unix(socket),
                tls: None,
            });
        }
        (doors, listeners)
    }

    /// The rules by which whoever comes by one of the ways has these roles.
    ///
    /// Where a caller has to be known, whoever is not may do all that the caller may not:
    /// who is taken for somebody else is found out.
    pub fn config(&self, roles: Roles) -> Config {
        let others = Role::ALL.into_iter().filter(|role| !roles.contains(*role));
        let others: Roles = others.collect();
        let mut config = Config::default();
        config.http.roles = roles;
        config.http.unix_roles = roles;
        for (name, files, roles) in [
            ("plain", None, others),
            ("open-tls", Some(false), roles),
            ("tls", Some(false), others),
            ("open-mutual", Some(true), roles),
            ("mutual", Some(true), others),
        ] {
            let listener = config::Listener {
                tls: files.map(|is_mutual| certificates().files(is_mutual)),
                roles,
                ..config::Listener::default()
            };
            config.listeners.insert(name.to_owned(), listener);
        }
        let local = config::Listener {
            unix_socket: Some(self.sockets["local"].clone()),
            roles: others,
            ..config::Listener::default()
        };
        config.listeners.insert("local".to_owned(), local);
        let known = certificates();
        let fingerprint = CertificateName::Fingerprint(known.by_fingerprint.fingerprint());
        let group = UnixGroup {
            text: GROUP.to_string(),
            gid: GROUP,
            members: vec![MEMBER],
        };
        for (name, listeners, caller) in [
            (
                "with-token",
                &["plain", "open-tls", "tls"][..],
                Caller {
                    tokens: vec![TokenHash(token::hash(TOKEN))],
                    ..Caller::default()
                },
            ),
            (
                "with-certificate",
                &["mutual"],
                Caller {
                    certificates: vec![fingerprint],
                    ..Caller::default()
                },
            ),
            (
                "with-name",
                &["mutual"],
                Caller {
                    certificates: vec![CertificateName::Dns(tls::NAME.to_owned())],
                    ..Caller::default()
                },
            ),
            (
                "user",
                &["local"],
                Caller {
                    users: vec![UnixUser {
                        text: USER.to_string(),
                        uid: USER,
                    }],
                    ..Caller::default()
                },
            ),
            (
                "group",
                &["local"],
                Caller {
                    groups: vec![group],
                    ..Caller::default()
                },
            ),
        ] {
            let caller = Caller {
                roles,
                listeners: listeners.iter().map(|it| (*it).to_owned()).collect(),
                ..caller
            };
            config.callers.insert(name.to_owned(), caller);
        }
        config
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        for path in self.sockets.values() {
            // What stays in the temporary folder harms nobody.
            let _ = std::fs::remove_file(path);
        }
    }
}
