//! What can be typed after `natconn token`.

use clap::Subcommand;

/// What can be done with tokens.
#[derive(Subcommand, Debug)]
pub(in super::super) enum TokenCommand {
    /// Make a token, and say what natconnd's configuration needs of it
    ///
    /// The token is printed this once and kept nowhere. The configuration gets its hash, of
    /// which the token cannot be made.
    #[command(after_long_help = "\
Examples:
  natconn token new
  natconn token new --name abuse-desk
  (umask 077 && natconn token new --only > ~/.natconn-token)
  natconn token hash < ~/.natconn-token

Exit status:
  0  there is a token
  2  the system has no random bytes")]
    New {
        /// Print a section of the configuration for the caller of this name: letters, digits
        /// and -
        #[arg(long, value_name = "NAME", value_parser = name)]
        name: Option<String>,
        /// Print nothing but the token
        #[arg(long, conflicts_with = "name")]
        only: bool,
    },
    /// Print the hash of a token, as natconnd's configuration has it
    ///
    /// Reads the token from standard input, or asks for it where that is a terminal.
    #[command(after_long_help = "\
Examples:
  natconn token hash < ~/.natconn-token

Exit status:
  0  the hash was printed
  2  there was no token")]
    Hash,
}

/// A caller's name, which stands bare in the configuration.
fn name(text: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_plain) {
        return Err("found no name, expected letters, digits, - and _");
    }
    Ok(text.to_owned())
}
