//! What a fuzzer calls: configuration files, and values on the command line.

use std::fmt::{Debug, Display};
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use super::amount::{self, SIZE_UNITS, TIME_UNITS};
use super::load::parse_bytes;
use super::{Accounts, OnFailure, RemoteEndpoints, Role};
use super::{Config, ConfigError, Delivery, FileKind, KeyName, Loaded, LogLevel, Remark};
use super::{changes_needing_restart, parse_with, pynatconnd, render_toml};
use crate::token;

const PATH: &str = "natconnd.toml";

/// A file of either kind.
pub fn toml(bytes: &[u8]) {
    match parse_bytes(bytes, Path::new(PATH), &look_up, &accounts()) {
        Ok(loaded) => check(&loaded),
        Err(error) => check_mistakes(&error, bytes),
    }
}

/// A file that is taken for pynatconnd's.
pub fn configobj(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match pynatconnd::read(&text, Path::new(PATH), &look_up) {
        Ok((config, warnings)) => check(&Loaded {
            config,
            warnings,
            kind: FileKind::Pynatconnd,
            path: Some(PATH.into()),
        }),
        Err(mistakes) => check_mistakes(&ConfigError::Mistakes(mistakes), text.as_bytes()),
    }
}

/// An amount, or a word that can be a value.
pub fn amounts(text: &str) {
    for units in [TIME_UNITS, SIZE_UNITS] {
        if let Ok(number) = amount::parse(text, units) {
            let again = amount::write(number, units);
            assert_eq!(amount::parse(&again, units), Ok(number), "{again}");
        }
    }
    if let Ok(milliseconds) = amount::parse(text, TIME_UNITS) {
        let written = amount::write_duration(Duration::from_millis(milliseconds));
        assert_eq!(amount::parse(&written, TIME_UNITS), Ok(milliseconds));
    }
    if let Ok(level) = LogLevel::from_argument(text) {
        assert_eq!(LogLevel::from_argument(level.name()), Ok(level));
    }
    word::<LogLevel>(text);
    word::<KeyName>(text);
    word::<Delivery>(text);
    word::<OnFailure>(text);
    word::<RemoteEndpoints>(text);
    word::<Role>(text);
}

fn word<T: FromStr<Err: Display> + Display + PartialEq + Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(word) => assert_eq!(word.to_string(), text),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Knows some names, and others not.
fn look_up(name: &str) -> io::Result<Ipv4Addr> {
    match name.len() % 2 {
        0 => Ok(Ipv4Addr::new(192, 0, 2, 1)),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

/// Some users, and the groups that they are in.
fn accounts() -> Accounts {
    Accounts::of(
        "root:x:0:0::/:\nalice:x:1001:1001::/:\n",
        "root:x:0:\nadm:x:4:alice\n",
    )
}

/// What was read is written, and reads as the same.
fn check(loaded: &Loaded) {
    let read = |text: &str| match parse_with(text, Path::new(PATH), &accounts()) {
        Ok(again) => {
            assert_eq!(again.kind, FileKind::Toml, "{text}");
            again.config
        }
        Err(error) => panic!("{error}\n{text}"),
    };
    let config: &Config = &loaded.config;
    assert_eq!(read(&loaded.to_toml()), *config);
    assert_eq!(read(&render_toml(config, false)), *config);
    assert!(changes_needing_restart(config, config).is_empty());
    for warning in &loaded.warnings {
        check_remark(warning);
    }
}

/// Every mistake says something, about a place that is there.
fn check_mistakes(error: &ConfigError, bytes: &[u8]) {
    let ConfigError::Mistakes(mistakes) = error else {
        panic!("{error}");
    };
    assert!(!mistakes.is_empty() && error.messages().len() == mistakes.len());
    let line_ends = bytes.iter().filter(|byte| b"\n\r".contains(byte)).count();
    for mistake in mistakes {
        check_remark(mistake);
        if let Some(position) = mistake.position {
            assert!((1..=line_ends + 1).contains(&position.line), "{mistake}");
            assert!(position.column.is_none_or(|it| it <= bytes.len() + 1));
        }
    }
}

fn check_remark(remark: &Remark) {
    assert!(!remark.cause.is_empty() && remark.message().starts_with(PATH));
    // No token is told to whoever reads the log.
    let told = remark.to_string();
    let secret = told.split(token::PREFIX).skip(1);
    for behind in secret {
        let is_secret = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        assert!(behind.bytes().take_while(is_secret).count() < 8, "{told}");
    }
}

#[cfg(test)]
mod tests {
    use crate::replay::replay;

    #[test]
    fn files_of_any_bytes() {
        replay("toml", super::toml);
    }

    #[test]
    fn files_of_pynatconnd_of_any_bytes() {
        replay("configobj", super::configobj);
    }
}
