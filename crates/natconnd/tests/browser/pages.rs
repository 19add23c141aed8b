//! Every page in every look: nothing is complained of, nothing is too wide or too heavy.
//!
//! With `NATCONND_SCREENSHOTS`, as `make screenshots` has it, the pictures are kept in
//! that folder, and natconnd runs for some minutes before, so that charts have something
//! to show.

use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::{Error, Lab};

use crate::browser::Browser;
use crate::gateway::Daemon;
use crate::look::{DESKTOP, Look};
use crate::traffic::{CONFIG, OFFICE, Traffic, miss_something};

/// Where pictures are kept.
const FOLDER: &str = "NATCONND_SCREENSHOTS";

/// How long natconnd runs before pictures are kept.
const RUN: Duration = Duration::from_secs(240);

/// A page.
struct Page {
    /// The name of its picture, and how many pixels it is high at most; none where
    /// another one says as much.
    picture: Option<(&'static str, u32)>,
    /// Where it is; `NAT` stands for a NAT endpoint in use.
    path: &'static str,
}

const fn shown(path: &'static str, picture: &'static str, tallest: u32) -> Page {
    Page {
        picture: Some((picture, tallest)),
        path,
    }
}

const fn visited(path: &'static str) -> Page {
    Page {
        picture: None,
        path,
    }
}

/// All pages.
const PAGES: &[Page] = &[
    visited("/desk"),
    shown("/desk?q=NAT", "desk", 1800),
    shown("/desk/report?nat=NAT", "report", 1800),
    shown("/live", "live", 1000),
    visited("/live?q=192.168.248.4+:443&sort=nat"),
    visited("/live?follow=1"),
    shown("/ports?nat=100.64.2.1&protocol=tcp", "ports", 1450),
    visited("/ports?nat=100.64.2.1&protocol=tcp&from=32768"),
    shown("/hosts/192.168.248.2", "host", 1300),
    shown("/health", "health", 1800),
    visited("/health?span=day"),
    shown("/docs", "docs", 1000),
    visited("/docs/tutorial"),
    visited("/docs/api"),
    visited("/docs/metrics"),
    visited("/docs/natconn-lookup.1"),
];

#[test]
fn every_page_is_fit_to_be_seen_in_every_look() {
    in_browser!(OFFICE, |lab| {
        let mut traffic = Traffic::begin(lab)?;
        let daemon = Daemon::start(lab, CONFIG);
        traffic.flow(lab, 12)?;
        miss_something(lab, &mut traffic)?;
        let folder = std::env::var(FOLDER).ok();
        if folder.is_some() {
            run(lab, &mut traffic)?;
        }
        let newest = "internal=192.168.248.2&protocol=tcp&sort=-started_at";
        let row = &daemon.list(newest)[0];
        let nat = format!("{}:{}", row.nat_address, row.nat_port);
        let browser = Browser::open(lab, DESKTOP);
        for look in Look::ALL {
            browser.take(look);
            for page in PAGES {
                let path = page.path.replace("NAT", &nat);
                browser.go(&daemon.url(&path));
                if let (Some(folder), Some((name, tallest))) = (&folder, page.picture) {
                    let file = format!("{folder}/{name}-{}.png", look.name());
                    keep(lab, &browser.picture(tallest), &file)?;
                }
                browser.assert_fit(&format!("{path}, {}", look.name()));
            }
        }
        Ok::<(), Error>(())
    });
}

/// Makes traffic for some time, now more and now less.
fn run(lab: &Lab, traffic: &mut Traffic) -> Result<(), Error> {
    let until = Instant::now() + RUN;
    let mut second = 0_u32;
    while Instant::now() < until {
        let wave = f64::from(second) / 20.0;
        traffic.flow(lab, (2.0 + 2.0 * wave.sin()) as usize)?;
        traffic.end(30);
        if second == 100 {
            miss_something(lab, traffic)?;
        }
        sleep(Duration::from_secs(1));
        second += 1;
    }
    Ok(())
}

/// Writes a picture into a file, with as few colours as it needs.
fn keep(lab: &Lab, picture: &str, file: &str) -> Result<(), Error> {
    let decode = ["sh", "-c", "base64 -d > \"$0\"", file];
    lab.gateway().run_with_input(&decode, picture)?;
    let shrink = [
        "pngquant", "--force", "--nofs", "--output", file, "64", file,
    ];
    lab.gateway().run(&shrink)?;
    Ok(())
}
