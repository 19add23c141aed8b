//! What is in the packages: the same in both kinds, and everything that belongs there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::made::Made;

/// A package's files, laid out in a folder of its own.
struct Laid(PathBuf);

impl Laid {
    fn deb(package: &Path) -> Self {
        let folder = Self::folder("deb");
        done(
            Command::new("dpkg-deb")
                .arg("--raw-extract")
                .arg(package)
                .arg(&folder),
        );
        Self(folder)
    }

    fn rpm(package: &Path) -> Self {
        let folder = Self::folder("rpm");
        let script = "rpm2cpio \"$1\" | cpio --extract --make-directories --quiet";
        let mut command = Command::new("sh");
        done(
            command
                .args(["-c", script, "sh"])
                .arg(package)
                .current_dir(&folder),
        );
        Self(folder)
    }

    fn folder(kind: &str) -> PathBuf {
        static LAID: AtomicU32 = AtomicU32::new(0);
        let number = LAID.fetch_add(1, Ordering::Relaxed);
        let name = format!("natconnd-{kind}-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Paths and modes of its files, without what only dpkg reads.
    fn files(&self) -> BTreeMap<String, String> {
        let found = done(
            Command::new("find")
                .arg(&self.0)
                .args(["-type", "f", "-printf", "%m /%P\n"]),
        );
        let lines = found.lines().map(|line| line.split_once(' ').unwrap());
        let files = lines.filter(|(_, path)| !path.starts_with("/DEBIAN/"));
        files
            .map(|(mode, path)| (path.to_owned(), mode.to_owned()))
            .collect()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

impl Drop for Laid {
    fn drop(&mut self) {
        // In a folder of the system's that is emptied anyway.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn done(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A path as both kinds have it, or `None` where each has a rule of its own.
fn common(path: &str) -> Option<String> {
    let own = ["changelog", "CHANGELOG", "copyright", "LICENSE", "lintian"];
    let is_own = own.iter().any(|name| path.contains(name));
    (!is_own).then(|| path.replace("vendor-completions", "site-functions"))
}

#[test]
fn both_kinds_have_the_same_files() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    let [deb, rpm] = [Laid::deb(&made.deb), Laid::rpm(&made.rpm)].map(|laid| {
        let files = laid.files().into_iter();
        let common = files.filter_map(|(path, mode)| Some((common(&path)?, mode)));
        common.collect::<BTreeMap<_, _>>()
    });
    assert_eq!(deb, rpm);
    let unlike = |mode: &&String| !["644", "755"].contains(&mode.as_str());
    assert_eq!(deb.values().find(unlike), None);
    for path in [
        "/usr/sbin/natconnd",
        "/usr/bin/natconn",
        "/usr/lib/systemd/system/natconnd.service",
        "/usr/lib/sysusers.d/natconnd.conf",
        "/usr/lib/sysctl.d/50-natconnd.conf",
        "/usr/lib/modules-load.d/natconnd.conf",
        "/usr/share/natconnd/natconnd.toml",
        "/usr/share/doc/natconnd/third-party-notices.gz",
    ] {
        assert!(deb.contains_key(path), "{path} is missing");
    }
}

#[test]
fn everything_in_the_sources_that_is_for_operators_is_in() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    let files = Laid::deb(&made.deb).files();
    let names: BTreeSet<&str> = files
        .keys()
        .map(|path| path.rsplit('/').next().unwrap())
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let listed = done(Command::new("find").current_dir(root).args([
        "docs/man",
        "docs",
        "packaging/nft",
        "packaging/proxies",
        "packaging/prometheus",
        "packaging/grafana",
        "packaging/systemd",
        "packaging/container",
        "-maxdepth",
        "2",
        "-type",
        "f",
    ]));
    let mut count = 0;
    for path in listed
        .lines()
        .filter(|path| !path.starts_with("docs/screenshots"))
    {
        let name = path.rsplit('/').next().unwrap();
        let packed = format!("{name}.gz");
        assert!(
            names.contains(name) || names.contains(packed.as_str()),
            "{path} is missing"
        );
        count += 1;
    }
    assert!(count > 50, "{count}");
}

/// The newest version of the C library that a binary asks for, and the one that the
/// package names.
#[test]
fn the_c_library_that_is_named_is_the_one_that_is_needed() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    let laid = Laid::deb(&made.deb);
    let mut needed = BTreeSet::new();
    for binary in ["usr/sbin/natconnd", "usr/bin/natconn"] {
        let told = done(
            Command::new("readelf")
                .args(["-V", "-W"])
                .arg(laid.0.join(binary)),
        );
        for name in told.split("Name: GLIBC_").skip(1) {
            let version = name.split_whitespace().next().unwrap();
            needed.insert(numbers(version));
        }
    }
    let control = laid.read("DEBIAN/control");
    let named = control.split("libc6 (>= ").nth(1).unwrap();
    let named = named.split(')').next().unwrap();
    assert_eq!(needed.last(), Some(&numbers(named)), "{control}");
}

fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect()
}

#[test]
fn no_binary_carries_what_only_a_debugger_reads() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    let laid = Laid::deb(&made.deb);
    for binary in ["usr/sbin/natconnd", "usr/bin/natconn"] {
        let told = done(
            Command::new("readelf")
                .args(["-S", "-W"])
                .arg(laid.0.join(binary)),
        );
        assert!(told.contains(".text"), "{told}");
        assert!(
            !told.contains(".debug_info") && !told.contains(".symtab"),
            "{told}"
        );
    }
}

/// As soon as there is an audit, it is on for whoever installs a package.
#[test]
fn the_first_configuration_is_sound_and_has_the_audit_on() {
    let Some(made) = Made::asked_for() else {
        return;
    };
    let laid = Laid::deb(&made.deb);
    let text = laid.read("usr/share/natconnd/natconnd.toml");
    let path = Path::new("natconnd.toml");
    natconnd::config::parse(&text, path).unwrap_or_else(|error| panic!("{:?}", error.messages()));
    let set: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()))
        .collect();
    if text.contains("[audit]") {
        assert_eq!(set, ["folder = \"/var/lib/natconnd/audit\""]);
    } else {
        assert_eq!(set, [] as [&str; 0]);
    }
}
