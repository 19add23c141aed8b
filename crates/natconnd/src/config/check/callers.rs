//! What makes a caller: something to be known by, something to do, and nothing
//! by which somebody else is known.

use super::{Mistake, Written};
use crate::config::form::{CertificateText, Form, Group, User};
use crate::config::nearest::nearest;
use crate::config::{Caller, Config};

/// Callers of which something is missing, or who cannot be told apart.
pub(super) fn check(written: &Written<'_>) -> Vec<Mistake> {
    let callers = &written.config.callers;
    let mut mistakes = Vec::new();
    for (name, caller) in callers {
        let section = format!("caller.{name}");
        mistakes.extend(roles(written, &section, caller));
        mistakes.extend(credential(written, &section, caller));
        mistakes.extend(listeners(written.config, &section, caller));
        let before = callers.iter().take_while(|(other, _)| *other != name);
        for (other, theirs) in before {
            mistakes.extend(same_token(&section, caller, other, theirs));
            mistakes.extend(same_person(&section, caller, other, theirs));
        }
    }
    mistakes
}

fn roles(written: &Written<'_>, section: &str, caller: &Caller) -> Option<Mistake> {
    let key = format!("{section}.roles");
    let is_told = (written.is_faulty)(&key);
    (caller.roles.is_empty() && !is_told).then(|| {
        let place = match (written.is_given)(&key) {
            true => key.as_str(),
            false => section,
        };
        let hint = "write roles = [\"lookup\"] for exact questions; [http] has all of them";
        Mistake::new(place, "has no roles, so it may do nothing", hint)
    })
}

fn credential(written: &Written<'_>, section: &str, caller: &Caller) -> Option<Mistake> {
    let has_one = !caller.tokens.is_empty()
        || !caller.certificates.is_empty()
        || !caller.users.is_empty()
        || !caller.groups.is_empty();
    let is_told = ["token", "certificate", "user", "group"]
        .iter()
        .any(|key| (written.is_faulty)(&format!("{section}.{key}")));
    (!has_one && !is_told).then(|| {
        Mistake::new(
            section,
            "has none of token, certificate, user and group to be known by",
            "`natconn token new` makes a token, and its hash for token = [\"sha256:HEX\"]",
        )
    })
}

fn listeners(config: &Config, section: &str, caller: &Caller) -> Vec<Mistake> {
    let mut known: Vec<&str> = vec!["http", "unix"];
    known.extend(config.listeners.keys().map(String::as_str));
    let unknown = caller.listeners.iter();
    unknown
        .filter(|name| !known.contains(&name.as_str()))
        .map(|name| {
            let hint = match nearest(name, known.iter().copied()) {
                Some(meant) => format!("did you mean {meant}?"),
                None => format!("known here: {}", known.join(", ")),
            };
            let key = format!("{section}.listener");
            Mistake::new(key, format!("there is no listener {name:?}"), hint)
        })
        .collect()
}

/// Two callers with one token: whose it is, no question would tell.
fn same_token(section: &str, caller: &Caller, other: &str, theirs: &Caller) -> Option<Mistake> {
    let mut tokens = caller.tokens.iter();
    let is_theirs = tokens.any(|token| theirs.tokens.contains(token));
    is_theirs.then(|| {
        Mistake::new(
            format!("{section}.token"),
            format!("has a hash that caller {other} has too"),
            "give each a token of its own: `natconn token new`",
        )
    })
}

/// The same certificate, user or group for two callers of one listener.
fn same_person(section: &str, caller: &Caller, other: &str, theirs: &Caller) -> Vec<Mistake> {
    let (here, there) = (&caller.listeners, &theirs.listeners);
    let meet = here.is_empty() || there.is_empty() || here.iter().any(|it| there.contains(it));
    if !meet {
        return Vec::new();
    }
    let certificates = caller.certificates.iter();
    let certificates = certificates
        .filter(|it| theirs.certificates.contains(it))
        .map(|it| ("certificate", CertificateText::write(it)));
    let users = caller.users.iter();
    let users = users
        .filter(|it| theirs.users.iter().any(|user| user.uid == it.uid))
        .map(|it| ("user", User::write(it)));
    let groups = caller.groups.iter();
    let groups = groups
        .filter(|it| theirs.groups.iter().any(|group| group.gid == it.gid))
        .map(|it| ("group", Group::write(it)));
    certificates
        .chain(users)
        .chain(groups)
        .map(|(key, shown)| {
            Mistake::new(
                format!("{section}.{key}"),
                format!("{shown} is caller {other} too"),
                "leave it out of one of them, or have them known at other listeners",
            )
        })
        .collect()
}
