//! Runs the system's tools (`ip`, `nft`, `conntrack`) and says what they said.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a command line, split at spaces, and returns what it printed.
///
/// An error names the command and carries what it wrote to standard error.
pub fn run(line: &str) -> Result<String> {
    run_with_input(line, "")
}

/// The same, with `input` on standard input.
pub fn run_with_input(line: &str, input: &str) -> Result<String> {
    let mut words = line.split_whitespace();
    let program = words
        .next()
        .context("run a tool: the command line is empty")?;
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("run {program}\n  hint: make bench installs what it lacks"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(input.as_bytes())
            .with_context(|| format!("write to {program}"))?;
    }
    let output = child
        .wait_with_output()
        .with_context(|| format!("run {line}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("run {line}: {}: {}", output.status, said.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("read the output of {line}"))
}

/// Whether a program of this name can be found.
pub fn exists(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .any(|folder| folder.join(program).is_file())
}
