//! `natconn token`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::command::{natconn, run};

fn hash(input: &str) -> crate::command::Run {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(input.as_bytes()).unwrap();
    drop(writer);
    run(natconn(&["token", "hash"]).stdin(Stdio::from(reader)))
}

/// By coreutils' account.
fn sha256(text: &str) -> String {
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(' ').next().unwrap().to_owned()
}

#[test]
fn a_token_is_made_with_the_line_for_the_configuration() {
    let one = run(&mut natconn(&["token", "new"]));
    let other = run(&mut natconn(&["token", "new"]));
    assert_eq!((one.code, &*one.err), (0, ""));
    assert_ne!(one.out, other.out);
    let lines: Vec<&str> = one.out.lines().collect();
    let [token, "", comment, line] = lines[..] else {
        panic!("{}", one.out);
    };
    assert!(
        token.starts_with("natconn_") && token.len() == 51,
        "{token}"
    );
    assert!(comment.starts_with("# "));
    assert_eq!(line, format!("token = [\"sha256:{}\"]", sha256(token)));
    assert_eq!(hash(token).out, format!("sha256:{}\n", sha256(token)));
    assert_eq!(hash(&format!("{token}\n")).out, hash(token).out);
}

#[test]
fn a_named_caller_is_a_whole_section() {
    let run = run(&mut natconn(&["token", "new", "--name", "abuse-desk"]));
    let (token, rest) = run.out.split_once("\n\n").unwrap();
    let section = rest.split_once('\n').unwrap().1;
    let expected = format!(
        "[caller.abuse-desk]\ntoken = [\"sha256:{}\"]\nroles = [\"lookup\"]\n",
        sha256(token)
    );
    assert_eq!(section, expected);
}

#[test]
fn a_token_alone_can_go_into_a_file() {
    let run = run(&mut natconn(&["token", "new", "--only"]));
    assert_eq!(run.out.lines().count(), 1);
    assert!(run.out.starts_with("natconn_"));
}

#[test]
fn what_is_no_token_has_no_hash() {
    for (input, said) in [
        ("", "found nothing"),
        ("natconn_a\nnatconn_b\n", "found more than one line"),
        (
            "natconn_ a",
            "found spaces or other signs that are in no token",
        ),
        ("sha256:00", "found a token's hash"),
    ] {
        let run = hash(input);
        assert_eq!((run.code, &*run.out), (2, ""), "{input}");
        let expected = format!("natconn: read a token from standard input: {said}\n  hint: ");
        assert!(run.err.starts_with(&expected), "{}", run.err);
    }
}
