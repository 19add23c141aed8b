//! Refusals that are about the request, whatever its caller may do: they say as little as
//! those for want of a role, from every endpoint.

use natconnd::config::{Config, Roles};
use natconnd::http::Route;

use super::asked::{ASKED, Asked};
use super::gateway::{Gateway, SECRETS};
use super::said::Said;
use super::way::Way;

/// One way to be refused, though one has every role.
struct Refusal {
    name: &'static str,
    way: Way,
    headers: &'static str,
    /// The rules by which it is.
    rules: fn(&mut Config),
    status: u16,
    /// Whether a proxy is refused for it, too.
    is_for_proxies: bool,
    /// Whether what pages are made of is refused for it, too.
    is_for_assets: bool,
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        name: "outside the allow list",
        way: Way::Plain,
        headers: "",
        rules: |config| config.http.allow.clear(),
        status: 403,
        is_for_proxies: true,
        is_for_assets: true,
    },
    Refusal {
        name: "a token that nobody knows",
        way: Way::Tls,
        headers: "Authorization: Bearer natconn_guessed\r\n",
        rules: |_| {},
        status: 401,
        is_for_proxies: false,
        is_for_assets: false,
    },
    Refusal {
        name: "a credential that cannot be read",
        way: Way::Plain,
        headers: "Authorization: Negotiate YII=\r\n",
        rules: |_| {},
        status: 401,
        is_for_proxies: false,
        is_for_assets: false,
    },
    Refusal {
        name: "another host",
        way: Way::Plain,
        headers: "Host: evil.example\r\n",
        rules: |_| {},
        status: 421,
        is_for_proxies: false,
        is_for_assets: false,
    },
    Refusal {
        name: "a page of another site",
        way: Way::Plain,
        headers: "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n",
        rules: |_| {},
        status: 403,
        is_for_proxies: false,
        is_for_assets: true,
    },
    Refusal {
        name: "too much",
        way: Way::Plain,
        headers: "",
        // Beyond any doubt.
        rules: |config| config.http.limits.requests_at_once = Some(0),
        status: 429,
        is_for_proxies: false,
        is_for_assets: false,
    },
];

impl Refusal {
    fn concerns(&self, asked: &Asked) -> bool {
        match asked.route {
            Route::ForwardAuth => self.is_for_proxies,
            Route::Asset => self.is_for_assets,
            _ => true,
        }
    }

    fn ask(&self, gateway: &Gateway, asked: &Asked) -> Said {
        let server = gateway.server(asked.route == Route::Pynatconnd);
        server.ask_with(self.way, asked, self.headers)
    }
}

#[test]
fn no_refusal_says_more_than_that_it_is_one() {
    let (knowing, empty) = (Gateway::knowing(), Gateway::empty());
    for refusal in REFUSALS {
        for gateway in [&knowing, &empty] {
            gateway.set_rules(Roles::ALL, refusal.rules);
        }
        for asked in ASKED.iter().filter(|asked| refusal.concerns(asked)) {
            let told = refusal.ask(&knowing, asked);
            let place = format!("{}: {} {}", refusal.name, asked.method, asked.target);
            assert_eq!(told.status, refusal.status, "{place}: {told:?}");
            for secret in SECRETS {
                assert!(!told.has(secret), "{place}: {secret} in {told:?}");
            }
            let of_empty = refusal.ask(&empty, asked);
            assert_eq!(told.but_for_time(), of_empty.but_for_time(), "{place}");
        }
    }
}

/// A proxy's site goes on, whatever its clients send, and however often it asks.
#[test]
fn a_proxy_is_refused_by_the_allow_list_alone() {
    let gateway = Gateway::knowing();
    let of_proxies = |asked: &&Asked| asked.route == Route::ForwardAuth;
    for refusal in REFUSALS.iter().filter(|refusal| !refusal.is_for_proxies) {
        gateway.set_rules(Roles::ALL, refusal.rules);
        for asked in ASKED.iter().filter(of_proxies) {
            let told = refusal.ask(&gateway, asked);
            assert!(told.has("x-nat-verdict: "), "{}: {told:?}", refusal.name);
            let is_nameless = matches!(refusal.status, 421 | 429);
            if is_nameless {
                assert!(told.has("\r\nx-nat-reason: "), "{}: {told:?}", refusal.name);
                assert!(!told.has("x-internal-"), "{}: {told:?}", refusal.name);
            }
        }
    }
}
