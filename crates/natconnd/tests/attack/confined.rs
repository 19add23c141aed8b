//! natconnd as root, whose files these tests put into its folders and whose ports it takes.
//!
//! The kernel tests run it as its unit does; what attackers may do does not depend on that.

use std::process::Command;

/// A program behind these words.
pub fn confined(before: &[&str], program: &str) -> Command {
    let mut words = before.to_vec();
    words.push(program);
    lab::command(&words)
}
