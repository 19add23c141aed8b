//! `natconn token`: makes tokens, and hashes them for natconnd's configuration.

use std::io::{self, IsTerminal};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::Outcome;
use super::bearer::Token;
use super::definition::TokenCommand;
use super::error::Error;
use super::output::Output;
use crate::token::{hash, make};

pub(super) fn run(command: &TokenCommand, output: &mut Output) -> Result<Outcome, Error> {
    match command {
        TokenCommand::New { only: true, .. } => {
            output.line(&make().map_err(Error::MakeToken)?)?;
        }
        TokenCommand::New { name, .. } => {
            let token = make().map_err(Error::MakeToken)?;
            output.line(&token)?;
            output.line("")?;
            output.line("# It is not shown again. natconnd's configuration needs its hash:")?;
            if let Some(name) = name {
                output.line(&format!("[caller.{name}]"))?;
            }
            output.line(&format!("token = [\"{}\"]", shown(&token)))?;
            if name.is_some() {
                output.line("roles = [\"lookup\"]")?;
            }
        }
        TokenCommand::Hash => {
            let token = if io::stdin().is_terminal() {
                output.remark("type or paste the token, which is not shown, and Enter");
                let _unseen = Unseen::begin();
                Token::of_line()?
            } else {
                Token::of_input()?
            };
            output.line(&shown(token.text()))?;
        }
    }
    Ok(Outcome::Match)
}

/// The hash of a token, as the configuration has it.
fn shown(token: &str) -> String {
    let hexadecimal: String = hash(token)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hexadecimal}")
}

/// A terminal on which nothing is shown that is typed, until this is dropped.
struct Unseen(Termios);

impl Unseen {
    /// `None` where the terminal does not do that.
    fn begin() -> Option<Self> {
        let usual = tcgetattr(io::stdin()).ok()?;
        let mut unseen = usual.clone();
        unseen.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &unseen).ok()?;
        Some(Self(usual))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // The shell puts it right, too.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}
