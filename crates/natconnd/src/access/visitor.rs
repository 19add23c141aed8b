//! One connection, and whose its requests are.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use super::caller::{Caller, Credential};
use super::gate::Access;
use super::rules::{Listener, Rules};
use super::source::{Peer, Source};
use crate::config::{Roles, TokenHash};
use crate::tls::ClientCertificate;
use crate::token;

/// Why a request is nobody's that may ask here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The listener lets nobody in from there, or is no more.
    NotLetIn,
    /// The request asks for a host that this is not.
    WrongHost,
    /// A credential is shown, and is none that is known here.
    UnknownToken,
    /// `Authorization` is of a kind that is not known here, or cannot be read.
    UnreadableCredential,
}

/// Whoever is at the other end of a connection.
pub struct Visitor {
    access: Arc<Access>,
    listener: Arc<str>,
    peer: Peer,
    certificate: Option<ClientCertificate>,
    judged: RefCell<Option<Judged>>,
}

/// What was found of a connection by one version of the rules.
struct Judged {
    version: u64,
    rules: Arc<Rules>,
    /// Without a token.
    caller: Result<Arc<Caller>, Refusal>,
    /// The last token that was shown, by its header.
    with_token: Option<(Box<[u8]>, Arc<Caller>)>,
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitor").field("peer", &self.peer).finish()
    }
}

impl Visitor {
    pub(super) fn new(
        access: Arc<Access>,
        listener: Arc<str>,
        peer: Peer,
        certificate: Option<ClientCertificate>,
    ) -> Self {
        Self {
            access,
            listener,
            peer,
            certificate,
            judged: RefCell::new(None),
        }
    }

    /// The same, to be judged somewhere else.
    pub(super) fn again(&self) -> Self {
        Self::new(
            Arc::clone(&self.access),
            Arc::clone(&self.listener),
            self.peer,
            self.certificate.clone(),
        )
    }

    /// Whose a request is, with these headers `Authorization` and `Host`.
    ///
    /// # Errors
    ///
    /// It is nobody's that may ask.
    pub fn caller(
        &self,
        authorization: Option<&[u8]>,
        host: Option<&[u8]>,
    ) -> Result<Arc<Caller>, Refusal> {
        let version = self.access.version();
        let mut judged = self.judged.borrow_mut();
        if judged.as_ref().is_none_or(|it| it.version != version) {
            *judged = Some(self.judge(version));
        }
        let Some(judged) = judged.as_mut() else {
            return Err(Refusal::NotLetIn);
        };
        let caller = judged.caller.as_ref().map_err(|refusal| *refusal)?;
        let listener = judged.rules.listener(&self.listener);
        let listener = listener.ok_or(Refusal::NotLetIn)?;
        let Some(header) = authorization else {
            // No page of somebody else's has a token; without one the name is all there is.
            let is_local = matches!(self.peer, Peer::Unix { .. });
            let is_called = is_local || host.is_none_or(|host| is_called(listener, host));
            return match is_called {
                true => Ok(Arc::clone(caller)),
                false => Err(Refusal::WrongHost),
            };
        };
        if let Some((known, caller)) = &judged.with_token
            && **known == *header
        {
            return Ok(Arc::clone(caller));
        }
        let token = token_of(header).ok_or(Refusal::UnreadableCredential)?;
        let hash = TokenHash(token::hash(&token));
        let named = judged.rules.of_token(hash, &self.listener);
        let named = named.ok_or(Refusal::UnknownToken)?;
        let caller = Arc::new(Caller {
            name: Arc::clone(&named.name),
            is_named: true,
            credential: Credential::Token,
            peer: self.peer,
            listener: Arc::clone(&self.listener),
            roles: named.roles,
            needs_reason: judged.rules.needs_reason,
            limits: named.limits,
            meter: named.meter.clone(),
            may_identify: false,
        });
        judged.with_token = Some((header.into(), Arc::clone(&caller)));
        Ok(caller)
    }

    fn judge(&self, version: u64) -> Judged {
        let rules = self.access.rules();
        Judged {
            version,
            caller: self.without_token(&rules).map(Arc::new),
            rules,
            with_token: None,
        }
    }

    fn without_token(&self, rules: &Rules) -> Result<Caller, Refusal> {
        let listener = rules.listener(&self.listener).ok_or(Refusal::NotLetIn)?;
        if let Peer::Tcp(address) = self.peer
            && !listener.allow.contains(address)
        {
            return Err(Refusal::NotLetIn);
        }
        let certificate = self.certificate.as_ref();
        let of_master = match rules.is_master(self.peer) {
            true => Roles::ALL,
            false => Roles::NONE,
        };
        if let Some((named, credential)) =
            rules.of_connection(self.peer, certificate, &self.listener)
        {
            return Ok(Caller {
                name: Arc::clone(&named.name),
                is_named: true,
                credential,
                peer: self.peer,
                listener: Arc::clone(&self.listener),
                roles: named.roles.and(of_master),
                needs_reason: rules.needs_reason,
                limits: named.limits,
                meter: named.meter.clone(),
                may_identify: listener.takes_tokens,
            });
        }
        let credential = match self.peer {
            Peer::Tcp(_) => Credential::Address,
            Peer::Unix { .. } => Credential::User,
        };
        Ok(Caller {
            name: self.peer.to_string().into(),
            is_named: false,
            credential,
            peer: self.peer,
            listener: Arc::clone(&self.listener),
            roles: listener.roles.and(of_master),
            needs_reason: rules.needs_reason,
            limits: rules.limits,
            meter: rules.meters.of(Source::from(self.peer), &rules.limits),
            may_identify: listener.takes_tokens,
        })
    }
}

fn is_called(listener: &Listener, host: &[u8]) -> bool {
    str::from_utf8(host).is_ok_and(|host| listener.hosts.allow(host))
}

/// Whether `Authorization` has a token of natconnd's, known or not, rather than what somebody
/// else has given out.
pub fn has_token(authorization: &[u8]) -> bool {
    token_of(authorization).is_some_and(|token| token.starts_with(token::PREFIX))
}

/// The token in `Authorization`: behind `Bearer` (RFC 6750), or as the password of `Basic`
/// (RFC 7617), which is how browsers ask for one.
fn token_of(header: &[u8]) -> Option<String> {
    let header = str::from_utf8(header).ok()?;
    let (scheme, rest) = header.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(base64(rest)?).ok()?;
    let (_, password) = pair.split_once(':')?;
    Some(password.to_owned())
}

/// Reads base64 (RFC 4648 section 4), padded or not.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::standing::Standing;
    use super::*;
    use crate::config::{self, Config, UnixGroup, UnixUser};

    const TOKEN: &str = "natconn_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn config() -> Config {
        let mut config = Config::default();
        config.callers.insert(
            "desk".to_owned(),
            config::Caller {
                tokens: vec![TokenHash(token::hash(TOKEN))],
                users: vec![UnixUser {
                    text: "alice".to_owned(),
                    uid: 1001,
                }],
                groups: vec![UnixGroup {
                    text: "abuse".to_owned(),
                    gid: 50,
                    members: vec![1002],
                }],
                listeners: vec!["http".to_owned(), "unix".to_owned()],
                roles: Roles::NONE.with(config::Role::Lookup),
                ..config::Caller::default()
            },
        );
        config
    }

    fn visitor(access: &Arc<Access>, listener: &str, peer: Peer) -> Visitor {
        access.visitor(listener.into(), peer, None)
    }

    fn tcp(text: &str) -> Peer {
        Peer::Tcp(text.parse().unwrap())
    }

    #[test]
    fn a_token_is_read_from_both_schemes_and_names_its_caller() {
        let access = Arc::new(Access::of(&config()));
        let visitor = visitor(&access, "http", tcp("127.0.0.1"));
        let plain = visitor.caller(None, None).unwrap();
        assert_eq!((&*plain.name, plain.roles), ("127.0.0.1", Roles::LOOKING));
        assert!(plain.may_identify());
        // printf 'x:natconn_AAA…' | base64
        let basic =
            "basic eDpuYXRjb25uX0FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
        for header in [&*format!("Bearer {TOKEN}"), basic] {
            let host = Some(&b"evil.example"[..]);
            let caller = visitor.caller(Some(header.as_bytes()), host).unwrap();
            assert_eq!(
                (&*caller.name, caller.credential),
                ("desk", Credential::Token)
            );
            assert!(!caller.roles.contains(config::Role::Browse));
        }
        for (header, refusal) in [
            ("Bearer natconn_B", Refusal::UnknownToken),
            ("Bearer ", Refusal::UnreadableCredential),
            ("Digest x", Refusal::UnreadableCredential),
            ("Basic !", Refusal::UnreadableCredential),
            ("Basic eDo", Refusal::UnknownToken),
        ] {
            let caller = visitor.caller(Some(header.as_bytes()), None);
            assert_eq!(caller.unwrap_err(), refusal, "{header}");
        }
    }

    #[test]
    fn what_others_have_given_out_is_no_token() {
        for (header, is_token) in [
            ("Bearer natconn_B", true),
            ("bearer natconn_B", true),
            ("Basic eDpuYXRjb25uX0I", true), // x:natconn_B
            ("Basic natconn_B", false),
            ("Bearer eyJhbGciOiJub25lIn0.e30.", false),
            ("Basic YWxpY2U6c2VjcmV0", false),
            ("Digest username=\"natconn_B\"", false),
            ("natconn_B", false),
        ] {
            assert_eq!(has_token(header.as_bytes()), is_token, "{header}");
        }
    }

    #[test]
    fn new_rules_hold_on_open_connections() {
        let access = Arc::new(Access::of(&config()));
        let visitor = visitor(&access, "http", tcp("127.0.0.1"));
        let header = format!("Bearer {TOKEN}");
        let ask = || visitor.caller(Some(header.as_bytes()), None);
        assert!(ask().is_ok());
        access.replace(&Config::default());
        assert_eq!(ask().unwrap_err(), Refusal::UnknownToken);
        let mut closed = Config::default();
        closed.http.allow = vec!["192.0.2.0/24".parse().unwrap()];
        access.replace(&closed);
        assert_eq!(visitor.caller(None, None).unwrap_err(), Refusal::NotLetIn);
        assert!(access.lets_in("http", "192.0.2.7".parse().unwrap()));
        assert!(!access.lets_in("gone", "192.0.2.7".parse().unwrap()));
    }

    #[test]
    fn users_are_known_by_number_and_group() {
        let access = Arc::new(Access::of(&config()));
        let caller = |uid, gid| {
            let visitor = visitor(&access, "unix", Peer::Unix { uid, gid });
            visitor.caller(None, Some(b"evil.example")).unwrap()
        };
        assert_eq!(&*caller(1001, 9).name, "desk");
        assert_eq!(&*caller(1002, 9).name, "desk");
        assert_eq!(&*caller(1003, 50).name, "desk");
        let stranger = caller(1004, 9);
        assert_eq!(
            (&*stranger.name, stranger.roles),
            ("uid 1004", Roles::LOOKING)
        );
        assert_eq!(caller(0, 0).roles, Roles::ALL);
    }

    #[test]
    fn a_unix_socket_beside_it_lets_no_other_name_in() {
        let mut config = config();
        let both = config::Listener {
            listen: vec![([127, 0, 0, 1], 8081).into()],
            unix_socket: Some("/run/both.sock".into()),
            ..config::Listener::default()
        };
        config.listeners.insert("both".to_owned(), both);
        let access = Arc::new(Access::of(&config));
        let asked = |peer| {
            let visitor = visitor(&access, "both", peer);
            visitor.caller(None, Some(b"evil.example")).map(drop)
        };
        assert_eq!(asked(tcp("127.0.0.1")), Err(Refusal::WrongHost));
        assert_eq!(asked(Peer::Unix { uid: 1004, gid: 9 }), Ok(()));
    }

    #[test]
    fn an_answer_goes_on_as_long_as_its_caller_may() {
        let access = Arc::new(Access::of(&config()));
        let visitor = visitor(&access, "http", tcp("127.0.0.1"));
        let header = format!("Bearer {TOKEN}");
        let standing = |header: Option<&str>| {
            let header = header.map(str::as_bytes);
            let caller = visitor.caller(header, None).unwrap();
            Standing::new(&visitor, header, &caller, None)
        };
        let (named, nameless) = (standing(Some(&header)), standing(None));
        assert!(named.holds() && nameless.holds());
        // More is no reason to end.
        let mut more = config();
        more.callers.get_mut("desk").unwrap().roles = Roles::ALL;
        more.http.roles = Roles::NONE;
        access.replace(&more);
        assert!(named.holds() && !nameless.holds());
        access.replace(&Config::default());
        assert!(!named.holds() && nameless.holds());
    }

    #[test]
    fn without_a_token_the_host_must_be_this_one() {
        let access = Arc::new(Access::of(&config()));
        let visitor = visitor(&access, "http", tcp("127.0.0.1"));
        let asked = |host: &[u8]| visitor.caller(None, Some(host)).map(drop);
        assert_eq!(asked(b"127.0.0.1:8080"), Ok(()));
        assert_eq!(asked(b"evil.example"), Err(Refusal::WrongHost));
        assert_eq!(asked(b"\xff"), Err(Refusal::WrongHost));
    }
}
