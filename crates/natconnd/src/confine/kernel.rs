//! Rules to the kernel.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use tracing::debug;

use super::rules::Rules;

/// All that is asked of the kernel came to be with this version of its interface.
const ABI_ASKED_FOR: ABI = ABI::V6;

/// Why nothing is confined.
#[derive(Debug, thiserror::Error)]
pub enum Unconfined {
    #[error("the kernel is built without Landlock (CONFIG_SECURITY_LANDLOCK)")]
    NotBuilt,
    #[error("Landlock is not among the security modules that the kernel was started with (lsm=)")]
    NotEnabled,
    #[error("give rules to the kernel: {0}")]
    Refused(#[from] RulesetError),
}

/// Restricts the calling thread, and whatever it starts, to these rules for good. Returns the
/// version of the interface that holds, 6 at most.
///
/// Gives up new privileges of programs that it executes, too (`no_new_privs`), without which
/// the kernel does not take rules of anybody but root.
pub fn restrict(rules: &Rules) -> Result<u8, Unconfined> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI_ASKED_FOR))?
        .handle_access(AccessNet::from_all(ABI_ASKED_FOR))?
        .scope(scopes(rules))?
        .create()?;
    for (path, may) in rules.places() {
        match PathFd::new(path) {
            Ok(place) => ruleset = ruleset.add_rule(PathBeneath::new(place, may.access()))?,
            // Not every machine has all of them.
            Err(error) => debug!(path = %path.display(), %error, "there is no rule for this path"),
        }
    }
    for port in rules.ports() {
        ruleset = ruleset.add_rule(NetPort::new(port, AccessNet::BindTcp))?;
    }
    let status = ruleset.restrict_self()?;
    match (status.ruleset, status.landlock) {
        (_, LandlockStatus::NotImplemented) => Err(Unconfined::NotBuilt),
        (RulesetStatus::NotEnforced, _) | (_, LandlockStatus::NotEnabled) => {
            Err(Unconfined::NotEnabled)
        }
        (_, LandlockStatus::Available { effective_abi, .. }) => Ok(number(effective_abi)),
    }
}

fn scopes(rules: &Rules) -> BitFlags<Scope> {
    match rules.tells_by_abstract_socket() {
        // A supervisor may listen there.
        true => Scope::Signal.into(),
        false => Scope::from_all(ABI_ASKED_FOR),
    }
}

const fn number(abi: ABI) -> u8 {
    match abi {
        ABI::Unsupported => 0,
        ABI::V1 => 1,
        ABI::V2 => 2,
        ABI::V3 => 3,
        ABI::V4 => 4,
        ABI::V5 => 5,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::{self, ErrorKind};
    use std::net::{TcpListener, TcpStream};
    use std::path::PathBuf;

    use super::*;
    use crate::config::{Config, FileKind, Loaded};

    /// Set where a kernel that cannot is a failure, as in `make test`.
    const REQUIRE: &str = "NATCONND_REQUIRE_KERNEL_TESTS";

    /// A folder that is empty now, for the test of this name.
    fn folder(test: &str) -> PathBuf {
        // Not /tmp, which TMPDIR may be: what is beneath that may be written.
        let name = format!("natconnd-confined-{}-{test}", std::process::id());
        let folder = PathBuf::from("/dev/shm").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn rules(folder: &std::path::Path, port: u16) -> Rules {
        let mut config = Config::default();
        config.history.folder = Some(folder.to_owned());
        config.http.listen = vec![([127, 0, 0, 1], port).into()];
        config.http.unix_socket = None;
        Rules::of(&Loaded {
            config,
            warnings: Vec::new(),
            kind: FileKind::Absent,
            path: None,
        })
    }

    fn is_refused<T>(tried: io::Result<T>) -> bool {
        let refused = [ErrorKind::PermissionDenied];
        tried.is_err_and(|error| refused.contains(&error.kind()))
    }

    /// Rules are for the thread that asks for them, so a thread is tried.
    #[test]
    fn a_thread_can_do_what_the_rules_say_and_nothing_else() {
        let own = folder("own");
        let other = folder("other");
        fs::write(other.join("secret"), "x").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = listener.local_addr().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let rules = rules(&own, port);
        let tried = {
            let (own, other) = (own.clone(), other.clone());
            std::thread::spawn(move || {
                let abi = match restrict(&rules) {
                    Ok(abi) => abi,
                    Err(error) if std::env::var_os(REQUIRE).is_some() => panic!("{error}"),
                    Err(error) => return eprintln!("SKIPPED: {error}"),
                };
                fs::create_dir(own.join("segments")).unwrap();
                fs::write(own.join("segments/a.tmp"), "x").unwrap();
                fs::rename(own.join("segments/a.tmp"), own.join("segments/a")).unwrap();
                fs::remove_file(own.join("segments/a")).unwrap();
                fs::read_to_string("/etc/passwd").unwrap();
                fs::read_to_string("/proc/self/status").unwrap();
                fs::read_dir("/sys").unwrap();
                assert!(is_refused(fs::read_dir("/")));
                assert!(is_refused(fs::read_dir("/etc")));
                assert!(is_refused(fs::read_to_string(other.join("secret"))));
                assert!(is_refused(File::create(other.join("new"))));
                assert!(is_refused(fs::remove_file(other.join("secret"))));
                assert!(is_refused(File::create("/etc/natconnd-was-here")));
                let link = std::os::unix::fs::symlink("/", own.join("link"));
                assert!(is_refused(link));
                // Libraries are beside programs there, and no shell.
                let shell = std::process::Command::new("/usr/bin/dash").status();
                assert!(is_refused(shell));
                if abi >= 4 {
                    assert!(is_refused(TcpStream::connect(there)));
                    assert!(is_refused(TcpListener::bind("127.0.0.1:0")));
                    TcpListener::bind(("127.0.0.1", port)).unwrap();
                }
                if abi >= 6 {
                    let parent = rustix::process::getppid().unwrap();
                    let signalled = rustix::process::test_kill_process(parent);
                    assert_eq!(signalled, Err(rustix::io::Errno::PERM));
                }
            })
        };
        tried.join().unwrap();
        // This thread can, as before.
        assert!(fs::read_dir("/").is_ok());
        for folder in [own, other] {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}
