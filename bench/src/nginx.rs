//! nginx returning a constant: the peer for lookups over HTTP.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::gateway::Gateway;
use crate::http::{Client, Response};
use crate::process::{self, Process};

/// Where nginx listens, in the gateway's namespace.
pub const PORT: u16 = 8081;

/// Starts nginx as one process that answers every request with as many bytes
/// as natconnd's answer has, and waits until it does.
pub fn start(gateway: &Gateway, folder: &Path, length: usize) -> Result<Process> {
    let constant = "x".repeat(length);
    let server = format!(
        "server {{\nlisten 127.0.0.1:{PORT};\n\
         location / {{ default_type application/json; return 200 \"{constant}\"; }}\n}}\n"
    );
    let mut process = launch(gateway, folder, &server)?;
    await_answer(&mut process, gateway, |response| {
        response.body.len() == length
    })?;
    Ok(process)
}

/// Starts nginx as one process that answers every request with nothing.
pub fn start_with_nothing(gateway: &Gateway, folder: &Path) -> Result<Process> {
    let server = format!("server {{\nlisten 127.0.0.1:{PORT};\nlocation / {{ return 204; }}\n}}\n");
    let mut process = launch(gateway, folder, &server)?;
    await_answer(&mut process, gateway, |response| response.status == 204)?;
    Ok(process)
}

fn await_answer(
    process: &mut Process,
    gateway: &Gateway,
    is_right: impl Fn(&Response) -> bool,
) -> Result<()> {
    process.wait_until(Duration::from_secs(10), |_| {
        let response =
            Client::connect(gateway.namespace(), PORT).and_then(|mut client| client.get("/"));
        Ok(response.is_ok_and(|response| is_right(&response)))
    })
}

/// Starts nginx as one process with these lines of configuration in `http`.
pub fn launch(gateway: &Gateway, folder: &Path, http: &str) -> Result<Process> {
    let configuration = folder.join("nginx.conf");
    fs::write(&configuration, text(folder, http))
        .with_context(|| format!("write {}", configuration.display()))?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(&configuration);
    command.arg("-e").arg(folder.join("nginx-errors.log"));
    let place = gateway.namespace();
    Process::start("nginx", &mut command, place, process::CORE, folder)
}

fn text(folder: &Path, http: &str) -> String {
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
         {http}}}\n"
    )
}
