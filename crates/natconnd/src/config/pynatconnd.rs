//! pynatconnd's file, in natconnd's words.
//!
//! A file that pynatconnd took is taken: what it did not know it ignored, so
//! here it is a warning. What it refused is refused, but for three rules that
//! have lost their reason: ports below 1024, a single address as `ip_acl`, and
//! a filter of nothing are all right.
//!
//! Its names speak of the tuples of a masqueraded connection, so only source
//! translations are kept: `src_*` is the internal endpoint, `nat_*` the NAT's,
//! `dst_*` the destination as the initiator wrote it. Whoever is in `ip_acl`
//! may ask everything that there is to look at, as they always could.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net};
use model::{EndpointPattern, EndpointSet, TranslationKind};

use super::check::{is_beyond_loopback, is_everybody};
use super::configobj::{self, Entry, Value};
use super::nearest::nearest;
use super::{Config, KeyName, LogLevel, Position, Remark, Roles};

/// The sections, whose names tell this format from TOML.
pub(super) const SECTIONS: [&str; 5] = ["http_server", "data", "filter", "syslog", "threading"];

/// Finds the IPv4 address that a name stands for.
pub(super) type LookUp<'f> = &'f dyn Fn(&str) -> io::Result<Ipv4Addr>;

/// Reads a configuration and what is to be said about it, or finds all its
/// mistakes.
pub(super) fn read(
    text: &str,
    path: &Path,
    look_up: LookUp<'_>,
) -> Result<(Config, Vec<Remark>), Vec<Remark>> {
    let (document, errors) = configobj::parse(text);
    let mut reader = Reader {
        path,
        look_up,
        config: Config::default(),
        host: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 8080,
        internal: EndpointPattern::default(),
        nat: EndpointPattern::default(),
        destination: EndpointPattern::default(),
        acl_line: 0,
        warnings: Vec::new(),
        mistakes: Vec::new(),
    };
    let is_readable = errors.is_empty();
    for error in errors {
        let mistake = Remark {
            hint: error.hint.map(str::to_owned),
            ..reader.remark(Some(error.line), "", error.cause)
        };
        reader.mistakes.push(mistake);
    }
    for section in &document.sections {
        let is_known = matches!(&*section.path, [name] if SECTIONS.contains(&&**name));
        if !is_known {
            reader.warn(
                section.line,
                &section.path.join("."),
                "no such section, so it has no effect",
            );
        }
    }
    for entry in &document.entries {
        reader.read_entry(entry);
    }
    for (section, key) in [("data", "key_name"), ("http_server", "ip_acl")] {
        let is_there = |entry: &Entry| entry.section == [section] && entry.key == key;
        // Behind a line that cannot be read anything may be hidden.
        if is_readable && !document.entries.iter().any(is_there) {
            let path = format!("{section}.{key}");
            reader.mistakes.push(Remark {
                hint: Some(match key {
                    "key_name" => format!("write key_name = nat_port below [{section}]"),
                    _ => format!("write ip_acl = 127.0.0.1 below [{section}]"),
                }),
                ..reader.remark(None, &path, "is missing".to_owned())
            });
        }
    }
    reader.finish()
}

struct Reader<'f> {
    path: &'f Path,
    look_up: LookUp<'f>,
    config: Config,
    host: IpAddr,
    port: u16,
    internal: EndpointPattern,
    nat: EndpointPattern,
    destination: EndpointPattern,
    /// Where `ip_acl` stands.
    acl_line: usize,
    warnings: Vec<Remark>,
    mistakes: Vec<Remark>,
}

/// What is wrong with a value.
struct Fault {
    cause: String,
    hint: Option<String>,
}

impl From<String> for Fault {
    fn from(cause: String) -> Self {
        Self { cause, hint: None }
    }
}

impl Reader<'_> {
    fn remark(&self, line: Option<usize>, key: &str, cause: String) -> Remark {
        Remark {
            path: self.path.to_owned(),
            position: line.map(|line| Position { line, column: None }),
            key: key.to_owned(),
            cause,
            hint: None,
        }
    }

    fn warn(&mut self, line: usize, key: &str, cause: impl Into<String>) {
        let remark = self.remark(Some(line), key, cause.into());
        self.warnings.push(remark);
    }

    fn finish(mut self) -> Result<(Config, Vec<Remark>), Vec<Remark>> {
        self.mistakes.sort_by_key(|mistake| {
            // What is missing has no line and comes last.
            (mistake.position.is_none(), mistake.position)
        });
        if !self.mistakes.is_empty() {
            return Err(self.mistakes);
        }
        let address = SocketAddr::new(self.host, self.port);
        if is_beyond_loopback(address) && is_everybody(&self.config.http.allow) {
            let cause = format!("lets all the world ask {address} without TLS");
            let warning = Remark {
                hint: Some("name the networks that may ask".to_owned()),
                ..self.remark(Some(self.acl_line), "http_server.ip_acl", cause)
            };
            self.warnings.push(warning);
        }
        self.warnings.sort_by_key(|warning| warning.position);
        let set = |pattern: EndpointPattern| match pattern.is_any() {
            true => EndpointSet::default(),
            false => EndpointSet(vec![pattern]),
        };
        let filter = &mut self.config.track.filter;
        filter.kind = Some(TranslationKind::Source);
        filter.internal = set(self.internal);
        filter.nat = set(self.nat);
        filter.original_destination = set(self.destination);
        let http = &mut self.config.http;
        http.listen = vec![address];
        // `ip_acl` was all that was asked of anybody, and by any name.
        http.roles = Roles::LOOKING;
        http.hosts = vec!["*".to_owned()];
        http.unprotected = true;
        Ok((self.config, self.warnings))
    }

    fn read_entry(&mut self, entry: &Entry) {
        let path = match &*entry.section {
            [] => entry.key.clone(),
            section => format!("{}.{}", section.join("."), entry.key),
        };
        if let Err(fault) = self.read_value(&path, entry) {
            let mistake = Remark {
                hint: fault.hint,
                ..self.remark(Some(entry.line), &path, fault.cause)
            };
            self.mistakes.push(mistake);
        }
    }

    fn read_value(&mut self, path: &str, entry: &Entry) -> Result<(), Fault> {
        let value = &entry.value;
        match path {
            "filter.src_ip" => self.internal.addresses = Some(address(value)?.into()),
            "filter.nat_ip" => self.nat.addresses = Some(address(value)?.into()),
            "filter.dst_ip" => self.destination.addresses = Some(address(value)?.into()),
            "filter.src_port" => self.internal.ports = Some(port(value)?).map(|it| it..=it),
            "filter.nat_port" => self.nat.ports = Some(port(value)?).map(|it| it..=it),
            "filter.dst_port" => self.destination.ports = Some(port(value)?).map(|it| it..=it),
            "data.key_name" => self.config.pynatconnd.key_name = Some(key_name(value)?),
            "data.del_delay" => self.config.track.keep_ended = delay(value)?,
            "http_server.host" => self.host = self.host(entry, path)?,
            "http_server.port" => self.port = port(value)?,
            "http_server.ip_acl" => {
                self.acl_line = entry.line;
                self.config.http.allow = self.allow(entry, path)?;
            }
            "syslog.debug_level" => self.config.log.level = level(value)?,
            "syslog.local_facility" => {
                integer(value, 0, 7)?;
                self.warn(
                    entry.line,
                    path,
                    "has no effect: the log goes to standard error, and the service manager \
                     gives it its facility",
                );
            }
            "data.garbage_cleaner_interval" => {
                seconds(value)?;
                self.warn(
                    entry.line,
                    path,
                    "has no effect: ended connections are removed without a cleaner",
                );
            }
            "data.life_span" => {
                seconds(value)?;
                self.warn(
                    entry.line,
                    path,
                    "has no effect: a live connection is never dropped, however old it is",
                );
            }
            "threading.join_timeout" => {
                seconds(value)?;
                self.warn(
                    entry.line,
                    path,
                    "has no effect: there are no threads that an end would wait for",
                );
            }
            _ => self.warn_unknown(entry, path),
        }
        Ok(())
    }

    /// Warns about a key in a section that is known; in any other section the
    /// warning about the section is enough.
    fn warn_unknown(&mut self, entry: &Entry, path: &str) {
        let keys = match &*entry.section {
            [] => "",
            [section] => match &**section {
                "http_server" => "host port ip_acl",
                "data" => "key_name del_delay garbage_cleaner_interval life_span",
                "filter" => "src_ip src_port nat_ip nat_port dst_ip dst_port",
                "syslog" => "local_facility debug_level",
                "threading" => "join_timeout",
                _ => return,
            },
            _ => return,
        };
        let warning = Remark {
            hint: nearest(&entry.key, keys.split(' '))
                .map(|meant| format!("did you mean {meant}?")),
            ..self.remark(
                Some(entry.line),
                path,
                "no such key, so it has no effect".to_owned(),
            )
        };
        self.warnings.push(warning);
    }

    fn host(&mut self, entry: &Entry, path: &str) -> Result<IpAddr, Fault> {
        let text = text(&entry.value)?;
        if let Ok(address) = text.parse() {
            return Ok(address);
        }
        if text == "localhost" {
            return Ok(Ipv4Addr::LOCALHOST.into());
        }
        let address = (self.look_up)(text).map_err(|error| Fault {
            cause: format!("look up {text:?}: {error}"),
            hint: Some("write the address to listen on".to_owned()),
        })?;
        let cause = format!("{text:?} is a name, which stands for {address} at present");
        self.warn(entry.line, path, cause);
        Ok(address.into())
    }

    fn allow(&mut self, entry: &Entry, path: &str) -> Result<Vec<IpNet>, Fault> {
        let items = match &entry.value {
            Value::Text(item) => std::slice::from_ref(item),
            Value::List(items) => items,
        };
        let mut allow = Vec::with_capacity(items.len());
        for item in items {
            let net = network(item).ok_or_else(|| Fault {
                cause: format!("{item:?} is no network, expected ADDR or ADDR/BITS"),
                hint: (item.starts_with('[') || item.ends_with(']'))
                    .then(|| configobj::NO_BRACKETS.to_owned()),
            })?;
            if net.trunc() != net {
                let cause = format!("{item:?} is taken for the network {}", net.trunc());
                self.warn(entry.line, path, cause);
            }
            allow.push(net.trunc());
        }
        Ok(allow)
    }
}

/// Reads a network as Python's `ipaddress` does: with the number of its bits,
/// with a netmask or, for a single host, with neither.
fn network(text: &str) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.into());
    }
    if let Ok(net) = text.parse() {
        return Some(net);
    }
    let (address, mask) = text.split_once('/')?;
    Ipv4Net::with_netmask(address.parse().ok()?, mask.parse().ok()?)
        .ok()
        .map(IpNet::V4)
}

fn text(value: &Value) -> Result<&str, Fault> {
    match value {
        Value::Text(text) if !text.is_empty() => Ok(text.trim()),
        Value::Text(_) => Err("has no value".to_owned().into()),
        Value::List(_) => Err("found a list, expected one value".to_owned().into()),
    }
}

fn address(value: &Value) -> Result<IpAddr, Fault> {
    let text = text(value)?;
    text.parse()
        .map_err(|_| format!("found {text:?}, expected an IP address").into())
}

fn integer(value: &Value, smallest: u16, largest: u16) -> Result<u16, Fault> {
    let text = text(value)?;
    text.parse()
        .ok()
        .filter(|number| (smallest..=largest).contains(number))
        .ok_or_else(|| {
            format!("found {text:?}, expected a number from {smallest} to {largest}").into()
        })
}

fn port(value: &Value) -> Result<u16, Fault> {
    integer(value, 0, u16::MAX)
}

fn seconds(value: &Value) -> Result<f64, Fault> {
    let text = text(value)?;
    text.parse()
        .ok()
        .filter(|seconds: &f64| seconds.is_finite())
        .ok_or_else(|| format!("found {text:?}, expected a number of seconds").into())
}

/// Reads a delay in whole milliseconds; below zero is at once, as a timer of
/// Python takes it.
fn delay(value: &Value) -> Result<Duration, Fault> {
    let seconds = seconds(value)?;
    let milliseconds = (seconds.max(0.0) * 1000.0).ceil();
    // A hundred years, as far as the TOML goes.
    if milliseconds > 36_500.0 * 86_400_000.0 {
        return Err(format!("found {seconds}, expected at most 36500 days of seconds").into());
    }
    Ok(Duration::from_millis(milliseconds as u64))
}

fn level(value: &Value) -> Result<LogLevel, Fault> {
    let number = integer(value, 0, 10)?;
    u8::try_from(number)
        .ok()
        .and_then(LogLevel::of_debug_level)
        .ok_or_else(|| "expected a number from 0 to 10".to_owned().into())
}

fn key_name(value: &Value) -> Result<KeyName, Fault> {
    let text = text(value)?;
    text.parse().map_err(|error: super::UnknownWord| Fault {
        cause: error.to_string(),
        hint: nearest(text, KeyName::ALL.map(KeyName::name))
            .map(|meant| format!("did you mean {meant}?")),
    })
}
