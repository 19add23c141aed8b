//! natconnd as its unit runs it: user, capabilities and system call filter of
//! packaging/natconnd.service. Its Landlock rules it gives itself.
//!
//! All tests here start it so, but those that take away what the unit gives, or count system
//! calls from the first one on.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Names the unit to a test binary that is to run a program as the unit says.
const UNIT: &str = "NATCONND_UNIT";

/// Where programs are in the gateway's namespaces: the folder that they were built in may be
/// closed to other users.
const PROGRAMS: &str = "/run/sbin";

fn unit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/natconnd.service")
}

/// A program, as the unit would run it, behind these words.
pub fn confined(before: &[&str], program: &str) -> Command {
    static LINE: OnceLock<Vec<String>> = OnceLock::new();
    let line = LINE.get_or_init(|| {
        let runner = std::env::current_exe().unwrap();
        // The name of the test below; a test's has not the crate's in it.
        let (_, here) = module_path!().split_once("::").unwrap();
        let name = format!("{here}::runner");
        lab::unit::line(&unit(), &placed(&runner), &name).unwrap()
    });
    let mut words = before.to_vec();
    words.extend(line.iter().map(String::as_str));
    let mut command = lab::command(&words);
    command.arg(placed(Path::new(program))).env(UNIT, unit());
    // cargo's, for tests: folders that may be closed to other users.
    command.env_remove("LD_LIBRARY_PATH");
    command
}

/// A program where all users can execute it.
fn placed(program: &Path) -> PathBuf {
    let name = program.file_name().unwrap();
    // The system's own are there.
    if !program.is_absolute() || program.starts_with("/usr") {
        return program.to_owned();
    }
    let place = Path::new(PROGRAMS).join(name);
    if !place.exists() {
        fs::create_dir_all(PROGRAMS).unwrap();
        File::create(&place).unwrap();
        let [from, to] = [program, &place].map(|path| path.to_str().unwrap());
        let mounted = lab::command(&["mount", "--bind", from, to]).status();
        assert!(mounted.unwrap().success(), "mount {from}");
    }
    place
}

/// No test but the step between `setpriv` and the program of [`confined`], which stands behind
/// `--`: a filter of system calls is for whoever asks for it, and what that executes.
#[test]
fn runner() {
    let Some(unit) = std::env::var_os(UNIT) else {
        return;
    };
    let mut words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    let program: OsString = words.next().expect("a program");
    lab::unit::enter(Path::new(&unit)).unwrap();
    let error = Command::new(program).args(words).env_remove(UNIT).exec();
    panic!("execute the program: {error}");
}
