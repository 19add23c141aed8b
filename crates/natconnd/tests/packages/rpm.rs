//! The RPM package: it installs, and nothing of it changes on the way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::made::Made;

/// A root with nothing but a list of what is installed.
struct Root(PathBuf);

impl Root {
    fn new() -> Self {
        let root = std::env::temp_dir().join(format!("natconnd-root-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Self(root)
    }

    fn rpm(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new("rpm");
        let output = command
            .arg("--root")
            .arg(&self.0)
            .args(arguments)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
        (output.status.success(), text.concat())
    }

    fn done(&self, arguments: &[&str]) -> String {
        let (is_done, text) = self.rpm(arguments);
        assert!(is_done, "rpm {arguments:?}: {text}");
        text
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        // In a folder of the system's that is emptied anyway.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn it_is_installed_verified_and_erased() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    let root = Root::new();
    let package = made.rpm.to_str().unwrap();
    // Nobody is there to be asked for a user, and nothing for a library.
    root.done(&["--install", "--nodeps", "--noscripts", package]);
    assert!(root.0.join("usr/sbin/natconnd").exists());
    let listed = root.done(&["--query", "--list", "natconnd"]);
    assert!(
        listed.contains("/usr/lib/systemd/system/natconnd.service"),
        "{listed}"
    );
    root.done(&["--verify", "--nodeps", "--noscripts", "natconnd"]);
    // It would be seen.
    fs::write(root.0.join("usr/bin/natconn"), "other").unwrap();
    let (is_well, told) = root.rpm(&["--verify", "--nodeps", "natconnd"]);
    assert!(!is_well && told.contains("/usr/bin/natconn"), "{told}");

    root.done(&["--erase", "--nodeps", "--noscripts", "natconnd"]);
    assert!(!root.0.join("usr/sbin/natconnd").exists());
}

/// As rpm's own words have it.
#[test]
fn its_scripts_are_shell() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    let package = made.rpm.to_str().unwrap();
    for script in ["PREIN", "POSTIN", "PREUN", "POSTUN"] {
        let format = format!("--queryformat=%{{{script}}}");
        let told = Command::new("rpm")
            .args(["--query", "--package", &format, package])
            .output();
        let text = String::from_utf8(told.unwrap().stdout).unwrap();
        // What rpm has no text for it calls so.
        if text == "(none)" {
            continue;
        }
        assert!(!text.contains("%{"), "{script}: {text}");
        let file = std::env::temp_dir().join(format!("natconnd-{script}-{}", std::process::id()));
        fs::write(&file, &text).unwrap();
        let checked = Command::new("sh").arg("-n").arg(&file).output().unwrap();
        fs::remove_file(&file).unwrap();
        assert!(checked.status.success(), "{script}: {checked:?}");
    }
    assert!(Path::new(package).exists());
}
