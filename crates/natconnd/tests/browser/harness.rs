//! The browser notices what the other tests rely on: each check finds a made-up
//! fault.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

use lab::Error;

use crate::browser::{Browser, Key};
use crate::look::{DESKTOP, PHONE};
use crate::weight::LIMIT;

/// Without faults, and it has something to press.
const SOUND: &str = r#"<!doctype html><title>sound</title><link rel="icon" href="/icon">
<style>body { color: black } @media (prefers-color-scheme: dark) { body { color: white } }</style>
<form><input id="first"><input id="second"><button id="send">send</button></form><p id="said">"#;

/// Its script does not run under the policy that it comes with, and it is wider
/// than a phone.
const FORBIDDEN: &str = r#"<!doctype html><title>forbidden</title><link rel="icon" href="/icon">
<p style="width: 800px">wide</p><script>document.title = "ran"</script>"#;

/// Complains by itself.
const NOISY: &str = r#"<!doctype html><title>noisy</title><link rel="icon" href="/icon">
<script>document.title = "ran"; console.error("a complaint"); undefinedFunction()</script>"#;

/// Asks for what is not there.
const INCOMPLETE: &str = r#"<!doctype html><title>incomplete</title><link rel="icon" href="/icon">
<img src="/missing">"#;

#[test]
fn a_sound_page_is_complained_of_by_nobody() {
    in_browser!(|lab| {
        let site = serve();
        let browser = Browser::open(lab, DESKTOP);
        browser.go(&format!("http://{site}/sound"));
        assert_eq!(browser.title(), "sound");
        browser.assert_fit("a sound page");
        Ok::<(), Error>(())
    });
}

#[test]
fn keys_and_clicks_go_where_they_should() {
    in_browser!(|lab| {
        let site = serve();
        let browser = Browser::open(lab, DESKTOP);
        browser.go(&format!("http://{site}/sound"));
        browser.find("#first").click();
        browser.press(Key::Tab);
        assert_eq!(browser.focused().property("id"), "second");
        browser.focused().write("typed");
        assert_eq!(browser.find("#second").property("value"), "typed");
        browser.press(Key::BackTab);
        assert_eq!(browser.focused().property("id"), "first");
        browser.press(Key::Enter);
        browser.await_url("/sound?");
        Ok::<(), Error>(())
    });
}

#[test]
fn breaches_of_the_policy_are_noticed() {
    in_browser!(|lab| {
        let site = serve();
        let browser = Browser::open(lab, PHONE);
        browser.go(&format!("http://{site}/forbidden"));
        assert_eq!(browser.title(), "forbidden");
        let complaints = browser.complaints();
        let policy = complaints
            .iter()
            .filter(|it| it.contains("Content Security Policy"));
        assert_eq!(policy.count(), 2, "{complaints:#?}");
        assert_eq!(browser.complaints(), [""; 0]);
        Ok::<(), Error>(())
    });
}

#[test]
fn complaints_and_missing_things_are_noticed() {
    in_browser!(|lab| {
        let site = serve();
        let browser = Browser::open(lab, DESKTOP);
        browser.go(&format!("http://{site}/noisy"));
        assert_eq!(browser.title(), "ran");
        let complaints = browser.complaints().concat();
        assert!(complaints.contains("a complaint"), "{complaints}");
        assert!(complaints.contains("undefinedFunction"), "{complaints}");
        browser.go(&format!("http://{site}/incomplete"));
        let complaints = browser.complaints().concat();
        assert!(complaints.contains("404"), "{complaints}");
        Ok::<(), Error>(())
    });
}

#[test]
fn too_wide_and_too_heavy_is_noticed() {
    in_browser!(|lab| {
        let site = serve();
        let browser = Browser::open(lab, PHONE);
        browser.go(&format!("http://{site}/heavy"));
        let bytes: u64 = browser.loaded().values().sum();
        // The page, the icon, and their heads.
        assert!((LIMIT..LIMIT + 1000).contains(&bytes), "{bytes}");
        // 800 px and a margin of 8, on a phone 390 wide.
        let overhang = browser.overhang();
        assert!((418..420).contains(&overhang), "{overhang}");
        browser.take(DESKTOP);
        assert_eq!(browser.overhang(), 0);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_look_is_taken() {
    in_browser!(|lab| {
        let site = serve();
        let browser = Browser::open(lab, DESKTOP);
        let colour = || {
            browser.go(&format!("http://{site}/sound"));
            let script = "return [getComputedStyle(document.body).color, innerWidth]";
            browser.run(script, &serde_json::json!([])).to_string()
        };
        assert_eq!(colour(), r#"["rgb(0, 0, 0)",1280]"#);
        browser.take(DESKTOP.dark());
        assert_eq!(colour(), r#"["rgb(255, 255, 255)",1280]"#);
        browser.take(PHONE);
        assert!(colour().starts_with(r#"["rgb(0, 0, 0)""#));
        browser.forbid_scripts();
        browser.go(&format!("http://{site}/noisy"));
        assert_eq!(browser.title(), "noisy");
        browser.find("title");
        browser.assert_content();
        Ok::<(), Error>(())
    });
}

/// Serves the pages above on the gateway until the test is over.
fn serve() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // The browser may have gone before it is answered.
            thread::spawn(move || answer(stream).ok());
        }
    });
    address
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    while lines.next().transpose()?.is_some_and(|it| !it.is_empty()) {}
    let path = first.split(' ').nth(1).unwrap_or_default();
    let heavy = || {
        let style = "<style>p { width: 800px }</style>";
        let head = "<meta name=viewport content=width=device-width><link rel=icon href=/icon>";
        let page = format!("<!doctype html>{head}{style}<p>");
        let rest = usize::try_from(LIMIT).unwrap() - page.len();
        page + &"x ".repeat(rest / 2)
    };
    let (status, policy, body) = match path.split('?').next().unwrap_or_default() {
        "/sound" => ("200 OK", "", SOUND.to_owned()),
        "/forbidden" => ("200 OK", "default-src 'self'", FORBIDDEN.to_owned()),
        "/noisy" => ("200 OK", "", NOISY.to_owned()),
        "/incomplete" => ("200 OK", "", INCOMPLETE.to_owned()),
        "/heavy" => ("200 OK", "", heavy()),
        "/icon" => ("200 OK", "", String::new()),
        _ => ("404 Not Found", "", String::new()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\
         Content-Security-Policy: {policy}\r\nConnection: close\r\n\r\n{body}"
    )
}
