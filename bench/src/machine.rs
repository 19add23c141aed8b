//! Where and with what was measured.

use std::fs;
use std::process::Command;

/// Lines about the machine and the versions, in Markdown.
pub fn describe(natconnd: Option<&str>) -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown", |(_, model)| model);
    // Not `available_parallelism`, which counts the cores of this thread.
    let cores = processors
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let versions = [
        natconnd.unwrap_or("without natconnd").to_owned(),
        first_line("conntrack", "--version"),
        first_line("ulogd", "--version"),
        first_line("nginx", "-v"),
        first_line("wrk", "--version"),
    ];
    format!(
        "- date: {}\n- kernel: {}\n- processor: {model}, {cores} cores\n- versions: {}\n",
        first_line("date", "--utc"),
        kernel.trim(),
        versions.join("; "),
    )
}

/// The first line that a program prints about itself, wherever it prints it.
fn first_line(program: &str, option: &str) -> String {
    let Ok(output) = Command::new(program).arg(option).output() else {
        return format!("no {program}");
    };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    text.lines()
        .find(|line| !line.is_empty())
        .unwrap_or(program)
        .trim()
        .to_owned()
}
