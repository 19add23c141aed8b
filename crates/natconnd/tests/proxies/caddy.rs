//! Caddy, with what `forward_auth` stands for.

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;

use lab::Lab;

use crate::certificate::{self, CERTIFICATE, KEY};
use crate::client::Client;
use crate::front::{ACCESS_LOG, Front, HTTP, HTTPS, Patience, has, install};
use crate::scenario::scenarios;
use crate::site::Site;

fn start(lab: &Lab, patience: Patience) -> Front {
    certificate::make(lab);
    install("caddy/natconnd.caddyfile", patience);
    fs::write("/run/Caddyfile", configuration(lab)).unwrap();
    run(lab, &[lab.outside().at(HTTP), lab.outside().at(HTTPS)])
}

/// Runs it with what is written for it.
fn run(lab: &Lab, endpoints: &[SocketAddr]) -> Front {
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
    Front::start(lab, command.stdout(Stdio::null()), endpoints)
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

/// A site with a login, which is "guest" with the password "guest".
fn start_with_login(lab: &Lab, patience: Patience) -> Front {
    certificate::make(lab);
    install("caddy/natconnd.caddyfile", patience);
    let hash = ["caddy", "hash-password", "--plaintext", "guest"];
    let hash = lab.outside().run(&hash).unwrap();
    let text = configuration(lab).replace(
        "    reverse_proxy 127.0.0.1:8081",
        &format!(
            "    basicauth {{\n guest {}\n }}\n    reverse_proxy 127.0.0.1:8081",
            hash.trim()
        ),
    );
    fs::write("/run/Caddyfile", text).unwrap();
    run(lab, &[lab.outside().at(HTTP)])
}

#[test]
fn a_login_of_the_sites_stays_in_the_log() {
    if !has(
        "caddy::a_login_of_the_sites_stays_in_the_log",
        &["caddy", "curl"],
    ) {
        return;
    }
    lab::in_gateway!(|lab| {
        let site = Site::open(lab, start_with_login);
        let login = "Authorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n";
        for (host, path) in [(lab.outside(), "/login/1"), (lab.host(1), "/login/2")] {
            let mut client = Client::connect(host, 0, site.http());
            assert_eq!(client.request("GET", path, login, ""), 200);
            let line = site.front.access_log(path);
            assert!(line.contains("\"user_id\":\"guest\""), "{line}");
        }
    });
}

scenarios!(start, ["caddy", "openssl", "curl", "h2load"]);
