//! The ports of a NAT address: the picture, and who holds what.

use lab::{Error, Lab, MASQUERADE};

use crate::browser::{Browser, Key};
use crate::gateway::{Daemon, eventually};
use crate::look::{DESKTOP, PHONE};

/// What holds ports: ten of the first host, one of the second.
fn hold(lab: &Lab) -> Result<(Daemon, Vec<std::net::TcpStream>), Error> {
    lab.nft(MASQUERADE)?;
    lab.outside().serve_tcp(443)?;
    let daemon = Daemon::start(lab, "");
    let remote = lab.outside().at(443);
    let mut open = Vec::new();
    for port in 40_100..40_110 {
        open.push(lab.host(1).connect_tcp(port, remote)?);
    }
    open.push(lab.host(2).connect_tcp(50_000, remote)?);
    Ok((daemon, open))
}

/// Opens the page once all of that is counted: it is counted every few seconds.
fn open(browser: &Browser, daemon: &Daemon) {
    eventually(|| {
        browser.go(&daemon.url("/ports"));
        let cells = browser.texts("td[data-label='Ports in use']");
        cells
            .contains(&"11".to_owned())
            .then_some(())
            .ok_or_else(|| format!("{cells:?}"))
    });
}

#[test]
fn the_picture_leads_to_who_holds_a_port() {
    in_browser!(|lab| {
        let (daemon, _open) = hold(lab)?;
        for look in [DESKTOP, PHONE.dark()] {
            let browser = Browser::open(lab, look);
            open(&browser, &daemon);
            browser.forget();
            browser
                .find("td a[href*='nat=100.64.2.1&protocol=tcp']")
                .click();
            browser.await_text("#picture", "11 ports in use");
            let loaded = browser.loaded();
            let picture = loaded.keys().find(|url| url.contains("picture.png"));
            assert!(picture.is_some(), "{loaded:?}");
            // 1024 ports to a band.
            browser.find("a[href*='from=39936'] rect").click();
            browser.await_text("#holders", "Ports 39936 to 40959");
            let rows = browser.texts("#holders + .scroll tbody tr");
            assert_eq!(rows.len(), 10, "{rows:?}");
            for (row, port) in rows.iter().zip(40_100..) {
                assert!(row.contains(&port.to_string()), "{row}");
                assert!(row.contains("192.168.248.2"), "{row}");
            }
            browser.assert_fit("the ports");
        }
        Ok::<(), Error>(())
    });
}

#[test]
fn the_picture_can_be_used_by_keyboard_alone_and_without_scripts() {
    in_browser!(|lab| {
        let (daemon, _open) = hold(lab)?;
        let browser = Browser::open(lab, DESKTOP);
        browser.forbid_scripts();
        open(&browser, &daemon);
        browser.tab_to("td a[href*='nat=100.64.2.1&protocol=tcp']");
        browser.press(Key::Enter);
        browser.await_text("#picture", "11 ports in use");
        browser.tab_to("a[href*='from=49152']");
        browser.press(Key::Enter);
        browser.await_text("#holders + .scroll tbody tr", "192.168.248.3");
        browser.assert_fit("the ports");
        Ok::<(), Error>(())
    });
}
