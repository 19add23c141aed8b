//! The daemon.

use std::io::Write;
use std::process::ExitCode;

use natconnd::config::{Config, ConfigError, Loaded, Overrides, render_toml};
use natconnd::daemon_args::DaemonArguments;
use natconnd::logging::Logging;
use natconnd::pipeline;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = DaemonArguments::parse();
    let loaded = match load(&arguments) {
        Ok(loaded) => loaded,
        Err(mistakes) => {
            for mistake in mistakes {
                say(&mistake);
            }
            return ExitCode::FAILURE;
        }
    };
    if arguments.check || arguments.print_config {
        for warning in &loaded.warnings {
            say(&format!("warning: {warning}"));
        }
        if arguments.print_config {
            let text = render_toml(&loaded.config, false);
            if let Err(error) = std::io::stdout().write_all(text.as_bytes()) {
                say(&format!("print the configuration: {error}"));
                return ExitCode::FAILURE;
            }
        }
        return ExitCode::SUCCESS;
    }
    let logging = Logging::start(loaded.config.log.level);
    match pipeline::run(loaded, logging, move || load(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&with_hints_last(&error));
            ExitCode::FAILURE
        }
    }
}

/// Reads the configuration; the mistakes in it, each with its hint, otherwise.
fn load(arguments: &DaemonArguments) -> Result<Loaded, Vec<String>> {
    let loaded = match &arguments.config {
        Some(path) => Config::load(path),
        None => Config::load_default(),
    };
    let mut loaded = loaded.map_err(|error: ConfigError| error.messages())?;
    loaded.config.apply(&Overrides {
        log_level: arguments.log_level,
        ip: arguments.ip,
        port: arguments.port,
    });
    Ok(loaded)
}

/// The error and its causes in one line, and below it the hints that any of
/// them carries on lines of its own.
fn with_hints_last(error: &anyhow::Error) -> String {
    let mut causes = Vec::new();
    let mut hints = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        let mut lines = text.lines();
        causes.extend(lines.next().map(str::to_owned));
        for hint in lines {
            hints.push('\n');
            hints.push_str(hint);
        }
    }
    causes.join(": ") + &hints
}

fn say(message: &str) {
    eprintln!("natconnd: {message}");
}
