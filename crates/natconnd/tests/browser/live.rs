//! The list of live connections: filtered, sorted, paged, and followed.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use lab::{Error, MASQUERADE};
use model::Match;

use crate::browser::{Browser, Key};
use crate::gateway::Daemon;
use crate::look::{DESKTOP, PHONE};
use crate::served::{Running, at, masqueraded};

/// The large table has this many translations of each of this many hosts.
const HOSTS: u32 = 2000;
const EACH: u16 = 100;

/// How long a page may take, with the browser's own work and on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// The address of a host of the large table.
fn host(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 7, 0, 0)) + number)
}

/// Two hundred thousand translations, each begun a second after the one before.
fn large_table() -> Vec<Match> {
    let of_host = |number: u32| {
        (0..EACH).map(move |index| {
            let port = 20_000 + index;
            let internal = SocketAddr::from((host(number), port));
            // Hosts have the same NAT ports, towards remotes of their own.
            let remote = SocketAddr::from((Ipv4Addr::from(0xcb00_7100 + number), 443));
            let nat = SocketAddr::from(([100, 64, 2, 1], port));
            let texts = [internal, nat, remote].map(|it| it.to_string());
            let mut found = masqueraded(&texts[0], &texts[1], &texts[2]);
            found.started_at = at(i64::from(number * u32::from(EACH)) + i64::from(index));
            found
        })
    };
    (0..HOSTS).flat_map(of_host).collect()
}

fn rows(browser: &Browser) -> Vec<String> {
    browser.texts("#rows tr td:first-child")
}

#[test]
fn a_table_of_two_hundred_thousand_is_filtered_sorted_and_paged() {
    in_browser!(|lab| {
        let server = Running::with(large_table());
        let browser = Browser::open(lab, DESKTOP);
        browser.go(&format!("http://{}/live", server.address));
        let counted = browser.find("#count").text().replace('\u{202f}', "");
        assert!(counted.starts_with("200000 live"), "{counted}");
        assert_eq!(rows(&browser).len(), 50);
        browser.assert_fit("the whole list");

        let began = Instant::now();
        browser.find("#q").write(&format!("{} :443", host(1234)));
        browser.find("button.main").click();
        browser.await_text("#count", "fit");
        let took = began.elapsed();
        assert!(took < PATIENCE, "{took:?}");
        let counted = browser.find("#count").text();
        assert!(counted.starts_with("100 of "), "{counted}");
        let found = rows(&browser);
        assert_eq!(found.len(), 50);
        let of_host = format!("{}:", host(1234));
        assert!(found.iter().all(|it| it.starts_with(&of_host)), "{found:?}");
        browser.assert_fit("the filtered list");

        // Sorted by what the heading says, and the other way round.
        browser.find("th a").click();
        browser.await_text("th[aria-sort]", "Internal");
        let sorted = rows(&browser);
        assert_eq!(sorted[0], format!("{of_host}20000"));
        browser.find("#next").click();
        browser.await_text("#rows td", &format!("{of_host}20050"));
        let next = rows(&browser);
        assert_eq!(next[0], format!("{of_host}20050"));
        assert_eq!(next.len(), 50);
        browser.assert_fit("the second page");
        browser.find("#first").click();
        browser.await_text("#rows td", &format!("{of_host}20000"));
        assert_eq!(rows(&browser), sorted);
        Ok::<(), Error>(())
    });
}

#[test]
fn the_list_can_be_used_by_keyboard_alone_and_without_scripts() {
    in_browser!(|lab| {
        let server = Running::with(large_table());
        let browser = Browser::open(lab, PHONE);
        browser.forbid_scripts();
        browser.go(&format!("http://{}/live", server.address));
        browser.tab_to("#q");
        browser.focused().write(&host(7).to_string());
        browser.press(Key::Enter);
        browser.await_text("#count", "100 of ");
        browser.assert_fit("the list on a phone");
        browser.tab_to("#next");
        browser.press(Key::Enter);
        browser.await_text("p[role=navigation]", "First page");
        assert_eq!(rows(&browser).len(), 50);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_connection_appears_as_it_begins_and_is_marked_as_it_ends() {
    in_browser!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_tcp(443)?;
        lab.outside().serve_udp(53)?;
        let daemon = Daemon::start(lab, "");
        let _before = lab.host(1).connect_tcp(40001, lab.outside().at(443))?;
        let browser = Browser::open(lab, DESKTOP);
        browser.go(&daemon.url("/live"));
        browser.await_text("#rows", "192.168.248.2:40001");
        browser.find("#follow").click();
        browser.await_text("#connection", "Following.");
        browser.await_text("#rows", "192.168.248.2:40001");

        let _open = lab.host(2).connect_tcp(40002, lab.outside().at(443))?;
        browser.await_text("#rows tr.new:first-child", "192.168.248.3:40002");
        lab.host(3).exchange_udp(40003, lab.outside().at(53))?;
        browser.await_text("#rows tr.new:first-child", "192.168.248.4:40003");
        assert_eq!(rows(&browser).len(), 3);

        lab.conntrack(&["-D", "-p", "udp", "--orig-port-src", "40003"])?;
        browser.await_text("#rows tr.ended", "192.168.248.4:40003");
        assert_eq!(browser.texts("#rows tr.ended").len(), 1);

        // While it is paused nothing moves, and how much is said.
        browser.find("#pause").click();
        lab.host(3).exchange_udp(40004, lab.outside().at(53))?;
        browser.await_text("#unshown", "1 more not shown");
        assert_eq!(rows(&browser).len(), 3);
        browser.find("#pause").click();
        lab.host(3).exchange_udp(40005, lab.outside().at(53))?;
        browser.await_text("#rows tr.new:first-child", "192.168.248.4:40005");
        browser.assert_fit("following");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_filter_holds_for_what_is_followed() {
    in_browser!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_udp(53)?;
        let daemon = Daemon::start(lab, "");
        let browser = Browser::open(lab, PHONE.dark());
        browser.go(&daemon.url("/live?q=192.168.248.3&follow=1"));
        browser.await_text("#connection", "Following.");
        lab.host(1).exchange_udp(40001, lab.outside().at(53))?;
        lab.host(2).exchange_udp(40002, lab.outside().at(53))?;
        browser.await_text("#rows tr.new", "192.168.248.3:40002");
        assert_eq!(rows(&browser).len(), 1);
        browser.assert_fit("following on a phone");
        Ok::<(), Error>(())
    });
}
