//! HAProxy, with a script that asks.

use std::fs::{self, File};
use std::process::Command;

use lab::Lab;

use crate::certificate::{self, BOTH};
use crate::front::{ACCESS_LOG, Front, HTTP, HTTPS, Patience, install};
use crate::scenario::scenarios;

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

scenarios!(start, ["haproxy", "openssl", "curl", "h2load"]);
