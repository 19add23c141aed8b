//! A host: what it has, and what it had.

use lab::{Error, MASQUERADE};

use crate::browser::{Browser, Key};
use crate::gateway::{Daemon, eventually};
use crate::look::{DESKTOP, PHONE};

#[test]
fn a_click_on_a_host_shows_what_it_has_and_had() {
    in_browser!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(443)?;
        lab.outside().serve_udp(53)?;
        let config = "[track]\nkeep-ended = \"0s\"\n[history]\nfolder = \"/run/history\"\n";
        let daemon = Daemon::start(lab, config);
        lab.host(1).exchange_udp(40001, lab.outside().at(53))?;
        let _open = lab.host(1).connect_tcp(40002, lab.outside().at(443))?;
        let _other = lab.host(2).connect_tcp(40003, lab.outside().at(443))?;
        lab.conntrack(&["-D", "-p", "udp", "--orig-port-src", "40001"])?;
        eventually(|| {
            let rows = daemon.list("");
            (rows.len() == 2).then_some(()).ok_or(format!("{rows:?}"))
        });
        for look in [DESKTOP, PHONE.dark()] {
            let browser = Browser::open(lab, look);
            // Nothing here needs a script.
            browser.forbid_scripts();
            browser.go(&daemon.url("/live"));
            browser.tab_to("#rows a[href='/hosts/192.168.248.2']");
            browser.press(Key::Enter);
            browser.await_text("h1", "Host 192.168.248.2");
            let live = browser.texts("#rows tr");
            assert_eq!(live.len(), 1, "{live:?}");
            assert!(live[0].contains("192.168.248.2:40002"), "{live:?}");

            // What has just ended is in history in a moment.
            eventually(|| {
                browser.go(&daemon.url("/hosts/192.168.248.2"));
                let had = browser.texts("#records tr");
                let lives = |port: &str| {
                    let row = had.iter().find(|row| row.contains(port));
                    row.map(|row| row.contains("has not ended"))
                };
                let is_told = had.len() == 2
                    && lives("192.168.248.2:40001") == Some(false)
                    && lives("192.168.248.2:40002") == Some(true);
                is_told.then_some(()).ok_or(format!("{had:?}"))
            });
            browser.assert_fit("a host");
        }
        Ok::<(), Error>(())
    });
}
