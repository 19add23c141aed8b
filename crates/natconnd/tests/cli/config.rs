//! `natconn config`, which asks nobody.

use crate::command::{natconn, run};

#[test]
fn a_file_that_is_not_there_is_named() {
    for command in ["check", "migrate"] {
        let run = run(&mut natconn(&[
            "config",
            command,
            "/nonexistent/natconnd.toml",
        ]));
        assert_eq!((run.code, &*run.out), (2, ""));
        let beginning = "natconn: read /nonexistent/natconnd.toml: ";
        assert!(run.err.starts_with(beginning), "{}", run.err);
    }
}
