//! `natconn completions`: the script that makes a shell complete `natconn`.

use clap_complete::generate;
use clap_complete::shells::{Bash, Fish, Zsh};

use super::definition::Shell;
use super::error::Error;
use super::output::Output;
use super::{Outcome, definition};

pub(super) fn run(shell: Shell, output: &mut Output) -> Result<Outcome, Error> {
    // The generator cannot report that a pipe broke, so it writes to memory.
    let mut script = Vec::new();
    let mut command = definition();
    let name = "natconn";
    match shell {
        Shell::Bash => generate(Bash, &mut command, name, &mut script),
        Shell::Zsh => generate(Zsh, &mut command, name, &mut script),
        Shell::Fish => generate(Fish, &mut command, name, &mut script),
    }
    output.bytes(&script)?;
    Ok(Outcome::Match)
}
