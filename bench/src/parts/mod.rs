//! The measurements, one file each.

mod abuse;
mod attack;
mod delivery;
mod events;
mod explore;
mod forward_auth;
pub mod history;
mod latency;
mod load;
mod lookup_cost;
mod lookups;
mod memory;
mod pages;
mod reconcile;
mod start;
mod tls;
mod truth;

pub use abuse::{destroy, hand_over, overrun};
pub use attack::attack;
pub use delivery::delivery;
pub use events::events;
pub use explore::explore;
pub use forward_auth::forward_auth;
pub use latency::latency;
pub use lookup_cost::lookup_cost;
pub use lookups::lookups;
pub use memory::memory;
pub use pages::pages;
pub use reconcile::reconcile;
pub use start::start;
pub use tls::tls;
pub use truth::truth;
