//! Chromium, driven through the pages of a real natconnd on a real gateway.
//!
//! `webdriver` speaks with chromedriver, `browser` starts it on the gateway and is
//! what tests use; `look` says how wide and how bright, `console` and `weight` what
//! the browser itself noticed. `harness` sees each of them find a made-up fault.
//! Everything that is started ends with the test's namespaces.
//!
//! `traffic` is what the pages show. `pages` visits every page in every look, and makes
//! the screenshots in docs/screenshots when it is told to.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

/// Runs a test on a gateway of its own, as [`lab::in_gateway!`] does, where there is a
/// browser for it.
macro_rules! in_browser {
    ($($test:tt)*) => {{
        fn here() {}
        if crate::browser::is_there(lab::test_name(&here)) {
            lab::in_gateway!($($test)*);
        }
    }};
}

mod browser;
mod console;
mod gateway;
mod look;
mod served;
mod traffic;
mod webdriver;
mod weight;

mod access;
mod desk;
mod harness;
mod host;
mod injection;
mod live;
mod other_site;
mod pages;
mod ports;
