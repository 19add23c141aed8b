//! The command line of `natconnd`, as far as no kernel is needed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a run left behind: exit status, standard output, standard error.
type Run = (Option<i32>, String, String);

/// Runs it with a file of this text in the place of `FILE` among the arguments.
fn run(name: &str, text: &str, arguments: &[&str]) -> (Run, String) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("daemon");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap().to_owned();
    let arguments = arguments.iter().map(|argument| match *argument {
        "FILE" => &*file,
        other => other,
    });
    let output = Command::new(env!("CARGO_BIN_EXE_natconnd"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let run = (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    (run, file)
}

#[test]
fn check_names_a_good_file() {
    let (run, file) = run(
        "good.toml",
        "[http]\nlisten = [\"127.0.0.1:80\"]\n",
        &["--check", "-c", "FILE"],
    );
    let expected = format!("{file}: no mistakes\n");
    assert_eq!(run, (Some(0), expected, String::new()));
}

#[test]
fn check_names_every_mistake() {
    let (run, file) = run(
        "bad.toml",
        "[track]\nkeep-ended = 10\nkeep-endet = \"1s\"\n[http]\nlisten = [\"127.0.0.1\"]\n",
        &["--check", "--config", "FILE"],
    );
    let (code, out, err) = run;
    assert_eq!((code, &*out), (Some(1), ""));
    for (line, key) in [
        (2, "track.keep-ended"),
        (3, "track.keep-endet"),
        (5, "http.listen"),
    ] {
        let is_named = err.lines().any(|text| {
            text.starts_with(&format!("natconnd: {file}:{line}:")) && text.contains(key)
        });
        assert!(is_named, "{line} {key} is not in:\n{err}");
    }
    let hints = err.lines().filter(|text| text.starts_with("  hint: "));
    assert!(hints.count() >= 2, "{err}");
}

#[test]
fn check_warns_of_what_has_no_effect() {
    let (run, file) = run(
        "pynatconnd.conf",
        "[data]\nkey_name = nat_port\nlife_span = 60\n[http_server]\nip_acl = 127.0.0.1\n",
        &["--check", "-c", "FILE"],
    );
    let (code, out, err) = run;
    assert_eq!((code, out), (Some(0), format!("{file}: no mistakes\n")));
    let warning = format!("natconnd: warning: {file}:3: data.life_span: has no effect");
    assert!(err.starts_with(&warning), "{err}");
}

/// The file is all right by itself: it is asked at loopback only.
#[test]
fn an_address_on_the_command_line_lays_nothing_open() {
    let text = "[http]\nallow = [\"0.0.0.0/0\"]\n";
    let (alone, _) = run("everybody.toml", text, &["--check", "-c", "FILE"]);
    assert_eq!(alone.0, Some(0), "{}", alone.2);
    let arguments = ["--check", "-c", "FILE", "-i", "0.0.0.0"];
    let ((code, out, err), file) = run("everybody.toml", text, &arguments);
    assert_eq!((code, &*out), (Some(1), ""));
    let cause = "lets all the world ask 0.0.0.0:8080 without TLS";
    let mistake = format!("natconnd: {file}: http.allow: {cause}\n  hint: ");
    assert!(err.starts_with(&mistake), "{err}");
    let meant = format!("{text}unprotected = true\n");
    let (run, _) = run("meant.toml", &meant, &arguments);
    assert_eq!(run.0, Some(0), "{}", run.2);
}

#[test]
fn a_file_that_is_not_there_is_a_mistake() {
    for arguments in [
        &["--check", "-c", "/nowhere/natconnd.toml"][..],
        &["--print-config", "-c", "/nowhere/natconnd.toml"],
        &["-c", "/nowhere/natconnd.toml"],
    ] {
        let ((code, out, err), _) = run("unused.toml", "", arguments);
        assert_eq!((code, &*out), (Some(1), ""));
        assert!(err.starts_with("natconnd: "), "{err}");
        assert!(err.contains("/nowhere/natconnd.toml"), "{err}");
        assert!(err.contains("No such file"), "{err}");
    }
}

#[test]
fn print_config_prints_all_of_it_as_it_is_in_effect() {
    let (first, _) = run(
        "print.toml",
        "[track]\nkeep-ended = \"3s\"\n[http]\nlisten = [\"127.0.0.1:81\", \"[::1]:81\"]\n",
        &[
            "--print-config",
            "-c",
            "FILE",
            "-i",
            "192.0.2.7",
            "-p",
            "8099",
            "-l",
            "debug",
        ],
    );
    let (code, printed, err) = first;
    assert_eq!((code, &*err), (Some(0), ""));
    for line in [
        "listen = [\"192.0.2.7:8099\"]",
        "keep-ended = \"3s\"",
        "level = \"debug\"",
        // A default.
        "receive-buffer = \"64MiB\"",
    ] {
        assert!(
            printed.lines().any(|text| text == line),
            "{line}\n{printed}"
        );
    }
    // What is printed is a file that does the same.
    let (again, _) = run("again.toml", &printed, &["--print-config", "-c", "FILE"]);
    assert_eq!(again, (Some(0), printed, String::new()));
}

/// The start as far as the listeners, which it ends at, with room for 64 files
/// that can be raised to 200. What it says of that.
fn started_with_few_descriptors(name: &str, max_connections: u32) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("limits");
    fs::create_dir_all(&folder).unwrap();
    let [file, in_the_way] = ["toml", "sock"].map(|end| folder.join(format!("{name}.{end}")));
    fs::write(&in_the_way, "").unwrap();
    let text = format!(
        "[http]\nlisten = []\nunix-socket = \"{}\"\nmax-connections = {max_connections}\n",
        in_the_way.display()
    );
    fs::write(&file, text).unwrap();
    let output = Command::new("prlimit")
        .args(["--nofile=64:200", env!("CARGO_BIN_EXE_natconnd"), "-c"])
        .arg(&file)
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(log.contains("found a regular file"), "{log}");
    log
}

#[test]
fn the_limit_of_descriptors_is_raised_before_anybody_is_warned() {
    let log = started_with_few_descriptors("enough", 100);
    assert!(!log.contains("descriptors"), "{log}");
    let log = started_with_few_descriptors("short", 101);
    let warning = log.lines().find(|line| line.contains("descriptors"));
    let warning = warning.unwrap_or_else(|| panic!("no warning in:\n{log}"));
    assert!(warning.contains("http.max-connections"), "{warning}");
    assert!(warning.contains("limit=200 needed=201"), "{warning}");
}

#[test]
fn a_wrong_command_line_is_another_exit_status() {
    for arguments in [
        &["--chekc"][..],
        &["-p", "0"],
        &["--check", "--print-config"],
    ] {
        let ((code, out, err), _) = run("unused.toml", "", arguments);
        assert_eq!((code, &*out), (Some(2), ""), "{arguments:?}");
        assert!(err.starts_with("error: "), "{err}");
    }
    let ((code, out, _), _) = run("unused.toml", "", &["--version"]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("natconnd "), "{out}");
}
