//! Running `natconn`.

use std::process::{Command, Output, Stdio};

use crate::server::{Reply, Server};

/// What a run left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// The exit status.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// `natconn` with nothing of this user's settings.
pub fn natconn(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_natconn"));
    command
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Run {
    Run::of(command.output().unwrap())
}

/// `natconn` that asks `server`.
pub fn asking(server: &Server, arguments: &[&str]) -> Command {
    let mut command = natconn(arguments);
    command.env("NATCONN_SOCKET", server.socket());
    command
}

/// Runs `natconn` against one reply.
pub fn ask(reply: Reply, arguments: &[&str]) -> Run {
    run(&mut asking(&Server::on_socket(vec![reply]), arguments))
}
