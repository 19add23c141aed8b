//! `natconn config`: configuration files, without asking natconnd.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::Outcome;
use super::definition::ConfigCommand;
use super::error::Error;
use super::output::Output;
use crate::config::{self, Config, Remark};

pub(super) fn run(command: &ConfigCommand, output: &mut Output) -> Result<Outcome, Error> {
    match command {
        ConfigCommand::Check { file } => {
            for warning in check(file).map_err(Error::Config)? {
                output.remark(&warning);
            }
            output.line(&format!("{}: no mistakes", file.display()))?;
        }
        ConfigCommand::Migrate {
            file,
            output: target,
        } => {
            let toml = migrate(file).map_err(Error::Config)?;
            match target {
                None => output.bytes(toml.as_bytes())?,
                Some(path) => write_new(path, &toml).map_err(|cause| Error::WriteFile {
                    path: path.clone(),
                    cause,
                })?,
            }
        }
    }
    Ok(Outcome::Match)
}

/// Reads a file of either kind: what has no effect, or one message for each
/// mistake.
fn check(file: &Path) -> Result<Vec<String>, Vec<String>> {
    let loaded = Config::load(file).map_err(|error| error.messages())?;
    Ok(loaded.warnings.iter().map(Remark::to_string).collect())
}

/// Writes a file that must not be there yet: it could be somebody's work.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

/// The TOML that does what the file does, or one message for each mistake.
fn migrate(file: &Path) -> Result<String, Vec<String>> {
    config::migrate(file).map_err(|error| error.messages())
}
