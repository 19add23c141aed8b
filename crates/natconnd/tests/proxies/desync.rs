//! A proxy in front of natconnd itself, and requests that the two could read in two ways.
//!
//! Whoever makes the proxy see one request where natconnd sees two has the second one's
//! answer given to somebody else. Each answer here says what it was asked for, and the
//! proxy keeps its connections to natconnd, so one answer too many would be seen at once.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use lab::Lab;

use crate::front::{ACCESS_LOG, Front, HTTP, Patience, has};
use crate::site::{NATCONND, Site};

/// What is meant to be a request of its own behind each of them.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Heads and what of the bodies is sent with them; [`SMUGGLED`] follows.
const HEADS: [&str; 24] = [
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 50\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0, 50\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nContent-Length: +0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nContent-Length : 0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nX: y\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nX: y\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nx\r\n0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
    "POST /api/v1/lookups HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-0\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\nExpect: 100-continue\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
    "HEAD /docs HTTP/1.1\r\nHost: localhost\r\n\r\n",
];

fn nginx(lab: &Lab, _: Patience) -> Front {
    let http = lab.outside().at(HTTP);
    let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path /run/nginx-{kind};\n"))
        .concat();
    let text = format!(
        "daemon off;
user root root;
worker_processes 1;
pid /run/nginx.pid;
events {{ worker_connections 256; }}
http {{
    {folders}
    access_log off;
    upstream natconnd {{ server {NATCONND}; keepalive 2; }}
    server {{
        listen {http};
        ignore_invalid_headers off;
        underscores_in_headers on;
        location / {{
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_set_header Host localhost;
            proxy_set_header Connection \"\";
            proxy_pass http://natconnd;
        }}
    }}
}}
"
    );
    fs::write("/run/desync.conf", text).unwrap();
    let mut command = lab::command(&["nginx", "-e", "stderr", "-c", "/run/desync.conf"]);
    Front::start(lab, command.stdout(Stdio::null()), &[http])
}

fn haproxy(lab: &Lab, _: Patience) -> Front {
    let http = lab.outside().at(HTTP);
    let text = format!(
        "global
    maxconn 256
    nbthread 1
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 5s
frontend in
    bind {http}
    default_backend natconnd
backend natconnd
    http-reuse always
    http-request set-header Host localhost
    server natconnd {NATCONND} pool-max-conn 2
"
    );
    fs::write("/run/desync.cfg", text).unwrap();
    let mut command = lab::command(&["haproxy", "-db", "-f", "/run/desync.cfg"]);
    Front::start(
        lab,
        command.stdout(File::create(ACCESS_LOG).unwrap()),
        &[http],
    )
}

/// One request of somebody who means no harm, and whether the answer is its own.
fn ask(lab: &Lab, proxy: SocketAddr, path: &str) {
    let mut stream = lab.host(2).connect_tcp(0, proxy).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let is_own = answer.contains(&format!("find {path}:"));
    assert!(
        is_own && answer.starts_with("HTTP/1.1 404"),
        "{path} got {answer}"
    );
}

fn each_answer_is_its_askers(site: &Site<'_>) {
    let (lab, proxy) = (site.lab, site.http());
    for number in 0..5 {
        ask(lab, proxy, &format!("/before-{number}"));
    }
    for (number, head) in HEADS.iter().enumerate() {
        let mut stream = lab.host(1).connect_tcp(0, proxy).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(SMUGGLED.as_bytes());
        // Whoever asks now must not get what was smuggled.
        for again in 0..3 {
            ask(lab, proxy, &format!("/asked-{number}-{again}"));
        }
        let mut answers = Vec::new();
        let _ = stream.read_to_end(&mut answers);
        drop(stream);
        for again in 3..6 {
            ask(lab, proxy, &format!("/asked-{number}-{again}"));
        }
    }
}

#[test]
fn nginx_and_natconnd_see_the_same_requests() {
    let name = "desync::nginx_and_natconnd_see_the_same_requests";
    if has(name, &["nginx", "curl"]) {
        lab::in_gateway!(|lab| each_answer_is_its_askers(&Site::open(lab, nginx)));
    }
}

#[test]
fn haproxy_and_natconnd_see_the_same_requests() {
    let name = "desync::haproxy_and_natconnd_see_the_same_requests";
    if has(name, &["haproxy", "curl"]) {
        lab::in_gateway!(|lab| each_answer_is_its_askers(&Site::open(lab, haproxy)));
    }
}
