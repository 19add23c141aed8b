//! What holds for every configuration and every text.

// Outside of the test functions themselves clippy takes this for the product.
#![allow(clippy::unwrap_used)]

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use model::{EndpointPattern, EndpointSet, Filter, Protocol, TranslationKind};
use natconnd::config::{
    self, Config, Delivery, History, Http, Ident, IdentReply, KeyName, Log, LogLevel, Metrics,
    Pynatconnd, RemoteEndpoints, Track,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

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

fn http() -> impl Strategy<Value = Http> {
    let listen = (address(), any::<u16>()).prop_map(SocketAddr::from);
    // Quotes, escapes and control characters must survive too.
    let path = "/[ -~äß\t\n\\x01\"'\\\\]{0,40}".prop_map(PathBuf::from);
    (
        vec(listen, 0..4),
        option::of(path),
        vec(net(), 0..4),
        [1..=usize::MAX >> 1, 1..=usize::MAX >> 1],
        [duration(1), duration(1)],
        1_u64 << 10..1 << 50,
    )
        .prop_map(|(listen, unix_socket, allow, counts, timeouts, max_body)| {
            let [max_connections, bulk_requests] = counts;
            let [header_timeout, body_timeout] = timeouts;
            Http {
                listen,
                unix_socket,
                allow,
                max_connections,
                header_timeout,
                bulk_requests,
                max_body,
                body_timeout,
            }
        })
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
    let path = "/[ -~äß\t\n\\x01\"'\\\\]{0,40}".prop_map(PathBuf::from);
    (
        option::of(path),
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
    let listen = (address(), any::<u16>()).prop_map(SocketAddr::from);
    let key_file = "/[!-~äß]{1,20}".prop_filter("a file has a name", |path| {
        Path::new(path).file_name().is_some()
    });
    (
        vec(listen, 0..4),
        vec(net(), 0..4),
        select(&IdentReply::ALL[..]),
        "[!-~]{1,20}",
        key_file.prop_map(PathBuf::from),
    )
        .prop_map(|(listen, allow, reply, name, key_file)| Ident {
            listen,
            allow,
            reply,
            name: Some(name),
            key_file,
        })
}

fn configuration() -> impl Strategy<Value = Config> {
    let level = select(&LogLevel::ALL[..]);
    let key_name = option::of(select(&KeyName::ALL[..]));
    (
        http(),
        track(),
        ident(),
        history(),
        0..=100_usize,
        level,
        key_name,
    )
        .prop_map(
            |(http, track, ident, history, top_hosts, level, key_name)| Config {
                http,
                track,
                ident,
                history,
                metrics: Metrics { top_hosts },
                log: Log { level },
                pynatconnd: Pynatconnd { key_name },
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
