//! Addresses, networks, endpoints and socket paths.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use model::EndpointPattern;

use super::{Fault, Form, Found, integer, quote, text};

/// An address and a port to listen on.
pub(in super::super) struct ListenAddress;

impl Form for ListenAddress {
    type Value = SocketAddr;
    const SHAPE: &'static str = "ADDR:PORT";

    fn read(found: &Found<'_>) -> Result<SocketAddr, Fault> {
        if let Some(port) = integer(found).and_then(|number| u16::try_from(number).ok()) {
            let fault = Fault::unexpected(found, "ADDR:PORT");
            return Err(fault.hint(format!("write \"127.0.0.1:{port}\"")));
        }
        let text = text(found, "ADDR:PORT")?;
        text.parse().map_err(|_| {
            let fault = Fault::new(found, format!("{text:?} is no ADDR:PORT"));
            match listen_hint(text) {
                Some(hint) => fault.hint(hint),
                None => fault,
            }
        })
    }

    fn write(address: &SocketAddr) -> String {
        quote(&address.to_string())
    }
}

fn listen_hint(text: &str) -> Option<String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(format!("write \"{}\"", SocketAddr::from((address, 8080))));
    }
    let (host, port) = text.rsplit_once(':')?;
    let Ok(port) = port.parse::<u16>() else {
        return Some("a port is a number from 0 to 65535".to_owned());
    };
    match host {
        "" | "*" => Some(format!(
            "write \"0.0.0.0:{port}\" for every IPv4 address, \"[::]:{port}\" for every address"
        )),
        "localhost" => Some(format!("write \"127.0.0.1:{port}\" or \"[::1]:{port}\"")),
        _ => Some("write an IP address; names are not looked up".to_owned()),
    }
}

/// The path of a unix socket; an empty text switches it off.
pub(in super::super) struct SocketPath;

impl SocketPath {
    /// `sun_path` holds 108 bytes, the last of which is zero.
    const LONGEST: usize = 107;
}

impl Form for SocketPath {
    type Value = Option<PathBuf>;
    const SHAPE: &'static str = "absolute path, or \"\" for none";

    fn read(found: &Found<'_>) -> Result<Option<PathBuf>, Fault> {
        let text = text(found, "an absolute path").map_err(|fault| {
            if found.get_ref().as_bool() == Some(false) {
                return fault.hint("write \"\" to switch it off");
            }
            fault
        })?;
        if text.is_empty() {
            return Ok(None);
        }
        if !Path::new(text).is_absolute() {
            return Err(Fault::unexpected(found, "an absolute path"));
        }
        if text.len() > Self::LONGEST || text.contains('\0') {
            let expected = format!("a path of at most {} bytes", Self::LONGEST);
            return Err(Fault::unexpected(found, expected));
        }
        Ok(Some(PathBuf::from(text)))
    }

    fn write(path: &Option<PathBuf>) -> String {
        // A path comes out of a TOML string, so it is UTF-8.
        let text = path.as_deref().map(Path::to_string_lossy);
        quote(&text.unwrap_or_default())
    }
}

/// A folder, by its absolute path.
pub(in super::super) struct Folder;

impl Form for Folder {
    type Value = PathBuf;
    const SHAPE: &'static str = "absolute path";

    fn read(found: &Found<'_>) -> Result<PathBuf, Fault> {
        let path = PathBuf::from(text(found, "the absolute path of a folder")?);
        if !path.is_absolute() {
            return Err(Fault::unexpected(found, "the absolute path of a folder"));
        }
        Ok(path)
    }

    fn write(path: &PathBuf) -> String {
        quote(&path.to_string_lossy())
    }
}

/// A file, by its absolute path.
pub(in super::super) struct FilePath;

impl Form for FilePath {
    type Value = PathBuf;
    const SHAPE: &'static str = "absolute path";

    fn read(found: &Found<'_>) -> Result<PathBuf, Fault> {
        let expected = "the absolute path of a file";
        let path = PathBuf::from(text(found, expected)?);
        if !path.is_absolute() || path.file_name().is_none() {
            return Err(Fault::unexpected(found, expected));
        }
        Ok(path)
    }

    fn write(path: &PathBuf) -> String {
        quote(&path.to_string_lossy())
    }
}

/// A network, or the address of a single host.
pub(in super::super) struct Network;

impl Form for Network {
    type Value = IpNet;
    const SHAPE: &'static str = "ADDR or ADDR/BITS";

    fn read(found: &Found<'_>) -> Result<IpNet, Fault> {
        let text = text(found, Self::SHAPE)?;
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(address.into());
        }
        let net: IpNet = text.parse().map_err(|_| {
            let fault = Fault::new(
                found,
                format!("{text:?} is no network, expected {}", Self::SHAPE),
            );
            match text {
                "localhost" => fault.hint("write \"127.0.0.0/8\" and \"::1\""),
                "*" | "all" | "any" => fault.hint("write \"0.0.0.0/0\" and \"::/0\""),
                _ => fault,
            }
        })?;
        if net.trunc() != net {
            // Who may ask is no place for a guess.
            let (network, address) = (net.trunc(), net.addr());
            return Err(Fault::new(
                found,
                format!("{text:?} is an address within a network, expected one or the other"),
            )
            .hint(format!(
                "write \"{network}\" for the network or \"{address}\" for the host"
            )));
        }
        Ok(net)
    }

    fn write(net: &IpNet) -> String {
        if net.prefix_len() == net.max_prefix_len() {
            quote(&net.addr().to_string())
        } else {
            quote(&net.to_string())
        }
    }
}

/// An endpoint of which a part may be left open.
pub(in super::super) struct Endpoint;

impl Form for Endpoint {
    type Value = EndpointPattern;
    const SHAPE: &'static str = "ADDR, ADDR:PORT, :PORT, [V6]:PORT or ADDR/BITS";

    fn read(found: &Found<'_>) -> Result<EndpointPattern, Fault> {
        if let Some(port) = integer(found).and_then(|number| u16::try_from(number).ok()) {
            let fault = Fault::unexpected(found, Self::SHAPE);
            return Err(fault.hint(format!("write \":{port}\" for the port")));
        }
        let text = text(found, Self::SHAPE)?;
        text.parse()
            .map_err(|error: model::PatternError| Fault::new(found, error.to_string()))
    }

    fn write(pattern: &EndpointPattern) -> String {
        quote(&pattern.to_string())
    }
}
