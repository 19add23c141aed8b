//! What must hold when natconnd is treated badly: a reader that is stopped, a
//! buffer that holds next to nothing, a restart in the middle of the traffic.
//!
//! Nothing here is about speed. Each part says how many mistakes it found, and
//! there must be none. [`stand`] does what is done to natconnd.

mod destroy;
mod hand_over;
mod overrun;
pub mod stand;

pub use destroy::destroy;
pub use hand_over::hand_over;
pub use overrun::overrun;
