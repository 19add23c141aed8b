//! `[http]`.

use super::{Section, key};
use crate::config::form::{
    Count, Flag, HostName, List, ListenAddress, Network, One, Optional, Period, RoleSet, Size,
    SocketPath,
};

pub(super) const SECTION: Section = Section {
    path: "http",
    meaning: "Who may ask, and where.",
    keys: &[
        key!(
            "http.listen", List<ListenAddress>, http.listen, live: false,
            "Where TCP connections are accepted. IPv6 addresses stand in brackets: \"[::1]:8080\"."
        ),
        key!(
            "http.unix-socket", One<SocketPath>, http.unix_socket, live: false,
            "The unix socket that the command natconn asks. Its file permissions say who may ask; \
             `allow` does not apply to it. \"\" switches it off."
        ),
        key!(
            "http.allow", List<Network>, http.allow, live: true,
            "The addresses and networks that may ask over TCP. Everybody else is refused before \
             the request is looked at."
        ),
        key!(
            "http.roles", RoleSet, http.roles, live: true,
            "What whoever `allow` lets in may do without saying who they are. \"lookup\": exact questions, who \
             had this NAT endpoint and port? \"browse\": lists, hosts and everybody's connections. \
             \"metrics\": how natconnd fares, no hosts. \"admin\": what is held and deleted, and who \
             has asked what. None includes another."
        ),
        key!(
            "http.unix-roles", RoleSet, http.unix_roles, live: true,
            "The same for whoever can open the unix socket. root and the user that natconnd runs as \
             may do all."
        ),
        key!(
            "http.hosts", List<HostName>, http.hosts, live: true,
            "The DNS names by which `listen` may be asked: [\"gateway.example.net\"]. A page of \
             somebody else's could have its own name lead here, and the browser would show it the \
             answers (DNS rebinding). Addresses, localhost and names without a dot always may; \
             \"*\" is any name."
        ),
        key!(
            "http.unprotected", One<Flag>, http.unprotected, live: false,
            "Whether all the world may ask without TLS: `listen` beyond loopback with networks in \
             `allow` that are everybody is a mistake unless this is true."
        ),
        key!(
            "http.max-connections", One<Count>, http.max_connections, live: false,
            "How many clients may be connected at once."
        ),
        key!(
            "http.max-connections-per-caller",
            One<Count>, http.max_connections_per_caller, live: false,
            "How many of these may be one caller's: an IPv4 address's, an IPv6 network's of 64 bits, \
             a user's of this machine."
        ),
        key!(
            "http.requests-per-second",
            Optional<Count>, http.limits.requests_per_second, live: true, example: "100",
            "How many requests each caller without a name may send in a second. Any number where it \
             is left out, as with the next two."
        ),
        key!(
            "http.requests-at-once",
            Optional<Count>, http.limits.requests_at_once, live: true, example: "8",
            "How many requests of such a caller are answered at once."
        ),
        key!(
            "http.longest-period",
            Optional<Period>, http.limits.longest_period, live: true, example: "\"7d\"",
            "How long a time one question of such a caller may be about, its tolerance on both \
             sides included."
        ),
        key!(
            "http.header-timeout", One<Period>, http.header_timeout, live: false,
            "How long a client may take to send the head of a request."
        ),
        key!(
            "http.bulk-requests", One<Count>, http.bulk_requests, live: false,
            "How many requests with many questions (POST /api/v1/lookups) are answered at once. \
             Each may hold some megabytes; more of them are told to come again."
        ),
        key!(
            "http.max-body", One<Size>, http.max_body, live: false,
            "How much such a request may bring. It is never in memory as a whole."
        ),
        key!(
            "http.body-timeout", One<Period>, http.body_timeout, live: false,
            "How long such a request may bring nothing before it is given up."
        ),
    ],
    named: None,
};
