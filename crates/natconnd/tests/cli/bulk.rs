//! `natconn lookup --file`.

use std::io::Write;
use std::process::Stdio;

use crate::command::{Run, asking, natconn, run};
use crate::server::{Reply, Server, chunk, response};

/// An answer in chunks, with its tally.
fn answered(body: &[&str], tally: &str) -> Reply {
    let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ntrailer: natconnd-tally\r\n\
                      transfer-encoding: chunked\r\n\r\n"
        .to_vec();
    for part in body {
        bytes.extend(chunk(part));
    }
    bytes.extend_from_slice(format!("0\r\nnatconnd-tally: {tally}\r\n\r\n").as_bytes());
    Reply::Bytes(bytes)
}

/// A file in a folder of its own, removed with it.
struct Folder(std::path::PathBuf);

impl Folder {
    fn with(name: &str, text: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("natconn-bulk-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("lines"), text).unwrap();
        Self(folder)
    }

    fn file(&self) -> String {
        self.0.join("lines").to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays in the temporary one harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn ask(reply: Reply, file: &str, arguments: &[&str]) -> (Run, String) {
    let server = Server::on_socket(vec![reply]);
    let arguments = [&["lookup", "--file", file], arguments].concat();
    let run = run(&mut asking(&server, &arguments));
    (run, server.heads().remove(0))
}

#[test]
fn the_answers_are_passed_on_as_they_are() {
    let folder = Folder::with("passed", "nat\n203.0.113.7:1\n");
    let tally = "lines=1, one=1, several=0, none=0, errors=0";
    let (run, head) = ask(
        answered(&["nat,x\n", "a\u{1b},é\n"], tally),
        &folder.file(),
        &[],
    );
    let expected = Run {
        code: 0,
        out: "nat,x\na\u{1b},é\n".to_owned(),
        err: String::new(),
    };
    assert_eq!(run, expected);
    assert!(
        head.starts_with("POST /api/v1/lookups HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("te: trailers\r\n"), "{head}");
}

#[test]
fn the_exit_status_is_that_of_the_lines() {
    let folder = Folder::with("status", "x\n");
    let code = |tally: &str| ask(answered(&["x\n"], tally), &folder.file(), &[]).0;
    assert_eq!(code("lines=2, one=0, several=1, none=1, errors=0").code, 0);
    assert_eq!(code("lines=1, one=0, several=0, none=1, errors=0").code, 1);
    let run = code("lines=2, one=0, several=0, none=0, errors=2");
    assert_eq!(run.code, 1);
    let said = "natconn: 2 of 2 lines could not be asked about: their column error says why\n";
    assert_eq!(run.err, said);
}

#[test]
fn everything_typed_reaches_the_api() {
    let folder = Folder::with("typed", "x\n");
    let arguments = [
        "--format",
        "csv",
        "--columns",
        "nat_address=Their IP,at=3",
        "--columns",
        "protocol=",
        "--nat",
        "203.0.113.0/24",
        "--remote",
        ":443",
        "--protocol",
        "tcp",
        "--kind",
        "source",
        "--zone",
        "3",
        "--tolerance",
        "5s",
        "--timezone",
        "+01:00",
        "--year",
        "2025",
        "--limit",
        "7",
    ];
    let (_, head) = ask(answered(&[], "lines=0"), &folder.file(), &arguments);
    let target = head.split(' ').nth(1).unwrap();
    assert_eq!(
        target,
        "/api/v1/lookups?format=csv&columns=nat_address%3DTheir%20IP,at%3D3,protocol%3D\
         &nat=203.0.113.0/24&remote=:443&protocol=tcp&kind=source&zone=3&tolerance=5s\
         &timezone=%2B01:00&year=2025&limit=7"
    );
}

#[test]
fn standard_input_is_a_file_as_well() {
    let tally = "lines=1, one=1, several=0, none=0, errors=0";
    let server = Server::on_socket(vec![answered(&["y\n"], tally)]);
    let mut command = asking(&server, &["lookup", "--file", "-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"x\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), &*output.stdout),
        (Some(0), &b"y\n"[..])
    );
}

#[test]
fn what_natconnd_refuses_is_told() {
    let folder = Folder::with("refused", "x\n");
    let problem = "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\
                   \"detail\":\"find column \\\"a\\\" for at: the columns are b, c\",\
                   \"parameter\":\"columns\",\"found\":\"a\",\"expected\":\"one of b, c\"}";
    let reply = response("400 Bad Request", "application/problem+json", problem);
    let (run, _) = ask(Reply::Bytes(reply), &folder.file(), &[]);
    assert_eq!((run.code, &*run.out), (2, ""));
    assert!(
        run.err
            .starts_with("natconn: find column \"a\" for at: the columns are b, c\n"),
        "{}",
        run.err
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let run = run(&mut natconn(&["lookup", "--file", "/nowhere/lines"]));
    let said = "natconn: read /nowhere/lines: no such file or directory\n";
    assert_eq!((run.code, &*run.err), (2, said));
    let run = crate::command::run(&mut natconn(&["lookup", "--file", "/"]));
    assert_eq!(
        (run.code, &*run.err),
        (2, "natconn: read /: is a directory\n")
    );
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    let folder = Folder::with("cut", "x\n");
    let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    bytes.extend(chunk("x\tone\n"));
    let (run, _) = ask(Reply::Bytes(bytes), &folder.file(), &[]);
    assert_eq!((run.code, &*run.out), (2, "x\tone\n"));
    assert!(run.err.contains("the answer broke off"), "{}", run.err);
}
