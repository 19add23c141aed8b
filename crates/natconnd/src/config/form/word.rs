//! Names, and the numbers that can stand for them.

use std::str::FromStr;

use model::{Protocol, TranslationKind};

use super::super::nearest::nearest;
use super::super::{
    Delivery, IdentReply, KeyName, LogLevel, OnFailure, RemoteEndpoints, Role, Roles,
};
use super::{Fault, Form, Found, List, Occurrence, integer, quote, text};

/// Reads one of a few words, with the nearest one as a hint.
fn read_word<F: Form>(found: &Found<'_>, words: &[&str]) -> Result<F::Value, Fault>
where
    F::Value: FromStr,
{
    let word = text(found, F::SHAPE)?;
    word.parse().map_err(|_| {
        let fault = Fault::unexpected(found, F::SHAPE);
        match nearest(word, words.iter().copied()) {
            Some(meant) => fault.hint(format!("write {}", quote(meant))),
            None => fault,
        }
    })
}

/// A log level.
pub(in super::super) struct Level;

impl Form for Level {
    type Value = LogLevel;
    const SHAPE: &'static str = "error, warn, info, debug or trace";

    fn read(found: &Found<'_>) -> Result<LogLevel, Fault> {
        read_word::<Self>(found, &LogLevel::ALL.map(LogLevel::name))
    }

    fn write(level: &LogLevel) -> String {
        quote(level.name())
    }
}

/// What becomes of events that do not fit.
pub(in super::super) struct DeliveryWord;

impl Form for DeliveryWord {
    type Value = Delivery;
    const SHAPE: &'static str = "reliable or best-effort";

    fn read(found: &Found<'_>) -> Result<Delivery, Fault> {
        read_word::<Self>(found, &Delivery::ALL.map(Delivery::name))
    }

    fn write(delivery: &Delivery) -> String {
        quote(delivery.name())
    }
}

/// What becomes of remote endpoints in history.
pub(in super::super) struct RemoteWord;

impl Form for RemoteWord {
    type Value = RemoteEndpoints;
    const SHAPE: &'static str = "keep or omit";

    fn read(found: &Found<'_>) -> Result<RemoteEndpoints, Fault> {
        read_word::<Self>(found, &RemoteEndpoints::ALL.map(RemoteEndpoints::name))
    }

    fn write(remote: &RemoteEndpoints) -> String {
        quote(remote.name())
    }
}

/// What remotes are told of a host.
pub(in super::super) struct IdentWord;

impl Form for IdentWord {
    type Value = IdentReply;
    const SHAPE: &'static str = "host, hash or name";

    fn read(found: &Found<'_>) -> Result<IdentReply, Fault> {
        read_word::<Self>(found, &IdentReply::ALL.map(IdentReply::name))
    }

    fn write(reply: &IdentReply) -> String {
        quote(reply.name())
    }
}

/// What becomes of a question that cannot be written down.
pub(in super::super) struct FailureWord;

impl Form for FailureWord {
    type Value = OnFailure;
    const SHAPE: &'static str = "refuse or answer";

    fn read(found: &Found<'_>) -> Result<OnFailure, Fault> {
        read_word::<Self>(found, &OnFailure::ALL.map(OnFailure::name))
    }

    fn write(on_failure: &OnFailure) -> String {
        quote(on_failure.name())
    }
}

/// A role.
struct RoleWord;

impl Form for RoleWord {
    type Value = Role;
    const SHAPE: &'static str = "lookup, browse, metrics or admin";

    fn read(found: &Found<'_>) -> Result<Role, Fault> {
        read_word::<Self>(found, &Role::ALL.map(Role::name))
    }

    fn write(role: &Role) -> String {
        quote(role.name())
    }
}

/// Any number of roles, in no order.
pub(in super::super) struct RoleSet;

impl Occurrence for RoleSet {
    type Value = Roles;

    fn shape() -> String {
        List::<RoleWord>::shape()
    }

    fn read(found: &Found<'_>) -> Result<Roles, Vec<Fault>> {
        Ok(List::<RoleWord>::read(found)?.into_iter().collect())
    }

    fn write(roles: &Roles) -> Option<String> {
        List::<RoleWord>::write(&roles.iter().collect())
    }
}

/// Whether something is so.
pub(in super::super) struct Flag;

impl Form for Flag {
    type Value = bool;
    const SHAPE: &'static str = "true or false";

    fn read(found: &Found<'_>) -> Result<bool, Fault> {
        found.get_ref().as_bool().ok_or_else(|| {
            let fault = Fault::unexpected(found, Self::SHAPE);
            match found.get_ref().as_str() {
                Some(word @ ("true" | "false")) => {
                    fault.hint(format!("write {word}, without quotes"))
                }
                Some("yes" | "on") => fault.hint("write true"),
                Some("no" | "off") => fault.hint("write false"),
                _ => fault,
            }
        })
    }

    fn write(is_so: &bool) -> String {
        is_so.to_string()
    }
}

/// The name of a listener, whether there is one or not.
pub(in super::super) struct ListenerName;

impl Form for ListenerName {
    type Value = String;
    const SHAPE: &'static str = "listener's name";

    fn read(found: &Found<'_>) -> Result<String, Fault> {
        Ok(text(found, "a listener's name")?.to_owned())
    }

    fn write(name: &String) -> String {
        quote(name)
    }
}

/// A name as the ident protocol can carry it.
pub(in super::super) struct UserName;

impl UserName {
    /// RFC 1413 promises no more.
    const LONGEST: usize = 512;
}

impl Form for UserName {
    type Value = String;
    const SHAPE: &'static str = "name of ASCII letters, digits and signs";

    fn read(found: &Found<'_>) -> Result<String, Fault> {
        let name = text(found, Self::SHAPE)?;
        let is_fit = name.bytes().all(|byte| byte.is_ascii_graphic());
        if name.is_empty() || name.len() > Self::LONGEST || !is_fit {
            return Err(Fault::unexpected(found, format!("a {}", Self::SHAPE)));
        }
        Ok(name.to_owned())
    }

    fn write(name: &String) -> String {
        quote(name)
    }
}

/// A name, not empty.
pub(in super::super) struct Name;

impl Form for Name {
    type Value = String;
    const SHAPE: &'static str = "name";

    fn read(found: &Found<'_>) -> Result<String, Fault> {
        let name = text(found, "a name")?;
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(Fault::unexpected(found, "a name of printable characters"));
        }
        Ok(name.to_owned())
    }

    fn write(name: &String) -> String {
        quote(name)
    }
}

/// What pynatconnd's URLs look up.
pub(in super::super) struct Key;

impl Form for Key {
    type Value = KeyName;
    const SHAPE: &'static str = "src_ip, src_port, nat_ip, nat_port, dst_ip or dst_port";

    fn read(found: &Found<'_>) -> Result<KeyName, Fault> {
        read_word::<Self>(found, &KeyName::ALL.map(KeyName::name))
    }

    fn write(name: &KeyName) -> String {
        quote(name.name())
    }
}

/// A kind of translation.
pub(in super::super) struct Kind;

impl Form for Kind {
    type Value = TranslationKind;
    const SHAPE: &'static str = "source or destination";

    fn read(found: &Found<'_>) -> Result<TranslationKind, Fault> {
        let names = TranslationKind::ALL.map(TranslationKind::name);
        read_word::<Self>(found, &names).map_err(|fault| match found.get_ref().as_str() {
            Some("snat" | "SNAT" | "masquerade") => fault.hint("write \"source\""),
            Some("dnat" | "DNAT" | "redirect") => fault.hint("write \"destination\""),
            Some("" | "any" | "both" | "all") => fault.hint("leave the key out for both kinds"),
            _ => fault,
        })
    }

    fn write(kind: &TranslationKind) -> String {
        quote(kind.name())
    }
}

/// A transport protocol, by name or number.
pub(in super::super) struct ProtocolName;

impl Form for ProtocolName {
    type Value = Protocol;
    const SHAPE: &'static str = "NAME or NUMBER";

    fn read(found: &Found<'_>) -> Result<Protocol, Fault> {
        let expected = "a protocol's name or a number from 0 to 255";
        if found.get_ref().is_integer() {
            return integer(found)
                .and_then(|number| u8::try_from(number).ok())
                .map(Protocol)
                .ok_or_else(|| Fault::unexpected(found, expected));
        }
        text(found, expected)?
            .parse()
            .map_err(|error: model::UnknownProtocol| Fault::new(found, error.to_string()))
    }

    fn write(protocol: &Protocol) -> String {
        match protocol.name() {
            Some(name) => quote(name),
            None => protocol.0.to_string(),
        }
    }
}

/// A conntrack zone.
pub(in super::super) struct ZoneNumber;

impl Form for ZoneNumber {
    type Value = u16;
    const SHAPE: &'static str = "NUMBER from 0 to 65535";

    fn read(found: &Found<'_>) -> Result<u16, Fault> {
        integer(found)
            .and_then(|number| u16::try_from(number).ok())
            .ok_or_else(|| Fault::unexpected(found, "a number from 0 to 65535"))
    }

    fn write(zone: &u16) -> String {
        zone.to_string()
    }
}
