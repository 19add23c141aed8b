//! What a terminal is made to do by what `natconn` prints: nothing but what natconn means.

use std::fs;

use lab::Error;

use crate::gateway::Attacked;
use crate::memory::MIB;
use crate::process::eventually;
use crate::terminal::OnTerminal;

/// Sequences that erase the screen, set its title, set the clipboard, ask the terminal to
/// answer as if somebody had typed, hide, and write over what stands there.
const ACTING: [&str; 9] = [
    "\u{1b}[2J",
    "\u{1b}]0;forged\u{7}",
    "\u{1b}]52;c;cm0gLXJmIC8K\u{7}",
    "\u{1b}[c",
    "\u{1b}[8m",
    "\u{1b}P1000q\u{1b}\\",
    "\u{9b}2J",
    "\r203.0.113.9:1 was nobody",
    "\u{202e}1.0.0.721",
];

/// Runs `natconn` with these words on a terminal, and returns what it wrote there.
fn on_terminal(socket: &str, words: &str, until: &str) -> String {
    let program = format!(
        "env NATCONN_SOCKET={socket} {} {words}",
        env!("CARGO_BIN_EXE_natconn")
    );
    let terminal = OnTerminal::run(&program, 200, 50);
    eventually(|| {
        let written = terminal.written();
        match written.contains(until) {
            true => Ok(written),
            false => Err(format!("{until:?} is not in {written:?}")),
        }
    })
}

#[track_caller]
fn assert_inert(written: &str) {
    for acting in ACTING {
        assert!(!written.contains(acting), "{acting:?} in {written:?}");
    }
    // What is left are colours.
    for sequence in written.split('\u{1b}').skip(1) {
        let is_colour = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m"]
            .iter()
            .any(|it| sequence.starts_with(it));
        assert!(is_colour, "{sequence:?} in {written:?}");
    }
}

#[test]
fn a_mail_does_nothing_to_the_screen_it_is_shown_on() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, "")?;
        let socket = &attacked.daemon.socket;
        let time = natconnd::mirror::now();
        let lines: String = ACTING
            .iter()
            .map(|it| format!("{time} 100.64.2.1:40007 {it} x\n"))
            .collect();
        fs::write("/run/lines", &lines).unwrap();
        let mail = format!(
            "From: {}\nSubject: {}\n\nSource IP: 100.64.2.1\nSource Port: 40007\nDate: {time}\n",
            ACTING[0], ACTING[2]
        );
        fs::write("/run/mail", mail + &ACTING.concat() + "\n").unwrap();
        for file in ["/run/lines", "/run/mail"] {
            let written = on_terminal(socket, &format!("lookup --file {file}"), "lines: one host");
            assert_inert(&written);
            assert!(
                written.contains("\\u{1b}[2J") && written.contains("192.168.248."),
                "{written:?}"
            );
        }
        // Where a program reads, every byte is as it was.
        let output = attacked.daemon.natconn(&["lookup", "--file", "/run/lines"]);
        let text = String::from_utf8(output.stdout).unwrap();
        for (sent, back) in lines.lines().zip(text.lines()) {
            assert!(back.starts_with(sent), "{back:?}");
        }
        attacked.end(8 * MIB);
        Ok::<(), Error>(())
    });
}

#[test]
fn names_of_files_and_words_of_refusals_do_nothing_either() {
    lab::in_gateway!(|lab| {
        fs::create_dir_all("/run/history/holds").unwrap();
        for acting in ACTING {
            let name = acting.replace('/', "_");
            fs::write(format!("/run/history/holds/{name}.parquet"), "nothing").unwrap();
        }
        let attacked = Attacked::start(lab, "[history]\nfolder = \"/run/history\"\n")?;
        let socket = &attacked.daemon.socket;
        attacked.daemon.await_log("parquet");
        assert_inert(&on_terminal(socket, "history status", "damaged"));
        assert_inert(&on_terminal(socket, "doctor", "history"));
        fs::write("/run/word", ACTING.concat()).unwrap();
        for words in [
            "lookup \"$(cat /run/word)\"",
            "list --nat \"$(cat /run/word)\"",
            "lookup 100.64.2.1:40007 --at \"$(cat /run/word)\"",
            "history hold \"$(cat /run/word)\" --nat 100.64.2.1:40007 --at 2026-11-24T00:00:00Z",
        ] {
            fs::write(
                "/run/run.sh",
                format!("{} {words}\n", env!("CARGO_BIN_EXE_natconn")),
            )
            .unwrap();
            let program = format!("env NATCONN_SOCKET={socket} sh /run/run.sh");
            let mut terminal = OnTerminal::run(&program, 200, 50);
            let status = terminal.await_end();
            assert_eq!(status.code(), Some(2), "{words}: {:?}", terminal.written());
            assert_inert(&terminal.written());
        }
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}
