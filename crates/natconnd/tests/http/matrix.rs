//! Who may ask what: every endpoint, every role, every kind of listener.
//!
//! `asked` is a table, written by hand, of requests and who may make them; it is held against
//! a server that knows things that nobody else does (`gateway`), over each way in (`way`). What
//! is refused says nothing of what the server knows: it looks the same, byte for byte, from
//! a server that knows nothing.

mod asked;
mod doors;
mod gateway;
mod local;
mod refusals;
mod said;
mod tls;
mod way;

use std::collections::HashSet;

use natconnd::config::{Role, Roles};
use natconnd::http::Route;

use self::asked::{ASKED, Asked, Judged};
use self::gateway::{Gateway, SECRETS};
use self::said::Said;
use self::way::Way;

/// Nobody, each role by itself, and all of them.
fn sets_of_roles() -> Vec<Roles> {
    let each = Role::ALL.map(|role| Roles::NONE.with(role));
    [&[Roles::NONE], &each[..], &[Roles::ALL]].concat()
}

/// Holds the table against both servers, over one way in.
fn try_way(way: Way) {
    if way.is_of_users() && !local::can_be_others() {
        eprintln!("skipped: only root can connect as somebody else");
        return;
    }
    let (knowing, empty) = (Gateway::knowing(), Gateway::empty());
    for wanted in sets_of_roles() {
        let roles = way.roles(wanted);
        knowing.set_roles(wanted);
        empty.set_roles(wanted);
        for asked in ASKED {
            let told = asked.ask(&knowing, way);
            let place = format!("{way:?} {roles:?}: {} {}", asked.method, asked.target);
            match asked.judge(roles) {
                Judged::Answered => assert_answered(asked, &told, &place),
                Judged::AnsweredToAll => {
                    assert_answered(asked, &told, &place);
                    // What pages are made of is nobody's: whoever asks is taken for one
                    // without a credential.
                    let is_anybodys = asked.route == Route::Asset && way.has_credential();
                    if roles == Roles::NONE && !is_anybodys {
                        assert_has_none(&told, SECRETS, &place);
                    }
                }
                Judged::RefusedInPart => {
                    assert!(told.status < 400, "{place}: {told:?}");
                    // Whoever sees such pages may know whose they are.
                    assert_has_none(&told, &SECRETS[1..], &place);
                }
                Judged::Refused => {
                    assert_refused(way, asked, roles, &told, &place);
                    if asked.is_page_of_question(roles) {
                        // The same.
                        assert_has_none(&told, &SECRETS[1..], &place);
                        continue;
                    }
                    assert_has_none(&told, SECRETS, &place);
                    let of_empty = asked.ask(&empty, way);
                    assert_eq!(told.but_for_time(), of_empty.but_for_time(), "{place}");
                }
            }
        }
    }
}

fn assert_answered(asked: &Asked, told: &Said, place: &str) {
    assert!(!told.is_refused(), "{place}: {told:?}");
    assert!(
        told.has(asked.tells),
        "{place}: {} in {told:?}",
        asked.tells
    );
}

fn assert_refused(way: Way, asked: &Asked, roles: Roles, told: &Said, place: &str) {
    // A question is judged when it is known; then it is too late to ask for a token.
    let expected = match asked.is_judged_by_question(roles) {
        true => 403,
        false => way.status_of_refusal(),
    };
    assert_eq!(told.status, expected, "{place}: {told:?}");
    let asks_for_token = told.has("\r\nwww-authenticate: Bearer ");
    assert_eq!(asks_for_token, expected == 401, "{place}: {told:?}");
}

fn assert_has_none(told: &Said, secrets: &[&str], place: &str) {
    for secret in secrets {
        assert!(!told.has(secret), "{place}: {secret} in {told:?}");
    }
}

macro_rules! ways {
    ($($name:ident: $way:ident,)*) => {
        $(#[test]
        fn $name() {
            try_way(Way::$way);
        })*

        #[test]
        fn no_way_in_is_left_out() {
            assert_eq!([$(Way::$way),*], *Way::ALL);
        }
    };
}

ways! {
    over_plain_tcp_without_a_credential: Plain,
    over_plain_tcp_with_a_token: PlainToken,
    over_tls_without_a_credential: Tls,
    over_tls_with_a_token: TlsBearer,
    over_tls_with_a_token_as_password: TlsBasic,
    over_mutual_tls_with_a_certificate_of_nobody: Mutual,
    over_mutual_tls_by_fingerprint: Fingerprint,
    over_mutual_tls_by_dns_name: DnsName,
    over_a_unix_socket_as_anybody: Unix,
    over_a_unix_socket_by_user: User,
    over_a_unix_socket_by_group: Group,
    over_a_unix_socket_by_list_of_members: Member,
    over_a_unix_socket_as_root: Root,
}

#[test]
fn no_endpoint_and_no_method_is_left_out() {
    let gateway = Gateway::knowing();
    gateway.set_roles(Roles::ALL);
    let known: HashSet<(Route, &str)> = ASKED.iter().map(|it| (it.route, it.method)).collect();
    for route in Route::ALL {
        let asked = ASKED.iter().find(|asked| asked.route == *route);
        let asked = asked.unwrap_or_else(|| panic!("nothing is asked of {}", route.name()));
        let refused = Asked {
            method: "PATCH",
            ..*asked
        };
        let refused = refused.ask(&gateway, Way::Plain);
        // What does not say which it answers makes no difference between them.
        let methods = refused.header("allow").unwrap_or("GET");
        for method in methods.split(", ") {
            assert!(
                known.contains(&(*route, method)),
                "{} {method}",
                route.name()
            );
        }
    }
}

/// Else the table would speak of endpoints that nobody asked.
#[test]
fn what_is_asked_is_of_its_endpoint() {
    let gateway = Gateway::knowing();
    gateway.set_roles(Roles::ALL);
    for asked in ASKED {
        let before = gateway.answered(asked.route);
        asked.ask(&gateway, Way::Plain);
        assert_eq!(gateway.answered(asked.route), before + 1, "{asked:?}");
    }
}
