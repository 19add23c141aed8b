//! Running the system's own programs.

use std::ffi::OsString;
use std::io::Write;
use std::process::{Child, Command, Output, Stdio};

use crate::Error;

/// Prepares a command line, with nothing on its standard input.
///
/// `ip`, `nft` and `nginx` live where an ordinary user's `PATH` does not look
/// on Debian, so those folders are searched as well.
pub fn command(line: &[&str]) -> Command {
    let mut words = line.iter();
    let mut command = Command::new(words.next().unwrap_or(&"true"));
    command.args(words).stdin(Stdio::null()).env("PATH", path());
    command
}

/// The search path, with the folders of system programs at its end.
fn path() -> OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin");
    path
}

/// Runs a command to its end and returns what it wrote on standard output.
pub(crate) fn finish(command: &mut Command) -> Result<String, Error> {
    let output = command
        .output()
        .map_err(|source| cannot_start(command, source))?;
    judge(command, &output)
}

/// Like [`finish`], with `input` on the command's standard input.
pub(crate) fn finish_with_input(command: &mut Command, input: &str) -> Result<String, Error> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| cannot_start(command, source))?;
    let doing = || format!("write to {}", describe(command));
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(input.as_bytes())
            .map_err(|source| Error::system(doing(), source))?;
    }
    let output = child
        .wait_with_output()
        .map_err(|source| Error::system(doing(), source))?;
    judge(command, &output)
}

/// Starts a command that goes on running.
pub(crate) fn start(command: &mut Command) -> Result<Running, Error> {
    let child = command
        .spawn()
        .map_err(|source| cannot_start(command, source))?;
    Ok(Running { child })
}

fn cannot_start(command: &Command, source: std::io::Error) -> Error {
    Error::Start {
        command: describe(command),
        source,
    }
}

fn judge(command: &Command, output: &Output) -> Result<String, Error> {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let indented = |line: &str| format!("\n  {line}");
    Err(Error::Failed {
        command: describe(command),
        status: output.status.to_string(),
        output: stdout.lines().chain(stderr.lines()).map(indented).collect(),
    })
}

/// The command line as a person would type it, nearly.
fn describe(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// A program that runs until this value is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
}

impl Running {
    /// Its process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both report only that the program has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
