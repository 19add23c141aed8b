//! How a value is written in TOML, one [`Form`] per kind of value.
//!
//! A form reads a parsed value and says what is wrong with it, and writes a
//! value back. It knows neither keys nor files: spans go up to `toml_file`.

mod account;
mod credential;
mod network;
mod port_range;
mod quantity;
mod word;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::Accounts;

pub(super) use account::{Group, User};
pub(super) use credential::{CertificateText, HashOfToken, HostName};
pub(super) use network::{Endpoint, FilePath, Folder, ListenAddress, Network, SocketPath};
pub(super) use port_range::PortRange;
pub(super) use quantity::{BufferSize, Count, DiskSize, HostCount, Period, Size, TimeSpan};
pub(super) use word::{
    DeliveryWord, FailureWord, Flag, IdentWord, Key, Kind, Level, ListenerName, Name, ProtocolName,
    RemoteWord, RoleSet, UserName, ZoneNumber,
};

/// A parsed value, where it stands, and the machine's users, whom it may name.
#[derive(Clone, Copy)]
pub(super) struct Found<'f> {
    value: &'f Spanned<DeValue<'f>>,
    accounts: &'f Accounts,
}

impl<'f> Found<'f> {
    pub fn new(value: &'f Spanned<DeValue<'f>>, accounts: &'f Accounts) -> Self {
        Self { value, accounts }
    }

    /// Where it stands, as bytes of the text.
    pub fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// The value.
    pub fn get_ref(&self) -> &'f DeValue<'f> {
        self.value.get_ref()
    }
}

/// What is wrong with a value, or with one item of a list.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where, as bytes of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub cause: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Fault {
    fn new(found: &Found<'_>, cause: impl Into<String>) -> Self {
        Self {
            span: found.span(),
            cause: cause.into(),
            hint: None,
        }
    }

    /// A value of the wrong type.
    fn unexpected(found: &Found<'_>, expected: impl fmt::Display) -> Self {
        let shown = Shown(found.get_ref());
        Self::new(found, format!("found {shown}, expected {expected}"))
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A value as a message names it.
pub(super) struct Shown<'v, 'i>(pub &'v DeValue<'i>);

impl fmt::Display for Shown<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            DeValue::String(text) => write!(f, "{text:?}"),
            DeValue::Integer(number) => number.fmt(f),
            DeValue::Float(number) => number.fmt(f),
            DeValue::Boolean(boolean) => boolean.fmt(f),
            DeValue::Datetime(time) => time.fmt(f),
            DeValue::Array(_) => f.write_str("a list"),
            DeValue::Table(_) => f.write_str("a section"),
        }
    }
}

/// One kind of value.
pub(super) trait Form {
    /// What it is in the configuration.
    type Value;

    /// What the reference calls it.
    const SHAPE: &'static str;

    /// Whether what stands there by mistake may be a secret, which no message repeats.
    const IS_SECRET: bool = false;

    /// Reads a value.
    fn read(found: &Found<'_>) -> Result<Self::Value, Fault>;

    /// Writes a value so that [`Form::read`] reads it.
    fn write(value: &Self::Value) -> String;
}

/// How often a form stands behind a key: once, in a list, or not at all.
pub(super) trait Occurrence {
    /// What it is in the configuration.
    type Value;

    /// What the reference calls it.
    fn shape() -> String;

    /// Reads the key's value, and finds everything that is wrong with it.
    fn read(found: &Found<'_>) -> Result<Self::Value, Vec<Fault>>;

    /// Writes the key's value, `None` where the key is to be left out.
    fn write(value: &Self::Value) -> Option<String>;
}

/// Always there.
pub(super) struct One<F>(PhantomData<F>);

impl<F: Form> Occurrence for One<F> {
    type Value = F::Value;

    fn shape() -> String {
        F::SHAPE.to_owned()
    }

    fn read(found: &Found<'_>) -> Result<F::Value, Vec<Fault>> {
        F::read(found).map_err(|fault| vec![fault])
    }

    fn write(value: &F::Value) -> Option<String> {
        Some(F::write(value))
    }
}

/// There or not.
pub(super) struct Optional<F>(PhantomData<F>);

impl<F: Form> Occurrence for Optional<F> {
    type Value = Option<F::Value>;

    fn shape() -> String {
        F::SHAPE.to_owned()
    }

    fn read(found: &Found<'_>) -> Result<Option<F::Value>, Vec<Fault>> {
        One::<F>::read(found).map(Some)
    }

    fn write(value: &Option<F::Value>) -> Option<String> {
        value.as_ref().map(F::write)
    }
}

/// Any number of them.
pub(super) struct List<F>(PhantomData<F>);

impl<F: Form> Occurrence for List<F> {
    type Value = Vec<F::Value>;

    fn shape() -> String {
        format!("list of {}", F::SHAPE)
    }

    fn read(found: &Found<'_>) -> Result<Vec<F::Value>, Vec<Fault>> {
        let Some(items) = found.get_ref().as_array() else {
            let fault = Fault::unexpected(found, format_args!("a list of {}", F::SHAPE));
            // Brackets are forgotten more often than anything else is meant.
            return Err(vec![match F::read(found) {
                Ok(value) => fault.hint(format!("write [{}]", F::write(&value))),
                Err(other) if F::IS_SECRET => other,
                Err(_) => fault,
            }]);
        };
        let mut values = Vec::with_capacity(items.len());
        let mut faults = Vec::new();
        for item in items.iter() {
            match F::read(&Found::new(item, found.accounts)) {
                Ok(value) => values.push(value),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            Ok(values)
        } else {
            Err(faults)
        }
    }

    fn write(values: &Vec<F::Value>) -> Option<String> {
        let items: Vec<_> = values.iter().map(F::write).collect();
        Some(format!("[{}]", items.join(", ")))
    }
}

/// A list that may be left out, which is something else than an empty one.
pub(super) struct OptionalList<F>(PhantomData<F>);

impl<F: Form> Occurrence for OptionalList<F> {
    type Value = Option<Vec<F::Value>>;

    fn shape() -> String {
        List::<F>::shape()
    }

    fn read(found: &Found<'_>) -> Result<Option<Vec<F::Value>>, Vec<Fault>> {
        List::<F>::read(found).map(Some)
    }

    fn write(values: &Option<Vec<F::Value>>) -> Option<String> {
        values.as_ref().and_then(List::<F>::write)
    }
}

/// The text of a string, or a fault that names what was expected.
fn text<'v>(found: &Found<'v>, expected: &str) -> Result<&'v str, Fault> {
    found
        .get_ref()
        .as_str()
        .ok_or_else(|| Fault::unexpected(found, expected))
}

/// A whole number, `None` where it is something else or beyond 64 bits.
fn integer(found: &Found<'_>) -> Option<i64> {
    let number = found.get_ref().as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// Writes a string with the quotes and escapes that TOML needs.
fn quote(text: &str) -> String {
    toml::Value::from(text).to_string()
}
