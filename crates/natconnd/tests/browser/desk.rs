//! The desk: an abuse mail is pasted, and the right host read.

use lab::{Error, Lab, MASQUERADE};

use crate::browser::{Browser, Key};
use crate::gateway::{Daemon, eventually};
use crate::look::{DESKTOP, PHONE};

/// Two hosts that have the same NAT endpoint, towards different services.
struct Case {
    daemon: Daemon,
    mail: String,
    _open: [std::net::TcpStream; 2],
}

fn case(lab: &Lab) -> Result<Case, Error> {
    lab.nft(MASQUERADE)?;
    lab.outside().serve_tcp(22)?;
    lab.outside().serve_tcp(25)?;
    let daemon = Daemon::start(lab, "");
    let open = [
        lab.host(1).connect_tcp(40123, lab.outside().at(25))?,
        lab.host(2).connect_tcp(40123, lab.outside().at(22))?,
    ];
    let row = eventually(|| {
        let rows = daemon.list("remote=100.64.2.10:22");
        rows.into_iter().next().ok_or_else(|| "no row".to_owned())
    });
    assert_eq!(row.nat_port, 40123);
    let started_at = row.started_at.unwrap_or_default().replace('T', " ");
    let mail = format!(
        "From: abuse@example.org\n\
         Subject: Port scan from {nat}\n\n\
         Our server {remote} was scanned:\n\n\
         Source IP: {nat}\n\
         Source Port: 40123\n\
         Destination IP: {remote}\n\
         Destination port: 22\n\
         Protocol: TCP\n\
         Date (UTC): {time}\n",
        nat = row.nat_address,
        remote = lab.outside().v4(),
        time = &started_at[..19],
    );
    Ok(Case {
        daemon,
        mail,
        _open: open,
    })
}

/// The hosts that the page names as candidates.
fn candidates(browser: &Browser) -> Vec<String> {
    browser.texts("td[data-label='Internal host']")
}

/// Reads the answer to the mail, and prints it.
fn read(browser: &Browser, lab: &Lab) {
    let host = lab.host(2).v4().to_string();
    browser.await_text(".answer", &format!("It was {host}"));
    assert_eq!(browser.texts(".card .badge.one"), ["one"]);
    let [candidate] = &candidates(browser)[..] else {
        panic!("{:?}", candidates(browser));
    };
    assert!(candidate.contains(&host), "{candidate}");
    browser.assert_fit("the desk");
}

#[test]
fn an_abuse_mail_is_pasted_and_the_right_host_is_read() {
    in_browser!(|lab| {
        let case = case(lab)?;
        for look in [DESKTOP, PHONE.dark()] {
            let browser = Browser::open(lab, look);
            browser.go(&case.daemon.url("/"));
            browser.find("#text").write(&case.mail);
            browser.find("button.main").click();
            read(&browser, lab);
            // What was asked stays in the box.
            let kept = browser.find("#text").property("value");
            assert_eq!(kept.as_str(), Some(&*case.mail));
            browser.find("a[href^='/desk/report']").click();
            browser.await_text("h1", "report");
            let host = lab.host(2).v4().to_string();
            browser.await_text(".answer", &host);
            browser.await_text("dl.facts", "natconnd");
            browser.assert_fit("the report");
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn the_desk_can_be_used_by_keyboard_alone() {
    in_browser!(|lab| {
        let case = case(lab)?;
        let browser = Browser::open(lab, DESKTOP);
        browser.go(&case.daemon.url("/"));
        // The first thing is a way past the navigation.
        browser.press(Key::Tab);
        assert_eq!(browser.focused().text(), "Skip to the content");
        browser.press(Key::Enter);
        browser.tab_to("#text");
        browser.focused().write(&case.mail);
        browser.tab_to("button.main");
        browser.press(Key::Enter);
        read(&browser, lab);
        browser.tab_to("a[href^='/desk/report']");
        browser.press(Key::Enter);
        browser.await_text("h1", "report");
        browser.assert_fit("the report");
        Ok::<(), Error>(())
    });
}

#[test]
fn the_desk_works_without_scripts() {
    in_browser!(|lab| {
        let case = case(lab)?;
        let browser = Browser::open(lab, DESKTOP);
        browser.forbid_scripts();
        browser.go(&case.daemon.url("/desk"));
        browser.find("#text").write(&case.mail);
        browser.find("button.main").click();
        read(&browser, lab);
        Ok::<(), Error>(())
    });
}

#[test]
fn several_hosts_are_told_apart_by_what_the_question_lacks() {
    in_browser!(|lab| {
        let case = case(lab)?;
        let browser = Browser::open(lab, DESKTOP);
        browser.go(&case.daemon.url("/desk"));
        browser.find("#text").write("100.64.2.1:40123");
        browser.find("button.main").click();
        browser.await_text(".answer", "one of 2 hosts");
        let mut found = candidates(&browser);
        found.sort();
        assert_eq!(found.len(), 2, "{found:?}");
        for (number, candidate) in found.iter().enumerate() {
            let host = lab.host(number + 1).v4().to_string();
            assert!(candidate.contains(&host), "{candidate}");
        }
        browser.assert_fit("the desk");
        Ok::<(), Error>(())
    });
}
