//! Rules to the kernel.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use tracing::debug;

use super::rules::Rules;

/// All that is asked of the kernel came to be with this version of its interface.
const ABI_ASKED_FOR: ABI = ABI::V6;

/// Why nothing is confined.
#[derive(Debug, thiserror::Error)]
pub enum Unconfined {
    #[error("the kernel is built without Landlock (CONFIG_SECURITY_LANDLOCK)")]
    NotBuilt,
    #[error("Landlock is not among the security modules that the kernel was started with (lsm=)")]
    NotEnabled,
    #[error("give rules to the kernel: {0}")]
    Refused(#[from] RulesetError),
}

/// Restricts the calling thread, and whatever it starts, to these rules for good. Returns the
/// version of the interface that holds, 6 at most.
///
/// Gives up new privileges of programs that it executes, too (`no_new_privs`), without which
/// the kernel does not take rules of anybody but root.
pub fn restrict(rules: &Rules) -> Result<u8, Unconfined> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI_ASKED_FOR))?
        .handle_access(AccessNet::from_all(ABI_ASKED_FOR))?
        .scope(scopes(rules))?
        .create()?;
    for (path, may) in rules.places() {
        match PathFd::new(path) {
            Ok(place) => ruleset = ruleset.add_rule(PathBeneath::new(place, may.access()))?,
            // Not every machine has all of them.
            Err(error) => debug!(path = %path.display(), %error, "there is no rule for this path"),
        }
    }
    for port in rules.ports() {
        ruleset = ruleset.add_rule(NetPort::new(port, AccessNet::BindTcp))?;
    }
    let status = ruleset.restrict_self()?;
    match (status.ruleset, status.landlock) {
        (_, LandlockStatus::NotImplemented) => Err(Unconfined::NotBuilt),
        (RulesetStatus::NotEnforced, _) | (_, LandlockStatus::NotEnabled) => {
            Err(Unconfined::NotEnabled)
        }
        (_, LandlockStatus::Available { effective_abi, .. }) => Ok(number(effective_abi)),
    }
}

fn scopes(rules: &Rules) -> BitFlags<Scope> {
    match rules.tells_by_abstract_socket() {
        // A supervisor may listen there.
        true => Scope::Signal.into(),
        false => Scope::from_all(ABI_ASKED_FOR),
    }
}

const fn number(abi: ABI) -> u8 {
    match abi {
        ABI::Unsupported => 0,
        ABI::V1 => 1,
        ABI::V2 => 2,
        ABI::V3 => 3,
        ABI::V4 => 4,
        ABI::V5 => 5,
        _ => 6,
    }
}
