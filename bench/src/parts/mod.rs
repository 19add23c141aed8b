//! The measurements, one file each.

mod abuse;
mod events;
mod explore;
mod load;
mod lookup_cost;
mod lookups;
mod memory;
mod start;

pub use abuse::{destroy, hand_over, overrun};
pub use events::events;
pub use explore::explore;
pub use lookup_cost::lookup_cost;
pub use lookups::lookups;
pub use memory::memory;
pub use start::start;
