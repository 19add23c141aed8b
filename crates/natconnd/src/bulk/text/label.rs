//! The words beside an address, and beside a port that stands by itself.

use model::Protocol;

use super::of_http;

/// What the words before an address say of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// It is who has sent or asked.
    Source,
    /// It is who was sent to or asked.
    Destination,
    /// It is the machine that has written the line, in the header of syslog.
    Header,
    /// Nothing.
    None,
}

const SOURCE: [&str; 25] = [
    "src",
    "source",
    "saddr",
    "srcip",
    "sourceip",
    "sip",
    "from",
    "client",
    "rip",
    "rhost",
    "attacker",
    "offender",
    "remoteaddr",
    "peer",
    "clientip",
    "clientaddr",
    "srcaddr",
    "by",
    "host",
    "remoteip",
    "user",
    "infringing",
    "orig",
    "natip",
    "nat",
];

const DESTINATION: [&str; 26] = [
    "dst",
    "dest",
    "destination",
    "daddr",
    "dstip",
    "destip",
    "destinationip",
    "dip",
    "to",
    "server",
    "lip",
    "laddr",
    "target",
    "victim",
    "local",
    "upstream",
    "via",
    "towards",
    "into",
    "serverip",
    "dstaddr",
    "resp",
    "localip",
    "serveraddr",
    "at",
    "on",
];

/// Words that say nothing themselves, but belong to the one before.
const ENDS: [&str; 5] = ["ip", "address", "addr", "endpoint", "ipaddress"];

/// What stands right before an address.
pub fn before(text: &str) -> Label {
    let trimmed = text.trim_end_matches([' ', '\t', '=', ':', '[', '(', '<', '"', '\'', '{']);
    if trimmed.ends_with("->") || trimmed.ends_with('>') && text.ends_with([' ', '>']) {
        return Label::Destination;
    }
    let is_of_word = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
    let word_of = |text: &str| {
        let start = text
            .char_indices()
            .rev()
            .take_while(|(_, letter)| is_of_word(*letter))
            .last()
            .map_or(text.len(), |(at, _)| at);
        let plain: String = text[start..]
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .take(20)
            .collect();
        (plain, start)
    };
    let (mut word, start) = word_of(trimmed);
    if ENDS.contains(&&*word) {
        let rest = trimmed[..start].trim_end();
        if rest.ends_with(is_of_word) {
            word = word_of(rest).0;
        }
    }
    if SOURCE.contains(&&*word) {
        Label::Source
    } else if DESTINATION.contains(&&*word) {
        Label::Destination
    } else {
        Label::None
    }
}

/// Words that may stand beside an endpoint and tell nothing of it.
const PLAIN: [&str; 16] = [
    "port",
    "ports",
    "ip",
    "ipv4",
    "ipv6",
    "public",
    "external",
    "proto",
    "protocol",
    "protokoll",
    "connection",
    "and",
    "und",
    "with",
    "who",
    "is",
];

/// The first word of a text that is more than a label of an endpoint, a port or a
/// protocol.
pub fn first_of_story(text: &str) -> Option<&str> {
    let is_of_word = |letter: char| letter.is_alphanumeric() || "_-'".contains(letter);
    let mut words = text.split(|letter: char| !is_of_word(letter));
    words.find(|word| {
        let plain = super::super::field::plain(word);
        let is_word = plain.contains(char::is_alphabetic);
        let lists: [&[&str]; 6] = [
            &SOURCE,
            &DESTINATION,
            &ENDS,
            &SOURCE_PORTS,
            &DESTINATION_PORTS,
            &PLAIN,
        ];
        let is_label = lists.iter().any(|list| list.contains(&&*plain));
        let is_protocol = plain.parse::<Protocol>().is_ok();
        is_word && !is_label && !is_protocol
    })
}

/// Where the header of syslog ends: behind the name of the machine that writes. 0
/// where the line has none.
///
/// RFC 3164: `<PRI>Nov 23 22:47:00 HOST `; RFC 5424: `<PRI>1 TIME HOST `; journals and
/// rsyslog: `TIME HOST PROGRAM[PID]: `. The word behind the host tells syslog from a
/// log of its own that begins with a time.
pub fn header_end(line: &str) -> usize {
    let mut rest = line;
    let has_priority = rest.starts_with('<');
    if has_priority {
        let Some((_, behind)) = rest.split_once('>') else {
            return 0;
        };
        rest = behind.strip_prefix("1 ").unwrap_or(behind);
    }
    let Some((_, length)) = super::super::time::at_start(rest) else {
        return 0;
    };
    let behind = rest[length..].trim_start();
    let mut words = behind.split(' ');
    let (Some(host), Some(program)) = (words.next(), words.next()) else {
        return 0;
    };
    let is_program = program.ends_with(':')
        && program.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '%');
    if host.is_empty() || host.ends_with([':', ',']) || !(has_priority || is_program) {
        return 0;
    }
    line.len() - behind.len() + host.len()
}

/// Ports that stand apart from their addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ports {
    /// The source's.
    pub source: Option<u16>,
    /// The destination's.
    pub destination: Option<u16>,
}

const SOURCE_PORTS: [&str; 9] = [
    "spt",
    "sport",
    "srcport",
    "sourceport",
    "clientport",
    "rport",
    "remoteport",
    "srcpt",
    "natport",
];
const DESTINATION_PORTS: [&str; 8] = [
    "dpt",
    "dport",
    "dstport",
    "destport",
    "destinationport",
    "serverport",
    "lport",
    "dstpt",
];

/// The ports that a line names: `SPT=40123`, `src_port: 40123`, `"sport":40123`.
pub fn ports(line: &str) -> Ports {
    let mut ports = Ports::default();
    for (at, _) in line.match_indices(['=', ':']) {
        let key = line[..at].trim_end_matches(['"', ' ', '\'']);
        let start = key
            .char_indices()
            .rev()
            .take(24)
            .take_while(|(_, letter)| letter.is_ascii_alphanumeric() || "_- ".contains(*letter))
            .last()
            .map_or(key.len(), |(at, _)| at);
        let value = line[at + 1..].trim_start_matches(['"', ' ', '\'']);
        let digits = value.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(port) = value[..digits].parse::<u16>() else {
            continue;
        };
        let plain: String = key[start..]
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        // The key may have other words before it.
        let is = |names: &[&str]| names.iter().any(|name| plain.ends_with(name));
        if is(&SOURCE_PORTS) {
            ports.source.get_or_insert(port);
        } else if is(&DESTINATION_PORTS) {
            ports.destination.get_or_insert(port);
        }
    }
    ports
}

/// The transport protocol that a line names: `PROTO=TCP`, a word `udp`, or the version of
/// HTTP in a request line.
pub fn protocol(line: &str) -> Option<Protocol> {
    if let Some((_, rest)) = line.split_once(" HTTP/")
        && rest.starts_with(|letter: char| letter.is_ascii_digit())
    {
        return Some(of_http(rest));
    }
    let words = line.split(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .filter_map(|word| match word.len() {
            3 if word.eq_ignore_ascii_case("tcp") => Some(Protocol::TCP),
            3 if word.eq_ignore_ascii_case("udp") => Some(Protocol::UDP),
            4 if word.eq_ignore_ascii_case("icmp") => Some(Protocol::ICMP),
            4 if word.eq_ignore_ascii_case("sctp") => Some(Protocol::SCTP),
            // sshd.
            4 if word == "ssh2" => Some(Protocol::TCP),
            _ => None,
        })
        .next()
}

/// The server's port where an access log begins with the name of a virtual host:
/// `www.example.org:443 203.0.113.7 - - [`.
pub fn virtual_host_port(line: &str) -> Option<u16> {
    let (host, rest) = line.split_once(' ')?;
    let (name, port) = host.rsplit_once(':')?;
    let is_name = name.contains(|letter: char| letter.is_ascii_alphabetic())
        && !name.contains(':')
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter));
    let is_access_log = rest.contains(" [") && rest.contains('"');
    (is_name && is_access_log).then(|| port.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_before_an_address_say_what_it_is() {
        for (text, label) in [
            ("SRC=", Label::Source),
            ("Failed password for root from ", Label::Source),
            ("Source IP: ", Label::Source),
            ("\"src_ip\":\"", Label::Source),
            ("client: ", Label::Source),
            ("DST=", Label::Destination),
            ("203.0.113.7.40123 > ", Label::Destination),
            ("203.0.113.7:40123 -> ", Label::Destination),
            ("Destination address ", Label::Destination),
            ("upstream: \"", Label::Destination),
            ("", Label::None),
            ("[AF_INET]", Label::None),
            ("connection ", Label::None),
        ] {
            assert_eq!(before(text), label, "{text}");
        }
    }

    #[test]
    fn the_header_of_syslog_ends_behind_the_host() {
        for (line, header) in [
            (
                "Nov 23 22:47:00 192.0.2.5 sshd[1]: x",
                "Nov 23 22:47:00 192.0.2.5",
            ),
            ("<34>Nov 23 22:47:00 gw kernel: x", "<34>Nov 23 22:47:00 gw"),
            (
                "<34>1 2026-11-23T22:47:00.003Z 192.0.2.5 su - ID47 - x",
                "<34>1 2026-11-23T22:47:00.003Z 192.0.2.5",
            ),
            (
                "2026-11-23T22:47:00.123456+01:00 gw sshd[1]: x",
                "2026-11-23T22:47:00.123456+01:00 gw",
            ),
            ("2026-11-23 22:47:00 203.0.113.7 GET /", ""),
            ("203.0.113.7 - - [", ""),
        ] {
            assert_eq!(&line[..header_end(line)], header, "{line}");
        }
    }

    #[test]
    fn ports_and_protocols_are_read_where_they_are_named() {
        let line = "IN=eth0 SRC=203.0.113.7 DST=198.51.100.1 PROTO=UDP SPT=40123 DPT=53 LEN=40";
        let both = Ports {
            source: Some(40123),
            destination: Some(53),
        };
        assert_eq!(ports(line), both);
        assert_eq!(ports("{\"src_port\": 40123, \"dest_port\": \"53\"}"), both);
        assert_eq!(ports("SPT=x spt=70000"), Ports::default());
        assert_eq!(protocol(line), Some(Protocol::UDP));
        assert_eq!(protocol("\"GET / HTTP/1.1\" 200"), Some(Protocol::TCP));
        assert_eq!(protocol("\"GET /tcp HTTP/3.0\" 200"), Some(Protocol::UDP));
        assert_eq!(protocol("nothing"), None);
        let line = "www.example.org:443 203.0.113.7 - - [x] \"GET\"";
        assert_eq!(virtual_host_port(line), Some(443));
        assert_eq!(virtual_host_port("203.0.113.7:443 - - [x] \"GET\""), None);
    }
}
