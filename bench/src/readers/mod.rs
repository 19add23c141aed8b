//! The readers that are compared: the floor, natconnd and its peers.

mod bare;
mod conntrack;
mod listener;
mod natconnd;
mod ulogd;

pub use bare::Bare;
pub use conntrack::Conntrack;
pub use listener::{Heard, Listener};
pub use natconnd::{Daemon, Natconnd};
pub use ulogd::Ulogd;
