//! `[track]` and `[track.filter]`.

use super::{Section, key};
use crate::config::form::{
    BufferSize, DeliveryWord, Endpoint, Kind, List, One, Optional, Period, PortRange, ProtocolName,
    TimeSpan, ZoneNumber,
};

pub(super) const SECTION: Section = Section {
    path: "track",
    meaning: "What is kept of the kernel's table, and how it is read.",
    keys: &[
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
    ],
    named: None,
};

pub(super) const FILTER: Section = Section {
    path: "track.filter",
    meaning: "Which translations to keep at all: all that is given must fit, and any item \
              of a list will do. Everything is kept by default.",
    keys: &[
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
    ],
    named: None,
};
