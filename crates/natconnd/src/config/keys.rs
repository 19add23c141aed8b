//! Every key, defined once.
//!
//! Reader, writer, reference, example file and the list of what SIGHUP can
//! change all walk [`KEYS`]; a key that is added here is in all of them.

use super::Config;
use super::form::{
    BodySize, BufferSize, Count, DeliveryWord, DiskSize, Endpoint, Fault, FilePath, Folder, Found,
    HostCount, IdentWord, Key as KeyNameForm, Kind, Level, List, ListenAddress, Name, Network,
    Occurrence, One, Optional, Period, PortRange, ProtocolName, RemoteWord, SocketPath, TimeSpan,
    UserName, ZoneNumber,
};

/// One key: what it means, and how it gets into a [`Config`] and out again.
pub(super) struct Key {
    /// Section and name: `track.filter.kind`.
    pub path: &'static str,
    /// What the reference calls its values.
    pub shape: fn() -> String,
    /// Reads a value into the configuration.
    pub read: fn(&mut Config, &Found<'_>) -> Result<(), Vec<Fault>>,
    /// Writes the configuration's value, `None` where it is not set.
    pub write: fn(&Config) -> Option<String>,
    /// A value that could stand there, for keys that are not set by default.
    pub example: &'static str,
    /// Whether SIGHUP can change it in a running daemon.
    pub is_live: bool,
    /// What it is for, in whole sentences.
    pub meaning: &'static str,
}

impl Key {
    /// The section it stands in: `track.filter`.
    pub fn section(&self) -> &'static str {
        self.path
            .rsplit_once('.')
            .map_or("", |(section, _)| section)
    }

    /// Its name within the section: `kind`.
    pub fn name(&self) -> &'static str {
        self.path
            .rsplit_once('.')
            .map_or(self.path, |(_, name)| name)
    }
}

/// A section and what it is for.
pub(super) struct Section {
    /// Its name, as it stands in brackets.
    pub path: &'static str,
    /// What it is for, in whole sentences.
    pub meaning: &'static str,
}

/// The sections, in the order of the reference.
pub(super) const SECTIONS: &[Section] = &[
    Section {
        path: "http",
        meaning: "Who may ask, and where.",
    },
    Section {
        path: "track",
        meaning: "What is kept of the kernel's table, and how it is read.",
    },
    Section {
        path: "track.filter",
        meaning: "Which translations to keep at all: all that is given must fit, and any item \
                  of a list will do. Everything is kept by default.",
    },
    Section {
        path: "history",
        meaning: "What is recorded of ended connections, and for how long. Nothing is unless \
                  `folder` is set: records say who talked to whom, and how long they may be \
                  kept is a matter of law.",
    },
    Section {
        path: "metrics",
        meaning: "What `/metrics` tells beyond the usual.",
    },
    Section {
        path: "ident",
        meaning: "RFC 1413: remotes ask who has their connection, and are told how to name \
                  the host in a complaint. Nobody is answered unless `listen` is set; \
                  docs/ident.md says what that needs.",
    },
    Section {
        path: "log",
        meaning: "What the daemon says about its own doings.",
    },
    Section {
        path: "pynatconnd",
        meaning: "The URLs of pynatconnd: /KEY-NAME/VALUE, /debug and /nagios.",
    },
];

/// The three functions of a key: its field of [`Config`] in its form.
macro_rules! key {
    (
        $path:literal, $form:ty, $($field:tt).+,
        live: $live:literal, $(example: $example:literal,)? $meaning:literal
    ) => {
        Key {
            path: $path,
            shape: <$form as Occurrence>::shape,
            read: |config, found| {
                config.$($field).+ = <$form as Occurrence>::read(found)?;
                Ok(())
            },
            write: |config| <$form as Occurrence>::write(&config.$($field).+),
            example: concat!("" $(, $example)?),
            is_live: $live,
            meaning: $meaning,
        }
    };
}

/// The keys, section by section, in the order of the reference.
pub(super) const KEYS: &[Key] = &[
    key!(
        "http.listen", List<ListenAddress>, http.listen, live: false,
        "Where TCP connections are accepted. IPv6 addresses stand in brackets: \"[::1]:8080\"."
    ),
    key!(
        "http.unix-socket", One<SocketPath>, http.unix_socket, live: false,
        "The unix socket that the command natconn asks. Its file permissions say who may ask; \
         `allow` does not apply to it. \"\" switches it off."
    ),
    key!(
        "http.allow", List<Network>, http.allow, live: true,
        "The addresses and networks that may ask over TCP. Everybody else is refused before \
         the request is looked at."
    ),
    key!(
        "http.max-connections", One<Count>, http.max_connections, live: false,
        "How many clients may be connected at once."
    ),
    key!(
        "http.header-timeout", One<Period>, http.header_timeout, live: false,
        "How long a client may take to send the head of a request."
    ),
    key!(
        "http.bulk-requests", One<Count>, http.bulk_requests, live: false,
        "How many requests with many questions (POST /api/v1/lookups) are answered at once. \
         Each may hold some megabytes; more of them are told to come again."
    ),
    key!(
        "http.max-body", One<BodySize>, http.max_body, live: false,
        "How much such a request may bring. It is never in memory as a whole."
    ),
    key!(
        "http.body-timeout", One<Period>, http.body_timeout, live: false,
        "How long such a request may bring nothing before it is given up."
    ),
    key!(
        "track.keep-ended", One<TimeSpan>, track.keep_ended, live: true,
        "How long a connection can still be looked up after it has ended."
    ),
    key!(
        "track.receive-buffer", One<BufferSize>, track.receive_buffer, live: false,
        "The receive buffer of the event socket at the start. The kernel drops events that \
         find it full; what was lost is then read from the kernel's table again."
    ),
    key!(
        "track.receive-buffer-max", One<BufferSize>, track.receive_buffer_max, live: false,
        "How far the receive buffer may grow after events were lost. At least `receive-buffer`."
    ),
    key!(
        "track.delivery", One<DeliveryWord>, track.delivery, live: false,
        "What the kernel does with the end of a connection that finds the receive buffer full. \
         \"reliable\": it keeps the connection and tells its end again; a natconnd that is frozen as a whole then \
         slows the whole gateway down, until it reads again or its socket is closed. \
         \"best-effort\": it drops it, and the end is found later in the kernel's table. Either \
         way natconnd is told that something did not fit. docs/delivery.md has the figures."
    ),
    key!(
        "track.reconcile-every", One<Period>, track.reconcile_every, live: false,
        "How often the table is compared with the kernel's, in case an event went missing \
         without a word."
    ),
    key!(
        "track.nat-ports", One<PortRange>, track.nat_ports, live: false,
        "The ports that the ruleset gives source translations: \"32768-61000\" for a rule with \
         `to :32768-61000`. Only used to tell how full a NAT address is for a remote endpoint; \
         the default is what Linux takes where a rule names no ports."
    ),
    key!(
        "track.filter.protocol", List<ProtocolName>, track.filter.protocols, live: false,
        "Transport protocols, by name or number: [\"tcp\", \"udp\", 47]. Empty for all."
    ),
    key!(
        "track.filter.kind", Optional<Kind>, track.filter.kind, live: false,
        example: "\"source\"",
        "The kind of translation: source (SNAT, masquerade) or destination (DNAT, port \
         forward, redirect). Both where it is left out."
    ),
    key!(
        "track.filter.zone", List<ZoneNumber>, track.filter.zones, live: false,
        "Conntrack zones. Empty for all."
    ),
    key!(
        "track.filter.internal", List<Endpoint>, track.filter.internal.0, live: false,
        "The host behind the NAT: [\"192.168.0.0/16\", \"[2001:db8::1]:443\"]. Empty for all."
    ),
    key!(
        "track.filter.nat", List<Endpoint>, track.filter.nat.0, live: false,
        "What the NAT shows to the world: [\"203.0.113.7\", \":1024-65535\"]. Empty for all."
    ),
    key!(
        "track.filter.remote", List<Endpoint>, track.filter.remote.0, live: false,
        "The far end, as seen next to the NAT endpoint: [\"198.51.100.1:443\"]. Empty for all."
    ),
    key!(
        "track.filter.original-destination",
        List<Endpoint>, track.filter.original_destination.0, live: false,
        "The destination as the initiator wrote it, before any translation. Empty for all."
    ),
    key!(
        "history.folder", Optional<Folder>, history.folder, live: false,
        example: "\"/var/lib/natconnd/history\"",
        "Where records are kept, in files that other programs can read; docs/history.md says \
         how. Nothing is recorded where it is left out."
    ),
    key!(
        "history.gateway", Optional<Name>, history.gateway, live: false,
        example: "\"gateway-1\"",
        "The name of this gateway in each record. The machine's host name where it is left out."
    ),
    key!(
        "history.keep-for", Optional<Period>, history.keep_for, live: false,
        example: "\"90d\"",
        "How long a record is kept after its end; whole files go, once their last record is \
         that old. For ever where it is left out."
    ),
    key!(
        "history.keep-bytes", Optional<DiskSize>, history.keep_bytes, live: false,
        example: "\"20GiB\"",
        "What all files may take together; the oldest go first. As much as there is where it \
         is left out. A gateway of 1000 connections a second writes about 1 GiB a day."
    ),
    key!(
        "history.remote", One<RemoteWord>, history.remote, live: false,
        "Whether remote endpoints are kept. \"omit\" leaves them out, as RFC 6888 asks of whoever \
         does not need them; hosts that had the same NAT endpoint at the same time cannot be \
         told apart then."
    ),
    key!(
        "history.fsync-every", One<Period>, history.fsync_every, live: false,
        "How long a record may wait for the disk: what a power cut can lose. A crash of natconnd \
         loses nothing that it had written."
    ),
    key!(
        "history.segment-age", One<Period>, history.segment_age, live: false,
        "After how long the journal becomes a file that other programs can read, at the latest."
    ),
    key!(
        "metrics.top-hosts", One<HostCount>, metrics.top_hosts, live: false,
        "How many hosts `/metrics` lists with their address, those with the most connections. \
         None by default: each host is a time series for whoever collects them, and \
         says who is on line."
    ),
    key!(
        "ident.listen", List<ListenAddress>, ident.listen, live: false,
        "Where remotes may ask: [\"[::]:113\"] for every address, [\"0.0.0.0:113\"] for those of \
         IPv4. Remotes look for it at the NAT address, port 113. Empty switches it off."
    ),
    key!(
        "ident.allow", List<Network>, ident.allow, live: false,
        "The addresses and networks that may ask; connections of others are closed. Whoever asks \
         learns of their own connections only."
    ),
    key!(
        "ident.reply", One<IdentWord>, ident.reply, live: false,
        "What a remote is told of a host. \"host\": its address. \"hash\": a hash of its address, \
         which `natconn ident` turns back into the address, and nobody can without the key. \
         \"name\": `name`, for all."
    ),
    key!(
        "ident.name", Optional<UserName>, ident.name, live: false,
        example: "\"nat\"",
        "What all hosts are called where `reply` is \"name\"."
    ),
    key!(
        "ident.key-file", One<FilePath>, ident.key_file, live: false,
        "The key of hashes; it is made when it is needed and not there. Whoever has it can turn \
         hashes into addresses, and without it nobody can."
    ),
    key!(
        "log.level", One<Level>, log.level, live: true,
        "The least important messages that are still written."
    ),
    key!(
        "pynatconnd.key-name", Optional<KeyNameForm>, pynatconnd.key_name, live: false,
        example: "\"nat_port\"",
        "What /KEY-NAME/VALUE looks up, in pynatconnd's words. The URLs are off where it is \
         left out."
    ),
];

/// The key with this section and name.
pub(super) fn key(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// Whether a section has this name.
pub(super) fn is_section(path: &str) -> bool {
    SECTIONS.iter().any(|section| section.path == path)
}

/// The keys that stand directly in a section.
pub(super) fn keys_of(section: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.section() == section)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_in_a_section_and_every_section_has_keys() {
        for key in KEYS {
            assert!(is_section(key.section()), "{}", key.path);
        }
        for section in SECTIONS {
            assert!(keys_of(section.path).next().is_some(), "{}", section.path);
        }
    }

    #[test]
    fn keys_that_are_not_set_by_default_have_an_example() {
        for key in KEYS {
            let is_set = (key.write)(&Config::default()).is_some();
            assert_ne!(is_set, !key.example.is_empty(), "{}", key.path);
        }
    }
}
