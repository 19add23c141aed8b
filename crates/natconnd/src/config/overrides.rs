//! What the command line says instead of the file.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{Config, LogLevel};

/// What the command line says instead of the file, with pynatconnd's flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Overrides {
    /// `-l`, `--log-level`; read with [`LogLevel::from_argument`].
    pub log_level: Option<LogLevel>,
    /// `-i`, `--ip`: the address to listen on.
    pub ip: Option<IpAddr>,
    /// `-p`, `--port`: the port to listen on.
    pub port: Option<u16>,
}

impl Config {
    /// Takes over what the command line says.
    ///
    /// With an address or a port there is one TCP listener; what is not given
    /// of it is that of the file's first one, or else 127.0.0.1:8080.
    pub fn apply(&mut self, overrides: &Overrides) {
        if let Some(level) = overrides.log_level {
            self.log.level = level;
        }
        if overrides.ip.is_some() || overrides.port.is_some() {
            let first = self.http.listen.first().copied();
            let first = first.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
            self.http.listen = vec![SocketAddr::new(
                overrides.ip.unwrap_or(first.ip()),
                overrides.port.unwrap_or(first.port()),
            )];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(given: &[&str], ip: Option<&str>, port: Option<u16>) -> Vec<String> {
        let mut config = Config::default();
        config.http.listen = given.iter().map(|text| text.parse().unwrap()).collect();
        config.apply(&Overrides {
            ip: ip.map(|text| text.parse().unwrap()),
            port,
            log_level: None,
        });
        config
            .http
            .listen
            .iter()
            .map(SocketAddr::to_string)
            .collect()
    }

    #[test]
    fn an_address_or_a_port_replaces_the_listeners() {
        let two = ["192.0.2.1:81", "192.0.2.2:82"];
        assert_eq!(listen(&two, None, None), two);
        assert_eq!(listen(&two, Some("::1"), None), ["[::1]:81"]);
        assert_eq!(listen(&two, None, Some(8000)), ["192.0.2.1:8000"]);
        assert_eq!(listen(&[], None, Some(8000)), ["127.0.0.1:8000"]);
    }

    #[test]
    fn nothing_given_changes_nothing() {
        let mut config = Config::default();
        config.apply(&Overrides::default());
        assert_eq!(config, Config::default());
        config.apply(&Overrides {
            log_level: Some(LogLevel::Trace),
            ..Overrides::default()
        });
        assert_eq!(config.log.level, LogLevel::Trace);
    }
}
