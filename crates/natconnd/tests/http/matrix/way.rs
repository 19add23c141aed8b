//! The ways in: each kind of listener, with each credential that it takes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use natconnd::config::Roles;

use super::doors::Doors;
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
pub const TOKEN: &str = "natconn_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE";

/// The user that is named, the group, its member, and somebody else.
pub const USER: u32 = 61_001;
pub const GROUP: u32 = 61_050;
pub const MEMBER: u32 = 61_002;
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
