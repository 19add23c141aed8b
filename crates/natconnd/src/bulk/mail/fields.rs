//! Fields of reports: `Source IP: 203.0.113.7` and its relatives.

use std::borrow::Cow;

use model::{EndpointPattern, Protocol};

use super::super::field::plain;
use super::super::question::protocol_of;
use super::super::time;

/// What a field is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    /// The address that is reported.
    Source,
    SourcePort,
    /// A port of which it is not said whose it is.
    Port,
    Destination,
    DestinationPort,
    Protocol,
    Time,
    TimeZone,
    /// What was attacked; where it is said, a mere `Port` may be its port.
    Service,
}

const SLOTS: usize = 9;

/// The names of fields, without what people write differently.
const NAMES: [(Slot, &[&str]); SLOTS] = [
    (
        Slot::Source,
        &[
            "sourceip",
            "sourceaddress",
            "source",
            "sourceipaddress",
            "srcip",
            "src",
            "ip",
            "ipaddress",
            "ipaddr",
            "ipv4",
            "ipv6",
            "attackerip",
            "attackingip",
            "attacker",
            "offendingip",
            "offender",
            "offendingaddress",
            "infringingip",
            "infringersipaddress",
            "infringeripaddress",
            "abusiveip",
            "abuserip",
            "clientip",
            "clientaddress",
            "remoteip",
            "reportedip",
            "reportedaddress",
            "sourceidentifier",
            "suspectip",
            "hostip",
            "externalip",
            "publicip",
            "natip",
            "nataddress",
            "natendpoint",
            "senderip",
            "ipaddressofinfringer",
        ],
    ),
    (
        Slot::SourcePort,
        &[
            "sourceport",
            "srcport",
            "clientport",
            "attackerport",
            "infringingport",
            "remoteport",
            "natport",
            "sport",
            "spt",
            "sourcetcpport",
            "sourceudpport",
            "infringersport",
            "ipport",
            "hostport",
        ],
    ),
    (Slot::Port, &["port", "portnumber"]),
    (
        Slot::Service,
        &["service", "schemaurl", "reporttype", "category"],
    ),
    (
        Slot::Destination,
        &[
            "destinationip",
            "destinationaddress",
            "destip",
            "dstip",
            "destination",
            "dst",
            "targetip",
            "target",
            "targetaddress",
            "victimip",
            "victim",
            "serverip",
            "ourip",
            "destinationipaddress",
        ],
    ),
    (
        Slot::DestinationPort,
        &[
            "destinationport",
            "destport",
            "dstport",
            "targetport",
            "victimport",
            "serverport",
            "dport",
            "dpt",
        ],
    ),
    (
        Slot::Protocol,
        &[
            "protocol",
            "proto",
            "transportprotocol",
            "transport",
            "ipprotocol",
            "transportlayer",
        ],
    ),
    (
        Slot::Time,
        &[
            "timestamp",
            "time",
            "date",
            "datetime",
            "dateandtime",
            "datetimeutc",
            "timestamputc",
            "timeutc",
            "dateutc",
            "timegmt",
            "eventtime",
            "eventdate",
            "attacktime",
            "attackdate",
            "arrivaldate",
            "receiveddate",
            "incidenttime",
            "incidentdate",
            "incidenttimestamp",
            "timeofincident",
            "dateofincident",
            "logtime",
            "occurred",
            "occurredat",
            "detected",
            "detectedat",
            "firstseen",
            "lastseen",
            "seen",
            "observed",
            "observedat",
            "when",
            "starttime",
            "startdate",
            "firstfound",
            "lastfound",
            "recentinfringementtimestamp",
            "initialinfringementtimestamp",
            "timeofattack",
            "infringementdate",
        ],
    ),
    (Slot::TimeZone, &["timezone", "tz", "utcoffset", "zone"]),
];

/// The longest name of a field.
const MAX_NAME: usize = 40;

/// What a field of this name is about.
pub fn slot_of(name: &str) -> Option<Slot> {
    let plain = plain(name);
    let found = NAMES.iter().find(|(_, names)| names.contains(&&*plain));
    found.map(|(slot, _)| *slot)
}

/// The field that a line is: `Name: value`, `"name": "value",`, `Name = value`,
/// `<Name>value</Name>`.
pub fn field(line: &str) -> Option<(Slot, Cow<'_, str>)> {
    if let Some((name, rest)) = line.strip_prefix('<').and_then(|rest| rest.split_once('>'))
        && let Some(slot) = slot_of(name.split(' ').next().unwrap_or(name))
    {
        let value = rest.split("</").next().unwrap_or(rest).trim();
        return (!value.is_empty()).then_some((slot, Cow::Borrowed(value)));
    }
    let at = line.find([':', '=', '\t'])?;
    let name = without_tags(line[..at].trim_matches(['"', '\'', ' ', '-', '{']));
    if name.len() > MAX_NAME {
        return None;
    }
    // "Date (UTC)": the zone is of the value.
    let mut names = name.split(['(', '[']);
    let slot = slot_of(names.next().unwrap_or_default()).or_else(|| slot_of(&name))?;
    let value = line[at + 1..].trim().trim_start_matches('=');
    let value = value
        .trim_end_matches([',', ';', '}'])
        .trim_matches(['"', '\'', ' ']);
    if value.is_empty() {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let names_utc = slot == Slot::Time && (name.contains("utc") || name.contains("gmt"));
    let says_zone = |value: &str| time::whole(value).is_none_or(|it| !it.assumes().zone);
    if names_utc && !says_zone(value) {
        return Some((slot, Cow::Owned(format!("{value} UTC"))));
    }
    Some((slot, Cow::Borrowed(value)))
}

/// The members of JSON that stand in one line, each as [`field`] reads it; none where it
/// is no JSON.
pub fn members(line: &str) -> impl Iterator<Item = &str> {
    let is_json = line.contains('"') && line.contains([':', '{']) && line.contains(['{', ',']);
    let (mut is_quoted, mut is_escaped) = (false, false);
    let pieces = line.split(move |letter: char| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match letter {
            '"' if !was_escaped => is_quoted = !is_quoted,
            '\\' if is_quoted => is_escaped = !was_escaped,
            _ => {}
        }
        !is_quoted && "{}[],".contains(letter)
    });
    let members = pieces.map(str::trim).filter(|piece| piece.starts_with('"'));
    members.filter(move |_| is_json)
}

/// A text without the marks of HTML.
fn without_tags(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text.trim());
    }
    let mut plain = String::new();
    let mut is_within = false;
    for letter in text.chars() {
        match letter {
            '<' => is_within = true,
            '>' => is_within = false,
            letter if !is_within => plain.push(letter),
            _ => {}
        }
    }
    Cow::Owned(plain.trim().to_owned())
}

/// The address of a field, and the port that may stand behind it.
pub fn endpoint(value: &str) -> Option<EndpointPattern> {
    let value = without_tags(value);
    // "203.0.113.7 (host.example.org)"
    let word = value
        .split([' ', ',', ';', '('])
        .next()?
        .trim_matches(['"', '<', '>']);
    let pattern: EndpointPattern = word.parse().ok()?;
    pattern.address().map(|_| pattern)
}

/// The port of a field: "40123", "40123/tcp".
pub fn port(value: &str) -> Option<u16> {
    let value = without_tags(value);
    value.split(['/', ' ', ',', '(']).next()?.parse().ok()
}

/// The protocol of a field: "tcp", "6", "TCP/IP".
pub fn protocol(value: &str) -> Option<Protocol> {
    let value = without_tags(value);
    let word = value.split(['/', ' ', ',', '(']).next()?;
    word.parse().ok().or_else(|| protocol_of(word))
}

/// The fields of one incident.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record {
    values: [Option<Value>; SLOTS],
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Value {
    text: String,
    /// Whether it is of the incident before, and holds for this one until it says
    /// otherwise.
    is_inherited: bool,
}

impl Record {
    /// A field's text.
    pub fn of(&self, slot: Slot) -> Option<&str> {
        self.values[slot as usize]
            .as_ref()
            .map(|value| value.text.as_str())
    }
}

/// The incidents of a report, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Records {
    done: Vec<Record>,
    current: Record,
}

impl Records {
    /// Takes a field. One that says something else than before begins the next incident.
    /// False where it says nothing that can be used.
    pub fn set(&mut self, slot: Slot, text: &str) -> bool {
        let text = text.trim();
        let is_good = match slot {
            Slot::Source | Slot::Destination => endpoint(text).is_some(),
            Slot::SourcePort | Slot::Port | Slot::DestinationPort => port(text).is_some(),
            Slot::Protocol => protocol(text).is_some(),
            Slot::Time => time::find(text).or_else(|| time::whole(text)).is_some(),
            Slot::TimeZone | Slot::Service => true,
        };
        if !is_good {
            return false;
        }
        match &self.current.values[slot as usize] {
            // Several fields say it, and each is enough.
            Some(known) if slot == Slot::Service && !known.is_inherited => return true,
            Some(known) if known.text == text => return true,
            Some(known) if !known.is_inherited => self.next(),
            _ => {}
        }
        if slot == Slot::Source {
            // A port is one of an address, and never one of the next.
            for slot in [Slot::SourcePort, Slot::Port] {
                let port = &mut self.current.values[slot as usize];
                port.take_if(|port| port.is_inherited);
            }
        }
        self.current.values[slot as usize] = Some(Value {
            text: text.to_owned(),
            is_inherited: false,
        });
        true
    }

    fn next(&mut self) {
        self.done.push(self.current.clone());
        for value in self.current.values.iter_mut().flatten() {
            value.is_inherited = true;
        }
    }

    /// The incidents with an address, at most `limit`.
    pub fn finish(mut self, limit: usize) -> Vec<Record> {
        self.done.push(self.current);
        self.done.retain(|record| record.of(Slot::Source).is_some());
        self.done.truncate(limit);
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_however_they_are_written() {
        for (line, expected) in [
            ("Source IP: 203.0.113.7", (Slot::Source, "203.0.113.7")),
            ("Source-IP: 203.0.113.7", (Slot::Source, "203.0.113.7")),
            (
                "\"SourceIp\": \"203.0.113.7\",",
                (Slot::Source, "203.0.113.7"),
            ),
            (
                "<IP_Address>203.0.113.7</IP_Address>",
                (Slot::Source, "203.0.113.7"),
            ),
            ("- Port = 40123", (Slot::Port, "40123")),
            (
                "Date (UTC): 2026-11-23 22:47:00",
                (Slot::Time, "2026-11-23 22:47:00 UTC"),
            ),
            (
                "Time-GMT: 2026-11-23T22:47:00Z",
                (Slot::Time, "2026-11-23T22:47:00Z"),
            ),
            ("<b>Time:</b> 22:47", (Slot::Time, "</b> 22:47")),
        ] {
            let (slot, value) = expected;
            assert_eq!(field(line), Some((slot, value.into())), "{line}");
        }
        for line in [
            "Dear Sir: or Madam",
            "Nov 23 22:47:00 host sshd: x",
            "Source IP:",
            "",
        ] {
            assert_eq!(field(line), None, "{line}");
        }
    }

    #[test]
    fn json_in_one_line_has_members() {
        let line =
            r#"{"Report": {"Date": "a, \"b\"", "SourceIp": "203.0.113.7", "SourcePort": 40123}}"#;
        let found: Vec<&str> = members(line).collect();
        let expected = [
            r#""Date": "a, \"b\"""#,
            r#""SourceIp": "203.0.113.7""#,
            r#""SourcePort": 40123"#,
        ];
        assert_eq!(found[found.len() - 3..], expected);
        assert_eq!(members("Source IP: 203.0.113.7, x").count(), 0);
    }

    fn records(fields: &[(Slot, &str)]) -> Vec<String> {
        let mut records = Records::default();
        for (slot, text) in fields {
            assert!(records.set(*slot, text), "{text}");
        }
        let shown = |record: &Record| {
            let of = |slot| record.of(slot).unwrap_or("-").to_owned();
            [Slot::Source, Slot::SourcePort, Slot::Time]
                .map(of)
                .join(" ")
        };
        records.finish(100).iter().map(shown).collect()
    }

    #[test]
    fn what_is_said_again_is_another_incident() {
        use Slot::{Source, SourcePort, Time};
        let (a, b) = ("203.0.113.7", "203.0.113.8");
        let (early, late) = ("2026-11-23T22:47:00Z", "2026-11-23T22:48:00Z");
        let said = records(&[
            (Source, a),
            (SourcePort, "1"),
            (Time, early),
            (Source, a),
            (Time, late),
        ]);
        assert_eq!(said, [format!("{a} 1 {early}"), format!("{a} 1 {late}")]);
        let said = records(&[(Time, early), (Source, a), (SourcePort, "1"), (Source, b)]);
        assert_eq!(said, [format!("{a} 1 {early}"), format!("{b} - {early}")]);
        let said = records(&[
            (SourcePort, "1"),
            (Source, a),
            (SourcePort, "2"),
            (Source, b),
        ]);
        assert_eq!(said, [format!("{a} 1 -"), format!("{b} 2 -")]);
    }

    #[test]
    fn values_may_have_words_beside_them() {
        assert_eq!(port("40123/tcp"), Some(40123));
        assert_eq!(protocol("TCP/IP"), Some(Protocol::TCP));
        let found = endpoint("203.0.113.7 (host.example.org)").map(|it| it.to_string());
        assert_eq!(found.as_deref(), Some("203.0.113.7"));
        assert_eq!(endpoint("10.0.0.0/8"), None);
        assert_eq!(endpoint("host.example.org"), None);
    }
}
