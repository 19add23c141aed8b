//! The words of natconnd, as values.
//!
//! Everything here is pure: no I/O, no clock, no dependency on another part
//! of natconnd. The stations (`ctnetlink`, `table`) speak to each other only
//! in these types.
//!
//! Reading order: [`Endpoint`] and [`Tuple`] are what the kernel knows;
//! [`Connection`] is two tuples and their state; [`Translation`] is what the
//! gateway's operator asks about and is derived from a connection in one
//! place; [`Lookup`] is a question, [`Answer`] what comes back; [`Coverage`]
//! says how far an answer can be trusted.

mod answer;
mod connection;
mod coverage;
mod endpoint;
mod event;
mod evidence;
mod filter;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod pattern;
mod period;
mod protocol;
#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;
mod status;
mod timestamp;
mod translation;
mod tuple;

pub use answer::{Answer, Lookup, Match, Verdict};
pub use connection::{Connection, Counters, HelperName, KernelId, TcpState, Traffic};
pub use coverage::{Coverage, Gap, GapCause};
pub use endpoint::Endpoint;
pub use event::{ChangeKind, Event, EventKind};
pub use evidence::EndEvidence;
pub use filter::Filter;
pub use pattern::{EndpointPattern, EndpointSet, PatternError};
pub use period::Period;
pub use protocol::{Protocol, UnknownProtocol};
pub use status::Status;
pub use timestamp::{TimeError, TimeSource, Timed, Timestamp};
pub use translation::{Roles, Translation, TranslationKind, UnknownKind};
pub use tuple::{Icmp, Tuple, Zone, ZoneScope};
