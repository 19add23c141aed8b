//! The packages, in a fresh Debian that systemd runs, on a real gateway.
//!
//! `make package-test` makes packages and the Debian and runs these tests, which needs
//! root; without it they are not asked for. `machine` boots the Debian on the lab's
//! gateway, `made` knows the packages, `load` is what goes on meanwhile.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod load;
mod machine;
mod made;
#[path = "../kernel/process.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod process;

mod contents;
mod life;
mod pynatconnd;
mod rpm;
mod upgrade;
