//! nginx, with `auth_request`.

use std::fs;
use std::process::Stdio;

use lab::Lab;

use crate::certificate::{self, CERTIFICATE, KEY};
use crate::front::{ACCESS_LOG, Front, HTTP, HTTPS, install};
use crate::scenario::scenarios;

/// Starts it. Of the user that it is, only root is there in the lab.
fn start(lab: &Lab) -> Front {
    certificate::make(lab);
    for part in ["http", "server", "headers"] {
        install(&format!("nginx/natconnd-{part}.conf"));
    }
    fs::write("/run/nginx.conf", configuration(lab)).unwrap();
    let mut command = lab::command(&["nginx", "-e", "stderr", "-c", "/run/nginx.conf"]);
    Front::start(lab, command.stdout(Stdio::null()), &[HTTP, HTTPS])
}

fn configuration(lab: &Lab) -> String {
    let listen = |port: u16, options: &str| {
        let (v4, v6) = (lab.outside().at(port), lab.outside().at_v6(port));
        format!("listen {v4} {options};\nlisten {v6} {options};\n")
    };
    let listen = listen(HTTP, "") + &listen(HTTPS, "ssl http2");
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
        ssl_certificate {CERTIFICATE};
        ssl_certificate_key {KEY};
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

scenarios!(start, ["nginx", "openssl", "curl", "h2load"]);
