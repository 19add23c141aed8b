//! A page of somebody else's, opened by somebody who may ask natconnd: it learns nothing.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use lab::Error;
use natconnd::access::Access;
use natconnd::config::Config;
use natconnd::http::Listener;
use serde_json::{Value, json};

use crate::browser::{Browser, World};
use crate::gateway::eventually;
use crate::look::DESKTOP;
use crate::served::{Running, example};

/// Names lead to the gateway, whosever they are.
const NAMES: World<'_> = World {
    names: "MAP *.example 127.0.0.1",
    trusted: None,
};

/// Asks another origin in every way that a page has, and keeps what comes of it.
const ASK: &str = "
    const [origin] = arguments;
    window.told = {};
    const keep = (name, promise) => promise.then(
        (value) => { window.told[name] = value; },
        () => { window.told[name] = 'nothing'; });
    const event = (source, good, bad) => new Promise((resolve, reject) => {
        source.addEventListener(good, () => resolve('something'));
        source.addEventListener(bad, reject);
    });
    const text = (response) => response.text();
    keep('fetch', fetch(origin + '/api/v1/connections').then(text));
    keep('credentials', fetch(origin + '/live', { credentials: 'include' }).then(text));
    keep('post', fetch(origin + '/api/v1/lookups', { method: 'POST', body: '100.64.2.1:40123' }).then(text));
    keep('put', fetch(origin + '/api/v1/history/holds/7', { method: 'PUT' }).then(text));
    keep('blind', fetch(origin + '/desk', { method: 'POST', mode: 'no-cors', body: 'text=1' }).then(text));
    const image = new Image();
    keep('image', event(image, 'load', 'error'));
    image.src = origin + '/ports/picture.png?nat=100.64.2.1';
    keep('events', event(new EventSource(origin + '/api/v1/events'), 'open', 'error'));
    const script = document.createElement('script');
    keep('script', event(script, 'load', 'error'));
    script.src = origin + '/api/v1/connections';
    document.head.append(script);";

/// What of it must have come of it.
const NOTHING: [(&str, &str); 8] = [
    ("fetch", "nothing"),
    ("credentials", "nothing"),
    ("post", "nothing"),
    ("put", "nothing"),
    // The browser does not let it be read, whatever it is.
    ("blind", ""),
    ("image", "nothing"),
    ("events", "nothing"),
    ("script", "nothing"),
];

fn told(browser: &Browser) -> Value {
    eventually(|| {
        let told = browser.run("return window.told", &json!([]));
        let is_all = told.as_object().map_or(0, serde_json::Map::len) == NOTHING.len();
        is_all.then(|| told.clone()).ok_or_else(|| told.to_string())
    })
}

fn nothing() -> Value {
    let pairs = NOTHING.map(|(name, value)| (name.to_owned(), json!(value)));
    Value::Object(pairs.into_iter().collect())
}

#[test]
fn a_page_of_another_site_learns_nothing() {
    in_browser!(|lab| {
        let server = Running::with(vec![example()]);
        let site = serve(server.address);
        let browser = Browser::open_in(lab, DESKTOP, &NAMES);
        browser.go(&format!("http://evil.example:{}/", site.port()));
        let origin = format!("http://{}", server.address);
        browser.run(ASK, &json!([origin]));
        assert_eq!(told(&browser), nothing());
        // Not for the browser's sake alone: natconnd has answered none of it.
        let counters = &server.counters;
        assert!(counters.foreign.load(Ordering::Relaxed) >= 7);
        assert_eq!(counters.followers_open.load(Ordering::Relaxed), 0);
        // Its form leads to a refusal, and natconnd's pages are in nobody's frame.
        let frame = "return document.querySelector('iframe').contentDocument === null";
        assert_eq!(browser.run(frame, &json!([])), true);
        browser.find("button").click();
        browser.await_text("h1", "Another site asked for this");
        // A link may be followed: the page that has it does not see where it leads.
        browser.go(&format!("http://evil.example:{}/", site.port()));
        browser.find("a").click();
        browser.await_text(".answer", "It is 192.168.248.2");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_form_of_another_site_is_refused_where_browsers_say_less() {
    in_browser!(|lab| {
        let inside = TcpListener::bind("192.168.248.1:0").unwrap();
        let address = inside.local_addr().unwrap();
        let everybody = |server: &mut natconnd::http::Server| {
            let mut config = Config::default();
            config.http.allow = vec!["0.0.0.0/0".parse().unwrap()];
            server.access = Arc::new(Access::of(&config));
        };
        let server = Running::over(vec![Listener::tcp(inside)], vec![example()], everybody);
        let site = serve(address);
        let browser = Browser::open_in(lab, DESKTOP, &NAMES);
        browser.go(&format!("http://evil.example:{}/", site.port()));
        browser.find("button").click();
        browser.await_text("h1", "Another site asked for this");
        assert_eq!(server.counters.foreign.load(Ordering::Relaxed), 1);
        // natconnd's own form is not.
        browser.go(&format!("http://{address}/desk"));
        browser.find("#text").write("100.64.2.1:40123");
        browser.find("button.main").click();
        browser.await_text(".answer", "It is 192.168.248.2");
        Ok::<(), Error>(())
    });
}

#[test]
fn a_name_of_another_site_that_leads_here_is_refused() {
    in_browser!(|lab| {
        let server = Running::with(vec![example()]);
        let browser = Browser::open_in(lab, DESKTOP, &NAMES);
        // What such a site was before does not matter: by now its name leads here.
        browser.go(&format!(
            "http://evil.example:{}/desk",
            server.address.port()
        ));
        browser.await_text("h1", "not known by that name");
        let style = "return getComputedStyle(document.querySelector('.finding')).borderLeftWidth";
        assert_eq!(browser.run(style, &json!([])), "4px");
        browser.run(ASK, &json!([""]));
        let told = told(&browser);
        for (name, value) in told.as_object().into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            assert!(!value.contains("192.168.248.2"), "{name}: {value}");
        }
        assert!(told["fetch"].as_str().unwrap().contains("421"), "{told}");
        assert_eq!(told["events"], "nothing");
        Ok::<(), Error>(())
    });
}

/// Serves a page that has a form, a frame and a link for natconnd, until the test is over.
fn serve(natconnd: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let page = format!(
        "<!doctype html><title>elsewhere</title><link rel=icon href=data:,>\
         <form method=post action=http://{natconnd}/desk/purpose>\
         <input name=reason value=evil><button>send</button></form>\
         <iframe src=http://{natconnd}/desk></iframe>\
         <a href=http://{natconnd}/desk?q=100.64.2.1:40123>look</a>"
    );
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let page = page.clone();
            // The browser may have gone before it is answered.
            thread::spawn(move || answer(stream, &page).ok());
        }
    });
    address
}

fn answer(mut stream: TcpStream, page: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while lines.next().transpose()?.is_some_and(|it| !it.is_empty()) {}
    let length = page.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{page}"
    )
}
