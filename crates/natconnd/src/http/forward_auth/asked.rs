//! Where the question stands, and what it is.
//!
//! The first of these that is there names the client, whatever the others say:
//!
//! 1. the parameter `nat`;
//! 2. `X-Real-IP`, with `X-Real-Port`, `X-Real-Server-IP`, `X-Real-Server-Port` and
//!    `X-Real-Protocol`;
//! 3. `Forwarded`, with `by` of the same element for the server;
//! 4. `X-Forwarded-For`, with its own port or `X-Forwarded-Port`.
//!
//! It does so even where it cannot be read, and none is completed from another: a proxy
//! that writes one may pass on what a client sent it of the others. For the same reason
//! headers that name different clients name none. Against a client that sends the very
//! headers that its proxy leaves out of the one it writes, only the proxy helps. Only
//! server and protocol may be parameters beside a client in headers.

use std::borrow::Cow;
use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{FORWARDED, HeaderName};
use model::{Endpoint, EndpointPattern, Protocol};

use super::super::query::{Plus, decode};
use super::fields::{last_element, last_line, only};
use super::forwarded;
use super::node::{self, Node};
use super::unreadable::{Fault, Unreadable};
use crate::lookup::Client;

/// The parameters.
pub(in crate::http) const PARAMETERS: &[&str] = &[
    "nat",
    "nat_port",
    "remote",
    "remote_port",
    "protocol",
    "require",
];

const NAT: usize = 0;
const NAT_PORT: usize = 1;
const REMOTE: usize = 2;
const REMOTE_PORT: usize = 3;
const PROTOCOL: usize = 4;
const REQUIRE: usize = 5;

static X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
static X_REAL_PORT: HeaderName = HeaderName::from_static("x-real-port");
static X_REAL_SERVER_IP: HeaderName = HeaderName::from_static("x-real-server-ip");
static X_REAL_SERVER_PORT: HeaderName = HeaderName::from_static("x-real-server-port");
static X_REAL_PROTOCOL: HeaderName = HeaderName::from_static("x-real-protocol");
static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static X_FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// Below this a port is a server's: no gateway gives one to a connection whose own
/// port is not as low.
const FIRST_CLIENT_PORT: u16 = 1024;

/// What a proxy asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    /// About whom; or why that cannot be told.
    pub client: Result<Client, Unreadable>,
    /// Whether the request shall be refused unless one host is behind the client.
    pub requires_one: bool,
}

type Read<T> = Result<T, Unreadable>;

/// Reads a question. Every question has an answer, also one that cannot be read.
pub(super) fn read(query: Option<&str>, headers: &HeaderMap) -> Asked {
    let mut values = [None; PARAMETERS.len()];
    let split = split(query.unwrap_or_default(), &mut values);
    // Whoever wants to refuse somebody is not misunderstood for a slip.
    let requires_one = values[REQUIRE].is_some();
    let client = split.and_then(|()| match values[REQUIRE] {
        None | Some("one") => client(&values, headers),
        Some(_) => Err(fault("require", Fault::NoSuchValue)),
    });
    Asked {
        client,
        requires_one,
    }
}

/// Splits a query into the values of its parameters. Goes on after a mistake, the
/// first of which is told.
fn split<'a>(query: &'a str, values: &mut [Option<&'a str>; PARAMETERS.len()]) -> Read<()> {
    let mut result = Ok(());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let known = PARAMETERS.iter().position(|known| *known == name);
        let mistake = match known {
            None => Some(fault("query", Fault::Unknown)),
            Some(index) if values[index].is_some() => Some(fault(PARAMETERS[index], Fault::Twice)),
            Some(index) => {
                values[index] = Some(value);
                None
            }
        };
        if let (Ok(()), Some(mistake)) = (result, mistake) {
            result = Err(mistake);
        }
    }
    result
}

fn client(values: &[Option<&str>; PARAMETERS.len()], headers: &HeaderMap) -> Read<Client> {
    let mut client = match values[NAT] {
        Some(nat) => of_parameters(nat, values[NAT_PORT])?,
        None if values[NAT_PORT].is_some() => return Err(fault("nat", Fault::Missing)),
        None => of_headers(headers)?,
    };
    let remote = parameter("remote", values[REMOTE])?;
    let remote_port = parameter("remote_port", values[REMOTE_PORT])?;
    if remote.is_some() || remote_port.is_some() {
        let names = ["remote", "remote_port"];
        client.server = server(names, remote.as_deref(), remote_port.as_deref())?;
    }
    if let Some(text) = parameter("protocol", values[PROTOCOL])? {
        client.protocol = Some(protocol("protocol", &text)?);
    }
    Ok(client)
}

/// A parameter without its escapes; `None` where it is absent, or empty because the
/// proxy does not have what it would say.
fn parameter<'a>(name: &'static str, value: Option<&'a str>) -> Read<Option<Cow<'a, str>>> {
    value
        .filter(|value| !value.is_empty())
        .map(|value| decode(value, Plus::IsPlus).ok_or(fault(name, Fault::Malformed)))
        .transpose()
}

fn of_parameters(nat: &str, port: Option<&str>) -> Read<Client> {
    let nat = decode(nat, Plus::IsPlus).ok_or(fault("nat", Fault::Malformed))?;
    let node = named("nat", node::node(&nat))?;
    let port = match port {
        None => node.port.ok_or(fault("nat_port", Fault::Missing))?,
        Some(_) if node.port.is_some() => return Err(fault("nat_port", Fault::Twice)),
        Some(port) => named("nat_port", node::port(port))?,
    };
    Ok(at(node, port))
}

fn of_headers(headers: &HeaderMap) -> Read<Client> {
    let real = only(headers, &X_REAL_IP)?;
    let forwarded = last_line(headers, &FORWARDED);
    let list = last_element(headers, &X_FORWARDED_FOR);
    let client = if let Some(address) = real {
        of_real(address, headers)?
    } else if let Some(line) = forwarded? {
        of_forwarded(line).map_err(|it| fault("forwarded", it))?
    } else if let Some(element) = list? {
        return of_forwarded_for(element, headers);
    } else {
        return Err(fault("client", Fault::Missing));
    };
    // What was not chosen may be what the proxy has written.
    let is_same = |sender: Result<Node, Fault>| {
        sender.is_ok_and(|node| {
            node.address == client.endpoint.address
                && node.port.is_none_or(|port| port == client.endpoint.port)
        })
    };
    let forwarded_agrees = forwarded.is_ok_and(|line| {
        line.is_none_or(|line| is_same(forwarded::last_element(line).and_then(sender)))
    });
    let list_agrees = list
        .is_ok_and(|element| element.is_none_or(|element| is_same(list_sender(element, headers))));
    if forwarded_agrees && list_agrees {
        Ok(client)
    } else {
        Err(fault("headers", Fault::Contradiction))
    }
}

/// Whom an element of `Forwarded` names.
fn sender(element: forwarded::Element<'_>) -> Result<Node, Fault> {
    forwarded::node(&element.sender.ok_or(Fault::Hidden)?)
}

/// Whom the last element of `X-Forwarded-For` names, with a port where one is told that
/// can be a client's.
fn list_sender(element: &str, headers: &HeaderMap) -> Result<Node, Fault> {
    let node = forwarded::node(element)?;
    if node.port.is_some() {
        return Ok(node);
    }
    let port = match last_element(headers, &X_FORWARDED_PORT) {
        Ok(None) => None,
        Ok(Some(text)) => Some(node::port(text)?).filter(|port| *port >= FIRST_CLIENT_PORT),
        Err(unreadable) => return Err(unreadable.fault),
    };
    Ok(Node { port, ..node })
}

fn of_real(address: &str, headers: &HeaderMap) -> Read<Client> {
    let node = named("x-real-ip", node::node(address))?;
    let port = match (node.port, only(headers, &X_REAL_PORT)?) {
        (Some(port), None) => port,
        (None, Some(text)) => named("x-real-port", node::port(text))?,
        (None, None) => return Err(fault("x-real-port", Fault::Missing)),
        (Some(_), Some(_)) => return Err(fault("x-real-port", Fault::Twice)),
    };
    let mut client = at(node, port);
    client.server = server(
        ["x-real-server-ip", "x-real-server-port"],
        only(headers, &X_REAL_SERVER_IP)?,
        only(headers, &X_REAL_SERVER_PORT)?,
    )?;
    if let Some(text) = only(headers, &X_REAL_PROTOCOL)? {
        client.protocol = Some(protocol("x-real-protocol", text)?);
    }
    Ok(client)
}

fn of_forwarded(line: &str) -> Result<Client, Fault> {
    let element = forwarded::last_element(line)?;
    // Where a proxy says who it is, but not where, that is not the question.
    let server = match element.receiver.as_deref().map(forwarded::node) {
        Some(Ok(node)) => pattern(Some(node.address), node.port),
        _ => EndpointPattern::default(),
    };
    let node = sender(element)?;
    let client = at(node, node.port.ok_or(Fault::NoPort)?);
    Ok(Client { server, ..client })
}

fn of_forwarded_for(element: &str, headers: &HeaderMap) -> Read<Client> {
    let node = named("x-forwarded-for", forwarded::node(element))?;
    if let Some(port) = node.port {
        return Ok(at(node, port));
    }
    let Some(text) = last_element(headers, &X_FORWARDED_PORT)? else {
        return Err(fault("x-forwarded-port", Fault::Missing));
    };
    let port = named("x-forwarded-port", node::port(text))?;
    if port < FIRST_CLIENT_PORT {
        return Err(fault("x-forwarded-port", Fault::ServersPort));
    }
    Ok(at(node, port))
}

fn at(node: Node, port: u16) -> Client {
    Client {
        endpoint: Endpoint::new(node.address, port),
        server: EndpointPattern::default(),
        protocol: None,
    }
}

/// Reads a server, of which a part may be missing; `names` are those of its address
/// and its port.
fn server(
    names: [&'static str; 2],
    address: Option<&str>,
    port: Option<&str>,
) -> Read<EndpointPattern> {
    let node = named(names[0], address.map(node::node).transpose())?;
    let port = named(names[1], port.map(node::port).transpose())?;
    match (node.and_then(|node| node.port), port) {
        (Some(_), Some(_)) => Err(fault(names[1], Fault::Twice)),
        (own, port) => Ok(pattern(node.map(|node| node.address), own.or(port))),
    }
}

fn pattern(address: Option<IpAddr>, port: Option<u16>) -> EndpointPattern {
    EndpointPattern {
        addresses: address.map(Into::into),
        ports: port.map(|port| port..=port),
    }
}

/// Reads a protocol, or the version of HTTP, which tells it: HTTP/3 comes over UDP.
fn protocol(name: &'static str, text: &str) -> Read<Protocol> {
    if let Some(version) = text.strip_prefix("HTTP/") {
        return match version.as_bytes().first() {
            Some(b'0'..=b'2') => Ok(Protocol::TCP),
            Some(b'3') => Ok(Protocol::UDP),
            _ => Err(fault(name, Fault::NoProtocol)),
        };
    }
    let protocol: Option<Protocol> = text.parse().ok();
    protocol
        .filter(|protocol| protocol.has_ports())
        .ok_or(fault(name, Fault::NoProtocol))
}

fn named<T>(name: &'static str, read: Result<T, Fault>) -> Read<T> {
    read.map_err(|it| fault(name, it))
}

const fn fault(name: &'static str, fault: Fault) -> Unreadable {
    Unreadable { name, fault }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    /// Client, server and protocol; or what is wrong.
    fn told(asked: Asked) -> Result<String, String> {
        let shown = |client: Client| {
            let protocol = client
                .protocol
                .map_or("any".to_owned(), |it| it.to_string());
            format!("{} {} {protocol}", client.endpoint, client.server)
        };
        asked.client.map(shown).map_err(|it| it.to_string())
    }

    fn asked(query: &str) -> Result<String, String> {
        told(read(Some(query), &HeaderMap::new()))
    }

    fn sent(lines: &[(&'static str, &str)]) -> Result<String, String> {
        told(read(None, &headers(lines)))
    }

    fn ok(text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }

    fn wrong(text: &str) -> Result<String, String> {
        Err(text.to_owned())
    }

    #[test]
    fn parameters_say_it_all() {
        let all = "nat=203.0.113.7&nat_port=40123&remote=198.51.100.1&remote_port=443&protocol=tcp";
        assert_eq!(asked(all), ok("203.0.113.7:40123 198.51.100.1:443 tcp"));
        assert_eq!(
            asked("nat=%5B2001:db8::7%5D:7&remote=[2001:db8::1]:443&protocol=HTTP/3.0"),
            ok("[2001:db8::7]:7 [2001:db8::1]:443 udp")
        );
        assert_eq!(
            asked("nat=2001:db8::7&nat_port=7&remote_port=443&protocol=HTTP/1.1"),
            ok("[2001:db8::7]:7 :443 tcp")
        );
        // What a proxy does not have stays empty.
        let empty = "nat=::ffff:203.0.113.7&nat_port=7&remote=&remote_port=&protocol=&";
        assert_eq!(asked(empty), ok("203.0.113.7:7 * any"));
    }

    #[test]
    fn what_is_wrong_with_parameters_is_told() {
        for (query, reason) in [
            ("", "client: missing"),
            ("remote=198.51.100.1", "client: missing"),
            ("nat_port=1", "nat: missing"),
            ("nat=", "nat: no IP address"),
            ("nat=unix:&nat_port=", "nat: no IP address"),
            ("nat=192.0.2.1", "nat_port: missing"),
            (
                "nat=192.0.2.1&nat_port=",
                "nat_port: no port from 1 to 65535",
            ),
            ("nat=192.0.2.1:1&nat_port=1", "nat_port: there twice"),
            ("nat=192.0.2.1:1&nat=192.0.2.1:1", "nat: there twice"),
            ("nat=192.0.2.1:1&remote=a", "remote: no IP address"),
            (
                "nat=192.0.2.1:1&remote_port=0",
                "remote_port: no port from 1 to 65535",
            ),
            (
                "nat=192.0.2.1:1&protocol=icmp",
                "protocol: no protocol with ports, and no version of HTTP",
            ),
            ("nat=192.0.2.1:1&port=1", "query: no such parameter"),
            ("nat=%zz:1", "nat: malformed"),
            ("nat=192.0.2.1:1&require=two", "require: no such value"),
        ] {
            assert_eq!(asked(query), wrong(reason), "{query}");
        }
    }

    #[test]
    fn whoever_requires_one_is_not_misunderstood() {
        for (query, requires_one) in [
            ("nat=192.0.2.1:1", false),
            ("nat=192.0.2.1:1&require=one", true),
            ("nta=1&require=one", true),
            ("require=one&require=one", true),
            ("require=two", true),
            ("require", true),
        ] {
            let asked = read(Some(query), &HeaderMap::new());
            assert_eq!(asked.requires_one, requires_one, "{query}");
        }
    }

    #[test]
    fn the_first_that_is_there_names_the_client() {
        let [real, forwarded, list] = [
            ("x-real-ip", "192.0.2.2"),
            ("forwarded", "for=\"192.0.2.3:3\""),
            ("x-forwarded-for", "192.0.2.4:4"),
        ];
        let port = ("x-real-port", "2");
        let all = headers(&[list, forwarded, real, port]);
        let query = Some("nat=192.0.2.1:1");
        assert_eq!(told(read(query, &all)), ok("192.0.2.1:1 * any"));
        assert_eq!(sent(&[real, port]), ok("192.0.2.2:2 * any"));
        assert_eq!(sent(&[forwarded]), ok("192.0.2.3:3 * any"));
        assert_eq!(sent(&[list]), ok("192.0.2.4:4 * any"));
        // Even where it does not say enough.
        assert_eq!(sent(&[real, forwarded]), wrong("x-real-port: missing"));
        let hidden = ("forwarded", "for=_a");
        assert_eq!(
            sent(&[hidden, list]),
            wrong("forwarded: the address is hidden")
        );
        let query = Some("nat=192.0.2.1");
        assert_eq!(told(read(query, &all)), wrong("nat_port: missing"));
        assert_eq!(sent(&[]), wrong("client: missing"));
    }

    #[test]
    fn headers_that_contradict_each_other_name_nobody() {
        let real = [("x-real-ip", "192.0.2.2"), ("x-real-port", "2000")];
        let with = |others: &[(&'static str, &str)]| sent(&[&real, others].concat());
        for others in [
            &[("x-forwarded-for", "192.0.2.2")][..],
            &[("x-forwarded-for", "192.0.2.9, 192.0.2.2:2000")],
            &[("forwarded", "for=192.0.2.9, for=192.0.2.2")],
            &[("forwarded", "for=\"192.0.2.2:2000\";by=_a")],
            // The server's port.
            &[
                ("x-forwarded-for", "192.0.2.2"),
                ("x-forwarded-port", "443"),
            ],
            &[
                ("x-forwarded-for", "192.0.2.2"),
                ("x-forwarded-port", "2000"),
            ],
            &[("x-forwarded-port", "1234")],
        ] {
            assert_eq!(with(others), ok("192.0.2.2:2000 * any"), "{others:?}");
        }
        let contradiction = wrong("headers: contradict each other");
        for others in [
            &[("x-forwarded-for", "192.0.2.3")][..],
            &[("x-forwarded-for", "192.0.2.2, 192.0.2.3")],
            &[("x-forwarded-for", "192.0.2.2:2001")],
            &[("x-forwarded-for", "unknown")],
            &[
                ("x-forwarded-for", "192.0.2.2"),
                ("x-forwarded-port", "2001"),
            ],
            &[("x-forwarded-for", "192.0.2.2"), ("x-forwarded-port", "x")],
            &[("forwarded", "for=192.0.2.3")],
            &[("forwarded", "for=\"192.0.2.2:2001\"")],
            &[("forwarded", "for=_hidden")],
            &[("forwarded", "for=\"")],
            &[
                ("forwarded", "for=\"192.0.2.2:2000\""),
                ("x-forwarded-for", "192.0.2.3"),
            ],
        ] {
            assert_eq!(with(others), contradiction, "{others:?}");
        }
        let forwarded = ("forwarded", "for=\"192.0.2.3:3\"");
        let list = ("x-forwarded-for", "192.0.2.4:4");
        assert_eq!(sent(&[forwarded, list]), contradiction);
    }

    #[test]
    fn names_of_another_kind_complete_nothing() {
        let server = ("x-real-server-ip", "198.51.100.1");
        let port = ("x-real-port", "9");
        let forwarded = ("forwarded", "for=\"192.0.2.3:3\"");
        assert_eq!(sent(&[forwarded, server, port]), ok("192.0.2.3:3 * any"));
        let query = Some("nat=192.0.2.1:1");
        let others = headers(&[server, ("x-real-protocol", "udp")]);
        assert_eq!(told(read(query, &others)), ok("192.0.2.1:1 * any"));
        // What the proxy's operator has written down is the proxy's own word.
        let query = Some("remote=198.51.100.1:443&protocol=tcp");
        let list = headers(&[("x-forwarded-for", "192.0.2.4:4")]);
        assert_eq!(
            told(read(query, &list)),
            ok("192.0.2.4:4 198.51.100.1:443 tcp")
        );
    }

    #[test]
    fn x_real_headers() {
        let all = [
            ("x-real-ip", "203.0.113.7"),
            ("x-real-port", "40123"),
            ("x-real-server-ip", "198.51.100.1"),
            ("x-real-server-port", "443"),
            ("x-real-protocol", "HTTP/2.0"),
        ];
        assert_eq!(sent(&all), ok("203.0.113.7:40123 198.51.100.1:443 tcp"));
        assert_eq!(
            sent(&[("x-real-ip", "[2001:db8::7]:7")]),
            ok("[2001:db8::7]:7 * any")
        );
        let twice = [("x-real-ip", "1.2.3.4"), ("x-real-ip", "1.2.3.4"), all[1]];
        assert_eq!(sent(&twice), wrong("x-real-ip: there twice"));
        let own = [("x-real-ip", "1.2.3.4:5"), all[1]];
        assert_eq!(sent(&own), wrong("x-real-port: there twice"));
        let bad = [all[0], all[1], ("x-real-server-ip", "web")];
        assert_eq!(sent(&bad), wrong("x-real-server-ip: no IP address"));
    }

    #[test]
    fn forwarded_may_say_by_whom() {
        let sent = |value| sent(&[("forwarded", value)]);
        assert_eq!(
            sent("for=10.0.0.1, for=\"203.0.113.7:7\";by=\"198.51.100.1:443\""),
            ok("203.0.113.7:7 198.51.100.1:443 any")
        );
        assert_eq!(
            sent("for=\"203.0.113.7:7\";by=_edge"),
            ok("203.0.113.7:7 * any")
        );
        assert_eq!(
            sent("for=203.0.113.7"),
            wrong("forwarded: no port from 1 to 65535")
        );
        assert_eq!(
            sent("by=203.0.113.7"),
            wrong("forwarded: the address is hidden")
        );
        assert_eq!(sent("for=\"203"), wrong("forwarded: malformed"));
    }

    #[test]
    fn x_forwarded_port_is_believed_where_a_client_can_have_it() {
        let list = ("x-forwarded-for", "10.0.0.1, 203.0.113.7");
        let with = |port| sent(&[list, ("x-forwarded-port", port)]);
        assert_eq!(with("443, 40123"), ok("203.0.113.7:40123 * any"));
        let server = wrong("x-forwarded-port: the port of a server, not of a client");
        assert_eq!(with("443"), server);
        assert_eq!(sent(&[list]), wrong("x-forwarded-port: missing"));
        let own = [
            ("x-forwarded-for", "203.0.113.7:7"),
            ("x-forwarded-port", "443"),
        ];
        assert_eq!(sent(&own), ok("203.0.113.7:7 * any"));
    }
}
