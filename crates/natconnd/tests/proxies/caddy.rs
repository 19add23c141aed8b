//! Caddy, with what `forward_auth` stands for.

use std::fs;
use std::process::Stdio;

use lab::Lab;

use crate::certificate::{self, CERTIFICATE, KEY};
use crate::front::{ACCESS_LOG, Front, HTTP, HTTPS, Patience, install};
use crate::scenario::scenarios;

fn start(lab: &Lab, patience: Patience) -> Front {
    certificate::make(lab);
    install("caddy/natconnd.caddyfile", patience);
    fs::write("/run/Caddyfile", configuration(lab)).unwrap();
    let line = [
        "caddy",
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        "/run/Caddyfile",
    ];
    let mut command = lab::command(&line);
    command
        .env("HOME", "/run/caddy")
        .env("XDG_DATA_HOME", "/run/caddy");
    Front::start(
        lab,
        command.stdout(Stdio::null()),
        &[lab.outside().at(HTTP), lab.outside().at(HTTPS)],
    )
}

/// A site for each address, because Caddy 2.6 does not tell to which one a client came.
/// Those of one port must differ by name as well.
fn configuration(lab: &Lab) -> String {
    let outside = lab.outside();
    let site = |address: &str, port: u16, scheme: &str, tls: &str| {
        let name = if address.contains(':') {
            "six.example"
        } else {
            ""
        };
        format!(
            "{scheme}://{name}:{port} {{
    bind {address}
    {tls}
    import natconnd {address} {port}
    log {{
        output file {ACCESS_LOG}
        format json
    }}
    reverse_proxy 127.0.0.1:8081
}}
"
        )
    };
    let (v4, v6) = (outside.v4().to_string(), outside.v6().to_string());
    let tls = format!("tls {CERTIFICATE} {KEY}");
    let sites = [
        site(&v4, HTTP, "http", ""),
        site(&v4, HTTPS, "https", &tls),
        site(&v6, HTTP, "http", ""),
    ];
    format!(
        "{{
    admin off
    auto_https off
}}
import /run/natconnd.caddyfile
{}",
        sites.concat()
    )
}

scenarios!(start, ["caddy", "openssl", "curl", "h2load"]);
