//! Where the daemon's log goes, and how much of it.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt, reload};

use crate::config::LogLevel;
use crate::shown;

/// The log's level, which can change while the daemon runs.
pub struct Logging(reload::Handle<LevelFilter, Registry>);

impl Logging {
    /// Starts to log to standard error.
    ///
    /// Without times where the journal takes the log, which has its own.
    pub fn start(level: LogLevel) -> Self {
        let (filter, handle) = reload::Layer::new(level_filter(level));
        let is_journal = std::env::var_os("JOURNAL_STREAM").is_some();
        let lines = fmt::layer()
            .with_writer(|| Lines)
            .with_target(false)
            .with_ansi(io::stderr().is_terminal());
        let lines = if is_journal {
            lines.without_time().boxed()
        } else {
            lines.boxed()
        };
        tracing_subscriber::registry()
            .with(filter)
            .with(lines)
            .init();
        Self(handle)
    }

    /// Logs this much from now on.
    pub fn set_level(&self, level: LogLevel) {
        // Fails only where the subscriber is gone, and the log with it.
        let _ = self.0.reload(level_filter(level));
    }
}

/// Standard error, to which each call writes one line of the log, and no more: file names
/// and what clients send are in it.
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(shown::line(bytes).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn level_filter(level: LogLevel) -> LevelFilter {
    level.name().parse().unwrap_or(LevelFilter::INFO)
}
