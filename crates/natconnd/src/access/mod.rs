//! Who may ask, what, and how much.
//!
//! A connection comes to a listener, whose rules say whether it is let in at all
//! ([`Access::lets_in`]). Each of its requests is somebody's: a [`Caller`], known by name where
//! it shows a credential, and else by where it comes from ([`Visitor::caller`]). A caller has
//! roles, and limits. All of it follows from a [`Config`](crate::config::Config) and can be
//! replaced while requests are answered.
//!
//! Left out: what a role may do, which is the faces' to say, and TLS, which brings the
//! certificates. Nothing here believes what a proxy says of its clients.

mod caller;
mod crowd;
mod gate;
mod host_name;
mod meter;
mod networks;
mod rules;
mod source;
mod standing;
mod visitor;

pub use caller::{Caller, Credential};
pub use crowd::{Crowd, Place};
pub use gate::Access;
pub use meter::{TooMuch, Turn};
pub use networks::AllowList;
pub use rules::{HTTP, UNIX};
pub use source::{Peer, Source};
pub use standing::Standing;
pub use visitor::{Refusal, Visitor, has_token};
