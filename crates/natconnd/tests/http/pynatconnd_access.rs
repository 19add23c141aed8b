//! What pynatconnd's users may do by the roles of whoever is let in.

use std::sync::Arc;

use natconnd::access::Access;
use natconnd::config::{Role, Roles};

use crate::client::Client;
use crate::server::{Running, example, letting_in};

/// A server with this key, where whoever is let in has these roles.
fn server(key: &str, roles: &[Role]) -> Running {
    let server = Running::as_pynatconnd(key, vec![example()]);
    let mut config = letting_in(&["127.0.0.0/8"]);
    config.http.roles = roles.iter().copied().collect();
    config.http.hosts = vec!["*".to_owned()];
    server.access.replace(&config);
    server
}

#[test]
fn each_of_its_urls_needs_its_role() {
    use Role::{Admin, Browse, Lookup, Metrics};
    for (roles, key, debug, nagios, nothing) in [
        (&[Lookup][..], 200, 403, 403, 404),
        (&[Browse], 403, 200, 403, 404),
        (&[Metrics], 403, 403, 200, 404),
        (&[Lookup, Browse, Metrics], 200, 200, 200, 404),
        (&[Admin], 403, 403, 403, 403),
        (&[], 403, 403, 403, 403),
    ] {
        let server = server("nat_port", roles);
        let statuses = ["/nat_port/40123", "/debug", "/nagios", "/nope"]
            .map(|target| server.get(target).status);
        assert_eq!(statuses, [key, debug, nagios, nothing], "{roles:?}");
    }
}

/// Whoever asks by the NAT port has it from somewhere; any other key is for looking around.
#[test]
fn keys_differ_by_what_they_ask() {
    for (key, target, role) in [
        ("nat_port", "/nat_port/40123", Role::Lookup),
        ("nat_ip", "/nat_ip/100.64.2.1", Role::Browse),
        ("src_ip", "/src_ip/192.168.248.2", Role::Browse),
        ("src_port", "/src_port/40123", Role::Browse),
        ("dst_ip", "/dst_ip/100.64.2.10", Role::Browse),
        ("dst_port", "/dst_port/443", Role::Browse),
    ] {
        for asked in [Role::Lookup, Role::Browse] {
            let reply = server(key, &[asked]).get(target);
            let expected = if asked == role { 200 } else { 403 };
            assert_eq!(reply.status, expected, "{target} with {asked}");
            let is_told = reply.body.contains("192.168.248.2");
            assert_eq!(is_told, expected == 200, "{target}: {reply:?}");
        }
    }
}

/// Its `ip_acl` is `http.allow`: who is not in it gets the same as ever, from all paths.
#[test]
fn its_list_of_addresses_means_what_it_did() {
    let server = server("nat_port", &[Role::Lookup, Role::Browse, Role::Metrics]);
    // Its clients may have asked by any name.
    let mut client = Client::connect(server.address);
    let reply = client.get_of("gateway.example", "/nat_port/40123", "");
    assert_eq!(reply.status, 200, "{reply:?}");
    server.access.replace(&letting_in(&["192.0.2.0/24"]));
    for target in ["/nat_port/40123", "/debug", "/nagios", "/"] {
        let reply = server.get(target);
        let told = (reply.status, reply.header("content-type"), &*reply.body);
        assert_eq!(told, (403, Some("text/html"), "Forbidden"), "{target}");
    }
    server.access.replace(&letting_in(&["127.0.0.0/8"]));
    let nagios = server.get("/nagios").json();
    let forbidden = nagios.to_string();
    assert!(forbidden.contains("4"), "four were refused: {forbidden}");
}

#[test]
fn a_reason_is_asked_of_its_users_too() {
    let server = server("nat_port", &[Role::Lookup]);
    let mut config = letting_in(&["127.0.0.0/8"]);
    config.audit.require_reason = Roles::NONE.with(Role::Lookup);
    server.access.replace(&config);
    assert_eq!(server.get("/nat_port/40123").status, 403);
    assert_eq!(server.get("/nat_port/40123?reason=x").status, 200);
    let access = Arc::new(Access::of(&config));
    assert!(access.lets_in("http", [127, 0, 0, 1].into()));
}
