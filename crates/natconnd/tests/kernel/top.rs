//! `natconn top` on a terminal, with real connections behind it.

use lab::{Error, MASQUERADE};

use crate::daemon::Daemon;
use crate::terminal::{OnTerminal, Picture};

fn top(daemon: &Daemon) -> String {
    let natconn = env!("CARGO_BIN_EXE_natconn");
    format!("{natconn} --socket {} top --every 250ms", daemon.socket)
}

fn has_row(picture: &Picture, words: &[&str]) -> bool {
    picture.row(words[0]).is_some_and(|row| row == words)
}

#[test]
fn hosts_and_remotes_are_shown_and_keys_are_heard() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        let web = lab.outside().at(443);
        lab.outside().serve_tcp(443)?;
        let mut held = Vec::new();
        for host in [1, 1, 1, 1, 1, 2, 2, 3] {
            held.push(lab.host(host).connect_tcp(0, web)?);
        }
        let mut terminal = OnTerminal::run(&top(&daemon), 100, 30);
        let shown = terminal.await_screen(|shown| has_row(shown, &["192.168.248.2", "5", "5"]));
        assert!(shown.is_other_page && shown.is_cursor_hidden);
        assert!(shown.lines[0].starts_with("following"), "{shown:#?}");
        assert!(has_row(&shown, &["192.168.248.3", "2", "2"]), "{shown:#?}");
        assert!(
            has_row(&shown, &["100.64.2.1", "tcp", "8", "8"]),
            "{shown:#?}"
        );
        let remote = ["100.64.2.10:443", "100.64.2.1", "tcp", "8", "0.0", "%"];
        assert!(has_row(&shown, &remote), "{shown:#?}");
        terminal.await_screen(|shown| shown.has("events/s"));

        terminal.press("/248.3\r");
        terminal.await_screen(|shown| {
            shown.has("hosts 1 of 3") && shown.row("192.168.248.2").is_none()
        });
        terminal.press("\u{1b}");
        terminal.await_screen(|shown| shown.has("hosts 3 of 3"));
        terminal.press("?");
        terminal.await_screen(|shown| shown.has("any key closes this"));
        terminal.press("x");
        terminal.await_screen(|shown| !shown.has("any key closes this"));
        terminal.press("s");
        terminal.await_screen(|shown| shown.has("hosts 3 of 3, by ports"));

        // It goes on by itself, but for the time of a pause.
        terminal.press("p");
        terminal.await_screen(|shown| shown.lines[0].starts_with("paused"));
        for _ in 0..4 {
            held.push(lab.host(3).connect_tcp(0, web)?);
        }
        terminal.press("p");
        terminal.await_screen(|shown| has_row(shown, &["192.168.248.4", "5", "5"]));

        // A window that becomes small has room for one panel, which tab changes.
        terminal.resize(40, 12);
        terminal.await_screen(|shown| shown.has("hosts 3 of 3") && !shown.has("fullest"));
        terminal.press("\t\t");
        terminal.await_screen(|shown| shown.has("fullest remotes 1 of 1"));
        terminal.resize(1, 1);
        terminal.resize(100, 30);
        terminal.await_screen(|shown| shown.has("hosts 3 of 3") && shown.has("fullest"));

        drop(daemon);
        terminal.await_screen(|shown| shown.has("ask http://localhost/api/v1/usage over"));

        terminal.press("q");
        assert_eq!(terminal.await_end().code(), Some(0));
        let left = terminal.await_screen(|shown| !shown.is_other_page);
        assert!(!left.is_cursor_hidden);
        Ok::<(), Error>(())
    });
}

#[test]
fn hosts_are_sorted_anew_while_paused_too() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        lab.outside().serve_tcp(443)?;
        let web = lab.outside().at(443);
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(lab.host(1).connect_tcp(0, web)?);
        }
        // More connections from one port.
        for port in 1000..1005 {
            lab.host(2).send_udp(5000, lab.outside().at(port))?;
        }
        let mut terminal = OnTerminal::run(&top(&daemon), 100, 30);
        let begins = |shown: &Picture, host: &str| {
            let rows = ["192.168.248.2 ", "192.168.248.3 "]
                .map(|host| shown.lines.iter().position(|line| line.contains(host)));
            let is_second_first = rows[1] < rows[0];
            rows.iter().all(Option::is_some) && is_second_first == (host == "192.168.248.3")
        };
        terminal.await_screen(|shown| begins(shown, "192.168.248.3"));
        terminal.press("p");
        terminal.await_screen(|shown| shown.lines[0].starts_with("paused"));
        terminal.press("s");
        let shown = terminal.await_screen(|shown| begins(shown, "192.168.248.2"));
        assert!(shown.has("by ports") && shown.lines[0].starts_with("paused"));
        terminal.press("q");
        assert_eq!(terminal.await_end().code(), Some(0));
        Ok::<(), Error>(())
    });
}

#[test]
fn a_signal_gives_the_terminal_back() {
    lab::in_gateway!(|lab| {
        let daemon = Daemon::start(lab, "");
        for signal in ["TERM", "INT", "HUP"] {
            let mut terminal = OnTerminal::run(&top(&daemon), 80, 24);
            terminal.await_screen(|shown| shown.is_other_page && shown.has("hosts 0 of 0"));
            terminal.signal(signal);
            assert_eq!(terminal.await_end().code(), Some(0), "{signal}");
            let left = terminal.await_screen(|shown| !shown.is_other_page);
            assert!(!left.is_cursor_hidden, "{signal}");
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn who_cannot_be_asked_is_told_before_the_screen_is_taken() {
    lab::in_gateway!(|_lab| {
        let natconn = env!("CARGO_BIN_EXE_natconn");
        let program = format!("{natconn} --socket /run/nobody.sock top");
        let mut terminal = OnTerminal::run(&program, 80, 24);
        assert_eq!(terminal.await_end().code(), Some(2));
        let said = terminal.await_screen(|shown| shown.has("no such file or directory"));
        assert!(said.has("hint: is natconnd running?"), "{said:#?}");
        assert!(!terminal.written().contains("?1049h"));
        Ok::<(), Error>(())
    });
}
