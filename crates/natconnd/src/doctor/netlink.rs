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
        match ask_for_nobody() {
            Ok(()) => Self::Answers,
            Err(error) => Self::of_error(error),
        }
    }

    fn of_error(error: Error) -> Self {
        let kind = kind_of(error.errno());
        kind(format!("{:#}", anyhow::Error::from(error)))
    }
}

fn ask_for_nobody() -> Result<(), Error> {
    let found = GetSocket::open()?.get(&Tuple::default(), 0)?;
    debug_assert!(found.is_none(), "{found:?}");
    Ok(())
}

const FORBIDDEN: &[Errno] = &[Errno::PERM, Errno::ACCESS];

/// The kernel's answer for a part of netfilter's netlink that nobody has
/// registered, or the socket's where there is no such netlink at all.
const MISSING: &[Errno] = &[Errno::INVAL, Errno::OPNOTSUPP, Errno::PROTONOSUPPORT];

/// systemd's answer where RestrictAddressFamilies leaves netlink out.
const FENCED: &[Errno] = &[Errno::AFNOSUPPORT];

fn kind_of(errno: Option<i32>) -> fn(String) -> Netlink {
    let is_one_of = |errnos: &[Errno]| errnos.iter().any(|it| Some(it.raw_os_error()) == errno);
    if is_one_of(FORBIDDEN) {
        Netlink::Forbidden
    } else if is_one_of(MISSING) {
        Netlink::Missing
    } else if is_one_of(FENCED) {
        Netlink::Fenced
    } else {
        Netlink::Fails
    }
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
    hint_of(&kind_of(errno)(String::new()))
}

/// Makes sure that the kernel has conntrack netlink.
///
/// A kernel without it lets one subscribe to events, which then never come.
///
/// # Errors
///
/// It has none. Any other error is left to those who meet it again.
pub fn require_netlink() -> anyhow::Result<()> {
    match ask_for_nobody() {
        Err(error) if is_missing(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

fn is_missing(error: &Error) -> bool {
    matches!(kind_of(error.errno())(String::new()), Netlink::Missing(_))
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
