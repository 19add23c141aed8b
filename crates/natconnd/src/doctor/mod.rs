//! What ails natconnd: looks at the kernel, its settings, the machine and the
//! daemon itself, and says what it found in words that can be acted on.
//!
//! Looking and judging are apart. `gather` reads [`Facts`] from `/proc`, netlink and
//! the mirror, decides nothing and changes nothing; the functions in `judge`
//! turn facts into findings and touch nothing. `check` is the list of all
//! checks, from which the table in docs/doctor.md is made. The daemon looks as
//! [`Doctor`], which remembers what it saw before; the command `natconn` looks once
//! ([`examine`]) where the daemon cannot be asked.
//!
//! Left out: mending. And running other programs: what only `nft` or `tc` could tell
//! is left to a hint.

mod check;
mod daemon;
mod facts;
mod gather;
mod judge;
mod netlink;
mod reference;
#[cfg(test)]
mod sick;
mod watch;

pub use check::check_names;
pub use daemon::Doctor;
pub use facts::{ConfigurationFault, Unreachable};
pub use gather::examine;
pub use netlink::{hint_for, require_netlink};
pub use reference::reference;

use facts::Facts;
use judge::Judgement;
