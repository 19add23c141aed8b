//! A real NAT gateway in network namespaces, without root.
//!
//! Tests of what the kernel does start with [`in_gateway!`]. It runs the test
//! again in fresh user, network, mount and process namespaces, builds a
//! [`Lab`] there and hands it over: the test's process is the gateway, and
//! every [`Host`] has a network namespace of its own. The demo and the
//! benchmark build the same lab by hand, from [`namespaces`].
//!
//! ```no_run
//! lab::in_gateway!(|lab| {
//!     lab.nft(lab::MASQUERADE)?;
//!     lab.outside().serve_tcp(80)?;
//!     let web = lab.outside().at(80);
//!     let _held = lab.host(1).connect_tcp(40123, web)?;
//!     assert_eq!(lab.connections(&["-p", "tcp"])?.len(), 1);
//!     Ok::<(), lab::Error>(())
//! });
//! ```
//!
//! Left out on purpose: anything of natconnd. The lab is the measure that
//! natconnd is held against, so of the project's parts it knows the words of
//! `model` only.

mod authority;
mod command;
mod error;
mod gateway;
mod host;
mod listing;
pub mod namespaces;
pub mod packet;
mod rerun;
mod topology;
mod traffic;

pub use authority::{Authority, EC, Issued, Wanted};
pub use command::{Running, command};
pub use error::Error;
pub use gateway::{Lab, MASQUERADE};
pub use host::Host;
pub use listing::{Listed, ListingError};
pub use rerun::{run, test_name};
pub use topology::Topology;

/// Runs the rest of a test on a fresh gateway of its own.
///
/// Takes a closure that is given the [`Lab`], and before it, where the usual
/// three hosts and one NAT address do not do, a [`Topology`]. The closure
/// returns nothing, or a `Result` whose error fails the test.
///
/// Call it once in a test, as the whole of it: what stands before it runs
/// twice, outside and inside.
#[macro_export]
macro_rules! in_gateway {
    (|$lab:ident| $work:expr) => {
        $crate::in_gateway!($crate::Topology::default(), |$lab| $work)
    };
    ($topology:expr, |$lab:ident| $work:expr) => {{
        fn here() {}
        $crate::run($crate::test_name(&here), $topology, |$lab: &$crate::Lab| {
            $work
        })
    }};
}
