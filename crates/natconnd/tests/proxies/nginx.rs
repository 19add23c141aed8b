//! nginx, with `auth_request`.

use std::fs;
use std::process::{Command, Stdio};

use lab::Lab;

use crate::certificate::{self, CERTIFICATE, KEY};
use crate::client::Client;
use crate::front::{ACCESS_LOG, Front, HTTP, HTTPS, Patience, has, install};
use crate::scenario::scenarios;
use crate::site::Site;

fn start(lab: &Lab, patience: Patience) -> Front {
    certificate::make(lab);
    let listen = |port: u16, options: &str| {
        let (v4, v6) = (lab.outside().at(port), lab.outside().at_v6(port));
        format!("listen {v4} {options};\nlisten {v6} {options};\n")
    };
    let tls = format!("ssl_certificate {CERTIFICATE};\nssl_certificate_key {KEY};");
    let listen = listen(HTTP, "") + &listen(HTTPS, "ssl http2") + &tls;
    Front::start(
        lab,
        &mut command(&listen, patience),
        &[lab.outside().at(HTTP), lab.outside().at(HTTPS)],
    )
}

/// nginx with the shipped files, which listens in this way.
pub fn command(listen: &str, patience: Patience) -> Command {
    for part in ["http", "server", "headers"] {
        install(&format!("nginx/natconnd-{part}.conf"), patience);
    }
    fs::write("/run/nginx.conf", configuration(listen)).unwrap();
    let mut command = lab::command(&["nginx", "-e", "stderr", "-c", "/run/nginx.conf"]);
    command.stdout(Stdio::null());
    command
}

/// Of the users that nginx may change to, only root is there in the lab.
fn configuration(listen: &str) -> String {
    let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path /run/nginx-{kind};\n"))
        .concat();
    format!(
        "daemon off;
user root root;
worker_processes 2;
pid /run/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    {folders}
    keepalive_requests 100000;
    include /run/natconnd-http.conf;
    server {{
        {listen}
        include /run/natconnd-server.conf;
        access_log {ACCESS_LOG} natconnd;
        location / {{
            include /run/natconnd-headers.conf;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $http_connection;
            proxy_pass http://127.0.0.1:8081;
        }}
    }}
}}
"
    )
}

/// Changes the shipped file as it says that one may.
fn start_requiring_one(lab: &Lab, patience: Patience) -> Front {
    let http = lab.outside().at(HTTP);
    let mut command = command(&format!("listen {http};"), patience);
    let path = "/run/natconnd-server.conf";
    let text = fs::read_to_string(path).unwrap();
    let changed = text
        .replace(
            "protocol=$server_protocol;",
            "protocol=$server_protocol&require=one;",
        )
        .replace(" 401 403 404 ", " 401 404 ");
    assert_eq!(
        changed.len(),
        text.len() + "&require=one".len() - "403 ".len()
    );
    fs::write(path, changed).unwrap();
    Front::start(lab, &mut command, &[http])
}

#[test]
fn refuses_who_is_not_known_where_that_is_wanted() {
    if !has(
        "nginx::refuses_who_is_not_known_where_that_is_wanted",
        &["nginx", "curl"],
    ) {
        return;
    }
    lab::in_gateway!(|lab| {
        let mut site = Site::open(lab, start_requiring_one);
        let mut inside = Client::connect(lab.host(1), 40123, site.http());
        let mut outside = Client::connect(lab.outside(), 0, site.http());
        assert_eq!([inside.get("/a"), outside.get("/b")], [200, 403]);
        assert_eq!(site.application.request("/a").told()[2], Some("one"));
        assert_eq!(site.application.requests("/b").len(), 0);
        site.kill_natconnd();
        let mut outside = Client::connect(lab.outside(), 0, site.http());
        assert_eq!(outside.get("/c"), 200);
    });
}

/// A site that has nginx deal with an application's errors, and take any name.
fn start_intercepting(lab: &Lab, patience: Patience) -> Front {
    let http = lab.outside().at(HTTP);
    let mut command = command(&format!("listen {http};"), patience);
    let path = "/run/nginx.conf";
    let text = fs::read_to_string(path).unwrap();
    let options = "access_log /run/access.log natconnd;\n\
                   proxy_intercept_errors on;\nunderscores_in_headers on;";
    let changed = text.replace("access_log /run/access.log natconnd;", options);
    assert_ne!(changed, text);
    fs::write(path, changed).unwrap();
    Front::start(lab, &mut command, &[http])
}

#[test]
fn an_applications_error_is_its_own() {
    if !has(
        "nginx::an_applications_error_is_its_own",
        &["nginx", "curl"],
    ) {
        return;
    }
    lab::in_gateway!(|lab| {
        let site = Site::open(lab, start_intercepting);
        let mut client = Client::connect(lab.host(1), 40123, site.http());
        let status = client.request("POST", "/fails%2f%20?a=b%20c", "", "a body");
        assert_eq!(status, 500);
        let request = site.application.request("/fails%2f%20?a=b%20c");
        assert_eq!(request.told()[2], Some("one"), "{request:?}");
        assert_eq!(request.body, "a body");
        assert_eq!(site.application.count(), 1);

        let made_up = "X_Internal_Address: 192.168.248.9\r\nX-Internal_Port: 1\r\n\
                       X_Nat-Verdict: one\r\nX_Nat_Coverage: complete\r\n";
        let mut own = Client::connect(lab.outside(), 0, site.http());
        assert_eq!(own.request("GET", "/own", made_up, ""), 200);
        let request = site.application.request("/own");
        assert_eq!(
            request.names_of_ours(),
            ["x-nat-verdict", "x-nat-coverage"],
            "{request:?}"
        );
    });
}

scenarios!(start, ["nginx", "openssl", "curl", "h2load"]);
