//! DuckDB, asked the same as natconnd about the same files.
//!
//! A process of its own that stays, so that neither its start nor Python's is
//! measured. It may use all cores, as it does by default.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::sample::Sampled;
use crate::sys;

const SCRIPT: &str = include_str!("duckdb.py");

/// DuckDB with the segments of one history.
pub struct DuckDb {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Which version it is.
    pub version: String,
}

/// Its answer.
pub struct Answer {
    /// How long it took.
    pub time: Duration,
    /// Whether it names the host that it was, and no other.
    pub is_right: bool,
}

impl DuckDb {
    /// Opens the folder of segments.
    pub fn open(python: &Path, segments: &Path) -> Result<Self> {
        let mut command = Command::new(python);
        command.args(["-c", SCRIPT]).arg(segments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        sys::die_with_parent(&mut command);
        sys::on_all_cores(&mut command);
        let mut child = command
            .spawn()
            .with_context(|| format!("start {}", python.display()))?;
        let input = child.stdin.take().context("write to DuckDB")?;
        let output = child.stdout.take().context("read from DuckDB")?;
        let mut database = Self {
            child,
            input,
            output: BufReader::new(output),
            version: String::new(),
        };
        let told = database.receive().context("start DuckDB")?;
        told["version"]
            .as_str()
            .unwrap_or("of unknown version")
            .clone_into(&mut database.version);
        Ok(database)
    }

    /// Asks about one record.
    pub fn ask(&mut self, about: &Sampled) -> Result<Answer> {
        let Sampled {
            protocol,
            nat,
            remote,
            internal,
            at,
        } = about;
        let question = json!({
            "protocol": protocol.to_string(),
            "nat_address": nat.address.to_string(),
            "nat_port": nat.port,
            "remote_address": remote.address.to_string(),
            "remote_port": remote.port,
            "at": at.to_string(),
        });
        writeln!(self.input, "{question}").context("ask DuckDB")?;
        let answer = self.receive().context("ask DuckDB")?;
        let seconds = answer["seconds"]
            .as_f64()
            .context("no time in its answer")?;
        let found = answer["found"]
            .as_array()
            .context("nothing in its answer")?;
        Ok(Answer {
            time: Duration::from_secs_f64(seconds),
            is_right: matches!(&found[..], [one] if *one == json!(internal.to_string())),
        })
    }

    fn receive(&mut self) -> Result<Value> {
        let mut line = String::new();
        let length = self.output.read_line(&mut line)?;
        ensure!(length > 0, "it has ended; what it said stands above");
        serde_json::from_str(&line).with_context(|| format!("read {line}"))
    }
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Python that has DuckDB: the one that was named, or one of its own into which
/// pip puts it.
pub fn python(named: Option<&Path>, folder: &Path) -> Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let python = folder.join("bin/python");
    eprintln!("history-lookup: getting DuckDB with pip");
    let run = |command: &mut Command| -> Result<()> {
        let program = command.get_program().to_string_lossy().into_owned();
        let status = command
            .stdout(Stdio::null())
            .status()
            .with_context(|| format!("run {program}"))?;
        ensure!(status.success(), "run {program}: {status}");
        Ok(())
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(folder))
        .context("make an environment for DuckDB\n  hint: apt-get install python3-venv")?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "duckdb"]))
        .context("get DuckDB\n  hint: --python names a Python that has it")?;
    Ok(python)
}
