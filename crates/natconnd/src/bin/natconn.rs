//! `natconn`, the command for people.

fn main() -> std::process::ExitCode {
    natconnd::cli::main(std::env::args_os())
}
