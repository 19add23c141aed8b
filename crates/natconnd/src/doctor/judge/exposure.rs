//! What strangers can get at: by listeners of their own rules, by tokens that can be read on
//! the way, by certificates that have ended; and whether anybody could tell afterwards.

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use model::Timestamp;

use super::super::facts::Facts;
use super::Judgement;
use crate::access::{HTTP, UNIX};
use crate::amounts::{list, span};
use crate::config::{Caller, Config, Listener, Role};

/// How long before its end a certificate is worth a warning.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// Roles in which one learns who talked to whom.
pub(super) const OF_HOSTS: [Role; 3] = [Role::Lookup, Role::Browse, Role::Admin];

const RELOAD: &str = "sudo systemctl reload natconnd";

/// What natconnd is, or would be, configured with.
pub(super) fn config(facts: &Facts) -> Option<&Config> {
    match (facts.daemon(), facts.command()) {
        (Some(daemon), _) => Some(&daemon.config),
        (_, Some(command)) => Some(&command.configuration.as_ref().ok()?.config),
        (None, None) => None,
    }
}

/// Whether listeners let strangers ask about hosts without showing who they are. What is said
/// of `http.listen` is the check `listeners`.
pub fn exposure(facts: &Facts) -> Option<Judgement> {
    let config = config(facts)?;
    let open: Vec<String> = config
        .listeners
        .iter()
        .filter_map(|(name, listener)| openness(name, listener))
        .collect();
    if !open.is_empty() {
        return Some(
            Judgement::warning(open.join("; "))
                .hint(
                    "give roles to callers ([caller.NAME]) instead of the listener, or name the \
                     networks that have to ask in its allow, then reload",
                )
                .command(RELOAD),
        );
    }
    Some(match config.listeners.len() {
        0 => Judgement::ok("there are no listeners beside http.listen and the unix socket"),
        _ => {
            Judgement::ok("no listener lets everybody ask about hosts without showing who they are")
        }
    })
}

/// What strangers may do at a listener, where that is anything about hosts.
fn openness(name: &str, listener: &Listener) -> Option<String> {
    let is_mutual = listener
        .tls
        .as_ref()
        .is_some_and(|it| it.client_ca.is_some());
    let lets_all_in = match &listener.allow {
        Some(networks) => networks.iter().any(is_all),
        None => listener.tls.is_some(),
    };
    let places = beyond_loopback(&listener.listen);
    let roles = OF_HOSTS.into_iter();
    let roles = roles.filter(|role| listener.roles.contains(*role));
    let roles: Vec<&str> = roles.map(Role::name).collect();
    if is_mutual || !lets_all_in || places.is_empty() || roles.is_empty() {
        return None;
    }
    let without_tls = if listener.tls.is_some() {
        ""
    } else {
        " and without TLS"
    };
    Some(format!(
        "whoever reaches {} (listener.{name}) has the roles {}, without showing who they \
         are{without_tls}",
        list(&places),
        list(&roles)
    ))
}

fn is_all(network: &IpNet) -> bool {
    network.prefix_len() == 0
}

fn beyond_loopback(places: &[SocketAddr]) -> Vec<SocketAddr> {
    let beyond = places
        .iter()
        .filter(|it| !it.ip().to_canonical().is_loopback());
    beyond.copied().collect()
}

/// Whether tokens can be shown where others read along.
pub fn tokens(facts: &Facts) -> Option<Judgement> {
    let config = config(facts)?;
    let with_token = || {
        let callers = config.callers.iter();
        callers.filter(|(_, caller)| !caller.tokens.is_empty())
    };
    if with_token().next().is_none() {
        return Some(Judgement::ok("nobody has a token"));
    }
    let plain = std::iter::once((HTTP, &config.http.listen)).chain(
        config
            .listeners
            .iter()
            .filter(|(_, listener)| listener.tls.is_none())
            .map(|(name, listener)| (name.as_str(), &listener.listen)),
    );
    let readable: Vec<String> = plain
        .filter_map(|(name, places)| {
            let places = beyond_loopback(places);
            let known = with_token().filter(|(_, caller)| is_known_at(caller, name));
            let known: Vec<&str> = known.map(|(caller, _)| caller.as_str()).collect();
            let is_readable = !places.is_empty() && !known.is_empty();
            is_readable.then(|| format!("{} at {}", list(&known), list(&places)))
        })
        .collect();
    if readable.is_empty() {
        return Some(Judgement::ok(
            "tokens are taken over TLS and on this machine only",
        ));
    }
    Some(
        Judgement::warning(format!(
            "tokens are taken without TLS, so that whoever is on the way can read and use them: {}",
            readable.join("; ")
        ))
        .hint(
            "give the listener a certificate, or name in the caller's listener those at which its \
             token counts; a token that was shown in the clear is better replaced",
        )
        .command(RELOAD),
    )
}

fn is_known_at(caller: &Caller, listener: &str) -> bool {
    let known = &caller.listeners;
    listener != UNIX && (known.is_empty() || known.iter().any(|name| name == listener))
}

/// Whether clients take the certificates of listeners, and how long they will.
pub fn certificates(facts: &Facts) -> Option<Judgement> {
    let listeners = &facts.daemon()?.tls;
    let command = "journalctl -u natconnd -n 20";
    for (name, status) in listeners {
        let end = status.validity.not_after;
        if end < facts.at {
            let ago = span(facts.at.since(end));
            return Some(
                Judgement::failure(format!(
                    "the certificate of listener.{name} has ended {ago} ago: no client that checks \
                     it asks there"
                ))
                .hint("renew it; files that change are taken over within a minute"),
            );
        }
    }
    for (name, status) in listeners {
        if let Some(refused) = &status.refused {
            let ago = span(facts.at.since(refused.at));
            let judgement = Judgement::warning(format!(
                "listener.{name} keeps the certificate that it had, because what is in the files \
                 now is of no use ({ago} ago): {}",
                refused.error
            ));
            let hint = refused.hint.unwrap_or(
                "it is tried again once a minute, and at a reload; until then nothing is lost but \
                 time",
            );
            return Some(judgement.hint(hint).command(command));
        }
    }
    let first = listeners.iter().min_by_key(|(_, it)| it.validity.not_after);
    let Some((name, status)) = first else {
        return Some(Judgement::ok("no listener speaks TLS"));
    };
    let left = status.validity.not_after.since(facts.at);
    let finding = format!(
        "the certificate of listener.{name} ends in {}, on {}",
        span(left),
        day(status.validity.not_after)
    );
    Some(if left < SOON {
        Judgement::warning(finding).hint(
            "renew it; files that change are taken over within a minute. Where it was renewed, the \
             listener names other files, or whatever renews it does not put it there",
        )
    } else {
        Judgement::ok(finding)
    })
}

/// The day of a time, in UTC.
fn day(time: Timestamp) -> String {
    let text = time.to_string();
    text.get(..10).unwrap_or(&text).to_owned()
}

/// Whether it could be told afterwards who asked what.
pub fn audit(facts: &Facts) -> Option<Judgement> {
    Some(match &config(facts)?.audit.folder {
        Some(folder) => Judgement::ok(format!(
            "who asks what is written down in {}",
            folder.display()
        )),
        None => {
            Judgement::note("who asks what is not written down, because audit.folder is not set")
                .hint("where lookups have to be accounted for, set it and restart natconnd")
        }
    })
}
