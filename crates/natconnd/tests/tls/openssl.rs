//! `openssl s_client`, `curl` and `natconn` as clients.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use lab::{Authority, Issued};

use crate::server::Server;

/// What a client that ran to its end has said.
#[derive(Debug)]
pub struct Said {
    pub is_success: bool,
    /// Standard output and errors.
    pub text: String,
}

const REQUEST: &str = "GET / HTTP/1.1\r\nhost: gateway.example\r\n\r\n";

/// `openssl s_client`, which ends once it has an answer or none can come.
pub fn s_client(server: &Server, authority: &Authority, options: &[&str]) -> Said {
    let mut command = Command::new("timeout");
    command
        .args(["10", "openssl", "s_client", "-connect"])
        .arg(format!("127.0.0.1:{}", server.port()))
        .args(["-servername", "gateway.example", "-verify_return_error"])
        .arg("-CAfile")
        .arg(authority.certificate())
        .args(options);
    let mut child = spawn(&mut command, Stdio::piped());
    let mut input = child.stdin.take().unwrap();
    // It may have gone by now, which its status tells.
    let _ = input.write_all(REQUEST.as_bytes());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut text = String::new();
    for line in &mut lines {
        let line = line.unwrap();
        text.push_str(&line);
        text.push('\n');
        if line.starts_with("you are") {
            break;
        }
    }
    drop(input);
    text.extend(lines.map(|line| line.unwrap() + "\n"));
    let rest = child.wait_with_output().unwrap();
    text.push_str(&String::from_utf8_lossy(&rest.stderr));
    Said {
        is_success: rest.status.success(),
        text,
    }
}

/// `curl` with a certificate of its own, where there is one.
pub fn curl(server: &Server, authority: &Authority, own: Option<&Issued>) -> Said {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--max-time", "10", "--cacert"])
        .arg(authority.certificate());
    if let Some(own) = own {
        command.arg("--cert").arg(&own.certificate);
        command.arg("--key").arg(&own.key);
    }
    let url = format!("https://localhost:{}/", server.port());
    let output = command.arg(url).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    Said {
        is_success: output.status.success(),
        text: text.into_owned(),
    }
}

/// `natconn` with nothing of this user's settings.
pub fn natconn() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_natconn"));
    command.env_clear();
    command
}

/// The SHA-256 of a certificate, in hexadecimal, by openssl's account.
pub fn fingerprint(certificate: &Path) -> String {
    let output = Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
        .arg(certificate)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, hex) = text.trim().split_once('=').unwrap();
    hex.replace(':', "").to_lowercase()
}

/// A client that stays connected and asks when it is told to.
pub struct Staying {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Staying {
    pub fn connect(server: &Server, authority: &Authority) -> Self {
        let mut command = Command::new("timeout");
        command
            .args(["60", "openssl", "s_client", "-quiet", "-connect"])
            .arg(format!("127.0.0.1:{}", server.port()))
            .arg("-CAfile")
            .arg(authority.certificate());
        let mut child = spawn(&mut command, Stdio::null());
        Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    pub fn ask(&mut self) -> String {
        self.input.write_all(REQUEST.as_bytes()).unwrap();
        let mut line = String::new();
        while !line.starts_with("you are") {
            line.clear();
            let length = self.output.read_line(&mut line).unwrap();
            assert!(length > 0, "the connection ended");
        }
        line
    }
}

impl Drop for Staying {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(command: &mut Command, errors: Stdio) -> Child {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(errors).spawn().unwrap()
}
