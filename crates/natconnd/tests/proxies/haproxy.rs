//! HAProxy, with a script that asks.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::Command;
use std::thread;

use lab::Lab;

use crate::certificate::{self, BOTH};
use crate::client::Client;
use crate::front::{ACCESS_LOG, Front, HTTP, HTTPS, Patience, has, install};
use crate::process::eventually;
use crate::scenario::scenarios;
use crate::site::Site;

fn start(lab: &Lab, patience: Patience) -> Front {
    certificate::make(lab);
    let outside = lab.outside();
    let bind = |port: u16, options: &str| {
        let (v4, v6) = (outside.at(port), outside.at_v6(port));
        format!("    bind {v4} {options}\n    bind {v6} {options}\n")
    };
    let tls = format!("ssl crt {BOTH} alpn h2,http/1.1");
    let bind = bind(HTTP, "") + &bind(HTTPS, &tls);
    Front::start(
        lab,
        &mut command(&bind, patience),
        &[lab.outside().at(HTTP), lab.outside().at(HTTPS)],
    )
}

/// HAProxy with the shipped files, which listens in this way.
pub fn command(bind: &str, patience: Patience) -> Command {
    let lua = install("haproxy/natconnd.lua", patience);
    let shipped = install("haproxy/natconnd.cfg", patience);
    let text = fs::read_to_string(&shipped).unwrap();
    let text = text.replace("/etc/haproxy/natconnd.lua", lua.to_str().unwrap());
    fs::write(&shipped, text).unwrap();
    let lines = install("haproxy/natconnd-frontend.cfg", patience);
    let lines = fs::read_to_string(lines).unwrap();
    fs::write("/run/haproxy.cfg", configuration(bind, &lines)).unwrap();
    let mut command = lab::command(&["haproxy", "-db", "-f"]);
    command.arg(shipped).args(["-f", "/run/haproxy.cfg"]);
    // It says what it serves on standard output.
    command.stdout(File::create(ACCESS_LOG).unwrap());
    command
}

fn configuration(bind: &str, lines: &str) -> String {
    format!(
        "global
    maxconn 4000
    nbthread 2
    log stdout format raw local0 info
defaults site
    mode http
    log global
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend site from site
{bind}{lines}
    default_backend application
backend application from site
    server application 127.0.0.1:8081
"
    )
}

#[test]
fn keeps_for_a_connection_only_what_is_certain() {
    let name = "haproxy::keeps_for_a_connection_only_what_is_certain";
    if !has(name, &["haproxy", "openssl", "curl"]) {
        return;
    }
    lab::in_gateway!(|lab| {
        let mut site = Site::open(lab, start);
        let listener = site.take_natconnds_place();
        thread::spawn(move || {
            let coverages = ["gaps", "gaps", "complete", "gaps"].iter().zip(1..);
            let mut answers = coverages.map(|(coverage, host)| {
                format!(
                    "HTTP/1.1 204 No Content\r\nConnection: close\r\n\
                     X-Internal-Address: 192.168.248.{host}\r\n\
                     X-Nat-Verdict: one\r\nX-Nat-Coverage: {coverage}\r\n\r\n"
                )
            });
            for mut stream in listener.incoming().flatten() {
                let mut bytes = [0; 4096];
                let length = stream.read(&mut bytes).unwrap_or(0);
                let answer = if bytes[..length].starts_with(b"GET /api/v1/forward-auth") {
                    answers.next().unwrap_or_default()
                } else {
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_owned()
                };
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        // HAProxy may have found natconnd gone meanwhile.
        let is_back = || {
            let mut other = Client::connect(lab.host(2), 0, site.http());
            assert_eq!(other.get("/back"), 200);
            let requests = site.application.requests("/back");
            let told = requests
                .last()
                .and_then(|it| it.told()[0].map(str::to_owned));
            told.ok_or_else(|| "natconnd is not asked".to_owned())
        };
        assert_eq!(eventually(is_back), "192.168.248.1");
        let mut client = Client::connect(lab.host(1), 40123, site.http());
        for (path, host, coverage) in [
            ("/1", "192.168.248.2", "gaps"),
            ("/2", "192.168.248.3", "complete"),
            ("/3", "192.168.248.3", "complete"),
        ] {
            assert_eq!(client.get(path), 200);
            let request = site.application.request(path);
            assert_eq!(request.told()[0], Some(host), "{request:?}");
            assert_eq!(request.header("x-nat-coverage"), Some(coverage));
        }
    });
}

scenarios!(start, ["haproxy", "openssl", "curl", "h2load"]);
