//! The measurements, one file each.

mod events;
mod explore;
mod load;
mod lookup_cost;
mod lookups;
mod memory;
mod start;
mod truth;

pub use events::events;
pub use explore::explore;
pub use lookup_cost::lookup_cost;
pub use lookups::lookups;
pub use memory::memory;
pub use start::start;
pub use truth::truth;
