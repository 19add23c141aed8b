//! The web server beyond the NAT.
//!
//! A real nginx in the outside namespace. Its first server is the proxy that
//! users reach; it passes `X-Real-IP` and `X-Real-Port` on to an application,
//! which is a second server in the same nginx that says what it was told.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use lab::{Lab, Running};

use crate::fault::Fault;
use crate::folder;

/// The port of the web server.
pub const PORT: u16 = 80;

/// Where nginx writes what it saw, in the demo's folder.
pub fn access_log(folder: &Path) -> PathBuf {
    folder.join("access.log")
}

/// Starts nginx on the outside host and waits until it answers.
pub fn start(lab: &Lab, folder: &Path) -> Result<Running, Fault> {
    let config = folder.join("nginx.conf");
    folder::write(&config, &configuration(lab, folder))?;
    let errors = folder.join("nginx-errors.log");
    let log = File::create(&errors)
        .map_err(|cause| Fault::system(format!("write {}", errors.display()), cause))?;
    let mut command = lab::command(&["nginx", "-e", "stderr", "-c"]);
    command.arg(&config).stdout(std::process::Stdio::null());
    command.stderr(log);
    let mut nginx = lab.outside().spawn_command(&mut command)?;

    let is_up = || {
        lab.outside()
            .connect_tcp(0, lab.outside().at(PORT))
            .map(|_| true)
    };
    crate::inside::wait_until(&mut nginx, "nginx", &errors, || is_up().unwrap_or(false))?;
    Ok(nginx)
}

/// The last line of the access log that shows a request for `path`.
pub fn last_request(folder: &Path, path: &str) -> Result<String, Fault> {
    let file = access_log(folder);
    let text = fs::read_to_string(&file)
        .map_err(|cause| Fault::system(format!("read {}", file.display()), cause))?;
    text.lines()
        .rfind(|line| line.contains(path))
        .map(str::to_owned)
        .ok_or_else(|| Fault::new(format!("look for {path} in {}: not there", file.display())))
}

/// One process that stays in the foreground: in the lab it is root of a user
/// namespace in which the users that nginx would change to do not exist.
fn configuration(lab: &Lab, folder: &Path) -> String {
    let folder = folder.display();
    let v4 = lab.outside().at(PORT);
    let v6 = lab.outside().at_v6(PORT);
    format!(
        r#"daemon off;
master_process off;
user root root;
pid {folder}/nginx.pid;
events {{}}
http {{
    # An IPv6 address in brackets, so that its port can stand behind it.
    map $remote_addr $nat_address {{
        ~: "[$remote_addr]";
        default $remote_addr;
    }}
    log_format traced '$nat_address:$remote_port "$request" $status '
                      'X-Real-IP=$remote_addr X-Real-Port=$remote_port';
    access_log {folder}/access.log traced;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    keepalive_timeout 1h;
    keepalive_requests 1000000;

    server {{
        listen {v4};
        listen {v6};
        location / {{
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Real-Port $remote_port;
            proxy_pass http://127.0.0.1:8081;
        }}
    }}
    server {{
        listen 127.0.0.1:8081;
        access_log off;
        default_type text/plain;
        location / {{
            return 200 "to this web server you are $http_x_real_ip port $http_x_real_port\n";
        }}
    }}
}}
"#
    )
}
