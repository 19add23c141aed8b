//! The daemon.

use std::io::Write;
use std::process::ExitCode;

use natconnd::config::{Config, ConfigError, Loaded, Overrides, render_toml};
use natconnd::confine::Confinement;
use natconnd::daemon_args::DaemonArguments;
use natconnd::listen;
use natconnd::logging::Logging;
use natconnd::pipeline;
use natconnd::shown;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = DaemonArguments::parse();
    let loaded = match load(&arguments) {
        Ok(loaded) => loaded,
        Err(error) => {
            for mistake in error.messages() {
                say(&mistake);
            }
            return ExitCode::FAILURE;
        }
    };
    if arguments.check || arguments.print_config {
        for warning in &loaded.warnings {
            say(&format!("warning: {warning}"));
        }
        if arguments.check {
            let faults = listen::useless_files(&loaded.config);
            for fault in &faults {
                say(&format!("{fault:#}"));
            }
            if !faults.is_empty() {
                return ExitCode::FAILURE;
            }
        }
        let text = if arguments.print_config {
            render_toml(&loaded.config, false)
        } else {
            checked(&loaded)
        };
        if let Err(error) = std::io::stdout().write_all(text.as_bytes()) {
            say(&format!("write to standard output: {error}"));
            return ExitCode::FAILURE;
        }
        return ExitCode::SUCCESS;
    }
    let logging = Logging::start(loaded.config.log.level);
    // Before any thread: rules are for the thread that asks for them, and for what it starts.
    let confinement = if arguments.no_landlock {
        Confinement::declined()
    } else {
        Confinement::begin(&loaded)
    };
    match pipeline::run(loaded, logging, confinement, move || load(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// What there is to say of a configuration without mistakes.
fn checked(loaded: &Loaded) -> String {
    match &loaded.path {
        Some(path) => format!("{}: no mistakes\n", path.display()),
        None => "no file: defaults, no mistakes\n".to_owned(),
    }
}

/// Reads the configuration, with what the command line says instead.
fn load(arguments: &DaemonArguments) -> Result<Loaded, ConfigError> {
    let mut loaded = match &arguments.config {
        Some(path) => Config::load(path),
        None => Config::load_default(),
    }?;
    loaded.apply(&Overrides {
        log_level: arguments.log_level,
        ip: arguments.ip,
        port: arguments.port,
    })?;
    Ok(loaded)
}

fn say(message: &str) {
    // A hint has a line of its own, and nothing that stands in a file has.
    let lines = message.split(HINT).map(|line| shown::line(line.as_bytes()));
    eprintln!("natconnd: {}", lines.collect::<Vec<_>>().join(HINT));
}

/// What stands before a hint.
const HINT: &str = "\n  hint: ";
