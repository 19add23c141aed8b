//! The ways in: each kind of listener, with each credential that it takes.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use natconnd::config::{
    Caller, CertificateName, Config, Role, Roles, TokenHash, UnixGroup, UnixUser,
};
use natconnd::http::{Listener, Socket};
use natconnd::tls::ServerTls;
use natconnd::{config, token};

use super::local::connect_as;
use super::tls::{self, certificates};
use crate::client::PATIENCE;

/// How a caller comes, and by what it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// `http.listen`, where no token is taken.
    Plain,
    /// A listener without TLS, with a token.
    PlainToken,
    /// A listener with TLS where tokens are taken, without one.
    Tls,
    /// Another, with a token.
    TlsBearer,
    /// The same with the token as a password.
    TlsBasic,
    /// A listener that asks for certificates, with one that nobody has named.
    Mutual,
    /// The same, known by fingerprint.
    Fingerprint,
    /// The same, known by a DNS name of the certificate.
    DnsName,
    /// The unix socket, as nobody in particular.
    Unix,
    /// A unix socket, as a user who is named.
    User,
    /// The same, by the first group.
    Group,
    /// The same, as one of the group's members.
    Member,
    /// The same, as root.
    Root,
}

/// The token of these tests.
const TOKEN: &str = "natconn_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE";

/// The user that is named, the group, its member, and somebody else.
const USER: u32 = 61_001;
const GROUP: u32 = 61_050;
const MEMBER: u32 = 61_002;
const STRANGER: u32 = 61_009;

impl Way {
    pub const ALL: &[Self] = &[
        Self::Plain,
        Self::PlainToken,
        Self::Tls,
        Self::TlsBearer,
        Self::TlsBasic,
        Self::Mutual,
        Self::Fingerprint,
        Self::DnsName,
        Self::Unix,
        Self::User,
        Self::Group,
        Self::Member,
        Self::Root,
    ];

    /// Whether it takes users of the machine to come.
    pub fn is_of_users(self) -> bool {
        matches!(self, Self::Unix | Self::User | Self::Group | Self::Member)
    }

    /// What callers have who shall have these roles: root has all, whatever is configured.
    pub fn roles(self, wanted: Roles) -> Roles {
        match self {
            Self::Root => Roles::ALL,
            _ => wanted,
        }
    }

    /// Whether the caller is known by something.
    pub fn has_credential(self) -> bool {
        !matches!(self, Self::Plain | Self::Tls | Self::Mutual | Self::Unix)
    }

    /// 401 for those whom a token could help.
    pub fn status_of_refusal(self) -> u16 {
        match self {
            Self::Tls => 401,
            _ => 403,
        }
    }

    /// The header line with the credential.
    pub fn header(self) -> String {
        match self {
            Self::PlainToken | Self::TlsBearer => format!("Authorization: Bearer {TOKEN}\r\n"),
            // printf %s "anybody:$TOKEN" | base64 -w0
            Self::TlsBasic => {
                "Authorization: Basic YW55Ym9keTpuYXRjb25uX2FiY2RlZmdoaWprbG1ub3BxcnN0\
                               dXZ3eHl6MDEyMzQ1Njc4OS1fQUJDREU=\r\n"
                    .to_owned()
            }
            _ => String::new(),
        }
    }

    /// Connects.
    pub fn connect(self, doors: &Doors) -> Box<dyn Stream> {
        let plain = |address| {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            Box::new(stream)
        };
        let known = certificates();
        let tls = |client: &tls::Client, name| Box::new(client.connect(doors.addresses[name]));
        let user = |name: &str, uid, gid| {
            let stream = connect_as(uid, gid, &doors.sockets[name]);
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            Box::new(stream)
        };
        match self {
            Self::Plain => plain(doors.addresses["http"]),
            Self::PlainToken => plain(doors.addresses["plain"]),
            Self::Tls => tls(&known.without, "open-tls"),
            Self::TlsBearer | Self::TlsBasic => tls(&known.without, "tls"),
            Self::Mutual => tls(&known.of_nobody, "open-mutual"),
            Self::Fingerprint => tls(&known.by_fingerprint, "mutual"),
            Self::DnsName => tls(&known.by_name, "mutual"),
            Self::Unix => user("unix", STRANGER, STRANGER),
            Self::User => user("local", USER, STRANGER),
            Self::Group => user("local", STRANGER, GROUP),
            Self::Member => user("local", MEMBER, STRANGER),
            Self::Root => {
                let stream = UnixStream::connect(&doors.sockets["local"]).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                Box::new(stream)
            }
        }
    }
}

/// A connection.
pub trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

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
