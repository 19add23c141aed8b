//! Whether the kernel lets itself be asked about connections.

use ctnetlink::{Error, GetSocket};
use model::Tuple;
use rustix::io::Errno;

/// What came of asking the kernel for a connection that nobody has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Netlink {
    /// It answered.
    Answers,
    /// It answers those with CAP_NET_ADMIN only.
    Forbidden(String),
    /// It has no conntrack netlink.
    Missing(String),
    /// A sandbox forbids the kind of socket.
    Fenced(String),
    /// It did not answer for another reason.
    Fails(String),
}

impl Netlink {
    /// Asks: a few microseconds. The kernel loads the module by itself where it
    /// can.
    pub fn probe() -> Self {
        let nobody = Tuple::default();
        match GetSocket::open().and_then(|mut socket| socket.get(&nobody, 0)) {
            Ok(_) => Self::Answers,
            Err(error) => Self::of_error(error),
        }
    }

    fn of_error(error: Error) -> Self {
        let errno = error.errno();
        let text = format!("{:#}", anyhow::Error::from(error));
        match errno {
            Some(errno) if is_one_of(errno, FORBIDDEN) => Self::Forbidden(text),
            Some(errno) if is_one_of(errno, MISSING) => Self::Missing(text),
            Some(errno) if is_one_of(errno, FENCED) => Self::Fenced(text),
            _ => Self::Fails(text),
        }
    }
}

const FORBIDDEN: &[Errno] = &[Errno::PERM, Errno::ACCESS];

/// The kernel's answer for a part of netfilter's netlink that nobody has
/// registered, or the socket's where there is no such netlink at all.
const MISSING: &[Errno] = &[Errno::INVAL, Errno::OPNOTSUPP, Errno::PROTONOSUPPORT];

/// systemd's answer where RestrictAddressFamilies leaves netlink out.
const FENCED: &[Errno] = &[Errno::AFNOSUPPORT];

fn is_one_of(errno: i32, errnos: &[Errno]) -> bool {
    errnos.iter().any(|it| it.raw_os_error() == errno)
}

/// How to act on an error of talking to the kernel.
pub const fn hint_of(netlink: &Netlink) -> &'static str {
    match netlink {
        Netlink::Forbidden(_) => {
            "it needs CAP_NET_ADMIN: run it as root, or as the unit natconnd.service does"
        }
        Netlink::Missing(_) => {
            "it needs the kernel's module nf_conntrack_netlink: modprobe nf_conntrack_netlink"
        }
        Netlink::Fenced(_) => {
            "netlink sockets are forbidden to it: RestrictAddressFamilies of its unit must have \
             AF_NETLINK"
        }
        Netlink::Answers | Netlink::Fails(_) => {
            "it needs CAP_NET_ADMIN and the module nf_conntrack_netlink \
             (modprobe nf_conntrack_netlink)"
        }
    }
}

/// How to act on the error that has kept natconnd from mirroring the kernel's
/// connections.
pub fn hint_for(error: &anyhow::Error) -> &'static str {
    let errno = error.downcast_ref::<Error>().and_then(Error::errno);
    let Some(errno) = errno else {
        return hint_of(&Netlink::Fails(String::new()));
    };
    hint_of(&Netlink::of_error(Error::System {
        action: "ask the kernel",
        source: std::io::Error::from_raw_os_error(errno),
    }))
}

/// The error of a kernel without conntrack netlink, where this is one.
///
/// Such a kernel lets one subscribe to events, which then never come.
pub fn missing_netlink() -> Option<anyhow::Error> {
    match Netlink::probe() {
        Netlink::Missing(text) => Some(anyhow::Error::msg(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn netlink(errno: Errno) -> Netlink {
        Netlink::of_error(Error::System {
            action: "get a connection",
            source: errno.into(),
        })
    }

    #[test]
    fn no_privilege_and_no_support_are_told_apart() {
        let text = |text: &str| format!("get a connection: {text}");
        assert_eq!(
            netlink(Errno::PERM),
            Netlink::Forbidden(text("Operation not permitted (os error 1)"))
        );
        for (errno, cause) in [
            (Errno::INVAL, "Invalid argument (os error 22)"),
            (Errno::OPNOTSUPP, "Operation not supported (os error 95)"),
            (
                Errno::PROTONOSUPPORT,
                "Protocol not supported (os error 93)",
            ),
        ] {
            assert_eq!(netlink(errno), Netlink::Missing(text(cause)));
        }
        assert!(matches!(netlink(Errno::NOBUFS), Netlink::Fails(_)));
        assert!(matches!(netlink(Errno::AFNOSUPPORT), Netlink::Fenced(_)));
    }

    #[test]
    fn a_hint_names_what_is_missing_and_nothing_else() {
        let hint = |errno: Errno| {
            hint_for(&anyhow::Error::from(Error::System {
                action: "subscribe to conntrack events",
                source: errno.into(),
            }))
        };
        assert!(hint(Errno::PERM).contains("CAP_NET_ADMIN"));
        assert!(!hint(Errno::PERM).contains("modprobe"));
        assert!(hint(Errno::PROTONOSUPPORT).contains("modprobe nf_conntrack_netlink"));
        assert!(!hint(Errno::PROTONOSUPPORT).contains("CAP_NET_ADMIN"));
        let unknown = hint_for(&anyhow::Error::msg("no thread"));
        assert!(unknown.contains("CAP_NET_ADMIN") && unknown.contains("modprobe"));
    }
}
