//! What the operator wants: one struct tree, whoever wrote the file.
//!
//! A file is natconnd's TOML or, told apart by its sections, pynatconnd's
//! ConfigObj file. [`parse`] is pure; [`Config::load`] adds the reading. Every
//! key is defined once, in `keys/`: the reader, the writer, the reference,
//! the example file and the list of what SIGHUP can change all come from
//! there. Nothing here opens a socket or knows what a key is used for.
//!
//! Reading order: `tree` (the values), `keys` (the definitions), `form` (how
//! a value is written), `check` (what does not go together), `toml_file` and
//! `pynatconnd` (the two formats).

mod accounts;
mod amount;
mod check;
mod configobj;
mod form;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod keys;
mod load;
mod nearest;
mod overrides;
mod pynatconnd;
mod remark;
mod render;
mod role;
mod secret;
mod toml_file;
mod tree;
mod word;

pub use accounts::Accounts;
pub use amount::read_duration;
pub use load::{DEFAULT_PATHS, FileKind, Loaded, parse, parse_with};
pub use overrides::Overrides;
pub use remark::{ConfigError, Position, Remark};
pub use render::{example_file, migrate, reference, render_toml};
pub use role::{Role, Roles};
pub use tree::{
    Audit, Caller, CallerLimits, CertificateName, Config, History, Http, Ident, Listener, Log,
    Metrics, Pynatconnd, Tls, TokenHash, Track, UnixGroup, UnixUser,
};
pub use word::{Delivery, IdentReply, KeyName, LogLevel, OnFailure, RemoteEndpoints, UnknownWord};

/// The keys that differ between `old` and `new` and that a running daemon
/// cannot take over, in the order of the reference. A listener that only one
/// of them has stands there as `listener.NAME`.
pub fn changes_needing_restart(old: &Config, new: &Config) -> Vec<String> {
    keys::SECTIONS
        .iter()
        .flat_map(|section| section.changes_needing_restart(old, new))
        .collect()
}
