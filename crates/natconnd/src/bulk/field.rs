//! What a column can be for, and the names under which others have it.

/// What a column is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    /// NAT address, or address and port in one.
    Nat,
    /// NAT port.
    NatPort,
    /// Remote address, or address and port in one.
    Remote,
    /// Remote port.
    RemotePort,
    /// Internal endpoint, for questions the other way round.
    Internal,
    /// Transport protocol.
    Protocol,
    /// Kind of translation.
    Kind,
    /// Conntrack zone.
    Zone,
    /// The moment asked about.
    At,
    /// The time of day, where `At` has the date only.
    TimeOfDay,
    /// The begin of the time asked about.
    From,
    /// Its end.
    To,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 12] = [
        Self::Nat,
        Self::NatPort,
        Self::Remote,
        Self::RemotePort,
        Self::Internal,
        Self::Protocol,
        Self::Kind,
        Self::Zone,
        Self::At,
        Self::TimeOfDay,
        Self::From,
        Self::To,
    ];

    /// The words for it, the first one being the one to show.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Nat => &["nat_address", "nat"],
            Self::NatPort => &["nat_port"],
            Self::Remote => &["remote_address", "remote"],
            Self::RemotePort => &["remote_port"],
            Self::Internal => &["internal_address", "internal"],
            Self::Protocol => &["protocol"],
            Self::Kind => &["kind"],
            Self::Zone => &["zone"],
            Self::At => &["at"],
            Self::TimeOfDay => &["time_of_day"],
            Self::From => &["from"],
            Self::To => &["to"],
        }
    }

    /// The word to show.
    pub const fn name(self) -> &'static str {
        self.names()[0]
    }

    /// The field of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|field| field.names().contains(&name))
    }

    /// The place of its value among all fields'.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A name without what people write differently: `Source-IP`, `source_ip` and
/// `sourceIp` are one.
pub fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How others call the two ends: the end that is the NAT endpoint, and which may
/// stand opposite. The first one that an input has decides.
pub const SIDES: [(&[&str], &[&str]); 12] = [
    (&["nat"], &["remote", "destination", "dest", "dst"]),
    (
        &["external", "public", "mapped", "xlate", "postnatsource"],
        OPPOSITE,
    ),
    (&["source", "src", "s", "sourceendpoint"], OPPOSITE),
    // German.
    (&["quell", "quelle"], &["ziel"]),
    (
        &["client", "requestclient", "c"],
        &["server", "s", "destination", "dst", "local"],
    ),
    (
        &[
            "attacker",
            "offender",
            "offending",
            "reported",
            "infringing",
            "abuser",
        ],
        OPPOSITE,
    ),
    // Zeek.
    (
        &["idorig", "orig", "originator"],
        &["idresp", "resp", "responder"],
    ),
    // Envoy.
    (&["downstreamremote"], &["downstreamlocal"]),
    (&["peer", "rhost", "r"], &["local", "server", "l"]),
    // nginx, Apache and Caddy: who asks them.
    (CALLER, &["server", "local"]),
    (&[""], OPPOSITE),
    (&["host"], OPPOSITE),
];

/// What web servers call who asks them. Here `remote_address` is the other end, so their
/// words for an address are fewer ([`CALLER_ENDS`]).
pub const CALLER: &[&str] = &["remote", "requestremote"];

/// What stands behind [`CALLER`] for an address.
pub const CALLER_ENDS: [&str; 3] = ["addr", "ip", "host"];

const OPPOSITE: &[&str] = &[
    "destination",
    "dest",
    "dst",
    "d",
    "target",
    "victim",
    "server",
    "remote",
];

/// What stands behind the name of an end for its address, or for both.
pub const ADDRESS_ENDS: [&str; 15] = [
    "address",
    "addr",
    "ip",
    "ipaddress",
    "ipaddr",
    "ipv4",
    "ipv6",
    "endpoint",
    "host",
    "h",
    "ip4",
    "ip6",
    "adresse",
    "ipadresse",
    "",
];

/// What stands behind the name of an end for its port.
pub const PORT_ENDS: [&str; 6] = ["port", "p", "pt", "portnumber", "tcpport", "udpport"];

/// How others call the rest, the best first.
pub const OTHERS: [(Field, &[&str]); 7] = [
    (
        Field::Internal,
        &["internal", "internaladdress", "internalip"],
    ),
    (
        Field::Protocol,
        &[
            "protocol",
            "proto",
            "transport",
            "networktransport",
            "transportprotocol",
            "l4proto",
            "ipproto",
            "ipprotocol",
            "protokoll",
        ],
    ),
    (Field::Kind, &["natkind"]),
    (Field::Zone, &["conntrackzone", "ctzone"]),
    (
        Field::At,
        &[
            "at",
            "timestamp",
            "datetime",
            "eventtime",
            "eventtimestamp",
            "timelocal",
            "timeiso8601",
            "msec",
            "ts",
            "time",
            "date",
            "timeutc",
            "timestamputc",
            "datetimeutc",
            "utctime",
            "attacktime",
            "incidenttime",
            "incidentdate",
            "occurred",
            "occurredat",
            "seen",
            "observed",
            "detected",
            "detecttime",
            "logtime",
            "requesttime",
            "arrivaldate",
            "receiveddate",
            "zeitpunkt",
            "zeitstempel",
            "zeit",
            "uhrzeit",
            "datum",
        ],
    ),
    (
        Field::From,
        &[
            "from",
            "start",
            "starttime",
            "begin",
            "firstseen",
            "timestart",
        ],
    ),
    (
        Field::To,
        &["to", "end", "endtime", "until", "lastseen", "timeend"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_place_and_its_name() {
        for (index, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!(field.index(), index);
            for name in field.names() {
                assert_eq!(Field::of_name(name), Some(field));
            }
        }
        assert_eq!(plain("Source-IP "), plain("source_ip"));
        assert_eq!(plain("@timestamp"), "timestamp");
    }
}
