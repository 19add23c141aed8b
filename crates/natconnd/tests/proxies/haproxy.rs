//! HAProxy, with a script that asks.

use std::fs::{self, File};

use lab::Lab;

use crate::certificate::{self, BOTH};
use crate::front::{ACCESS_LOG, Front, HTTP, HTTPS, Patience, install};
use crate::scenario::scenarios;

fn start(lab: &Lab, patience: Patience) -> Front {
    certificate::make(lab);
    let lua = install("haproxy/natconnd.lua", patience);
    let shipped = install("haproxy/natconnd.cfg", patience);
    let text = fs::read_to_string(&shipped).unwrap();
    let text = text.replace("/etc/haproxy/natconnd.lua", lua.to_str().unwrap());
    fs::write(&shipped, text).unwrap();
    let lines = install("haproxy/natconnd-frontend.cfg", patience);
    let lines = fs::read_to_string(lines).unwrap();
    fs::write("/run/haproxy.cfg", configuration(lab, &lines)).unwrap();
    let mut command = lab::command(&["haproxy", "-db", "-f"]);
    command.arg(shipped).args(["-f", "/run/haproxy.cfg"]);
    // It says what it serves on standard output.
    command.stdout(File::create(ACCESS_LOG).unwrap());
    Front::start(lab, &mut command, &[HTTP, HTTPS])
}

fn configuration(lab: &Lab, lines: &str) -> String {
    let outside = lab.outside();
    let bind = |port: u16, options: &str| {
        let (v4, v6) = (outside.at(port), outside.at_v6(port));
        format!("    bind {v4} {options}\n    bind {v6} {options}\n")
    };
    let tls = format!("ssl crt {BOTH} alpn h2,http/1.1");
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
{}{}{lines}
    default_backend application
backend application from site
    server application 127.0.0.1:8081
",
        bind(HTTP, ""),
        bind(HTTPS, &tls),
    )
}

scenarios!(start, ["haproxy", "openssl", "curl", "h2load"]);
