//! A Debian on the gateway: its own processes, users and files, systemd as the first
//! process, and the gateway's network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lab::Lab;

use crate::process::{Process, eventually};

/// What a session of root's has.
const PATH: &str = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/// A running Debian. It ends when this is dropped, and with it whatever it has written.
pub struct Machine {
    console: Process,
    first_process: u32,
}

impl Machine {
    /// Boots the tree, which stays as it is.
    pub fn boot(lab: &Lab, tree: &Path) -> Self {
        let mut command = lab::command(&["systemd-nspawn", "--quiet", "--boot"]);
        command
            .arg("--directory")
            .arg(tree)
            .args([
                "--volatile=overlay",
                // There is no systemd around it that could know of it.
                "--register=no",
                "--keep-unit",
                "--console=pipe",
                "--link-journal=no",
                "--resolv-conf=off",
                "--timezone=off",
                // The gateway's network, and what an administrator of it may do.
                "--network-namespace-path=/proc/self/ns/net",
                "--capability=CAP_NET_ADMIN",
            ])
            .env("SYSTEMD_NSPAWN_API_VFS_WRITABLE", "network")
            .stdout(Stdio::null());
        let mut console = Process::start(lab, &mut command);
        let first_process = eventually(|| {
            let children = console.children().into_iter();
            let mut systemd = children.filter(|id| {
                let name = fs::read_to_string(format!("/proc/{id}/comm"));
                name.is_ok_and(|name| name.trim() == "systemd")
            });
            systemd.next().ok_or_else(|| console.log())
        });
        let machine = Self {
            console,
            first_process,
        };
        eventually(|| {
            let asked = machine.run(&["systemctl", "is-system-running"]);
            let state = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
            match state.as_str() {
                "running" => Ok(()),
                _ => Err(format!("{state} {asked:?} {}", machine.console.log())),
            }
        });
        machine
    }

    /// A path of the machine, as the test sees it.
    pub fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.first_process))
    }

    /// Whether there is something at a path of the machine, and be it a link.
    pub fn has(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    /// The text of one of its files.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes one of its files.
    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// A command line in the machine, as root.
    pub fn command(&self, line: &[&str]) -> Command {
        let target = self.first_process.to_string();
        let mut command = lab::command(&["nsenter", "--target", &target]);
        command
            .args(["--mount", "--pid", "--ipc", "--uts", "--cgroup"])
            .args(["--root", "--wd", "env", "-i", PATH, "LC_ALL=C"])
            .args(line);
        command
    }

    /// Runs a command line in the machine.
    pub fn run(&self, line: &[&str]) -> Output {
        self.command(line).output().unwrap()
    }

    /// Runs it, and returns all that it wrote. It must succeed.
    pub fn done(&self, line: &[&str]) -> String {
        let output = self.run(line);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let told = text(&output.stdout) + &text(&output.stderr);
        if !output.status.success() {
            let journal = self.run(&["journalctl", "--no-pager", "-n", "60"]);
            panic!(
                "{line:?}: {}\n{told}\n{}",
                output.status,
                text(&journal.stdout)
            );
        }
        told
    }

    /// Installs a package that lies outside of the machine, as an operator does.
    pub fn install(&self, package: &Path) -> String {
        let file = format!("/root/{}", package.file_name().unwrap().to_str().unwrap());
        fs::copy(package, self.path(&file)).unwrap();
        self.apt(&["install", &file])
    }

    /// Runs apt, which asks nothing.
    pub fn apt(&self, arguments: &[&str]) -> String {
        let front = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y"];
        self.done(&[&front, arguments].concat())
    }

    /// One property of natconnd's unit.
    pub fn unit(&self, property: &str) -> String {
        let line = ["systemctl", "show", "--value", "-p", property, "natconnd"];
        self.done(&line).trim().to_owned()
    }

    /// What natconnd has logged.
    pub fn journal(&self) -> String {
        self.done(&["journalctl", "--no-pager", "-o", "cat", "-u", "natconnd"])
    }
}
