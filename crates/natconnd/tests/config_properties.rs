//! What holds for every configuration and every text.

// Outside of the test functions themselves clippy takes this for the product.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use model::{EndpointPattern, EndpointSet, Filter, Protocol, TranslationKind};
use natconnd::config::{
    self, Audit, Caller, CallerLimits, CertificateName, Config, Delivery, History, Http, Ident,
    IdentReply, KeyName, Listener, Log, LogLevel, Metrics, OnFailure, Pynatconnd, RemoteEndpoints,
    Role, Roles, Tls, TokenHash, Track, UnixGroup, UnixUser,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from),
    ]
}

fn net() -> impl Strategy<Value = IpNet> {
    (address(), 0..=128u8).prop_map(|(address, bits)| {
        let most = if address.is_ipv4() { 32 } else { 128 };
        IpNet::new(address, bits.min(most)).unwrap().trunc()
    })
}

fn endpoints() -> impl Strategy<Value = EndpointSet> {
    let ports = (any::<u16>(), any::<u16>()).prop_map(|(a, b)| a.min(b)..=a.max(b));
    let pattern = (option::of(net()), option::of(ports))
        .prop_map(|(addresses, ports)| EndpointPattern { addresses, ports })
        .prop_filter("a pattern says something", |pattern| !pattern.is_any());
    vec(pattern, 0..4).prop_map(EndpointSet)
}

fn duration(shortest: u64) -> impl Strategy<Value = Duration> {
    let unit = select(&[1, 1000, 60_000, 3_600_000, 86_400_000][..]);
    (shortest..36_500, unit).prop_map(|(number, unit)| Duration::from_millis(number * unit))
}

// Quotes, escapes and control characters must survive too.
fn path() -> impl Strategy<Value = PathBuf> {
    "/[ -~äß\t\n\\x01\"'\\\\]{0,40}".prop_map(PathBuf::from)
}

/// The path of a file, which has a name.
fn file() -> impl Strategy<Value = PathBuf> {
    "/[!-~äß]{1,20}"
        .prop_filter("a file has a name", |path| {
            Path::new(path).file_name().is_some()
        })
        .prop_map(PathBuf::from)
}

fn listen() -> impl Strategy<Value = SocketAddr> {
    (address(), any::<u16>()).prop_map(SocketAddr::from)
}

fn roles() -> impl Strategy<Value = Roles> {
    subsequence(&Role::ALL, 0..=4).prop_map(Roles::from_iter)
}

fn dns_name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_-]{0,10}(\\.[a-z][a-z0-9-]{0,10}){0,3}"
}

fn hosts() -> impl Strategy<Value = Vec<String>> {
    vec(prop_oneof![dns_name(), Just("*".to_owned())], 0..3)
}

fn count() -> impl Strategy<Value = usize> {
    1..=usize::MAX >> 1
}

fn limits(most_questions: bool) -> impl Strategy<Value = CallerLimits> {
    let questions = option::of(count()).prop_map(move |it| it.filter(|_| most_questions));
    let counts = (option::of(count()), option::of(count()), questions);
    (counts, option::of(duration(1))).prop_map(
        |((requests_per_second, requests_at_once, most_questions), longest_period)| CallerLimits {
            requests_per_second,
            requests_at_once,
            longest_period,
            most_questions,
        },
    )
}

/// Whether so few networks let in more than part of the world.
fn are_wide(networks: &[IpNet]) -> bool {
    networks.iter().any(|net| net.prefix_len() < 8)
}

fn http() -> impl Strategy<Value = Http> {
    (
        (vec(listen(), 0..4), option::of(path()), vec(net(), 0..4)),
        ([roles(), roles()], hosts(), any::<bool>()),
        [count(), count(), count()],
        limits(false),
        [duration(1), duration(1)],
        1_u64 << 10..1 << 50,
    )
        .prop_map(|(places, access, counts, limits, timeouts, max_body)| {
            let (listen, unix_socket, allow) = places;
            let ([roles, unix_roles], hosts, unprotected) = access;
            let [max_connections, max_connections_per_caller, bulk_requests] = counts;
            let [header_timeout, body_timeout] = timeouts;
            Http {
                listen,
                unix_socket,
                unprotected: unprotected || are_wide(&allow),
                allow,
                roles,
                unix_roles,
                hosts,
                max_connections,
                max_connections_per_caller,
                limits,
                header_timeout,
                bulk_requests,
                max_body,
                body_timeout,
            }
        })
}

fn tcp_listener() -> impl Strategy<Value = Listener> {
    let tls = (file(), file(), option::of(file())).prop_map(|(certificate, key, client_ca)| Tls {
        certificate,
        key,
        client_ca,
    });
    (
        vec(listen(), 1..4),
        option::of(vec(net(), 0..4)),
        option::of(tls),
        roles(),
        hosts(),
        any::<bool>(),
    )
        .prop_map(|(listen, allow, tls, roles, hosts, unprotected)| Listener {
            listen,
            unix_socket: None,
            unprotected: unprotected || allow.as_deref().is_none_or(are_wide),
            allow,
            tls,
            roles,
            hosts,
        })
}

fn unix_listener() -> impl Strategy<Value = Listener> {
    (path(), roles()).prop_map(|(path, roles)| Listener {
        unix_socket: Some(path),
        roles,
        ..Listener::default()
    })
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,64}".prop_filter("a name of their own", |name| {
        !["http", "unix"].contains(&name.as_str())
    })
}

/// A caller, and which listeners it shall be known at.
fn caller() -> impl Strategy<Value = (Caller, Vec<Index>)> {
    let certificate = prop_oneof![
        any::<[u8; 32]>().prop_map(CertificateName::Fingerprint),
        dns_name().prop_map(CertificateName::Dns),
    ];
    // Users by number: names are this or that machine's.
    let user = (0..u32::MAX).prop_map(|uid| UnixUser {
        text: uid.to_string(),
        uid,
    });
    let group = (0..u32::MAX).prop_map(|gid| UnixGroup {
        text: gid.to_string(),
        gid,
        members: Vec::new(),
    });
    let roles = subsequence(&Role::ALL, 1..=4).prop_map(Roles::from_iter);
    (
        vec(any::<[u8; 32]>().prop_map(TokenHash), 1..3),
        vec(certificate, 0..3),
        vec(user, 0..3),
        vec(group, 0..3),
        (roles, limits(true)),
        vec(any::<Index>(), 0..3),
    )
        .prop_map(
            |(tokens, certificates, users, groups, (roles, limits), at)| {
                let caller = Caller {
                    tokens,
                    certificates,
                    users,
                    groups,
                    listeners: Vec::new(),
                    roles,
                    limits,
                };
                (caller, at)
            },
        )
}

fn audit() -> impl Strategy<Value = Audit> {
    (
        option::of(path()),
        select(&OnFailure::ALL[..]),
        roles(),
        any::<bool>(),
        1_u64 << 10..1 << 50,
        option::of(duration(1)),
    )
        .prop_map(
            |(folder, on_failure, roles, forward_auth, rotate_bytes, keep_for)| Audit {
                // A reason that nobody writes down is asked for by mistake.
                require_reason: if folder.is_some() { roles } else { Roles::NONE },
                folder,
                on_failure,
                forward_auth,
                rotate_bytes,
                keep_for,
            },
        )
}

fn filter() -> impl Strategy<Value = Filter> {
    (
        vec(any::<u8>().prop_map(Protocol), 0..4),
        option::of(select(&TranslationKind::ALL[..])),
        vec(any::<u16>(), 0..4),
        [endpoints(), endpoints(), endpoints(), endpoints()],
    )
        .prop_map(|(protocols, kind, zones, endpoints)| {
            let [internal, nat, remote, original_destination] = endpoints;
            Filter {
                protocols,
                kind,
                zones,
                internal,
                nat,
                remote,
                original_destination,
            }
        })
}

fn track() -> impl Strategy<Value = Track> {
    let size = || 4096..=1_073_741_824u64;
    let delivery = select(&Delivery::ALL[..]);
    let ports = [any::<u16>(), any::<u16>()];
    let sizes = [size(), size()];
    (duration(0), sizes, delivery, duration(1), ports, filter()).prop_map(
        |(keep_ended, [one, other], delivery, reconcile_every, [port, other_port], filter)| Track {
            keep_ended,
            receive_buffer: one.min(other),
            receive_buffer_max: one.max(other),
            delivery,
            reconcile_every,
            nat_ports: port.min(other_port)..=port.max(other_port),
            filter,
        },
    )
}

fn history() -> impl Strategy<Value = History> {
    (
        option::of(path()),
        option::of("[!-~ä]{1,20}"),
        option::of(duration(1)),
        option::of(268_435_456..=1_u64 << 50),
        select(&RemoteEndpoints::ALL[..]),
        [duration(1), duration(1)],
    )
        .prop_map(|(folder, gateway, keep_for, keep_bytes, remote, spans)| {
            let [fsync_every, segment_age] = spans;
            History {
                folder,
                gateway,
                keep_for,
                keep_bytes,
                remote,
                fsync_every,
                segment_age,
            }
        })
}

fn ident() -> impl Strategy<Value = Ident> {
    (
        vec(listen(), 0..4),
        vec(net(), 0..4),
        select(&IdentReply::ALL[..]),
        "[!-~]{1,20}",
        file(),
    )
        .prop_map(|(listen, allow, reply, name, key_file)| Ident {
            listen,
            allow,
            reply,
            name: Some(name),
            key_file,
        })
}

/// The same listeners, of which none has the unix socket of another.
fn apart(http: &Http, mut listeners: BTreeMap<String, Listener>) -> BTreeMap<String, Listener> {
    let mut taken: Vec<_> = http.unix_socket.iter().cloned().collect();
    listeners.retain(|_, listener| {
        let is_free = listener
            .unix_socket
            .iter()
            .all(|path| !taken.contains(path));
        taken.extend(listener.unix_socket.clone());
        is_free
    });
    listeners
}

fn configuration() -> impl Strategy<Value = Config> {
    let level = select(&LogLevel::ALL[..]);
    let key_name = option::of(select(&KeyName::ALL[..]));
    let listener = prop_oneof![tcp_listener(), unix_listener()];
    (
        (http(), track(), ident(), history(), audit()),
        btree_map(name(), listener, 0..3),
        btree_map(name(), caller(), 0..3),
        (0..=100_usize, level, key_name),
    )
        .prop_map(
            |(sections, listeners, callers, (top_hosts, level, key_name))| {
                let (http, track, ident, history, audit) = sections;
                let listeners = apart(&http, listeners);
                let mut places: Vec<String> = listeners.keys().cloned().collect();
                places.extend(["http", "unix"].map(str::to_owned));
                let known_at = |(mut caller, at): (Caller, Vec<Index>)| {
                    let listeners = at.iter().map(|at| at.get(&places).clone());
                    caller.listeners = listeners.collect();
                    caller
                };
                let callers = callers.into_iter();
                Config {
                    http,
                    callers: callers.map(|(name, it)| (name, known_at(it))).collect(),
                    listeners,
                    track,
                    ident,
                    history,
                    audit,
                    metrics: Metrics { top_hosts },
                    log: Log { level },
                    pynatconnd: Pynatconnd { key_name },
                }
            },
        )
}

fn read(text: &str) -> Config {
    match config::parse(text, Path::new("natconnd.toml")) {
        Ok(loaded) => loaded.config,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Text made of what matters to the formats, and of anything.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "[",
        "]",
        "[http_server]",
        "[data]",
        "[[x]]",
        "[filter]\n",
        "[http]\n",
        "[listener.a]\n",
        "[caller.a]\n",
        "[caller]\n",
        "roles = [\"lookup\"]\n",
        "user = [0]\n",
        "token",
        "natconn_",
        "\n",
        "\r\n",
        "\r",
        "=",
        " ",
        "\t",
        "#",
        ",",
        "'",
        "\"",
        "'''",
        "\"\"\"",
        "key_name",
        "ip_acl",
        "host",
        "dst_ip",
        "del_delay",
        "listen",
        "127.0.0.1",
        "10.0.0.0/255.0.0.0",
        "nat_port",
        "ä",
        "\u{feff}",
        "\u{2028}",
        "\0",
        "-1e309",
        "1e18",
        "%(x)s",
        "\\",
    ];
    let piece = prop_oneof![
        4 => select(pieces.map(str::to_owned).to_vec()),
        1 => any::<String>(),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_written_reads_as_the_same(config in configuration()) {
        prop_assert_eq!(&read(&config::render_toml(&config, false)), &config);
        prop_assert_eq!(&read(&config::render_toml(&config, true)), &config);
    }

    #[test]
    fn a_configuration_needs_no_restart_for_itself(config in configuration()) {
        prop_assert!(config::changes_needing_restart(&config, &config).is_empty());
    }

    #[test]
    fn no_text_can_stop_the_reader(text in text()) {
        match config::parse(&text, Path::new("file")) {
            // What was read can be written and read again.
            Ok(loaded) => prop_assert_eq!(read(&loaded.to_toml()), loaded.config),
            Err(error) => prop_assert!(!error.messages().is_empty()),
        }
    }

    #[test]
    fn nothing_in_a_section_of_no_meaning_changes_the_meaning(junk in "[ -Z^-~\\t\\n\\x00ä]{0,80}") {
        let text = format!(
            "[data]\nkey_name = nat_port\n[http_server]\nip_acl = ::1\n[junk]\n{junk}"
        );
        if let Ok(loaded) = config::parse(&text, Path::new("file")) {
            prop_assert_eq!(read(&loaded.to_toml()), loaded.config);
        }
    }

    #[test]
    fn no_bytes_can_stop_pynatconnds_reader(bytes in vec(any::<u8>(), 0..400)) {
        let text = format!("[data]\n{}", String::from_utf8_lossy(&bytes));
        // Refused or not, it comes back.
        let _ = config::parse(&text, Path::new("file"));
    }
}

#[test]
fn the_defaults_are_not_written_where_only_changes_are() {
    assert_eq!(config::render_toml(&Config::default(), true), "");
    let mut config = Config::default();
    config.track.keep_ended = Duration::from_secs(90);
    assert_eq!(
        config::render_toml(&config, true),
        "[track]\nkeep-ended = \"90s\"\n"
    );
}

#[test]
fn no_name_can_end_a_comment_of_the_migrated_file() {
    let text = "[data]\nkey_name = nat_port\nx\0y\u{1b}[31m = 1\n[http_server]\nip_acl = ::1\n";
    let path = Path::new("/tmp/a\nlisten = 1\rb.conf");
    let loaded = config::parse(text, path).unwrap();
    assert_eq!(loaded.warnings.len(), 1);
    assert_eq!(read(&loaded.to_toml()), loaded.config);
}
