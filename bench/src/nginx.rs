//! nginx returning a constant: the peer for lookups over HTTP.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::gateway::Gateway;
use crate::http::Client;
use crate::process::{self, Process};

/// Where nginx listens, in the gateway's namespace.
pub const PORT: u16 = 8081;

/// Starts nginx as one process that answers every request with as many bytes
/// as natconnd's answer has, and waits until it does.
pub fn start(gateway: &Gateway, folder: &Path, length: usize) -> Result<Process> {
    let configuration = folder.join("nginx.conf");
    fs::write(&configuration, text(folder, length))
        .with_context(|| format!("write {}", configuration.display()))?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(&configuration);
    command.arg("-e").arg(folder.join("nginx-errors.log"));
    let place = gateway.namespace();
    let mut process = Process::start("nginx", &mut command, place, process::CORE, folder)?;
    process.wait_until(Duration::from_secs(10), |_| {
        let response = Client::connect(place, PORT).and_then(|mut client| client.get("/"));
        Ok(response.is_ok_and(|response| response.body.len() == length))
    })?;
    Ok(process)
}

fn text(folder: &Path, length: usize) -> String {
    let constant = "x".repeat(length);
    let folder = folder.display();
    // One process without a master is what one core can use.
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\n\
         events {{ worker_connections 512; }}\n\
         http {{\n\
         access_log off;\nkeepalive_requests 1000000000;\n\
         client_body_temp_path {folder}/nginx-body;\nproxy_temp_path {folder}/nginx-proxy;\n\
         fastcgi_temp_path {folder}/nginx-fastcgi;\nuwsgi_temp_path {folder}/nginx-uwsgi;\n\
         scgi_temp_path {folder}/nginx-scgi;\n\
         server {{\nlisten 127.0.0.1:{PORT};\n\
         location / {{ default_type application/json; return 200 \"{constant}\"; }}\n\
         }}\n}}\n"
    )
}
