//! The command `natconn`: asks a running natconnd over its public HTTP API.
//!
//! Knows [`crate::api`] for the shape of answers and [`crate::config`] for
//! configuration files: whatever it can do, any other client can do too. Four things
//! it does without natconnd: where that does not answer, `natconn doctor` looks at
//! the machine by itself ([`crate::doctor`]), `natconn ident` hashes addresses with
//! the key of a file, `natconn token` makes and hashes tokens ([`crate::token`]), and `natconn
//! audit` reads audit files.
//!
//! Reading order: `definition` is what can be typed; `daemon` says who is asked and
//! `introduction` as whom, `client` asks, over `tls` where that is wanted; one file for each subcommand turns the answer into text; `rows`,
//! `coverage`, `times` and `output` are how that text looks.

mod audit_files;
mod bearer;
mod bulk;
mod choice;
mod client;
mod columns;
mod completions;
mod config_file;
mod coverage;
mod daemon;
mod definition;
mod doctor;
mod error;
mod file_choice;
mod foreign;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod hint;
mod history;
mod holds;
mod ident;
mod input;
mod introduction;
mod list;
mod lookup;
mod output;
mod pages;
mod past;
mod query;
mod records;
mod refused;
mod rows;
mod sse;
mod status;
mod stream;
mod times;
mod tls;
mod tls_fault;
mod token;
mod top;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser};

use client::Client;
use daemon::Daemon;
use definition::{Arguments, Command};
use error::Error;
use introduction::Introduction;
use output::Output;

/// What came of a question that could be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// Something fits, or all is well: exit status 0.
    Match,
    /// Nothing fits, or something is amiss: exit status 1.
    NoMatch,
}

/// The definition of `natconn`, for its man pages and completions.
pub fn definition() -> clap::Command {
    Arguments::command()
}

/// Does what the command line says and returns its exit status: 0 for a
/// match, 1 for none, 2 where the question could not be asked.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(usage) => {
            // Where nobody reads the help there is nobody to tell, either.
            let _ = usage.print();
            return ExitCode::from(if usage.use_stderr() { 2 } else { 0 });
        }
    };
    let mut output = Output::to_stdout(arguments.local);
    let done = run(&arguments, &mut output);
    let flushed = output.flush().map_err(Error::Write);
    match done.and_then(|outcome| flushed.map(|()| outcome)) {
        Ok(Outcome::Match) => ExitCode::SUCCESS,
        Ok(Outcome::NoMatch) => ExitCode::from(1),
        // Whoever closed the pipe has read what they wanted.
        Err(Error::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            output.complain(&error);
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Error> {
    match &arguments.command {
        Command::Audit { command } => audit_files::run(command, output),
        Command::Config { command } => config_file::run(command, output),
        Command::Token { command } => token::run(command, output),
        Command::Ident(arguments) => ident::run(arguments, output),
        Command::Completions { shell } => completions::run(*shell, output),
        asking => ask(arguments, asking, output),
    }
}

fn ask(arguments: &Arguments, command: &Command, output: &mut Output) -> Result<Outcome, Error> {
    let daemon = Daemon::chosen(&arguments.daemon, |name| std::env::var_os(name))?;
    let timeout = Duration::from_secs(arguments.daemon.timeout.into());
    let introduction =
        Introduction::chosen(&daemon, &arguments.daemon, &arguments.asker, |name| {
            std::env::var_os(name)
        })?;
    let client = Client::new(daemon, introduction, timeout);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Start)?;
    runtime.block_on(async {
        match command {
            Command::Lookup(arguments) => match &arguments.many.file {
                Some(file) => bulk::run(&client, file, arguments, output).await,
                None => lookup::run(&client, arguments, output).await,
            },
            Command::List(arguments) => list::run(&client, arguments, output).await,
            Command::Records(arguments) => records::run(&client, arguments, output).await,
            Command::Watch(arguments) => watch::run(&client, arguments, output).await,
            Command::Status(arguments) => status::run(&client, arguments, output).await,
            Command::Top(arguments) => top::run(&client, arguments, output).await,
            Command::Doctor(arguments) => doctor::run(&client, arguments, output).await,
            Command::History { command } => history::run(&client, command, output).await,
            Command::Audit { .. }
            | Command::Config { .. }
            | Command::Token { .. }
            | Command::Ident(_)
            | Command::Completions { .. } => Ok(Outcome::Match),
        }
    })
}
