//! Classic BPF programs that let the kernel drop events nobody asked for.
//!
//! [`program_for`] is what users want; `assembler` knows instructions and
//! labels, `filter` knows netlink attributes and roles.
//!
//! A program is for an event socket only. The parts of a dump hold many
//! messages, and the kernel would judge each part by its first one.

mod assembler;
mod filter;

pub use assembler::{Instruction, Program};
pub use filter::program_for;
