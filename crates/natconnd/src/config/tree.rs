//! The values, one struct per section, and their defaults.
//!
//! Meaning and format of each key stand in `keys/`.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use model::Filter;

use super::{Delivery, IdentReply, KeyName, LogLevel, OnFailure, RemoteEndpoints, Roles};

/// The whole configuration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// `[http]`: who may ask, and where.
    pub http: Http,
    /// `[track]`: what is kept of the kernel's table, and how it is read.
    pub track: Track,
    /// `[ident]`: what remotes are told of who has their connections.
    pub ident: Ident,
    /// `[history]`: what is recorded of ended connections.
    pub history: History,
    /// `[listener.NAME]`: more places where may be asked.
    pub listeners: BTreeMap<String, Listener>,
    /// `[caller.NAME]`: who is known by name.
    pub callers: BTreeMap<String, Caller>,
    /// `[audit]`: what is written down of who asked what.
    pub audit: Audit,
    /// `[metrics]`: what `/metrics` tells beyond the usual.
    pub metrics: Metrics,
    /// `[log]`: what the daemon says about its own doings.
    pub log: Log,
    /// `[pynatconnd]`: the URLs of pynatconnd.
    pub pynatconnd: Pynatconnd,
}

/// `[http]`: who may ask, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Http {
    /// Where TCP connections are accepted; may be empty.
    pub listen: Vec<SocketAddr>,
    /// The unix socket's absolute path, `None` where there is none.
    pub unix_socket: Option<PathBuf>,
    /// The networks that may ask over TCP; nobody where empty.
    pub allow: Vec<IpNet>,
    /// What whoever is let in over TCP may do without a credential.
    pub roles: Roles,
    /// The same over the unix socket; root and natconnd's own user may do all.
    pub unix_roles: Roles,
    /// The DNS names by which `listen` may be asked; `*` for any.
    pub hosts: Vec<String>,
    /// Whether all the world may ask `listen`.
    pub unprotected: bool,
    /// How many clients may be connected at once, at least 1.
    pub max_connections: usize,
    /// How many of these may be one caller's, at least 1.
    pub max_connections_per_caller: usize,
    /// How much each caller without a name may ask.
    pub limits: CallerLimits,
    /// How long a client may take to send a request's head, never zero.
    pub header_timeout: Duration,
    /// How many requests with many questions are answered at once, at least 1.
    pub bulk_requests: usize,
    /// The largest body of such a request, in bytes.
    pub max_body: u64,
    /// How long such a request may bring nothing, never zero.
    pub body_timeout: Duration,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))],
            unix_socket: Some(PathBuf::from("/run/natconnd/natconnd.sock")),
            allow: vec![
                Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8).into(),
                Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128).into(),
            ],
            roles: Roles::LOOKING,
            unix_roles: Roles::LOOKING,
            hosts: Vec::new(),
            unprotected: false,
            max_connections: 10_000,
            max_connections_per_caller: 2500,
            limits: CallerLimits::default(),
            header_timeout: Duration::from_secs(10),
            bulk_requests: 8,
            max_body: 1 << 30,
            body_timeout: Duration::from_secs(300),
        }
    }
}

/// `[track]`: what is kept of the kernel's table, and how it is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Track {
    /// How long an ended connection stays answerable.
    pub keep_ended: Duration,
    /// The event socket's receive buffer at the start, in bytes.
    pub receive_buffer: u64,
    /// How far the receive buffer may grow, in bytes; at least
    /// `receive_buffer`.
    pub receive_buffer_max: u64,
    /// What the kernel does with an event that does not fit.
    pub delivery: Delivery,
    /// How often the table is compared with the kernel's, never zero.
    pub reconcile_every: Duration,
    /// The ports that source translations are given.
    pub nat_ports: RangeInclusive<u16>,
    /// `[track.filter]`: the translations to keep at all.
    pub filter: Filter,
}

impl Default for Track {
    fn default() -> Self {
        Self {
            keep_ended: Duration::from_secs(10),
            receive_buffer: 64 << 20,
            receive_buffer_max: 256 << 20,
            delivery: Delivery::Reliable,
            reconcile_every: Duration::from_secs(5 * 60),
            nat_ports: 1024..=65_535,
            filter: Filter::default(),
        }
    }
}

/// `[ident]`: what remotes are told of who has their connections.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ident {
    /// Where remotes may ask; nowhere where empty.
    pub listen: Vec<SocketAddr>,
    /// The networks that may ask.
    pub allow: Vec<IpNet>,
    /// What they are told of a host.
    pub reply: IdentReply,
    /// The name for all hosts, where they are told a name.
    pub name: Option<String>,
    /// The file with the key of hashes.
    pub key_file: PathBuf,
}

impl Default for Ident {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            allow: vec![Ipv4Net::default().into(), Ipv6Net::default().into()],
            reply: IdentReply::Hash,
            name: None,
            key_file: PathBuf::from("/var/lib/natconnd/ident.key"),
        }
    }
}

/// `[history]`: what is recorded of ended connections, and for how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// Where records are kept; nothing is recorded where `None`.
    pub folder: Option<PathBuf>,
    /// The name of this gateway; the host name where `None`.
    pub gateway: Option<String>,
    /// How long a record is kept after its end; for ever where `None`.
    pub keep_for: Option<Duration>,
    /// What all files may take together, in bytes; any number where `None`.
    pub keep_bytes: Option<u64>,
    /// Whether remote endpoints are kept.
    pub remote: RemoteEndpoints,
    /// How long a record may wait for the disk, never zero.
    pub fsync_every: Duration,
    /// After how long a segment is sealed at the latest, never zero.
    pub segment_age: Duration,
}

impl Default for History {
    fn default() -> Self {
        Self {
            folder: None,
            gateway: None,
            keep_for: None,
            keep_bytes: None,
            remote: RemoteEndpoints::Keep,
            fsync_every: Duration::from_secs(1),
            segment_age: Duration::from_secs(24 * 3600),
        }
    }
}

/// `[metrics]`: what `/metrics` tells beyond the usual.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    /// How many hosts are listed one by one, at most 100.
    pub top_hosts: usize,
}

/// `[log]`: what the daemon says about its own doings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Log {
    /// The least important level that is still written.
    pub level: LogLevel,
}

/// `[pynatconnd]`: the URLs of pynatconnd.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pynatconnd {
    /// What `/{key_name}/{value}` looks up; the URLs are off where `None`.
    pub key_name: Option<KeyName>,
}

/// `[listener.NAME]`: a place where may be asked, by rules of its own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Listener {
    /// Where TCP connections are accepted; may be empty.
    pub listen: Vec<SocketAddr>,
    /// A unix socket's absolute path.
    pub unix_socket: Option<PathBuf>,
    /// The networks that may ask over TCP; where `None` everybody over TLS, and without TLS
    /// the machine itself.
    pub allow: Option<Vec<IpNet>>,
    /// What it speaks TLS with, `None` where it does not.
    pub tls: Option<Tls>,
    /// What whoever is let in may do without a credential.
    pub roles: Roles,
    /// The DNS names by which it may be asked without TLS; `*` for any.
    pub hosts: Vec<String>,
    /// Whether all the world may ask it without TLS.
    pub unprotected: bool,
}

/// The files of a listener that speaks TLS.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tls {
    /// Its certificate and those that lead to the root, PEM.
    pub certificate: PathBuf,
    /// The certificate's key, PEM.
    pub key: PathBuf,
    /// The certificates by which those of clients are checked, PEM; clients need none
    /// where it is `None`.
    pub client_ca: Option<PathBuf>,
}

/// `[caller.NAME]`: who is known by name, and what it may do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Caller {
    /// The hashes of its tokens.
    pub tokens: Vec<TokenHash>,
    /// Its certificates.
    pub certificates: Vec<CertificateName>,
    /// Users of this machine that it is, over a unix socket.
    pub users: Vec<UnixUser>,
    /// Groups of this machine whose members it is, over a unix socket.
    pub groups: Vec<UnixGroup>,
    /// The listeners at which it is known; all where empty.
    pub listeners: Vec<String>,
    /// What it may do.
    pub roles: Roles,
    /// How much it may ask.
    pub limits: CallerLimits,
}

/// How much a caller may ask; any amount where `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CallerLimits {
    /// Requests each second.
    pub requests_per_second: Option<usize>,
    /// Requests that are answered at once.
    pub requests_at_once: Option<usize>,
    /// The longest time that one question may be about, its tolerance on both sides included.
    pub longest_period: Option<Duration>,
    /// Questions in one request.
    pub most_questions: Option<usize>,
}

/// The SHA-256 of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TokenHash(pub [u8; 32]);

/// How a client certificate is recognised.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum CertificateName {
    /// By the SHA-256 of it (DER).
    Fingerprint([u8; 32]),
    /// By a DNS name that it is for.
    Dns(String),
}

/// A user of this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnixUser {
    /// As it was written: a name or a number.
    pub text: String,
    /// The user's number.
    pub uid: u32,
}

/// A group of users of this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnixGroup {
    /// As it was written: a name or a number.
    pub text: String,
    /// The group's number.
    pub gid: u32,
    /// The users that are members by the machine's list of groups, besides those whose
    /// first group it is.
    pub members: Vec<u32>,
}

/// `[audit]`: what is written down of who asked what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audit {
    /// Where audit files are kept; nothing is audited where `None`.
    pub folder: Option<PathBuf>,
    /// What becomes of a question that cannot be written down.
    pub on_failure: OnFailure,
    /// The roles whose use asks for a reason.
    pub require_reason: Roles,
    /// Whether the answers to proxies are audited.
    pub forward_auth: bool,
    /// After how many bytes the next file is begun.
    pub rotate_bytes: u64,
    /// How long files are kept; for ever where `None`.
    pub keep_for: Option<Duration>,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            folder: None,
            on_failure: OnFailure::Refuse,
            require_reason: Roles::NONE,
            forward_auth: true,
            rotate_bytes: 64 << 20,
            keep_for: None,
        }
    }
}
