//! Who can ask natconnd, and whom natconnd can ask.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::super::facts::{ConfigurationFault, Facts};
use super::super::netlink::{Netlink, hint_of};
use super::exposure::{self, OF_HOSTS};
use super::{AS_ROOT, Judgement};
use crate::amounts::list;

/// Whether the daemon answers; asked by the command only.
pub fn daemon(facts: &Facts) -> Option<Judgement> {
    let unreachable = &facts.command()?.unreachable;
    let finding = format!(
        "natconnd could not be asked, so natconn looked at this machine by itself: {}",
        unreachable.message
    );
    let judgement = Judgement::failure(finding);
    Some(if unreachable.is_forbidden {
        judgement
            .hint("its unix socket is for root, and for the group that its unit names")
            .command(AS_ROOT)
    } else {
        judgement
            .hint(
                "journalctl -u natconnd -n 20 shows why it stopped; where it runs, --socket and \
                 --url say where it listens",
            )
            .command("sudo systemctl start natconnd")
    })
}

/// Whether natconnd would start with its configuration.
pub fn configuration(facts: &Facts) -> Option<Judgement> {
    Some(match &facts.command()?.configuration {
        Ok(loaded) => Judgement::ok(match &loaded.path {
            Some(path) => format!("{} has no mistakes", path.display()),
            None => "there is no configuration file, so everything is as by default".to_owned(),
        }),
        Err(ConfigurationFault::Forbidden(message)) => {
            Judgement::note(format!("the configuration was not looked at: {message}"))
                .command(AS_ROOT)
        }
        Err(ConfigurationFault::Mistakes(messages)) => {
            let first = messages.first().map_or("", String::as_str);
            let first = first.lines().next().unwrap_or_default();
            Judgement::failure(format!(
                "natconnd does not start with its configuration: {first}"
            ))
            .hint("this command tells all mistakes")
            .command("sudo natconnd --check")
        }
    })
}

/// Whether the kernel answers questions about connections.
pub fn netlink(facts: &Facts) -> Option<Judgement> {
    let is_command = facts.command().is_some();
    Some(match &facts.netlink {
        Netlink::Answers => Judgement::ok("the kernel answers questions about connections"),
        Netlink::Forbidden(_) if is_command => Judgement::note(
            "whether the kernel answers questions about connections was not looked at: that \
             needs CAP_NET_ADMIN",
        )
        .command(AS_ROOT),
        Netlink::Missing(text) => Judgement::failure(format!(
            "the kernel has no conntrack netlink, so there are no events and no answers: {text}"
        ))
        .hint(
            "name nf_conntrack_netlink in /etc/modules-load.d/natconnd.conf to have it at each \
             start; a kernel built without CONFIG_NF_CT_NETLINK will not do",
        )
        .command("sudo modprobe nf_conntrack_netlink"),
        found @ (Netlink::Forbidden(text) | Netlink::Fenced(text) | Netlink::Fails(text)) => {
            Judgement::failure(format!("the kernel cannot be asked: {text}")).hint(hint_of(found))
        }
    })
}

/// Whether who looks may do what natconnd has to.
pub fn privileges(facts: &Facts) -> Option<Judgement> {
    let who = if facts.command().is_some() {
        "this command"
    } else {
        "natconnd"
    };
    let has_net_admin = facts.has_net_admin?;
    Some(match (has_net_admin, facts.is_in_initial_user_namespace) {
        (true, true) => Judgement::ok(format!("{who} has CAP_NET_ADMIN")),
        (true, false) => Judgement::ok(format!(
            "{who} has CAP_NET_ADMIN, in a user namespace of its own: net.core.rmem_max limits \
             its receive buffer"
        )),
        (false, _) if facts.command().is_some() => Judgement::note(
            "this command lacks CAP_NET_ADMIN, so it could not look at everything; what natconnd \
             has, it cannot tell",
        )
        .command(AS_ROOT),
        (false, _) => Judgement::failure(
            "natconnd lacks CAP_NET_ADMIN: it can neither subscribe to events nor ask the kernel",
        )
        .hint("run it as root, or give its unit AmbientCapabilities=CAP_NET_ADMIN")
        .command("sudo systemctl edit natconnd"),
    })
}

/// Whether those who may ask can, and only those.
pub fn listeners(facts: &Facts) -> Option<Judgement> {
    let (listen, allow) = match (facts.daemon(), facts.command()) {
        (Some(daemon), _) => (&daemon.listen, &daemon.allow),
        (_, Some(command)) => {
            let http = &command.configuration.as_ref().ok()?.config.http;
            (&http.listen, &http.allow)
        }
        (None, None) => return None,
    };
    let roles = exposure::config(facts)?.http.roles;
    let tells_of_hosts = OF_HOSTS.into_iter().any(|role| roles.contains(role));
    Some(judge_listeners(listen, allow, tells_of_hosts))
}

fn judge_listeners(listen: &[SocketAddr], allow: &[IpNet], tells_of_hosts: bool) -> Judgement {
    if listen.is_empty() {
        return Judgement::ok("natconnd listens on its unix socket only");
    }
    let open: Vec<&SocketAddr> = listen
        .iter()
        .filter(|it| !it.ip().to_canonical().is_loopback())
        .collect();
    let strangers: Vec<&IpNet> = allow.iter().filter(|it| !is_of_loopback(it)).collect();
    if allow.is_empty() {
        return Judgement::warning(format!(
            "natconnd listens on {} and http.allow is empty: everybody is refused",
            list(listen)
        ))
        .hint("name in http.allow who may ask, then reload")
        .command("sudo systemctl reload natconnd");
    }
    if open.is_empty() {
        return if strangers.is_empty() {
            Judgement::ok(format!(
                "natconnd answers this machine, on {}",
                list(listen)
            ))
        } else {
            Judgement::note(format!(
                "http.allow has {}, but natconnd listens on {} only, where nobody else can ask",
                list(strangers),
                list(listen)
            ))
            .hint("set http.listen to an address that they reach, or take them out of http.allow")
        };
    }
    let places = list(&open);
    let everybody: Vec<&&IpNet> = strangers
        .iter()
        .filter(|network| tells_of_hosts && network.prefix_len() == 0)
        .filter(|network| open.iter().any(|listener| can_reach(network, listener)))
        .collect();
    if !everybody.is_empty() {
        return Judgement::warning(format!(
            "http.allow has {}: whoever reaches {places} may ask who is behind what",
            list(everybody)
        ))
        .hint("name in http.allow the networks that have to ask, then reload")
        .command("sudo systemctl reload natconnd");
    }
    if open
        .iter()
        .all(|listener| !strangers.iter().any(|network| can_reach(network, listener)))
    {
        return Judgement::warning(format!(
            "natconnd listens on {places}, but http.allow lets only {} ask: everybody who comes \
             from elsewhere is refused",
            list(allow)
        ))
        .hint("name in http.allow who may ask, then reload; or listen on 127.0.0.1 only")
        .command("sudo systemctl reload natconnd");
    }
    Judgement::ok(format!(
        "natconnd answers {} on {}",
        list(allow),
        list(listen)
    ))
}

fn is_of_loopback(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.network().is_loopback() && network.prefix_len() >= 8,
        IpNet::V6(network) => {
            let mapped = network.network().to_ipv4_mapped();
            mapped.is_some_and(|address| address.is_loopback() && network.prefix_len() >= 104)
                || network.network().is_loopback() && network.prefix_len() == 128
        }
    }
}

/// Whether a peer of the network can be one of the listener: of the same family,
/// or any where the listener takes both.
fn can_reach(network: &IpNet, listener: &SocketAddr) -> bool {
    let is_ipv4 = |address: IpAddr| address.to_canonical().is_ipv4();
    match listener.ip() {
        // A dual-stack listener, unless the system says otherwise.
        IpAddr::V6(address) if address.is_unspecified() => true,
        address => is_ipv4(address) == is_ipv4(network.network()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Severity;

    #[track_caller]
    fn judged(listen: &str, allow: &str, severity: Severity, words: &str) {
        let listen: Vec<SocketAddr> = listen
            .split_whitespace()
            .map(|it| it.parse().unwrap())
            .collect();
        let allow: Vec<IpNet> = allow
            .split_whitespace()
            .map(|it| it.parse().unwrap())
            .collect();
        let judgement = judge_listeners(&listen, &allow, true);
        assert_eq!(judgement.severity, severity, "{judgement:?}");
        assert!(judgement.finding.contains(words), "{judgement:?}");
    }

    #[test]
    fn listeners_are_held_against_who_may_ask() {
        let own = "127.0.0.0/8 ::1/128";
        let (ok, note, warning) = (Severity::Ok, Severity::Note, Severity::Warning);
        judged("", "", ok, "unix socket only");
        judged("127.0.0.1:8080", own, ok, "this machine");
        judged("[::1]:8080", "192.0.2.0/24", note, "nobody else");
        judged("127.0.0.1:8080", "0.0.0.0/0", note, "0.0.0.0/0");
        judged("127.0.0.1:8080", "", warning, "is empty");
        judged("0.0.0.0:8080", own, warning, "lets only");
        judged(
            "192.0.2.1:80 127.0.0.1:80",
            own,
            warning,
            "192.0.2.1:80, but",
        );
        judged("0.0.0.0:8080", "192.0.2.0/24", ok, "192.0.2.0/24");
        judged("0.0.0.0:8080", "0.0.0.0/0", warning, "whoever");
        judged("[::]:8080", "0.0.0.0/0", warning, "whoever");
        judged("[2001:db8::1]:80", "::/0", warning, "whoever");
        // Nobody over IPv4 reaches a listener on one IPv6 address.
        judged("[2001:db8::1]:80", "0.0.0.0/0", warning, "lets only");
        judged(
            "[2001:db8::1]:80",
            "0.0.0.0/0 2001:db8::/32",
            ok,
            "2001:db8::/32",
        );
        judged(
            "192.0.2.1:80",
            "::ffff:127.0.0.0/104 127.0.0.0/8",
            warning,
            "lets only",
        );
    }
}
