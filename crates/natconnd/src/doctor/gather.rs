//! Looking: facts from `/proc`, from netlink and from the mirror.
//!
//! Reads a dozen small files and asks the kernel one question: less than a
//! millisecond, whatever the size of the table. Changes nothing.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;

use ctnetlink::{ClockDiscipline, Drops, Settings};

use super::check;
use super::facts::{ConfigurationFault, Facts, Observer, OfCommand, Unreachable};
use super::netlink::Netlink;
use crate::api::Health;
use crate::config::{Config, ConfigError, Loaded};
use crate::mirror::now;

const MAX: &str = "/proc/sys/net/netfilter/nf_conntrack_max";

/// The bit of CAP_NET_ADMIN in the kernel's sets of capabilities.
const CAP_NET_ADMIN: u32 = 12;

/// What the kernel calls the machine's own user namespace
/// (`USER_NS_INIT_INO`).
const INITIAL_USER_NAMESPACE: &str = "user:[4026531837]";

/// Looks at this machine from this process, because the daemon could not be
/// asked. Reads files, so call it where blocking is allowed.
pub fn examine(unreachable: Unreachable) -> Health {
    let command = OfCommand {
        unreachable,
        configuration: configuration(),
    };
    check::health(&look(Observer::Command(command)))
}

/// Looks at everything but what the observer knows already.
pub fn look(observer: Observer) -> Facts {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mode = fs::metadata(MAX).map_or(0, |found| found.permissions().mode());
    Facts {
        at: now(),
        observer,
        netlink: Netlink::probe(),
        settings: Settings::read(),
        is_max_ours: mode & 0o200 != 0,
        receive_buffer_limit: ctnetlink::receive_buffer_limit(),
        drops: Drops::read(),
        has_net_admin: has_net_admin(&status),
        is_in_initial_user_namespace: is_in_initial_user_namespace(),
        offloading_modules: ctnetlink::offloading_modules(),
        clock: ClockDiscipline::read().map_err(|error| error.to_string()),
    }
}

fn is_in_initial_user_namespace() -> bool {
    let namespace = fs::read_link("/proc/self/ns/user").unwrap_or_default();
    namespace.as_os_str() == INITIAL_USER_NAMESPACE
}

/// Whether the effective set has CAP_NET_ADMIN.
fn has_net_admin(status: &str) -> Option<bool> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))?;
    let set = u64::from_str_radix(line.trim(), 16).ok()?;
    Some(set & 1 << CAP_NET_ADMIN != 0)
}

fn configuration() -> Result<Loaded, ConfigurationFault> {
    Config::load_default().map_err(|error| {
        let mut messages = error.messages();
        match error {
            ConfigError::Read { source, .. }
                if source.kind() == io::ErrorKind::PermissionDenied =>
            {
                ConfigurationFault::Forbidden(messages.swap_remove(0))
            }
            _ => ConfigurationFault::Mistakes(messages),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_from_the_effective_set() {
        let status = |set: &str| format!("Name:\tx\nCapPrm:\t000001ffffffffff\nCapEff:\t{set}\n");
        assert_eq!(has_net_admin(&status("000001ffffffffff")), Some(true));
        assert_eq!(has_net_admin(&status("0000000000001000")), Some(true));
        assert_eq!(has_net_admin(&status("000001ffffffefff")), Some(false));
        assert_eq!(has_net_admin(""), None);
    }

    /// Only the initial user namespace has all users but one under their own
    /// numbers, unless somebody takes pains to copy it.
    #[test]
    fn the_initial_user_namespace_is_known() {
        let map = fs::read_to_string("/proc/self/uid_map").unwrap();
        let is_whole = map.split_whitespace().eq(["0", "0", "4294967295"]);
        assert_eq!(is_in_initial_user_namespace(), is_whole);
    }
}
