//! What the command line says instead of the file.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::check::{self, Written};
use super::{Config, ConfigError, Loaded, LogLevel, Remark};

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

impl Loaded {
    /// Takes over what the command line says.
    ///
    /// # Errors
    ///
    /// The address of the command line does not go with what the file says, such as a list
    /// of all the world that may ask.
    pub fn apply(&mut self, overrides: &Overrides) -> Result<(), ConfigError> {
        self.config.apply(overrides);
        let written = Written {
            config: &self.config,
            is_given: &|_| false,
            is_faulty: &|_| false,
        };
        let mistakes: Vec<Remark> = check::of_addresses(&written)
            .into_iter()
            .map(|mistake| Remark {
                path: self.path.clone().unwrap_or_default(),
                position: None,
                key: mistake.key,
                cause: mistake.cause,
                hint: Some(mistake.hint),
            })
            .collect();
        match mistakes.is_empty() {
            true => Ok(()),
            false => Err(ConfigError::Mistakes(mistakes)),
        }
    }
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
    fn an_address_may_not_lay_open_what_the_file_keeps_at_home() {
        let path = std::path::Path::new("natconnd.toml");
        let apply = |text: &str, ip: &str, port| {
            let mut loaded = crate::config::parse(text, path).unwrap();
            let ip = Some(ip.parse().unwrap());
            let overrides = Overrides {
                ip,
                port,
                log_level: None,
            };
            let applied = loaded.apply(&overrides);
            applied.map_err(|error| error.to_string())
        };
        let everybody = "[http]\nallow = [\"0.0.0.0/0\"]\n";
        assert_eq!(apply(everybody, "127.0.0.2", None), Ok(()));
        assert_eq!(
            apply(everybody, "192.0.2.1", None).unwrap_err(),
            "natconnd.toml: http.allow: lets all the world ask 192.0.2.1:8080 without \
             TLS\n  hint: name the networks that may ask, or serve TLS at a \
             [listener.NAME], or write unprotected = true if that is meant"
        );
        let unprotected = format!("{everybody}unprotected = true\n");
        assert_eq!(apply(&unprotected, "192.0.2.1", None), Ok(()));
        let other = "[listener.desk]\nlisten = [\"127.0.0.1:8081\"]\n";
        assert_eq!(apply(other, "127.0.0.1", Some(8080)), Ok(()));
        let error = apply(other, "127.0.0.1", Some(8081)).unwrap_err();
        assert!(
            error.contains("127.0.0.1:8081 is in http.listen too"),
            "{error}"
        );
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
