//! Every page in every look.

use lab::{Error, MASQUERADE};

use crate::browser::Browser;
use crate::gateway::Daemon;
use crate::look::DESKTOP;

#[test]
fn the_first_page_opens() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        let browser = Browser::open(lab, DESKTOP);
        browser.go(&daemon.url("/"));
        assert!(browser.title().contains("natconnd"), "{}", browser.title());
        browser.assert_content();
        Ok::<(), Error>(())
    });
}
