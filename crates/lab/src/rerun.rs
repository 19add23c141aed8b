//! Running one test of a test binary again, on a gateway of its own.

use std::env;
use std::io::Write;
use std::process::{Command, ExitCode, Termination};

use crate::{Error, Lab, Topology, namespaces};

/// Set to the test's name in the process that is the gateway.
const INSIDE: &str = "NATCONND_LAB";

/// When set to 1, a test that cannot have its gateway fails.
const REQUIRE: &str = "NATCONND_REQUIRE_KERNEL_TESTS";

/// The name by which a test binary knows the test that has this function in
/// its body; [`in_gateway!`](crate::in_gateway) calls it.
pub fn test_name<F>(_inner: &F) -> &'static str {
    let path = std::any::type_name::<F>();
    let without_crate = path.split_once("::").map_or(path, |(_, rest)| rest);
    without_crate
        .rsplit_once("::")
        .map_or(without_crate, |(test, _)| test)
        .trim_end_matches("::{{closure}}")
}

/// Runs `work` on a fresh gateway, for the test called `name`.
///
/// [`in_gateway!`](crate::in_gateway) is the comfortable way to call it.
/// Without namespaces it prints `SKIPPED:` and why, and returns.
///
/// # Panics
///
/// When `work` panics or returns an error, with all that the test printed; and
/// when there are no namespaces although `NATCONND_REQUIRE_KERNEL_TESTS=1`.
pub fn run<T: Termination>(name: &str, topology: Topology, work: impl FnOnce(&Lab) -> T) {
    run_in(namespaces::fresh_with_users, name, topology, work);
}

/// The same in namespaces that have all users of the machine, for installed systems:
/// for root only.
///
/// # Panics
///
/// As [`run`] does.
pub fn run_with_all_users<T: Termination>(
    name: &str,
    topology: Topology,
    work: impl FnOnce(&Lab) -> T,
) {
    run_in(namespaces::fresh_with_all_users, name, topology, work);
}

fn run_in<T: Termination>(
    fresh: impl FnOnce() -> Result<Command, Error>,
    name: &str,
    topology: Topology,
    work: impl FnOnce(&Lab) -> T,
) {
    if env::var(INSIDE).is_ok_and(|inside| inside == name) {
        run_inside(name, topology, work);
    } else {
        run_again_inside(fresh, name);
    }
}

/// A test's last line when its work was done: proof that it ran at all.
fn last_line(name: &str) -> String {
    format!("lab: {name} is through")
}

fn run_inside<T: Termination>(name: &str, topology: Topology, work: impl FnOnce(&Lab) -> T) {
    let lab = namespaces::settle()
        .and_then(|()| Lab::build(topology))
        .unwrap_or_else(|error| panic!("{error:?}"));
    let is_success = work(&lab).report() == ExitCode::SUCCESS;
    assert!(is_success, "the test returned an error");
    println!("\n{}", last_line(name));
}

fn run_again_inside(fresh: impl FnOnce() -> Result<Command, Error>, name: &str) {
    let mut command = match fresh() {
        Ok(command) => command,
        Err(error) => return skip(name, &error),
    };
    let binary = env::current_exe().expect("Linux knows the path of a running program");
    let output = command
        .arg(binary)
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, name)
        // The runner's own wishes are not for the inner run.
        .env_remove("RUST_TEST_THREADS")
        .output()
        .unwrap_or_else(|error| panic!("start {name} in fresh namespaces: {error}"));
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let is_through = stdout.contains(&last_line(name));
    assert!(
        output.status.success() && is_through,
        "{name} on its gateway: {}\n{stdout}\n{stderr}",
        output.status
    );
    print!("{stdout}");
    eprint!("{stderr}");
}

fn skip(name: &str, error: &Error) {
    let is_required = env::var(REQUIRE).is_ok_and(|value| value == "1");
    assert!(!is_required, "{name} must not be skipped: {error:?}");
    // Not `eprintln!`: the test runner hides what that prints when a test
    // passes, and a skipped test must not look like a passed one.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {name}: {error:?}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_test_in_a_module_is_found_by_its_name() {
        fn here() {}
        assert_eq!(
            super::test_name(&here),
            "rerun::tests::a_test_in_a_module_is_found_by_its_name"
        );
    }
}
